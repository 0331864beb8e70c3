// Company: a unit among others, layer by layer, a row without and a row with batch normalization.

const [NARROWEST, WIDEST] = [60, 130]; // pixels, a histogram
const [HEIGHT, ABOVE, BELOW] = [100, 20, 12];
const ROW_NAME = 92;

function render({ model, el, signal }) {
  let chosen = 7; // which layer

  const view = scene({ model, el, signal }, draw);
  const { root, status, ask, askingFor } = view;
  const { names } = view.arrays;
  const depth = view.arrays.mean.shape[1];
  const rows = names.map((name) => canvas(`histograms of all layers ${name}`));
  rows[0].setAttribute("tabindex", 0);
  rows[0].setAttribute("role", "application");
  const reading = element("table", { class: "convkit-table" });

  const range = (label, name, limits) => slider(label, limits, (value) => ask(name, value));
  const batchSize = slider("batch size", { min: 0, max: 8 }, (power) => ask("batch_size", 2 ** power),
    (power) => written(2 ** power));
  const ranges = {
    gamma: range("γ", "gamma", { min: 0, max: 4, step: 0.25 }),
    beta: range("β", "beta", { min: -3, max: 3, step: 0.25 }),
    company: range("other company", "company", { min: 0, max: 11 }),
    seen: range("batches seen before", "seen", { min: 0, max: 60 }),
  };
  const testTime = toggle("test time", (on) => ask("test_time", on));

  root.append(
    ...rows.map((row, i) => element("div", { class: "convkit-stage", style: "flex-wrap: nowrap; gap: 0" },
      element("div", { style: `width: ${ROW_NAME}px; flex: none` }, names[i]), row)),
    reading,
    element("div", { class: "convkit-bar" },
      askingFor([...Object.keys(ranges), "batch_size", "test_time"],
        ranges.gamma.node, ranges.beta.node, batchSize.node, ranges.company.node, testTime.node, ranges.seen.node)),
    element("p", { class: "convkit-hint" },
      "Orange: one unit of one sample; the bar below is where it would be in other company. ∇: how much of a gradient " +
      "arrives. Point at a layer, or click the upper row and use the arrow keys, for its numbers."),
    status,
  );

  function draw(arrays) {
    const colours = palette(root);
    const width = clamp((root.clientWidth - ROW_NAME - 24) / depth, NARROWEST, WIDEST);
    rows.forEach((node, row) => drawRow(node, arrays, row, chosen, width, colours));
    const number = (name, row) => written(at(arrays[name], row, chosen));
    reading.replaceChildren(...lines(
      [`layer ${chosen + 1}`, "mean of y", "deviation of y", "gradient arriving", "the orange unit, in other company"],
      ...names.map((name, row) => [name, number("mean", row), number("deviation", row),
        share(at(arrays.gradient, row, chosen)),
        `${number("first", row)}, ${number("lowest", row)} to ${number("highest", row)}`])));
    rows[0].setAttribute("aria-label", `histograms of all layers ${names[0]}, layer ${chosen + 1} of ${depth} chosen`);
    batchSize.show(Math.log2(model.get("batch_size")));
    for (const [name, { show: showValue }] of Object.entries(ranges)) showValue(model.get(name));
    testTime.input.checked = model.get("test_time");
    ranges.seen.node.style.visibility = model.get("test_time") ? "visible" : "hidden";
  }

  choosing(rows, depth, () => chosen, (layer) => {
    chosen = layer;
    view.redraw();
  });
  view.redraw();
}

function drawRow(node, arrays, row, chosen, width, colours) {
  const [, layers, bins] = arrays.y.shape;
  const context = prepare(node, layers * width, ABOVE + HEIGHT + BELOW);
  const [low, high] = arrays.range;
  context.font = `12px ${getComputedStyle(node).fontFamily}`;
  context.textAlign = "center";
  for (let layer = 0; layer < layers; layer++) {
    const [left, inner] = [layer * width + 3, width - 6];
    const x = (value) => left + (inner * (clamp(value, low, high) - low)) / (high - low);
    context.fillStyle = colours.paper;
    context.fillRect(left, ABOVE, inner, HEIGHT);
    context.fillStyle = row ? colours.result : colours.negative;
    at(arrays.y, row, layer).data.forEach((count, bin) => {
      const height = count * (HEIGHT - 4);
      context.fillRect(left + (inner * bin) / bins, ABOVE + HEIGHT - height, inner / bins + 0.3, height);
    });
    context.strokeStyle = layer === chosen ? colours.ink : colours.line;
    context.lineWidth = layer === chosen ? 2 : 1;
    context.strokeRect(left, ABOVE, inner, HEIGHT);
    context.fillStyle = colours.ink;
    context.fillText(`∇ ${share(at(arrays.gradient, row, layer))}`, left + inner / 2, ABOVE - 6);
    const first = x(at(arrays.first, row, layer));
    const [from, to] = [x(at(arrays.lowest, row, layer)), x(at(arrays.highest, row, layer))];
    context.fillStyle = colours.kernel;
    context.fillRect(first - 1, ABOVE, 2, HEIGHT);
    context.fillRect(from - 1, ABOVE + HEIGHT + 4, to - from + 2, 4);
  }
}

export default { render };
