// Rectification: two polarities in two rows, a function in each column, its curve below.

const [NARROWEST, WIDEST] = [110, 200]; // pixels, a picture
const NARROW = 560; // a page on which two pictures stand side by side, not all
const CURVE = 110;
const DOTS = ["#16a34a", "#9333ea"]; // of the upper and of the lower row

function render({ model, el, signal }) {
  let place; // row and column of z

  const view = scene({ model, el, signal }, draw, rectification);
  const { root, status, ask, asking } = view;
  const { names } = view.arrays;
  const column = (title) => {
    const canvases = ["above", "below, black and white exchanged"].map((row) => canvas(`${title}, ${row}`, { class: "convkit-framed" }));
    const curve = canvas(`the curve of ${title}`);
    const reading = element("div", { style: "font-size: 12px; text-align: center; line-height: 1.6; width: 0; white-space: nowrap; display: flex; flex-direction: column; align-items: center" });
    return { canvases, curve, reading, node: panel(title, ...canvases, curve, reading) };
  };
  const columns = ["x", "z = x ∗ k", ...names].map(column);
  const functions = columns.slice(2);
  const x = columns[0].canvases[0];
  for (const [name, value] of [["tabindex", 0], ["role", "application"]]) x.setAttribute(name, value);

  const contrast = slider("contrast", { min: -1, max: 1, step: 0.05 }, (value) => ask("contrast", value));
  const pooling = select("pooling", ["none", "average", "max"], (value) => ask("pooling", value));
  const size = slider("over m × m", { min: 2, max: 12 }, (value) => ask("size", value));

  root.append(
    element("div", { class: "convkit-stage convkit-top", style: "gap: 12px 8px" }, ...columns.map(({ node }) => node)),
    element("div", { class: "convkit-bar" }, asking(contrast.node, pooling.node, size.node)),
    element("p", { class: "convkit-hint" },
      "Negative blue, zero white, positive red. Point at a picture to move the window, or click x and use the arrow " +
      "keys. On the curves the same place in both rows: green above, purple below."),
    status,
  );

  function draw(arrays) {
    const { z, y, size: pooled, limit } = arrays;
    const [, rows, across] = z.shape;
    place = inside(place ?? strongest(at(z, 0)), [rows, across]);
    const [i, j] = place;
    const colours = palette(root);
    const abreast = root.clientWidth < NARROW ? 2 : columns.length;
    const width = clamp((root.clientWidth - 24) / abreast - 8, NARROWEST, WIDEST);
    const [height, window_] = arrays.x.shape.slice(1).map((pixels, axis) => pixels - z.shape[axis + 1] + 1);
    for (const row of [0, 1]) {
      const frame = (place_, high, wide) =>
        [{ row: place_[0], column: place_[1], height: high, width: wide, colour: DOTS[row] }];
      drawPicture(columns[0].canvases[row], at(arrays.x, row), width, grey(0, 1), frame(place, height, window_));
      drawPicture(columns[1].canvases[row], at(z, row), width, signed(limit), frame(place, 1, 1));
      functions.forEach(({ canvases }, f) => {
        const strongest = signed(largest(at(arrays.curves, f)));
        const cell = inside(place.map((where) => Math.floor(where / pooled)), y.shape.slice(2));
        drawPicture(canvases[row], at(y, f, row), width, strongest, frame(cell, 1, 1));
      });
    }
    const here = [0, 1].map((row) => at(z, row, i, j));
    columns[0].curve.style.display = columns[1].curve.style.display = "none";
    columns[1].reading.replaceChildren(...here.map((value) =>
      element("div", {}, "here ", element("strong", {}, rounded(value)))));
    functions.forEach(({ curve, reading }, f) => {
      drawCurve(curve, width, at(arrays.curves, f).data, limit, here, colours);
      reading.replaceChildren(
        element("div", {}, "rows differ by ", element("strong", {}, `${Math.round(100 * arrays.differences[f])} %`)),
        element("div", {}, "largest ", element("strong", {}, rounded(arrays.largest[f]))));
    });
    x.setAttribute("aria-label",
      `x, the window at row ${i + 1} of ${rows}, column ${j + 1} of ${across}: z ${written(here[0])} and ${written(here[1])}`);
    contrast.show(model.get("contrast"));
    pooling.input.value = model.get("pooling");
    size.show(model.get("size"));
    size.node.style.visibility = model.get("pooling") === "none" ? "hidden" : "visible";
  }

  function move(to) {
    place = to;
    view.redraw();
  }

  for (const [number, { canvases }] of columns.entries()) {
    for (const picture of canvases) {
      for (const kind of ["pointermove", "pointerdown"]) {
        picture.addEventListener(kind, (event) => {
          const { x: pixels, z } = view.arrays;
          const shape = (number === 0 ? pixels : z).shape.slice(1);
          const margin = number === 0 ? pixels.shape.map((all, axis) => (all - z.shape[axis]) / 2).slice(1) : [0, 0];
          move(underPointer(event, picture, shape).map((where, axis) => Math.floor(where - margin[axis])));
        });
      }
    }
  }
  x.addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, place, view.arrays.z.shape.slice(1));
    if (!to) return;
    move(to);
    event.preventDefault();
  });

  view.redraw();
}

const rounded = (number) => written(Number(number.toFixed(2)));

/** The place of the largest number: an edge to begin with. */
function strongest({ shape, data }) {
  const index = data.indexOf(data.reduce((most, value) => Math.max(most, value)));
  return [Math.floor(shape[0] / 2), index % shape[1]];
}

/** y over z from −limit to limit, with a dot for each z in `here`. */
function drawCurve(node, width, curve, limit, here, colours) {
  const context = prepare(node, width, CURVE);
  const margin = 8;
  const high = Math.max(...curve.map(Math.abs));
  const x = (z) => margin + ((width - 2 * margin) * (z + limit)) / (2 * limit);
  const y = (value) => CURVE / 2 - ((CURVE / 2 - margin) * value) / high;
  const line = (points, colour, thickness) => {
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.beginPath();
    points.forEach(([along, up]) => context.lineTo(along, up));
    context.stroke();
  };
  const points = [...curve].map((value, n) => [x(-limit + (2 * limit * n) / (curve.length - 1)), y(value)]);
  line([[margin, CURVE / 2], [width - margin, CURVE / 2]], colours.line, 1);
  line([[width / 2, margin], [width / 2, CURVE - margin]], colours.line, 1);
  line(points, colours.ink, 1.5);
  here.forEach((z, row) => {
    const n = clamp(Math.round(((z + limit) / (2 * limit)) * (curve.length - 1)), 0, curve.length - 1);
    const [along, up] = points[n];
    line([[along, CURVE / 2], [along, up], [width / 2, up]], DOTS[row], 1);
    context.fillStyle = DOTS[row];
    context.beginPath();
    context.arc(along, up, row ? 4 : 6, 0, 7);
    context.fill();
  });
}

export default { render };
