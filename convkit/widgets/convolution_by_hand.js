// Convolution by hand: x with the window on it, k and what lies on x, the output, the sum in full.

const [SMALLEST, LARGEST] = [34, 72]; // pixels, the side of a cell
const LARGEST_OF_SEVERAL = 42; // where channels or maps stand below one another
const AROUND = 250; // pixels for signs and gaps between the matrices
const PACE = 900; // milliseconds a step, while playing

function render({ model, el, signal }) {
  let place = [0, 0]; // row and column of the output
  let map = 0; // whose kernel lies on x
  let pixel = null; // the input that was pointed at: {channel, row, column}
  let chosen = { channel: 0, row: 0, column: 0 }; // that whose number can be changed
  const seen = new Set();
  let shape, flipped; // as last drawn
  let player = null;
  let xs = [], kernels = [], weights = [], outputs = []; // a canvas, or inputs, for each channel or map

  const view = scene({ model, el, signal }, draw, convolutionByHand);
  const { root, status, ask, asking } = view;

  const flip = toggle("flip the kernel (convolution)", (on) => ask("flip", on));
  const stride = numberInput("stride", { min: 1, max: 9, step: 1 }, (value) => ask("stride", value));
  const padding = numberInput("padding", { min: 0, max: 9, step: 1 }, (value) => ask("padding", value));
  const value = numberInput("framed x", { step: "any" }, (number) =>
    ask("x", model.get("x").map((channel, i) => channel.map((row, r) => row.map((old, c) =>
      (i === chosen.channel && r === chosen.row && c === chosen.column ? number : old))))));
  const play = button("▶ Play", () => (player ? stop() : start()));
  const [xColumn, kernelColumn, weightColumn, outputColumn] = range(4).map(() =>
    element("div", { class: "convkit-panel" }));
  const star = element("span", { class: "convkit-sign" });
  const turn = element("span", { class: "convkit-turn" });
  const sum = element("div", { "aria-live": "polite" });
  const fed = element("p", { class: "convkit-fed", "aria-live": "polite" });
  const disagreement = element("p", { class: "convkit-status", role: "status" });
  const sign = (text) => element("span", { class: "convkit-sign" }, text);

  root.append(
    element("div", { class: "convkit-stage" },
      xColumn, star, asking(kernelColumn), turn, weightColumn, sign("="), outputColumn),
    sum,
    fed,
    disagreement,
    element("div", { class: "convkit-bar" },
      play, button("Empty the output", empty),
      asking(flip.node, labelled("stride", stride), labelled("padding", padding), labelled("framed x", value))),
    element("p", { class: "convkit-hint" },
      "Point at the output to move the window; point at an input to see every output it feeds. " +
      "Or click x or the output and use the arrow keys, Home, End (on x with Shift: the input); " +
      "the space bar plays. The numbers of k can be changed, and the number of x that you click, or reach by Enter."),
    status,
  );

  /** Panels for each channel and each map, when there are other numbers of them. */
  function build(channels, maps) {
    xs = range(channels).map((channel) => {
      const node = canvas(numbered("x", channel, channels), { tabindex: 0, role: "application" });
      const point = (event) => pointAtX(event, channel);
      for (const kind of ["pointermove", "pointerdown"]) node.addEventListener(kind, point);
      node.addEventListener("pointerdown", () => choose(pixel));
      node.addEventListener("pointerleave", () => mark(null));
      node.addEventListener("keydown", (event) => onKey(event, channel));
      return node;
    });
    outputs = range(maps).map((which) => {
      const node = canvas(numbered("y", which, maps), { tabindex: 0, role: "application" });
      const point = (event) => pointAtOutput(event, which);
      for (const kind of ["pointermove", "pointerdown"]) node.addEventListener(kind, point);
      node.addEventListener("focus", () => move(place, which));
      node.addEventListener("keydown", (event) => onKey(event));
      return node;
    });
    weights = range(channels).map((channel) =>
      canvas(`the kernel as it lies on ${numbered("x", channel, channels)}`));
    kernels = range(channels).map((channel) =>
      matrixInput(channels > 1 ? `kernel of channel ${channel}` : "kernel", (rows) =>
        ask("kernel", model.get("kernel").map((kernel, which) =>
          kernel.map((old, i) => (which === map && i === channel ? rows : old))))));
    xColumn.replaceChildren(...xs.map((node, i) => panel(numbered("x", i, channels), node)));
    kernelColumn.replaceChildren(...kernels.map(({ node }) => panel("", node)));
    weightColumn.replaceChildren(...weights.map((node) => panel("", node)));
    outputColumn.replaceChildren(...outputs.map((node) => panel("", node)));
  }

  function draw(arrays) {
    const { padded, output: y } = arrays;
    const [maps, ...size] = y.shape;
    const [, channels, height, width] = arrays.weight.shape;
    if (xs.length !== channels || outputs.length !== maps) build(channels, maps);
    if (shape !== String(y.shape)) seen.clear();
    shape = String(y.shape);
    place = inside(place, size);
    map = Math.min(map, maps - 1);
    seen.add(String([map, ...place]));
    const [i, j] = place;
    const [top, left] = [i * arrays.stride, j * arrays.stride];
    const colours = palette(root);
    const across = padded.shape[2] + 2 * width + size[1];
    const most = channels * maps > 1 ? LARGEST_OF_SEVERAL : LARGEST;
    const cell = clamp(Math.floor((root.clientWidth - AROUND) / across), SMALLEST, most);
    const onWindow = (r, c) => r >= top && r < top + height && c >= left && c < left + width;
    const window = { row: top, column: left, height, width, colour: colours.kernel, shade: 0.2 };
    const feeding = (channel) => (pixel?.channel === channel
      ? [{ ...pixel, height: 1, width: 1, colour: colours.frame, shade: 0.25 }] : []);

    const frameOf = ({ channel: of, row, column }, channel) => (of === channel
      ? [{ row: row + arrays.padding, column: column + arrays.padding, height: 1, width: 1, colour: colours.ink }] : []);
    xs.forEach((node, channel) => {
      const x = at(padded, channel);
      const weight = at(arrays.weight, map, channel);
      drawMatrix(node, x, colours, {
        cell,
        tint: tinted(x, 0.25, colours.ink, colours.negative),
        faded: (r, c) => isPadding(arrays, r, c),
        corner: (r, c) => onWindow(r, c) && `×${written(at(weight, r - top, c - left))}`,
        frames: [window, ...frameOf(chosen, channel), ...feeding(channel)],
      });
      node.setAttribute("aria-label",
        `${numbered("x", channel, channels)}, with the window for row ${i + 1} of ${size[0]}, ` +
          `column ${j + 1} of ${size[1]} of the output`);
      drawMatrix(weights[channel], weight, colours, {
        cell,
        frames: [{ ...window, row: 0, column: 0 }],
      });
      kernels[channel].show(model.get("kernel")[map][channel], cell);
      caption(kernelColumn.children[channel], maps > 1 ? `k of ${numbered("y", map, maps)}` : "k");
      caption(weightColumn.children[channel], arrays.flip ? "k̃" : "k",
        `lies on ${numbered("x", channel, channels)}`);
    });
    const operation = arrays.flip ? "∗" : "⋆";
    const taken = weightOf(arrays, pixel);
    outputs.forEach((node, which) => {
      const values = at(y, which);
      const here = { row: i, column: j, height: 1, width: 1, colour: colours.result };
      const reached = cells(size).filter(([r, c]) => taken(which, r, c) !== null);
      drawMatrix(node, values, colours, {
        cell,
        tint: tinted(values, 0.4, colours.result, colours.negative),
        hidden: (r, c) => !seen.has(`${which},${r},${c}`),
        corner: (r, c) => taken(which, r, c) !== null && `×${written(taken(which, r, c))}`,
        frames: [
          ...reached.map(([row, column]) => ({ ...here, row, column, colour: colours.frame, shade: 0.2 })),
          ...(which === map ? [here] : []),
        ],
      });
      node.setAttribute("aria-label",
        `${numbered("y", which, maps)}, at row ${i + 1} of ${size[0]}, column ${j + 1} of ${size[1]}`);
      const name = channels * maps > 1 ? numbered("y", which, maps) : `x ${operation} k`;
      caption(outputColumn.children[which], name, arrays.whose && `by ${arrays.whose}`);
    });

    if (flipped !== undefined && flipped !== arrays.flip) weights.forEach(halfTurn);
    flipped = arrays.flip;
    star.textContent = operation;
    turn.textContent = arrays.flip ? "flipped ↻" : "as it is →";
    flip.input.checked = model.get("flip");
    keepTyped(stride, model.get("stride"));
    keepTyped(padding, model.get("padding"));
    keepTyped(value, model.get("x")[chosen.channel][chosen.row][chosen.column]);
    sum.replaceChildren(...sums(arrays, operation, map, place));
    fed.replaceChildren(...told(arrays, pixel));
    disagreement.textContent = at(arrays.agrees, map, i, j)
      ? ""
      : `The products sum to ${written(at(arrays.sums, map, i, j))}, but ${arrays.whose} gives ` +
        `${written(at(y, map, i, j))}.`;
  }

  function move(to, which = map) {
    if (String(to) === String(place) && which === map) return;
    [place, map] = [to, which];
    view.redraw();
  }

  function mark(next) {
    if (JSON.stringify(next) === JSON.stringify(pixel)) return;
    pixel = next;
    view.redraw();
  }

  /** Frame a number of x, to be changed; zeros of the padding are not x. */
  function choose(next) {
    const padding = view.arrays.padding;
    const [row, column] = [next.row - padding, next.column - padding];
    if (model.get("x")[next.channel][row]?.[column] === undefined) return;
    chosen = { channel: next.channel, row, column };
    view.redraw();
  }

  function empty() {
    stop();
    seen.clear();
    [place, map] = [[0, 0], 0];
    view.redraw();
  }

  function step() {
    const [maps, rows, columns] = view.arrays.output.shape;
    const next = (map * rows + place[0]) * columns + place[1] + 1;
    const row = Math.floor(next / columns);
    if (next < maps * rows * columns) move([row % rows, next % columns], Math.floor(row / rows));
    else stop();
  }

  function start() {
    const [maps, rows, columns] = view.arrays.output.shape;
    if (String([map, ...place]) === String([maps - 1, rows - 1, columns - 1])) empty();
    play.textContent = "❚❚ Pause";
    player = setInterval(step, PACE);
  }

  function stop() {
    play.textContent = "▶ Play";
    clearInterval(player);
    player = null;
  }
  signal.addEventListener("abort", stop);

  /** The pixel under the pointer, and the window whose middle is nearest. */
  function pointAtX(event, channel) {
    const { padded, weight, stride, output } = view.arrays;
    const size = padded.shape.slice(1);
    const pointer = underPointer(event, xs[channel], size);
    const nearest = pointer.map((position, axis) =>
      Math.round((position - weight.shape[axis + 2] / 2) / stride));
    const [row, column] = inside(pointer.map(Math.floor), size);
    move(inside(nearest, output.shape.slice(1)));
    mark({ channel, row, column });
  }

  function pointAtOutput(event, which) {
    const size = view.arrays.output.shape.slice(1);
    const pointer = underPointer(event, outputs[which], size);
    move(inside(pointer.map(Math.floor), size), which);
  }

  function onKey(event, channel) {
    const { padded, output } = view.arrays;
    if (event.shiftKey && channel !== undefined) {
      const from = pixel?.channel === channel ? [pixel.row, pixel.column] : [0, 0];
      const to = arrowMove(event.key, from, padded.shape.slice(1));
      if (!to) return;
      mark({ channel, row: to[0], column: to[1] });
    } else {
      const to = arrowMove(event.key, place, output.shape.slice(1));
      if (to) move(to);
      else if (event.key === " ") play.click();
      else if (event.key === "Enter" && channel !== undefined && !event.ctrlKey && !event.altKey) {
        if (pixel) choose(pixel);
        value.select();
      }
      else return;
    }
    event.preventDefault();
  }

  view.redraw();
}

export default { render };
