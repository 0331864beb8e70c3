// Contrast normalization: x, v, y; below each the line through the window, and its local statistics.

const NAMES = ["x", "v", "y"];
const WIDEST = 290; // pixels, a picture
const NARROW = 420; // a page on which the pictures stand below one another
const PROFILE = 110;
const THUMBNAIL = 96;
const SMALLEST_DEVIATIONS = ["0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"];
const [LIMIT_Y, DEVIATIONS] = [2.5, 2.5]; // from the middle to the strongest colour

function render({ model, el, signal }) {
  let place; // row and column
  let chosen = 0; // which map
  let shown = "the maps";
  let bitmaps = {}; // painted, of one answer

  const view = scene({ model, el, signal }, draw, contrastNormalization);
  const { root, status, ask, asking } = view;
  const maps = view.arrays.x.shape[0];
  const pictures = NAMES.map((name) => canvas(name, name === "x" ? { tabindex: 0, role: "application" } : {}));
  const profiles = NAMES.map((name) => canvas(`the line of ${name} through the window`));
  const readings = NAMES.map(() => element("div", { class: "convkit-reading", style: "padding: 0; font-size: 12px" }));
  const panels = NAMES.map((name, i) => panel(name, pictures[i], profiles[i], readings[i]));
  const thumbnails = Array.from({ length: maps }, (_, j) => [canvas(`x, map ${j}`), canvas(`y, map ${j}`)]);
  const buttons = thumbnails.map((pair, j) =>
    element("button", { type: "button", class: "convkit-map", "aria-label": `map ${j}`, click: () => choose(j) },
      ...pair));

  const control = (label, name, limits) => slider(label, limits, (value) => ask(name, value));
  const controls = {
    shadow: control("shadow ×", "shadow", { min: 0, max: 0.95, step: 0.05 }),
    glare: control("glare +", "glare", { min: 0, max: 1, step: 0.05 }),
    kernel_size: control("window", "kernel_size", { min: 1, max: 41, step: 2 }),
    sigma: control("its σ", "sigma", { min: 0.25, max: 10, step: 0.25 }),
  };
  const c = select("c", SMALLEST_DEVIATIONS, (value) => ask("c", Number(value)));
  const gain = slider("gain of this map", { min: 0, max: 8, step: 0.5 }, (value) =>
    ask("gain", model.get("gain").map((old, j) => (j === chosen ? value : old))));
  const show = select("show", ["the maps", "local mean", "local deviation"], (what) => {
    shown = what;
    bitmaps = {};
    view.redraw();
  });

  root.append(
    maps > 1 ? element("div", { class: "convkit-maps convkit-top", style: "margin-top: 0" },
      ...buttons, element("div", { class: "convkit-bar" }, asking(gain.node))) : "",
    element("div", { class: "convkit-stage convkit-top" }, ...panels),
    element("div", { class: "convkit-bar" },
      asking(...Object.values(controls).map(({ node }) => node), c.node), show.node),
    element("p", { class: "convkit-hint" },
      "Point at a picture to move the window, or click x and use the arrow keys. Orange: the local mean. " +
      "Green: one deviation, or c where that is larger, to both sides of it." +
      (maps > 1 ? " Each map shows x above and y below; click one to choose it." : "")),
    status,
  );

  function draw(arrays) {
    const [, rows, columns] = arrays.x.shape;
    place = inside(place, [rows, columns]);
    const [i, j] = place;
    const colours = palette(root);
    const abreast = root.clientWidth < NARROW ? 1 : 3;
    const across = Math.min(WIDEST, root.clientWidth / abreast - 20);
    if (bitmaps.of !== arrays || bitmaps.chosen !== chosen) {
      bitmaps = { of: arrays, chosen, pictures: paint(arrays, chosen, shown), thumbnails: paintAll(arrays) };
    }
    const size = model.get("kernel_size");
    const half = (size - 1) / 2;
    const window_ = { row: i - half, column: j - half, height: size, width: size, colour: colours.frame };
    NAMES.forEach((name, step) => {
      drawPainted(pictures[step], bitmaps.pictures[step], across, [window_]);
      drawProfile(profiles[step], across, linesOf(arrays, step, chosen, i), j, colours);
      readings[step].style.maxWidth = `${across}px`;
      readings[step].replaceChildren(...reading(arrays, step, i, j));
    });
    pictures[0].setAttribute("aria-label", `x, the window at row ${i + 1} of ${rows}, column ${j + 1} of ${columns}`);
    const titles = ["x", "v = x − local mean", "y = v / max(c, σ)"];
    panels.forEach((node, step) => caption(node, titles[step], step > 0 && arrays.whose && `by ${arrays.whose}`));
    buttons.forEach((node, map) => {
      thumbnails[map].forEach((thumbnail, k) => drawPainted(thumbnail, bitmaps.thumbnails[map][k], THUMBNAIL));
      node.setAttribute("aria-pressed", String(map === chosen));
    });
    gain.show(model.get("gain")[chosen]);
    c.input.value = String(model.get("c"));
    for (const [name, { show: showValue }] of Object.entries(controls)) showValue(model.get(name));
  }

  function choose(map) {
    chosen = map;
    view.redraw();
  }

  function move(to) {
    place = to;
    view.redraw();
  }

  for (const picture of pictures) {
    for (const kind of ["pointermove", "pointerdown"]) {
      picture.addEventListener(kind, (event) =>
        move(underPointer(event, picture, view.arrays.x.shape.slice(1)).map(Math.floor)));
    }
  }
  pictures[0].addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, place, view.arrays.x.shape.slice(1));
    if (!to) return;
    move(to);
    event.preventDefault();
  });

  view.redraw();
}

