// Raw pixel distance: an image, itself moved or in another light, what of the two counts, and who
// lies nearer; and at which places it is nearer to itself.

const [IMAGE, PLACE] = [198, 22]; // pixels, x and a move on the map of all
const [SMALL, LARGE, GAPS] = [60, 168, 60]; // a picture beside it, and what is between them all
const [SHORT, LONG, NUMBER, BAR_HEIGHT] = [110, 220, 56, 30]; // a bar

function render({ model, el, signal }) {
  let drag = [0, 0]; // down, right

  const moving = canvas("x", { tabindex: 0, role: "application", class: "convkit-framed" });
  const places = canvas("");
  const view = scene({ model, el, signal }, draw, pixelDistance);
  const { root, status, ask, asking } = view;
  const { reach, images, x } = view.arrays;
  const map = [2 * reach + 1, 2 * reach + 1];
  const number = slider("image", { min: 0, max: images.shape[0] - 1 }, (value) => ask("number", value));
  const light = slider("light", { min: 0.2, max: 2, step: 0.1 }, (value) => ask("light", value));
  const [movingPanel, placesPanel] = [panel("x", moving), panel("all moves", places)];
  const rivals = [0, 1].map(() => ({
    name: element("div", {}),
    image: canvas("", { class: "convkit-framed" }),
    difference: canvas("", { class: "convkit-framed" }),
    bar: canvas(""),
  }));
  const verdict = element("p", { class: "convkit-reading", style: "font-size: 17px", "aria-live": "polite" });

  root.append(
    element("div", { class: "convkit-bar", style: "margin: 0 0 10px" },
      button("One pixel to the right ▶", () => move([drag[0], Math.min(drag[1] + 1, reach)])),
      button("Back", () => move([0, 0])), asking(light.node, number.node)),
    element("div", { class: "convkit-stage convkit-top" },
      element("div", {}, movingPanel, placesPanel),
      element("div", {},
        element("div", { class: "convkit-rivals" },
          ...["", "x − it", "distance from x"].map((text) => element("div", {}, text)),
          ...rivals.flatMap(({ image, difference, name, bar }) => [image, difference, element("div", {}, name, bar)])),
        verdict)),
    element("p", { class: "convkit-hint" },
      "Drag x, or click it and use the arrow keys; or point at a move. Red: x has more ink there; blue: less. The distance is the " +
      "root of the sum of their squares. “Light” multiplies the ink of x."),
    status,
  );

  function draw({ images, labels, x, whom, distances }) {
    const colours = palette(root);
    const place = numberOf(drag, reach);
    const image = at(x, place);
    const others = at(whom, place).data;
    const away = at(distances, place).data;
    const mine = (far) => far[0] <= far[1];
    const ofRival = [colours.result, colours.kernel];
    const names = ["its own image", `nearest of another class: a ${labels[others[1]]}`];
    const wide = root.clientWidth - GAPS - IMAGE;
    const room = wide < 2 * SMALL + SHORT ? root.clientWidth - GAPS : wide; // beside x, or below it
    const small = clamp((room - LONG) / 2, SMALL, LARGE);
    const long = clamp(room - 2 * small, SHORT, LONG);
    drawPicture(moving, image, IMAGE, grey(1, 0));
    const where = drag.some(Boolean) ? `moved ${inWords(drag)}` : "where it was";
    moving.setAttribute("aria-label", `x, ${where}`);
    caption(movingPanel, "x", `a ${labels[others[0]]}, ${where}`);
    rivals.forEach(({ name, image: picture, difference, bar }, i) => {
      const rival = at(images, others[i]);
      const wins = mine(away) === (i === 0);
      drawPicture(picture, rival, small, grey(1, 0));
      drawPicture(difference, { ...rival, data: image.data.map((ink, pixel) => ink - rival.data[pixel]) }, small, signed(1));
      picture.setAttribute("aria-label", names[i]);
      difference.setAttribute("aria-label", `x without ${names[i]}`);
      name.textContent = names[i];
      name.style.width = `${long}px`;
      bar.setAttribute("aria-label", `distance ${written(away[i])}${wins ? ", nearer" : ""}`);
      drawBar(bar, long, away[i] / Math.max(...distances.data), away[i], wins, ofRival[i], colours);
    });
    const own = cells(map).map((_, each) => (mine(at(distances, each).data) ? 0 : 1));
    drawMatrix(places, { shape: map, data: own }, colours, {
      cell: PLACE, numbers: false, tint: (value) => [ofRival[value], 0.75],
      frames: [{ row: drag[0] + reach, column: drag[1] + reach, height: 1, width: 1, colour: colours.ink }],
    });
    const kept = own.filter((rival) => !rival).length;
    places.setAttribute("aria-label", `nearer to its own image at ${kept} of ${own.length} places`);
    caption(placesPanel, "all moves", `itself nearer (teal): ${kept} of ${own.length}`);
    verdict.replaceChildren(
      "Pixel by pixel, x is nearer to ",
      element("strong", {}, mine(away) ? "its own image" : `a ${labels[others[1]]}`),
      mine(away) ? "." : " than to its own image.");
    number.show(model.get("number"));
    light.show(model.get("light"));
  }

  function move(to) {
    drag = to;
    view.redraw();
  }
  for (const kind of ["pointermove", "pointerdown"]) {
    places.addEventListener(kind, (event) =>
      move(inside(underPointer(event, places, map).map(Math.floor), map).map((where) => where - reach)));
  }
  draggable(moving, () => ({ shape: x.shape.slice(1), reach, drag }), move);

  view.redraw();
}

/** A distance as a share of the greatest that there is, and its number. */
function drawBar(node, width, share, distance, wins, colour, colours) {
  const context = prepare(node, width, BAR_HEIGHT);
  const full = Math.max((width - NUMBER) * share, 1);
  context.globalAlpha = wins ? 1 : 0.4;
  context.fillStyle = colour;
  context.fillRect(0, 2, full, BAR_HEIGHT - 8);
  context.globalAlpha = 1;
  context.fillStyle = colours.ink;
  context.font = `${wins ? 700 : 400} 18px ${getComputedStyle(node).fontFamily}`;
  context.fillText(distance.toFixed(2), full + 8, BAR_HEIGHT - 9);
}

export default { render };
