// Parameters: what one unit sees, and how many weights that makes, on a logarithmic scale.

const [SKETCH_WIDTH, ROW_HEIGHT, AXIS_HEIGHT] = [190, 92, 24]; // pixels
const SMALLEST_PATCH = 9; // pixels, in the sketch
const [FIRST_POWER, LAST_POWER] = [0, 12]; // of ten, on the axis
const POWERS = { 0: "1", 3: "1K", 6: "1M", 9: "1B", 12: "1000B" };

const grouped = (number) => number.toLocaleString("en");

/** Bytes as megabytes, small ones with decimals. */
const megabytes = (bytes) => {
  const mega = bytes / 1e6;
  return `${mega >= 100 ? grouped(Math.round(mega)) : written(mega)} MB`;
};

function render({ model, el, signal }) {
  const sketches = canvas("");
  const bars = canvas("");
  const view = scene({ model, el, signal }, draw);
  const { root, status, ask, asking } = view;

  const control = (label, name, limits) => slider(label, limits, (value) => ask(name, value));
  const controls = {
    image_size: control("image, height and width", "image_size", { min: 10, max: 400, step: 10 }),
    channels: control("channels", "channels", { min: 1, max: 64 }),
    units: control("hidden units", "units", { min: 1000, max: 100000, step: 1000 }),
    filter_size: control("filter, height and width", "filter_size", { min: 1, max: 40 }),
    maps: control("feature maps", "maps", { min: 1, max: 500 }),
  };
  const numbers = element("div", { "aria-live": "polite", style: `padding-bottom: ${AXIS_HEIGHT}px` });

  root.append(
    element("div", { class: "convkit-stage convkit-top" }, sketches, bars, numbers),
    element("div", { class: "convkit-bar" }, asking(...Object.values(controls).map(({ node }) => node))),
    element("p", { class: "convkit-hint" },
      "Each step to the right on the scale is ten times as many weights. ▼ is the slides' figure. " +
      "Memory: four bytes a weight; training takes several times that."),
    status,
  );

  function draw({ rows, image_size, filter_size }) {
    const colours = palette(root);
    const width = clamp(root.clientWidth - SKETCH_WIDTH - 300, 220, 560);
    drawSketches(sketches, filter_size / image_size, colours);
    drawBars(bars, rows, width, colours);
    sketches.setAttribute("aria-label",
      "a unit that sees all pixels; units that each see a patch; units that share one patch of weights");
    bars.setAttribute("aria-label", rows.map(({ name, weights }) => `${name}: ${grouped(weights)} weights`).join("; "));
    numbers.replaceChildren(...rows.map(({ weights, bytes, units }) =>
      element("div", { style: `height: ${ROW_HEIGHT}px; padding-top: 30px; box-sizing: border-box` },
        element("strong", {}, `${grouped(weights)} weights`), element("br"),
        `${megabytes(bytes)}, for ${grouped(units)} units`)));
    for (const [name, { show }] of Object.entries(controls)) show(model.get(name));
  }

  view.redraw();
}

/** For each kind of layer an image on the left, units on the right, and what two of them see. */
function drawSketches(node, share, colours) {
  const context = prepare(node, SKETCH_WIDTH, 3 * ROW_HEIGHT + AXIS_HEIGHT);
  const side = ROW_HEIGHT - 22;
  const patch = clamp(share * side, SMALLEST_PATCH, side);
  const [left, right] = [4, SKETCH_WIDTH - 40];
  const places = [0.08 * (side - patch), 0.85 * (side - patch)];
  const { negative: all, kernel: one, positive: other, result: shared } = colours;
  const seen = [
    [{ top: 0, size: side, unit: 0.5, colour: all, weights: "W" }],
    [
      { top: places[0], size: patch, unit: 0.2, colour: one, weights: "W₁" },
      { top: places[1], size: patch, unit: 0.8, colour: other, weights: "W₂" },
    ],
    [
      { top: places[0], size: patch, unit: 0.2, colour: shared, weights: "W" },
      { top: places[1], size: patch, unit: 0.8, colour: shared, weights: "W" },
    ],
  ];
  context.font = `italic 16px ${getComputedStyle(node).fontFamily}`;
  seen.forEach((patches, row) => {
    const above = row * ROW_HEIGHT + 6;
    context.strokeStyle = colours.line;
    context.fillStyle = colours.paper;
    for (const [x, across] of [[left, side], [right, 26]]) {
      context.fillRect(x, above, across, side);
      context.strokeRect(x + 0.5, above + 0.5, across, side);
    }
    for (const { top, size, unit, colour, weights } of patches) {
      const x = left + (size === side ? 0 : 0.45 * (side - size));
      const [unitX, unitY] = [right + 13, above + unit * side];
      context.fillStyle = context.strokeStyle = colour;
      context.globalAlpha = 0.22;
      context.beginPath();
      context.moveTo(x + size, above + top);
      context.lineTo(unitX, unitY);
      context.lineTo(x + size, above + top + size);
      context.fill();
      context.globalAlpha = 0.55;
      context.fillRect(x, above + top, size, size);
      context.globalAlpha = 1;
      context.strokeRect(x + 0.5, above + top + 0.5, size - 1, size - 1);
      context.beginPath();
      context.arc(unitX, unitY, 6, 0, 7);
      context.fill();
      context.fillStyle = colours.ink;
      context.fillText(weights, left + side + 24, unitY + 6);
    }
  });
}

function drawBars(node, rows, width, colours) {
  const height = 3 * ROW_HEIGHT + AXIS_HEIGHT;
  const context = prepare(node, width, height);
  const family = getComputedStyle(node).fontFamily;
  const [from, to] = [8, width - 34];
  const along = (number) => {
    const power = clamp(Math.log10(Math.max(number, 1)), FIRST_POWER, LAST_POWER);
    return from + ((to - from) * (power - FIRST_POWER)) / (LAST_POWER - FIRST_POWER);
  };
  context.font = `12px ${family}`;
  for (let power = FIRST_POWER; power <= LAST_POWER; power++) {
    const x = Math.round(along(10 ** power)) + 0.5;
    context.strokeStyle = colours.line;
    context.globalAlpha = POWERS[power] ? 1 : 0.35;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height - AXIS_HEIGHT + 2);
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = colours.ink;
    context.textAlign = "center";
    if (POWERS[power]) context.fillText(POWERS[power], x, height - 6);
  }
  rows.forEach(({ name, weights, product, slides }, row) => {
    const top = row * ROW_HEIGHT;
    context.textAlign = "left";
    context.fillStyle = colours.paper;
    context.font = `600 14px ${family}`;
    context.fillRect(from, top + 3, Math.max(context.measureText(name).width, 0) + 8, 19);
    context.fillStyle = colours.ink;
    context.fillText(name, from + 2, top + 17);
    context.font = `12px ${family}`;
    context.fillStyle = [colours.negative, colours.kernel, colours.result][row];
    context.fillRect(from, top + 42, Math.max(along(weights) - from, 1), 20);
    context.fillStyle = colours.paper;
    context.fillRect(from, top + 66, context.measureText(product).width + 8, 16);
    context.fillStyle = colours.ink;
    context.fillText(product, from + 2, top + 78);
    const mark = along(slides.weights);
    context.beginPath();
    context.moveTo(mark - 5, top + 32);
    context.lineTo(mark + 5, top + 32);
    context.lineTo(mark, top + 41);
    context.fill();
    context.fillText(slides.words, mark + 9, top + 38);
  });
}

export default { render };
