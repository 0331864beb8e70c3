// Raw pixel distance: an image, itself moved and in another light, and who lies nearer.

const [IMAGE, WIDE] = [150, 640]; // pixels
const [SCALE_HEIGHT, LEFT, RIGHT] = [112, 10, 40];

function render({ model, el, signal }) {
  let drag = [0, 0]; // down, right
  const names = ["the image", "x", "nearest to x", "nearest of another class"];
  const can = { tabindex: 0, role: "application" };
  const pictures = names.map((name) => canvas(name, { class: "convkit-framed", ...(name === "x" ? can : {}) }));
  const scale = canvas("distances");
  const view = scene({ model, el, signal }, draw);
  const { root, status, ask, asking } = view;
  const { reach, images, x } = view.arrays;
  const number = slider("image", { min: 0, max: images.shape[0] - 1 }, (value) => ask("number", value));
  const light = slider("light", { min: 0.2, max: 2, step: 0.1 }, (value) => ask("light", value));
  const down = slider("down", { min: -reach, max: reach }, (value) => move([value, drag[1]]));
  const right = slider("right", { min: -reach, max: reach }, (value) => move([drag[0], value]));
  const panels = pictures.map((picture, i) => panel(names[i], picture));
  const verdict = element("p", { class: "convkit-reading", "aria-live": "polite" });

  root.append(
    element("div", { class: "convkit-stage" }, ...panels),
    scale,
    verdict,
    element("div", { class: "convkit-bar" }, down.node, right.node, asking(number.node, light.node)),
    element("p", { class: "convkit-hint" },
      "Drag x, or click it and use the arrow keys; “light” multiplies its ink."),
    status,
  );

  function draw({ images, labels, x, whom, distances }) {
    const colours = palette(root);
    const place = numberOf(drag, reach);
    const [itself, nearest, other] = at(whom, place).data;
    const [own, ...others] = at(distances, place).data;
    const shown = [at(images, itself), at(x, place), at(images, nearest), at(images, other)];
    pictures.forEach((picture, i) => drawPicture(picture, shown[i], IMAGE, grey(1, 0)));
    [itself, itself, nearest, other].forEach((which, i) => caption(panels[i], names[i], `a ${labels[which]}`));
    drawScale(scale, Math.min(WIDE, root.clientWidth - 20), [
      { name: "the image itself", distance: own, colour: colours.kernel },
      { name: `nearest: a ${labels[nearest]}`, distance: others[0], colour: colours.result },
      { name: `another class: a ${labels[other]}`, distance: others[1], colour: colours.negative },
    ], colours);
    pictures[1].setAttribute("aria-label", `x, moved ${inWords(drag)}`);
    scale.setAttribute("aria-label",
      `distances from x: the image itself ${written(own)}, nearest ${written(others[0])}, another class ${written(others[1])}`);
    verdict.replaceChildren(
      "Pixel by pixel, x is nearer to ",
      element("strong", {}, own <= others[1] ? "its own image" : `a ${labels[other]}`),
      own <= others[1] ? "." : " than to its own image.");
    number.show(model.get("number"));
    light.show(model.get("light"));
    down.show(drag[0]);
    right.show(drag[1]);
  }

  function move(to) {
    drag = to;
    view.redraw();
  }
  draggable(pictures[1], () => ({ shape: x.shape.slice(1), reach, drag }), move);

  view.redraw();
}

/** The distances from x on one line, from 0 at its left. */
function drawScale(node, width, marks, colours) {
  const context = prepare(node, width, SCALE_HEIGHT);
  const most = 1.15 * Math.max(1, ...marks.map(({ distance }) => distance));
  const along = (distance) => LEFT + ((width - LEFT - RIGHT) * distance) / most;
  context.font = `12px ${getComputedStyle(node).fontFamily}`;
  marks.forEach(({ name, distance, colour }, i) => {
    const y = 12 + i * 34;
    context.fillStyle = colour;
    context.fillRect(LEFT, y, Math.max(along(distance) - LEFT, 1), 12);
    context.fillStyle = colours.ink;
    context.fillText(written(distance), along(distance) + 6, y + 11);
    context.fillText(name, LEFT, y + 25);
  });
}

export default { render };
