// The detector: x with the places where it fires, x ∗ k, sigm(gain · x ∗ k + bias).

const CELL = 46;
const WIDEST = 300; // pixels, a picture

function render({ model, el, signal }) {
  let place; // row and column of the output
  let pictures = {}; // painted, of one answer

  const image = canvas("x", { tabindex: 0, role: "application" });
  const response = canvas("x ∗ k, negative blue, positive red");
  const detection = canvas("the detector's output, 0 black, 1 white");
  const patch = canvas("the window on x, enlarged, with the flipped kernel on it");
  const view = scene({ model, el, signal }, draw, detector);
  const { root, status, ask, asking } = view;

  const kernels = view.arrays.kernels;
  const kernel = matrixInput("kernel", (rows) => ask("kernel", rows));
  const pick = select("kernel", [...Object.keys(kernels), "my own"], (name) => {
    if (kernels[name]) ask("kernel", kernels[name]);
  });
  const gain = slider("gain", { min: 0.005, max: 0.1, step: 0.005 }, (value) => ask("gain", value));
  const bias = slider("bias", { min: -12, max: 4, step: 0.25 }, (value) => ask("bias", value));
  const detectionPanel = panel("", detection);
  const responsePanel = panel("", response);
  const reading = element("div", { class: "convkit-reading", "aria-live": "polite" });

  root.append(
    element("div", { class: "convkit-stage convkit-top" }, panel("x", image), responsePanel, detectionPanel),
    element("div", { class: "convkit-stage" },
      panel("k", asking(kernel.node)), element("span", { class: "convkit-turn" }, "flipped ↻"),
      panel("k̃ on x", patch), reading),
    element("div", { class: "convkit-bar" }, asking(pick.node, gain.node, bias.node)),
    element("p", { class: "convkit-hint" },
      "Point at a picture to move the window, or click x and use the arrow keys. The numbers of k can be changed."),
    status,
  );

  function draw(arrays) {
    const { response: r, detection: d, fires, weight } = arrays;
    const [rows, columns] = r.shape;
    const [height, width] = weight.shape;
    place = inside(place, r.shape);
    const [i, j] = place;
    const colours = palette(root);
    const across = Math.min(WIDEST, (root.clientWidth - 60) / 3);
    const scale = across / arrays.image.shape[1];
    const window_ = { row: i, column: j, height, width, colour: colours.frame };
    const dot = { row: i, column: j, height: 1, width: 1, colour: colours.frame };
    if (pictures.of !== arrays) pictures = { of: arrays, ...paint(arrays) };
    drawPainted(image, pictures.image, across, [window_]);
    drawPainted(response, pictures.response, columns * scale, [dot]);
    drawPainted(detection, pictures.detection, columns * scale, [dot]);
    const seen = window2d(arrays.image, i, j, height, width);
    drawMatrix(patch, seen, colours, {
      cell: CELL,
      corner: (p, q) => `×${written(at(weight, p, q))}`,
      frames: [{ row: 0, column: 0, height, width, colour: colours.kernel, shade: 0.2 }],
    });

    const sigm = `sigm(${written(arrays.gain)} · x∗k ${arrays.bias < 0 ? "−" : "+"} ${written(Math.abs(arrays.bias))})`;
    caption(responsePanel, "x ∗ k", arrays.whose && `by ${arrays.whose}`);
    caption(detectionPanel, sigm);
    kernel.show(model.get("kernel"), CELL);
    pick.input.value = nameOf(kernels, model.get("kernel"));
    gain.show(model.get("gain"));
    bias.show(model.get("bias"));
    const strong = (text) => element("strong", {}, text);
    reading.replaceChildren(
      element("div", {}, "here ", strong(`x∗k = ${written(at(r, i, j))}`), ", sigm(…) = ",
        strong(written(at(d, i, j))), at(fires, i, j) ? ": it fires" : ": silent"),
      element("div", {}, `fires where sigm(…) > ½, that is x∗k > ${written(arrays.threshold)}: `,
        strong(`${written(100 * arrays.share)} %`), " of the places, orange on x"));
  }

  function move(to) {
    place = to;
    view.redraw();
  }

  function point(event) {
    const { image: pixels, response: r, weight } = view.arrays;
    const onImage = event.currentTarget === image;
    const pointer = underPointer(event, event.currentTarget, onImage ? pixels.shape : r.shape);
    move(pointer.map((position, axis) =>
      Math.floor(position - (onImage ? (weight.shape[axis] - 1) / 2 : 0))));
  }

  for (const picture of [image, response, detection]) {
    picture.addEventListener("pointermove", point);
    picture.addEventListener("pointerdown", point);
  }
  image.addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, place, view.arrays.response.shape);
    if (!to) return;
    move(to);
    event.preventDefault();
  });

  view.redraw();
}

/** The three pictures, the first with what fires in orange at the middle of its window. */
function paint({ image, response, detection, fires, weight }) {
  const [down, right] = weight.shape.map((size) => Math.floor((size - 1) / 2));
  const [rows, columns] = fires.shape;
  const fired = (row, column) =>
    row >= down && column >= right && row - down < rows && column - right < columns &&
    at(fires, row - down, column - right);
  const shade = grey(0, 255);
  return {
    image: painted(image, (value, row, column) => (fired(row, column) ? [255, 140, 0] : shade(value))),
    response: painted(response, signed(largest(response))),
    detection: painted(detection, grey(0, 1)),
  };
}

function window2d(image, top, left, height, width) {
  const rows = Array.from({ length: height }, (_, p) => at(image, top + p).data.slice(left, left + width));
  return { shape: [height, width], data: rows.flatMap((row) => [...row]) };
}

function nameOf(kernels, rows) {
  const same = Object.entries(kernels).find(([, kernel]) => JSON.stringify(kernel) === JSON.stringify(rows));
  return same ? same[0] : "my own";
}

export default { render };
