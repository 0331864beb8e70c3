// Parameters: what one unit sees, and how many weights that makes: areas to true scale, and a lens.

const [SKETCH_WIDTH, ROW_HEIGHT] = [190, 92]; // pixels
const SMALLEST_PATCH = 9; // pixels, in the sketch
const [SMALLEST_FIELD, LARGEST_FIELD] = [200, 300]; // pixels, of the areas
const NEAREST = 12; // pixels, a weight under the lens at its strongest
const DIVE = 5000; // milliseconds

const grouped = (number) => number.toLocaleString("en");

/** Bytes as megabytes, small ones with decimals. */
const megabytes = (bytes) => {
  const mega = bytes / 1e6;
  return `${mega >= 100 ? grouped(Math.round(mega)) : written(mega)} MB`;
};

function render({ model, el, signal }) {
  let depth = 0.4; // of the lens: from 0, everything, to 1, single weights
  let diving = null;

  const [sketches, whole, near] = [canvas("what a unit sees"), canvas("all weights"), canvas("under the lens")];
  const view = scene({ model, el, signal }, draw, parameters);
  const { root, status, ask, asking } = view;

  const control = (label, name, limits) => slider(label, limits, (value) => ask(name, value));
  const controls = {
    image_size: control("image, height and width", "image_size", { min: 10, max: 400, step: 10 }),
    channels: control("channels", "channels", { min: 1, max: 64 }),
    units: control("hidden units", "units", { min: 1000, max: 100000, step: 1000 }),
    filter_size: control("filter, height and width", "filter_size", { min: 1, max: 40 }),
    maps: control("feature maps", "maps", { min: 1, max: 500 }),
  };
  const lens = slider("lens", { min: 0, max: 1, step: 0.01, style: "width: 160px" }, look, () => `${written(zoom())} ×`);
  const numbers = element("div", { "aria-live": "polite" });
  const nearPanel = panel("under the lens", near);

  root.append(
    element("div", { class: "convkit-stage convkit-top" }, sketches, numbers, panel("each weight, the same area", whole), nearPanel),
    element("div", { class: "convkit-bar" }, button("▶ Dive in", dive), lens.node),
    element("div", { class: "convkit-bar" }, asking(...Object.values(controls).map(({ node }) => node))),
    element("p", { class: "convkit-hint" },
      "The squares' areas are the numbers of weights, to scale. All begin in the lower left corner, where the lens is. " +
      "Memory: four bytes a weight; training takes several times that."),
    status,
  );

  const field = () => clamp(Math.floor((root.clientWidth - SKETCH_WIDTH - 370) / 2), SMALLEST_FIELD, LARGEST_FIELD);
  const most = () => Math.sqrt(Math.max(...view.arrays.rows.map(({ weights }) => weights), 1));
  /** How many times nearer the lens is than the picture of all. */
  const zoom = () => Math.max((NEAREST * most()) / field(), 1) ** depth;

  function draw({ rows, image_size, filter_size }) {
    const colours = palette(root);
    const size = field();
    const across = most() / zoom(); // weights along a side of what the lens sees
    drawSketches(sketches, filter_size / image_size, colours);
    drawAreas(whole, rows, size, most(), colours, size / zoom());
    drawAreas(near, rows, size, across, colours);
    sketches.setAttribute("aria-label",
      "a unit that sees all pixels; units that each see a patch; units that share one patch of weights");
    const shares = rows.map(({ name, weights }) => `${name}: ${grouped(weights)} weights`).join("; ");
    whole.setAttribute("aria-label", `squares to scale: ${shares}`);
    near.setAttribute("aria-label", `the lower left corner ${written(zoom())} times nearer`);
    caption(nearPanel, "under the lens", `${written(zoom())} × nearer`);
    const inks = inksOf(colours);
    numbers.replaceChildren(...rows.map(({ name, weights, bytes, units, product, slides }, row) =>
      element("div", { style: `height: ${ROW_HEIGHT}px; width: 290px; line-height: 1.35` },
        element("span", { style: `display: inline-block; width: 12px; height: 12px; margin-right: 6px; background: ${inks[row]}` }),
        `${name} (slides: ${slides.words})`, element("br"),
        element("strong", {}, `${grouped(weights)} weights`), element("br"),
        `= ${product}`, element("br"),
        `${megabytes(bytes)}, for ${grouped(units)} units`)));
    for (const [name, { show }] of Object.entries(controls)) show(model.get(name));
    lens.show(depth);
  }

  function look(to) {
    stop();
    depth = to;
    view.redraw();
  }

  function dive() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return look(1);
    stop();
    const start = performance.now();
    const frame = (now) => {
      depth = clamp((now - start) / DIVE, 0, 1);
      view.redraw();
      diving = depth < 1 ? requestAnimationFrame(frame) : null;
    };
    diving = requestAnimationFrame(frame);
  }

  function stop() {
    cancelAnimationFrame(diving);
    diving = null;
  }
  signal.addEventListener("abort", stop);

  view.redraw();
}

const inksOf = ({ negative, kernel, result }) => [negative, kernel, result];

/** Squares whose areas are the weights, from the lower left corner of a field that is `across`
 *  weights wide; the frame of the lens is `lens` pixels wide. */
function drawAreas(node, rows, size, across, colours, lens) {
  const context = prepare(node, size, size);
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, size, size);
  const inks = inksOf(colours);
  const sides = rows.map(({ weights }) => (Math.sqrt(weights) / across) * size);
  const largestFirst = sides.map((_, i) => i).sort((a, b) => sides[b] - sides[a]);
  for (const i of largestFirst) {
    const side = Math.min(sides[i], size);
    context.fillStyle = inks[i];
    context.fillRect(0, size - side, side, side);
    if (size / across < 5) continue;
    context.strokeStyle = colours.paper;
    context.lineWidth = 1;
    for (let line = 0; line < side; line += size / across) {
      context.strokeRect(line, size - side, 0, side);
      context.strokeRect(0, size - line, side, 0);
    }
  }
  context.strokeStyle = colours.line;
  context.strokeRect(0.5, 0.5, size - 1, size - 1);
  context.font = `600 14px ${getComputedStyle(node).fontFamily}`;
  context.textBaseline = "top";
  for (const i of largestFirst) {
    const { name } = rows[i];
    const wide = context.measureText(name).width;
    const covered = sides.some((side, other) => other !== i && side > wide + 12 && side <= sides[i] && side > Math.min(sides[i], size) - 26);
    if (sides[i] < wide + 12 || covered) continue;
    const top = size - Math.min(sides[i], size);
    context.fillStyle = colours.paper;
    context.fillRect(Math.min(sides[i], size) - wide - 12, top + 4, wide + 8, 20);
    context.fillStyle = colours.ink;
    context.fillText(name, Math.min(sides[i], size) - wide - 8, top + 7);
  }
  if (!lens) return;
  context.strokeStyle = colours.ink;
  context.lineWidth = 2;
  context.strokeRect(1, size - Math.max(lens, 6) - 1, Math.max(lens, 6), Math.max(lens, 6));
}

/** For each kind of layer an image on the left, units on the right, and what two of them see. */
function drawSketches(node, share, colours) {
  const context = prepare(node, SKETCH_WIDTH, 3 * ROW_HEIGHT);
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

export default { render };