/** The lowest and the highest number of x, v or y that is told from others. */
function limitsOf({ x, ranges, signed: bothSigns }, step) {
  if (step === 0 && !bothSigns) return [0, Math.max(1, largest(x))];
  const most = step === 2 ? LIMIT_Y : DEVIATIONS * Math.max(ranges[step][1][1], 1e-6);
  return [-most, most];
}

/** What each of x, v and y is painted with: black to white, or blue to red. */
function shades(arrays) {
  return NAMES.map((_, step) => {
    const [low, high] = limitsOf(arrays, step);
    return arrays.signed ? signed(high) : (value) => grey(low, high)(clamp(value, low, high));
  });
}

function paint(arrays, chosen, shown) {
  const colours = shades(arrays);
  return NAMES.map((name, step) => {
    if (shown === "the maps") return painted(at(arrays[name], chosen), colours[step]);
    if (shown === "local mean") return painted(at(arrays.mean, step), colours[step]);
    const most = step === 2 ? 1.5 : largest(at(arrays.deviation, step));
    return painted(at(arrays.deviation, step), grey(0, most));
  });
}

function paintAll(arrays) {
  const [x, , y] = shades(arrays);
  return Array.from({ length: arrays.x.shape[0] }, (_, map) =>
    [painted(at(arrays.x, map), x), painted(at(arrays.y, map), y)]);
}

/** The curves of a profile: values, and the middle and half the width of a band. */
function linesOf(arrays, step, chosen, row) {
  const values = at(arrays[NAMES[step]], chosen, row).data;
  const mean = at(arrays.mean, step, row).data;
  const around = step === 2 ? values.map(() => 1) : at(arrays.scale, row).data;
  const middle = step === 0 ? mean : values.map(() => 0);
  return { values, middle, around, mean, limits: limitsOf(arrays, step) };
}

function drawProfile(node, width, { values, middle, around, limits: [low, high], mean }, here, colours) {
  const context = prepare(node, width, PROFILE);
  const x = (column) => ((column + 0.5) * width) / values.length;
  const y = (value) => 3 + (PROFILE - 6) * (1 - (clamp(value, low, high) - low) / (high - low));
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, width, PROFILE);
  context.fillStyle = colours.result;
  context.globalAlpha = 0.25;
  context.beginPath();
  middle.forEach((value, column) => context.lineTo(x(column), y(value + around[column])));
  [...middle].reverse().forEach((value, back) => {
    const column = middle.length - 1 - back;
    context.lineTo(x(column), y(value - around[column]));
  });
  context.fill();
  context.globalAlpha = 1;
  const curve = (numbers, colour, thickness) => {
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.beginPath();
    numbers.forEach((value, column) => context.lineTo(x(column), y(value)));
    context.stroke();
  };
  curve([...values].map(() => 0), colours.line, 1);
  curve(values, colours.ink, 1.2);
  curve(mean, colours.kernel, 2);
  context.strokeStyle = colours.frame;
  context.lineWidth = 1.5;
  context.strokeRect(x(here), -2, 0, PROFILE + 4);
}

function reading({ mean, deviation, ranges, differences }, step, i, j) {
  const from = ([low, high]) => `${rounded(low)} … ${rounded(high)}`;
  const line = (...parts) => element("div", {}, ...parts);
  const strong = (text) => element("strong", {}, text);
  return [
    line("here: mean ", strong(rounded(at(mean, step, i, j))), ", deviation ",
      strong(rounded(at(deviation, step, i, j)))),
    line("mean at 90 % of places: ", from(ranges[step][0])),
    line("deviation at 90 % of places: ", from(ranges[step][1])),
    line("moved by the light: ", strong(`${Math.round(100 * differences[step])} %`)),
  ];
}

/** Two decimals, and of what is smaller one digit. */
const rounded = (number) => written(Number(Math.abs(number) < 0.1 ? number.toPrecision(1) : number.toFixed(2)));

export default { render };
