// The receptive field: point at a unit, see its patch in the layers before it and in every channel.

const GAP = 26; // pixels between the pictures
const [SMALLEST, LARGEST] = [4, 18]; // pixels, the side of a unit
const CHANNELS = { 1: ["x"], 3: ["x₁ red", "x₂ green", "x₃ blue"] };
const DEEPEST = 4;

function render({ model, el, signal }) {
  let unit = { stage: model.get("depth"), row: 4, column: 4 };

  const view = scene({ model, el, signal }, draw, receptiveField);
  const { root, status, ask, asking } = view;

  const channels = CHANNELS[view.arrays.image.shape[0]].map((name) => ({ name, node: canvas(name) }));
  const layers = Array.from({ length: DEEPEST }, (_, i) => {
    const node = canvas(`layer ${i + 1}`, { tabindex: 0, role: "application" });
    return { node, panel: panel(`layer ${i + 1}`, node) };
  });
  const control = (label, name, limits) => slider(label, limits, (value) => ask(name, value));
  const depth = control("layers", "depth", { min: 1, max: DEEPEST });
  const kernelSize = control("patch, height and width", "kernel_size", { min: 1, max: 9 });
  const stride = control("stride", "stride", { min: 1, max: 3 });
  const reading = element("p", { class: "convkit-reading", "aria-live": "polite" });

  root.append(
    element("div", { class: "convkit-stage convkit-top" },
      ...channels.map(({ name, node }) => panel(name, node)), ...layers.map(({ panel }) => panel)),
    reading,
    element("div", { class: "convkit-bar" }, asking(depth.node, kernelSize.node, stride.node)),
    element("p", { class: "convkit-hint" },
      "Point at a unit of any layer, or click a layer and use the arrow keys. The stronger the orange, " +
      "the more ways lead from there to the unit."),
    status,
  );

  function draw(arrays) {
    const { stages, image } = arrays;
    const top = stages.length - 1;
    const stage = Math.min(unit.stage, top);
    unit = { stage, row: clamp(unit.row, 0, stages[stage] - 1), column: clamp(unit.column, 0, stages[stage] - 1) };
    const colours = palette(root);
    const across = channels.length * stages[0] + stages.slice(1).reduce((sum, side) => sum + side, 0);
    const room = root.clientWidth - GAP * (channels.length + top);
    const cell = clamp(Math.floor(room / across), SMALLEST, LARGEST);

    channels.forEach(({ node }, i) => {
      const seen = seenAt(arrays, 0);
      const shade = (value) => [0, 1, 2].map((colour) => (channels.length === 1 || colour === i ? value : 0.45 * value));
      drawPicture(node, at(image, i), cell * stages[0],
        (value, row, column) => mix(shade(value), [255, 140, 0], 0.65 * seen.strength(row, column)),
        [seen.frame(colours.kernel)]);
    });
    layers.forEach(({ node, panel }, i) => {
      const here = i + 1;
      panel.style.display = here > top ? "none" : "";
      if (here > top) return;
      const side = stages[here];
      const seen = here < stage && seenAt(arrays, here);
      const strengths = Float32Array.from({ length: side * side }, (_, index) =>
        seen ? seen.strength(Math.floor(index / side), index % side) : 0);
      const itself = { row: unit.row, column: unit.column, height: 1, width: 1, colour: colours.kernel, shade: 1 };
      drawMatrix(node, { shape: [side, side], data: strengths }, colours, {
        cell,
        numbers: false,
        tint: (value) => [colours.kernel, 0.8 * value],
        frames: seen ? [seen.frame(colours.kernel)] : here === stage ? [itself] : [],
      });
      node.setAttribute("aria-label",
        `layer ${here}, ${side} × ${side} units` +
          (here === stage ? `, at row ${unit.row + 1}, column ${unit.column + 1}` : ""));
    });
    const { height, width } = seenAt(arrays, 0).frame();
    const numbers = height * width * channels.length;
    reading.replaceChildren(
      `The unit at row ${unit.row + 1}, column ${unit.column + 1} of layer ${stage} sees `,
      element("strong", {}, `${height} × ${width} pixels`),
      channels.length > 1 ? ` in each of the ${channels.length} channels: ${numbers} numbers` : "",
      ` of ${stages[0] * stages[0] * channels.length}`,
      arrays.whose ? `, by ${arrays.whose}.` : ".");
    depth.show(model.get("depth"));
    kernelSize.show(model.get("kernel_size"));
    stride.show(model.get("stride"));
  }

  /** What the unit sees of an earlier stage: how strongly each place, and the frame around it. */
  function seenAt(arrays, earlier) {
    const ways = arrays[`${unit.stage} ${earlier}`];
    const [rows, columns] = [at(ways, unit.row).data, at(ways, unit.column).data];
    const most = largest({ data: rows }) * largest({ data: columns });
    const strength = (row, column) => (rows[row] * columns[column]) / most;
    const frame = (colour) => {
      const [[row, height], [column, width]] = [rows, columns].map(extent);
      return { row, column, height, width, colour };
    };
    return { strength, frame };
  }

  layers.forEach(({ node }, i) => {
    const stage = i + 1;
    const point = (event) => {
      const side = view.arrays.stages[stage];
      const pointer = underPointer(event, node, [side, side]);
      const [row, column] = pointer.map((where) => clamp(Math.floor(where), 0, side - 1));
      unit = { stage, row, column };
      view.redraw();
    };
    node.addEventListener("pointermove", point);
    node.addEventListener("pointerdown", point);
    node.addEventListener("focus", () => {
      unit = { ...unit, stage };
      view.redraw();
    });
    node.addEventListener("keydown", (event) => {
      const side = view.arrays.stages[stage];
      const to = arrowMove(event.key, [unit.row, unit.column], [side, side]);
      if (!to) return;
      unit = { stage, row: to[0], column: to[1] };
      view.redraw();
      event.preventDefault();
    });
  });

  view.redraw();
}

/** First index and length of the part that is not zero. */
function extent(numbers) {
  const first = numbers.findIndex((number) => number !== 0);
  return [first, numbers.findLastIndex((number) => number !== 0) - first + 1];
}

const mix = (from, to, share) => from.map((channel, i) => channel + share * (to[i] - channel));

export default { render };
