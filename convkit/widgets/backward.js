// Backward: x and y above, the gradients below them, beside these the same by finite differences.

const [SMALLEST, LARGEST] = [24, 40]; // pixels, the side of a cell
const HIGHEST = 440; // pixels, two matrices
const [AROUND, AROUND_NARROW] = [270, 44]; // pixels beside the matrices
const NARROW = 560; // a page on which the rows break: names and words stand on lines of their own
const PACE = 1200; // milliseconds a unit, while the gradient flows
const TRAVEL = 800; // of these, while its numbers travel to ∇x
const GRID = "display: inline-grid; gap: 6px clamp(10px, 2vw, 22px); align-items: center; justify-items: center";
const SENDS = {
  Conv2d: "to each pixel of its window, times the weight that lay on it",
  MaxPool2d: "to the winner of its neighbourhood, and to no other",
  AvgPool2d: "to every pixel of its neighbourhood, in equal shares",
};

function render({ model, el, signal }) {
  // What is pointed at: a unit of y, a pixel of x (padding included), or a weight.
  let pointed = "unit";
  const place = { unit: [1, 1], pixel: [1, 1], weight: [0, 0] };
  let flowing = null; // the number of the unit whose turn it is
  let travelling = []; // its numbers, on their way from ∇y to ∇x
  let timer = null;

  const view = scene({ model, el, signal }, draw, gradients);
  const { root, status, ask, asking } = view;
  const convolves = view.arrays.layer === "Conv2d";
  const can = { tabindex: 0, role: "application" };
  const x = canvas("x", can);
  const y = canvas("y");
  const gradY = canvas("∇y", can);
  const gradX = canvas("∇x", can);
  const numericalX = canvas("∇x by finite differences");
  const gradWeight = canvas("∇W", can);
  const numericalWeight = canvas("∇W by finite differences");
  const weight = matrixInput("W", (rows) => ask("weight", rows));
  const valueX = numberInput("x, the framed pixel", { step: "any" }, (value) => set("x", pixelOfX(), value));
  const valueY = numberInput("∇y, the framed unit", { step: "any" }, (value) => set("grad_y", place.unit, value));
  const flow = button("▶ Let it flow", () => (flowing === null ? start() : stop()));
  const stride = slider("stride", { min: 1, max: 3 }, (value) => ask("stride", value));
  const padding = slider("padding", { min: 0, max: 2 }, (value) => ask("padding", value));
  const kernelSize = slider("neighbourhood m", { min: 1, max: 4 }, (value) => ask("kernel_size", value));
  const yPanel = panel("y", y);
  const gradXPanel = panel("∇x", gradX);
  const numericalPanel = panel("", numericalX);
  const reading = element("div", {
    class: "convkit-reading", "aria-live": "polite",
    style: "align-self: start; justify-self: start; margin-top: 34px",
  });
  const verdict = element("div", { class: "convkit-reading", "aria-live": "polite", style: "margin-top: 8px" });

  const [forward, backward] = ["forward →", "← backward"].map((name) => element("span", {}, name));
  const middle = (node) => (convolves ? [node] : []);
  const grid = element("div", { style: GRID },
    forward, panel("x", x), ...middle(panel("W", asking(weight.node))), yPanel, reading,
    backward, gradXPanel, ...middle(panel("∇W", gradWeight)), panel("∇y", gradY),
    numericalPanel, ...middle(panel("∇W", numericalWeight)));
  root.append(
    grid, verdict,
    element("div", { class: "convkit-bar" },
      flow, asking(labelled("framed ∇y", valueY), labelled("framed x", valueX),
        ...(convolves ? [stride.node, padding.node] : [kernelSize.node, stride.node]))),
    element("p", { class: "convkit-hint" },
      "Click a unit of ∇y to send a gradient of 1 in, click again to take it out. Point at anything, or click it " +
      "and use the arrow keys: on ∇y the space bar sends, and Enter goes to the number of the framed cell."),
    status,
  );

  function layOut(narrow) {
    grid.style.gridTemplateColumns = `repeat(${(convolves ? 6 : 4) / (narrow ? 2 : 1)}, auto)`;
    for (const node of [forward, backward]) node.style.gridColumn = narrow ? "1 / -1" : "";
    reading.style.gridColumn = narrow ? "1 / -1" : `span ${convolves ? 2 : 1}`;
    reading.style.width = `${Math.min(270, root.clientWidth - 40)}px`;
  }

  function draw(arrays) {
    const { x: map, y: output, grad_y, grad_x, paths, so_far, window: size, stride: step } = arrays;
    place.unit = inside(place.unit, output.shape);
    place.pixel = inside(place.pixel, map.shape);
    place.weight = inside(place.weight, size);
    const colours = palette(root);
    const narrow = root.clientWidth < NARROW;
    layOut(narrow);
    const beside = map.shape[1] + (convolves ? size[1] : 0); // x and W, and again by finite differences
    const wide = narrow ? (root.clientWidth - AROUND_NARROW) / (beside + output.shape[1])
      : (root.clientWidth - AROUND) / (2 * beside + output.shape[1]);
    const cell = clamp(Math.floor(Math.min(wide, HIGHEST / (2 * map.shape[0]))), SMALLEST, LARGEST);
    const units = cells(output.shape);
    const number = ([a, b]) => a * output.shape[1] + b;
    const windowOf = ([a, b]) => ({ row: a * step, column: b * step, height: size[0], width: size[1] });
    const holds = (unit, [i, j]) => {
      const { row, column, height, width } = windowOf(unit);
      return i >= row && i < row + height && j >= column && j < column + width;
    };
    const isPadding = (i, j) =>
      Math.min(i, j, map.shape[0] - 1 - i, map.shape[1] - 1 - j) < arrays.padding;
    const cellFrame = ([row_, column], colour) => ({ row: row_, column, height: 1, width: 1, colour });
    const times = (factor) => `×${written(factor).replace(/\b0\./, ".")}`; // short enough for a cell

    // What is framed, and the factors in the corners: the same forward as backward.
    let [framesX, framesY, framesWeight] = [[], [], []];
    let [cornerX, cornerY] = [null, null];
    if (pointed === "unit") {
      framesX = [{ ...windowOf(place.unit), colour: colours.kernel, shade: 0.15 }];
      framesY = [cellFrame(place.unit, colours.result)];
      cornerX = (i, j) => holds(place.unit, [i, j]) && !isPadding(i, j) && times(at(paths, number(place.unit), i, j));
    } else if (pointed === "pixel") {
      framesX = [cellFrame(place.pixel, colours.kernel)];
      framesY = units.filter((unit) => holds(unit, place.pixel)).map((unit) => ({ ...cellFrame(unit, colours.kernel), shade: 0.15 }));
      cornerY = (a, b) => holds([a, b], place.pixel) && !isPadding(...place.pixel) && times(at(paths, number([a, b]), ...place.pixel));
    } else {
      const met = (unit) => [unit[0] * step + place.weight[0], unit[1] * step + place.weight[1]];
      framesX = units.map((unit) => ({ ...cellFrame(met(unit), colours.kernel), shade: 0.15 }));
      framesY = units.map((unit) => cellFrame(unit, colours.kernel));
      framesWeight = [cellFrame(place.weight, colours.result)];
      cornerX = (i, j) => {
        const unit = units.find((candidate) => String(met(candidate)) === String([i, j]));
        return unit && times(at(grad_y, ...unit));
      };
    }
    const wrong = (differs) => cells(differs.shape).filter((where) => at(differs, ...where))
      .map((where) => cellFrame(where, colours.positive));
    const gradient = (matrix) => tinted(matrix, 0.6, colours.positive, colours.negative);
    const arrived = travelling.length ? flowing - 1 : flowing; // the last unit whose numbers are there
    const flows = flowing === null ? grad_x : arrived < 0 ? { ...grad_x, data: grad_x.data.map(() => 0) } : at(so_far, arrived);

    drawMatrix(x, map, colours, { cell, faded: isPadding, corner: cornerX, frames: framesX, tint: tinted(map, 0.2, colours.ink, colours.negative) });
    drawMatrix(y, output, colours, { cell, corner: cornerY, frames: framesY });
    drawMatrix(gradX, flows, colours, { cell, hidden: isPadding, corner: pointed === "weight" ? null : cornerX, frames: pointed === "weight" ? [] : framesX, tint: gradient(grad_x) });
    drawMatrix(gradY, grad_y, colours, {
      cell, corner: cornerY, frames: framesY, tint: gradient(grad_y),
      hidden: (a, b) => flowing !== null && number([a, b]) > flowing,
    });
    drawMatrix(numericalX, arrays.numerical_x, colours, { cell, hidden: isPadding, frames: wrong(arrays.differs_x), tint: gradient(grad_x) });
    if (convolves) {
      drawMatrix(gradWeight, arrays.grad_weight, colours, { cell, frames: framesWeight, tint: gradient(arrays.grad_weight) });
      drawMatrix(numericalWeight, arrays.numerical_weight, colours, { cell, frames: wrong(arrays.differs_weight), tint: gradient(arrays.grad_weight) });
      weight.show(model.get("weight"), cell);
      padding.show(model.get("padding"));
    }

    caption(yPanel, "y", arrays.whose && `by ${arrays.whose}`);
    caption(gradXPanel, "∇x", flowing === null ? "" : "so far");
    caption(numericalPanel, "∇x", "by finite differences");
    const name = (symbol, where, matrix) =>
      `${symbol}, row ${where[0] + 1}, column ${where[1] + 1}: ${written(at(matrix, ...where))}`;
    x.setAttribute("aria-label", name("x", place.pixel, map));
    gradX.setAttribute("aria-label", name("∇x", place.pixel, grad_x));
    gradY.setAttribute("aria-label", name("∇y", place.unit, grad_y));
    if (convolves) gradWeight.setAttribute("aria-label", name("∇W", place.weight, arrays.grad_weight));
    reading.replaceChildren(...told(arrays, units.filter((unit) => at(grad_y, ...unit) !== 0), holds, number, isPadding));
    verdict.replaceChildren(...compared(arrays));
    keepTyped(valueY, at(grad_y, ...place.unit));
    keepTyped(valueX, at(map, ...place.pixel));
    valueX.disabled = isPadding(...place.pixel);
    stride.show(model.get("stride"));
    kernelSize.show(model.get("kernel_size"));
  }

  /** What happens at the place that is pointed at, written out. */
  function told(arrays, sending, holds, number, isPadding) {
    const { x: map, grad_y, grad_x, paths, stride: step } = arrays;
    const symbol = (text, [i, j]) => element("span", { class: "convkit-symbol" }, ...upright(text), element("sub", {}, `${i},${j}`));
    const strong = (value) => element("strong", {}, written(value));
    if (pointed === "unit") {
      return [symbol("∇y", place.unit), " = ", strong(at(grad_y, ...place.unit)), ` goes ${SENDS[arrays.layer]}.`];
    }
    const summed = (name, where, total, terms) => [
      symbol(name, where), " = ",
      ...terms.map(([gradient, factor], i) => `${i ? " + " : ""}${bracketed(gradient)} × ${bracketed(factor)}`),
      terms.length ? " = " : "", strong(total), terms.length ? "" : ": nothing comes in at a unit that sees it."];
    if (pointed === "pixel") {
      if (isPadding(...place.pixel)) return ["Padding: what flows here is cropped."];
      const from = sending.filter((unit) => holds(unit, place.pixel));
      return summed("∇x", place.pixel.map((where) => where - arrays.padding), at(grad_x, ...place.pixel),
        from.map((unit) => [at(grad_y, ...unit), at(paths, number(unit), ...place.pixel)]));
    }
    return summed("∇W", place.weight, at(arrays.grad_weight, ...place.weight),
      sending.map(([a, b]) => [at(grad_y, a, b), at(map, a * step + place.weight[0], b * step + place.weight[1])]));
  }

  /** The state of a cell of "x" or "grad_y" goes to Python with the whole matrix. */
  function set(name, [row_, column], value) {
    const rows = name === "x" ? model.get("x") : rowsOf(view.arrays.grad_y);
    ask(name, rows.map((old, i) => old.map((was, j) => (i === row_ && j === column ? value : was))));
  }

  const pixelOfX = () => place.pixel.map((where) => where - view.arrays.padding);
  const send = () => set("grad_y", place.unit, at(view.arrays.grad_y, ...place.unit) ? 0 : 1);

  function point(kind, to) {
    stop();
    pointed = kind;
    place[kind] = to;
    view.redraw();
  }

  /** The next unit at which something comes in, after the one with this number. */
  const nextSender = (after) => view.arrays.grad_y.data.findIndex((value, index) => index > after && value !== 0);

  function start() {
    flowing = -1;
    flow.textContent = "❚❚ Stop";
    timer = setInterval(step, PACE);
    step();
  }

  function step() {
    const next = nextSender(flowing);
    if (next < 0) {
      stop();
    } else {
      flowing = next;
      const columns = view.arrays.y.shape[1];
      pointed = "unit";
      place.unit = [Math.floor(next / columns), next % columns];
      travel();
    }
    view.redraw();
  }

  /** Let what the unit sends go to the pixels that it sees, each number to its own. */
  function travel() {
    travelling.forEach((trip) => trip.cancel());
    const { grad_x, grad_y, paths } = view.arrays;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const along = (pixel) => at(grad_y, ...place.unit) * at(paths, flowing, ...pixel);
    const trips = still ? [] : cells(grad_x.shape).filter(along).map((pixel) => {
      const number = element("span", { class: "convkit-travelling", "aria-hidden": "true" }, written(along(pixel)));
      root.append(number);
      const [from, to] = [[gradY, place.unit, grad_y.shape], [gradX, pixel, grad_x.shape]].map(middleOf);
      const trip = number.animate([from, to], { duration: TRAVEL, easing: "ease-in-out", fill: "both" });
      trip.oncancel = trip.onfinish = () => number.remove();
      return trip;
    });
    travelling = trips;
    Promise.all(trips.map((trip) => trip.finished)).then(() => {
      travelling = [];
      view.redraw();
    }, () => {}); // others set off before these arrived
  }

  /** Where the middle of a matrix's cell is, as a place to move to. */
  function middleOf([node, [i, j], [rows, columns]]) {
    const [cell, all] = [node.getBoundingClientRect(), root.getBoundingClientRect()];
    const [right, down] = [cell.left - all.left + root.scrollLeft + (j + 0.5) * cell.width / columns, cell.top - all.top + (i + 0.5) * cell.height / rows];
    return { transform: `translate(${right}px, ${down}px) translate(-50%, -50%)` };
  }

  function stop() {
    flow.textContent = "▶ Let it flow";
    clearInterval(timer);
    travelling.forEach((trip) => trip.cancel());
    travelling = [];
    flowing = timer = null;
  }
  signal.addEventListener("abort", stop);

  const pointable = [
    [x, "pixel", "x", valueX], [gradX, "pixel", "x", valueX], [y, "unit", "y", valueY],
    [gradY, "unit", "y", valueY], [gradWeight, "weight", "grad_weight", null],
  ];
  for (const [node, kind, of, value] of pointable) {
    const shape = () => view.arrays[of].shape;
    for (const event of ["pointermove", "pointerdown"]) {
      node.addEventListener(event, (happened) => {
        const typing = document.activeElement === valueX || document.activeElement === valueY;
        if (event === "pointermove" && (typing || flowing !== null)) return;
        const to = underPointer(happened, node, shape()).map(Math.floor);
        point(kind, inside(to, shape()));
      });
    }
    node.addEventListener("keydown", (event) => {
      const to = arrowMove(event.key, place[kind], shape());
      if (to) point(kind, to);
      else if (event.key === " " && node === gradY) send();
      else if (event.key === "Enter" && value && !event.shiftKey && !event.ctrlKey && !event.altKey) value.select();
      else return;
      event.preventDefault();
    });
    node.addEventListener("focus", () => point(kind, place[kind]));
  }
  gradY.addEventListener("click", send);

  view.redraw();
}

/** How far the two gradients are apart, in words. */
function compared(arrays) {
  const names = ["x", "weight"].filter((name) => arrays[`grad_${name}`]);
  const differing = names.reduce((count, name) => count + arrays[`differs_${name}`].data.reduce((a, b) => a + b, 0), 0);
  return differing
    ? ["Backward and finite differences disagree in ", element("strong", {}, `${differing}`), differing > 1 ? " numbers" : " number", ", framed in red."]
    : ["✓ Backward and finite differences agree."];
}

const bracketed = (number) => (number < 0 ? `(${written(number)})` : written(number));

const rowsOf = (matrix) => Array.from({ length: matrix.shape[0] }, (_, i) => [...at(matrix, i).data]);

export default { render };
