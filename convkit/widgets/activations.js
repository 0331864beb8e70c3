// Activations: a strip of heat for each network, a column for each layer, and below each column how
// much of a gradient arrives there.

const [NARROWEST, WIDEST, NAMED] = [28, 120, 60]; // pixels, a layer; and one on which its full name fits
const [HEIGHT, BAR, ABOVE] = [110, 44, 20];
const [ROW_NAME, SCALE, AROUND] = [92, 30, 24]; // beside the layers

function render({ model, el, signal }) {
  let chosen = 7; // which layer

  const view = scene({ model, el, signal }, draw);
  const { root, status, ask, askingFor } = view;
  const { names } = view.arrays;
  const depth = view.arrays.mean.shape[1];
  const rows = names.map((name, i) => canvas(name, i ? {} : { tabindex: 0, role: "application" }));
  const rowNames = names.map((name) => element("div", { style: "flex: none" }, name));
  const reading = element("table", { class: "convkit-table" });
  const doubling = (label, name, limits) =>
    slider(label, limits, (power) => ask(name, 2 ** power), (power) => written(2 ** power));
  const controls = {
    scale: doubling("weights ×", "scale", { min: -3, max: 3, step: 0.5 }),
    batch_size: doubling("batch size", "batch_size", { min: 0, max: 8 }),
  };
  const function_ = select("f", ["tanh", "relu"], (name) => ask("function", name));

  root.append(
    element("div", { class: "convkit-bar", style: "margin: 0 0 10px" },
      askingFor(["scale", "function", "batch_size"], controls.scale.node, function_.node, controls.batch_size.node)),
    ...rows.map((row, i) => element("div", { class: "convkit-stage", style: "flex-wrap: nowrap; gap: 0" },
      rowNames[i], row)),
    reading,
    element("p", { class: "convkit-hint" },
      "Each column is a layer: the stronger the colour, the more of its units say that. The bars below are a gradient on its way " +
      "back, from the right. Point at a layer, or click the upper strip and use the arrow keys, for its numbers."),
    status,
  );

  function draw(arrays) {
    const colours = palette(root);
    const rowName = Math.min(ROW_NAME, root.clientWidth / 6);
    const width = clamp((root.clientWidth - rowName - SCALE - AROUND) / depth, NARROWEST, WIDEST);
    for (const node of rowNames) node.style.width = `${rowName}px`;
    rows.forEach((node, row) => {
      drawStrip(node, arrays, row, chosen, width, colours);
      const arriving = Array.from(at(arrays.gradient, row).data, share).join(", ");
      node.setAttribute("aria-label", `${names[row]}, layer ${chosen + 1} of ${depth} chosen; gradient from layer 1 on: ${arriving}`);
    });
    const number = (name, row) => written(at(arrays[name], row, chosen));
    reading.replaceChildren(...lines(
      [`layer ${chosen + 1}`, "mean of y", "deviation of y", "gradient arriving"],
      ...names.map((name, row) => [name, number("mean", row), number("deviation", row), share(at(arrays.gradient, row, chosen))])));
    for (const [name, { show }] of Object.entries(controls)) show(Math.log2(model.get(name)));
    function_.input.value = model.get("function");
  }

  choosing(rows, depth, () => chosen, (layer) => {
    chosen = layer;
    view.redraw();
  });
  view.redraw();
}

function drawStrip(node, arrays, row, chosen, width, colours) {
  const [, layers, bins] = arrays.y.shape;
  const [low, high] = arrays.range;
  const context = prepare(node, layers * width + SCALE, ABOVE + HEIGHT + BAR);
  context.font = `${clamp(width / 3, 10, 13)}px ${getComputedStyle(node).fontFamily}`;
  context.textBaseline = "middle";
  context.fillStyle = colours.ink;
  for (const value of [low, (low + high) / 2, high]) {
    context.fillText(written(value), layers * width + 6, ABOVE + 8 + (HEIGHT - 16) * (1 - (value - low) / (high - low)));
  }
  context.textAlign = "center";
  for (let layer = 0; layer < layers; layer++) {
    const [left, inner] = [layer * width + 2, width - 4];
    context.fillStyle = colours.paper;
    context.fillRect(left, ABOVE, inner, HEIGHT);
    context.fillStyle = row ? colours.result : colours.negative;
    at(arrays.y, row, layer).data.forEach((count, bin) => {
      context.globalAlpha = count;
      context.fillRect(left, ABOVE + HEIGHT * (1 - (bin + 1) / bins), inner, HEIGHT / bins + 0.3);
    });
    context.globalAlpha = 1;
    context.strokeStyle = layer === chosen ? colours.ink : colours.line;
    context.lineWidth = layer === chosen ? 2 : 1;
    context.strokeRect(left, ABOVE, inner, HEIGHT);
    const arriving = at(arrays.gradient, row, layer);
    const tall = clamp(arriving, 0, 1) * (BAR - 20);
    context.fillStyle = colours.positive;
    context.fillRect(left, ABOVE + HEIGHT + 4, inner, Math.max(tall, 1));
    context.fillStyle = colours.ink;
    context.fillText(share(arriving), left + inner / 2, ABOVE + HEIGHT + Math.max(tall, 1) + 14);
    if (!row) context.fillText(width < NAMED ? layer + 1 : `layer ${layer + 1}`, left + inner / 2, ABOVE - 10);
  }
}

export default { render };
