// Convolution by hand: x with the window on it, k and what lies on x, the output, the sum in full.

const [SMALLEST, LARGEST] = [34, 58]; // pixels, the side of a cell
const AROUND = 250; // pixels for signs and gaps between the matrices
const PACE = 900; // milliseconds a step, while playing

function render({ model, el, signal }) {
  let place = [0, 0]; // row and column of the output
  const seen = new Set();
  let shape, flipped; // as last drawn
  let player = null;

  const x = canvas("x", { tabindex: 0, role: "application" });
  const output = canvas("output");
  const weight = canvas("the kernel as it lies on x");
  const view = scene({ model, el, signal }, draw);
  const { root, status, ask } = view;

  const kernel = matrixInput("kernel", (rows) => ask("kernel", rows));
  const flip = toggle("flip the kernel (convolution)", (on) => ask("flip", on));
  const stride = numberInput("stride", { min: 1, max: 9, step: 1 }, (value) => ask("stride", value));
  const padding = numberInput("padding", { min: 0, max: 9, step: 1 }, (value) => ask("padding", value));
  const play = button("▶ Play", () => (player ? stop() : start()));
  const weightPanel = panel("", weight);
  const outputPanel = panel("", output);
  const star = element("span", { class: "convkit-sign" });
  const turn = element("span", { class: "convkit-turn" });
  const sum = element("div", { class: "convkit-sum", "aria-live": "polite" });
  const disagreement = element("p", { class: "convkit-status", role: "status" });
  const sign = (text) => element("span", { class: "convkit-sign" }, text);

  root.append(
    element("div", { class: "convkit-stage" },
      panel("x", x), star, panel("k", kernel.node), turn, weightPanel, sign("="), outputPanel),
    sum,
    disagreement,
    element("div", { class: "convkit-bar" },
      play, button("Empty the output", empty), flip.node,
      labelled("stride", stride), labelled("padding", padding)),
    element("p", { class: "convkit-hint" },
      "Point at x or at the output to move the window, or click x and use the arrow keys, Home, End; " +
      "the space bar plays. The numbers of k can be changed."),
    status,
  );

  function draw(arrays) {
    const { padded, products, sums, output: y, agrees } = arrays;
    const [rows, columns] = y.shape;
    const [height, width] = arrays.weight.shape;
    if (shape !== String(y.shape)) seen.clear();
    shape = String(y.shape);
    place = inside(place, y.shape);
    seen.add(String(place));
    const [i, j] = place;
    const [top, left] = [i * arrays.stride, j * arrays.stride];
    const colours = palette(root);
    const across = padded.shape[1] + 2 * width + columns;
    const cell = clamp(Math.floor((root.clientWidth - AROUND) / across), SMALLEST, LARGEST);
    const onWindow = (r, c) => r >= top && r < top + height && c >= left && c < left + width;
    const isPadding = (r, c) =>
      Math.min(r, c, padded.shape[0] - 1 - r, padded.shape[1] - 1 - c) < arrays.padding;

    drawMatrix(x, padded, colours, {
      cell,
      tint: tinted(padded, 0.25, colours.ink, colours.negative),
      faded: isPadding,
      corner: (r, c) => onWindow(r, c) && `×${written(at(arrays.weight, r - top, c - left))}`,
      frames: [{ row: top, column: left, height, width, colour: colours.kernel, shade: 0.2 }],
    });
    drawMatrix(weight, arrays.weight, colours, {
      cell,
      frames: [{ row: 0, column: 0, height, width, colour: colours.kernel, shade: 0.2 }],
    });
    drawMatrix(output, y, colours, {
      cell,
      tint: tinted(y, 0.4, colours.result, colours.negative),
      hidden: (r, c) => !seen.has(`${r},${c}`),
      frames: [{ row: i, column: j, height: 1, width: 1, colour: colours.result }],
    });

    if (flipped !== undefined && flipped !== arrays.flip) halfTurn(weight);
    flipped = arrays.flip;

    const operation = arrays.flip ? "∗" : "⋆";
    star.textContent = operation;
    turn.textContent = arrays.flip ? "flipped ↻" : "as it is →";
    caption(weightPanel, arrays.flip ? "k̃" : "k", "lies on x");
    caption(outputPanel, `x ${operation} k`, arrays.whose && `by ${arrays.whose}`);
    x.setAttribute(
      "aria-label",
      `x, with the window for row ${i + 1} of ${rows}, column ${j + 1} of ${columns} of the output`,
    );
    kernel.show(model.get("kernel"), cell);
    flip.input.checked = model.get("flip");
    keepTyped(stride, model.get("stride"));
    keepTyped(padding, model.get("padding"));
    sum.replaceChildren(...terms(arrays, i, j, operation));
    disagreement.textContent = at(agrees, i, j)
      ? ""
      : `The products sum to ${written(at(sums, i, j))}, but ${arrays.whose} gives ${written(at(y, i, j))}.`;
  }

  /** "(x ∗ k)₀₀ = 1 × 0 + …" and, below, the products and their sum. */
  function terms({ padded, weight, products, sums, stride }, i, j, operation) {
    const cells = [
      element("span", { class: "convkit-symbol" }, `(x ${operation} k)`, element("sub", {}, `${i}${j}`)),
      element("span"),
    ];
    const [height, width] = weight.shape;
    const bracketed = (number) => (number < 0 ? `(${written(number)})` : written(number));
    for (let p = 0; p < height; p++) {
      for (let q = 0; q < width; q++) {
        const lead = p + q ? "+" : "=";
        const factor = element("span", { class: "convkit-factor" }, bracketed(at(weight, p, q)));
        const value = bracketed(at(padded, i * stride + p, j * stride + q));
        cells.push(element("span", {}, `${lead} `, factor, ` × ${value}`));
        cells.push(element("span", {}, `${lead} ${bracketed(at(products, i, j, p, q))}`));
      }
    }
    cells.push(element("span"), element("strong", {}, `= ${written(at(sums, i, j))}`));
    return cells;
  }

  function move(to) {
    if (String(to) === String(place)) return;
    place = to;
    view.redraw();
  }

  function empty() {
    stop();
    seen.clear();
    place = [0, 0];
    view.redraw();
  }

  function step() {
    const [rows, columns] = view.arrays.output.shape;
    const next = place[0] * columns + place[1] + 1;
    if (next < rows * columns) move([Math.floor(next / columns), next % columns]);
    else stop();
  }

  function start() {
    const [rows, columns] = view.arrays.output.shape;
    if (place[0] === rows - 1 && place[1] === columns - 1) empty();
    play.textContent = "❚❚ Pause";
    player = setInterval(step, PACE);
  }

  function stop() {
    play.textContent = "▶ Play";
    clearInterval(player);
    player = null;
  }
  signal.addEventListener("abort", stop);

  /** The window whose middle is nearest to the pointer. */
  function pointAtX(event) {
    const { padded, weight, stride } = view.arrays;
    const pointer = underPointer(event, x, padded.shape);
    const nearest = pointer.map((position, axis) => Math.round((position - weight.shape[axis] / 2) / stride));
    move(inside(nearest, view.arrays.output.shape));
  }

  function pointAtOutput(event) {
    const { shape } = view.arrays.output;
    const pointer = underPointer(event, output, shape);
    move(inside(pointer.map(Math.floor), shape));
  }

  for (const kind of ["pointermove", "pointerdown"]) {
    x.addEventListener(kind, pointAtX);
    output.addEventListener(kind, pointAtOutput);
  }
  x.addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, place, view.arrays.output.shape);
    if (to) move(to);
    else if (event.key === " ") play.click();
    else return;
    event.preventDefault();
  });

  view.redraw();
}

export default { render };
