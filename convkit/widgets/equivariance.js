// Equivariance: drag the picture; the feature map, where it should be, and the difference.

const WIDEST = 250; // pixels, a picture
const NARROW = 560; // a page on which two pictures stand side by side, not four

function render({ model, el, signal }) {
  let drag = [0, 2]; // down and right, in pixels of the picture: at rest all maps would look the same

  const x = canvas("x", { tabindex: 0, role: "application" });
  const y = canvas("f(x), negative blue, positive red");
  const expected = canvas("the feature map at rest, moved along");
  const difference = canvas("the difference, 0 black");
  const view = scene({ model, el, signal }, draw, equivariance);
  const { root, status, ask, asking } = view;
  const yPanel = panel("", y);
  const expectedPanel = panel("", expected);
  const differencePanel = panel("", difference);
  const stride = slider("stride", { min: 1, max: 4 }, (value) => ask("stride", value));
  const padding = slider("padding", { min: 0, max: 3 }, (value) => ask("padding", value));
  const shared = toggle("weights shared", (on) => ask("shared", on));
  const reading = element("div", { class: "convkit-reading", "aria-live": "polite" });

  root.append(
    element("div", { class: "convkit-stage convkit-top" }, panel("x", x), yPanel, expectedPanel, differencePanel),
    reading,
    element("div", { class: "convkit-bar" },
      asking(shared.node, stride.node, padding.node), button("Back to rest", () => move([0, 0]))),
    element("p", { class: "convkit-hint" },
      "Drag the picture, or click it and use the arrow keys; Home and End go to the corners. Checkered grey: the map at rest knows nothing there."),
    status,
  );

  function draw(arrays) {
    const { image, side, reach } = arrays;
    const number = numberOf(drag, reach);
    const abreast = root.clientWidth < NARROW ? 2 : 4;
    const across = Math.min(WIDEST, root.clientWidth / abreast - 15);
    const shown = at(arrays.y, number);
    const wide = (across * shown.shape[1]) / (side / arrays.stride);
    const atRest = at(arrays.y, arrays.y.shape[0] >> 1);
    const [down, right] = at(arrays.steps, number).data;
    const off = at(arrays.difference, number);
    const limit = largest(atRest);

    drawPicture(x, windowOn(image, reach - drag[0], reach - drag[1], side), across, grey(0, 255));
    drawPicture(y, shown, wide, signed(limit));
    drawPicture(expected, off, wide, unknown((_, row, column) => signed(limit)(at(atRest, row - down, column - right))));
    drawPicture(difference, off, wide, unknown(grey(0, limit)));

    caption(yPanel, "f(x)", arrays.whose && `by ${arrays.whose}`);
    caption(expectedPanel, "f(x₀), moved along");
    caption(differencePanel, "difference");
    x.setAttribute("aria-label", `x, dragged ${inWords(drag)}`);
    const most = arrays.largest.data[number];
    const between = drag.some((pixels) => pixels % arrays.stride);
    reading.replaceChildren(
      `Dragged ${inWords(drag)}. Largest difference: `,
      element("strong", {}, most < 1e-9 * limit ? "0" : written(most)),
      `, where f(x₀) reaches ${written(limit)}.`,
      between ? ` The drag is not a whole number of strides of ${arrays.stride}: the map cannot follow.` : "");
    stride.show(model.get("stride"));
    padding.show(model.get("padding"));
    shared.input.checked = model.get("shared");
  }

  function move(to) {
    drag = to;
    view.redraw();
  }

  draggable(x, () => {
    const { side, reach } = view.arrays;
    return { shape: [side, side], reach, drag };
  }, move);

  view.redraw();
}

function windowOn(image, top, left, side) {
  const rows = Array.from({ length: side }, (_, i) => [...at(image, top + i).data.subarray(left, left + side)]);
  return { shape: [side, side], data: rows.flat() };
}

/** Nothing is known where there is no number. */
const unknown = (colour) => (value, row, column) =>
  Number.isNaN(value) ? Array(3).fill((row + column) % 2 ? 150 : 185) : colour(value, row, column);

export default { render };
