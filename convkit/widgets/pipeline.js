// Pipeline: a column for each operation with its maps, shape and parameters; below, what it is worth.

const [SMALLEST, LARGEST] = [56, 84]; // pixels, a map
const GAP = 6; // between maps
const [BARS_WIDTH, BARS_HEIGHT, FOOT] = [900, 150, 40]; // pixels
const NAMES = { F: "filters, tanh", R: "rectify", N: "normalize", P: "pool" };

function render({ model, el, signal }) {
  let chosen = 0; // of the images

  const view = scene({ model, el, signal }, draw);
  const { root, status, ask, asking } = view;
  const image = canvas("", { tabindex: 0, role: "application" });
  const bars = canvas("", { tabindex: 0, role: "application" });
  const chain = element("div", { style: "display: flex; flex-wrap: wrap; gap: 10px; align-items: flex-start" });
  const stages = select("stages", ["1", "2"], (value) => ask("stages", Number(value)));
  const rectify = toggle("R: rectify", (on) => ask("rectify", on));
  const normalize = toggle("N: normalize", (on) => ask("normalize", on));
  const pooling = select("P: pool by", ["average", "max"], (value) => ask("pooling", value));
  const negative = toggle("turn the polarity", (on) => ask("negative", on));
  const contrast = slider("contrast", { min: 0.1, max: 1, step: 0.1 }, (value) => ask("contrast", value));
  const light = slider("light from the right", { min: 0, max: 1, step: 0.1 }, (value) => ask("light", value));
  const reading = element("div", { class: "convkit-reading", "aria-live": "polite" });
  let columns = [];

  root.append(
    element("div", { class: "convkit-bar", style: "margin: 0 0 12px" },
      asking(stages.node, rectify.node, normalize.node, pooling.node)),
    chain,
    element("div", { class: "convkit-bar" }, asking(negative.node, contrast.node, light.node)),
    reading, bars,
    element("p", { class: "convkit-hint" },
      "Click the image, or use its arrow keys, for another digit. Click a pair of bars, or use their arrow keys, to assemble that design."),
    status,
  );

  function draw(arrays) {
    const { steps, x, changes, units, classifier } = arrays;
    const colours = palette(root);
    const side = clamp(Math.floor(root.clientWidth / (steps.length + 3)) - 14, SMALLEST, LARGEST);
    build(steps);
    drawPicture(image, at(x, chosen), side, grey(-1, 1));
    image.setAttribute("aria-label", `x, image ${chosen + 1} of ${x.shape[0]}`);
    steps.forEach((step, i) => {
      const { node, change } = columns[i];
      drawMaps(node, at(arrays[`maps${i}`], chosen), side, colours);
      node.setAttribute("aria-label", `the first maps after ${NAMES[step.letter]}, negative blue, positive red`);
      change.textContent = model.get("negative") || model.get("light") || model.get("contrast") !== 1
        ? `changed ${Math.round(100 * at(changes, i, chosen))} %` : "";
    });
    columns.at(-1).text.replaceChildren(
      element("strong", {}, "10 classes"), element("br"), `from ${units} units`, element("br"), `${classifier.toLocaleString("en")} parameters`);

    const here = arrays.designs.find(({ name }) => name === arrays.design);
    drawBars(bars, arrays, Math.min(BARS_WIDTH, root.clientWidth - 10), colours);
    bars.setAttribute("aria-label",
      arrays.designs.map(({ name, random, trained }) => `${name}: random ${percent(random)}, trained ${percent(trained)}`).join("; "));
    reading.replaceChildren(
      element("strong", {}, ...writtenOut(arrays.design)), ": right on ", legend(`${percent(here.random)} with random filters`, "kernel"),
      ", on ", legend(`${percent(here.trained)} with trained ones`, "result"), ", of test digits of either polarity in uneven light",
      arrays.whose && ` (measured with convkit's layers; the maps are by ${arrays.whose})`);
    stages.input.value = String(model.get("stages"));
    pooling.input.value = model.get("pooling");
    for (const [control, name] of [[rectify, "rectify"], [normalize, "normalize"], [negative, "negative"]]) {
      control.input.checked = model.get(name);
    }
    contrast.show(model.get("contrast"));
    light.show(model.get("light"));
  }

  /** The columns of the chain, anew where the operations are others. */
  function build(steps) {
    const written = JSON.stringify(steps);
    if (chain.dataset.steps === written) return;
    chain.dataset.steps = written;
    columns = steps.map(({ letter, shape: [maps, rows, across], parameters }) => {
      const node = canvas("");
      const change = element("strong");
      const text = element("small", { style: "text-align: center; line-height: 1.5" },
        NAMES[letter], element("br"), `${maps} × ${rows}×${across}`, element("br"),
        ...(parameters ? [parameters.toLocaleString("en"), element("br"), "parameters", element("br")] : []), change);
      return { column: panel(letter, node, text), node, change, text };
    });
    const end = element("div", { style: "align-self: center; line-height: 1.6" });
    columns.push({ column: end, text: end });
    chain.replaceChildren(panel("x", image), ...columns.map(({ column }) => column));
  }

  function choose(number) {
    const [count] = view.arrays.x.shape;
    chosen = (number + count) % count;
    view.redraw();
  }
  image.addEventListener("click", () => choose(chosen + 1));
  image.addEventListener("keydown", (event) => {
    const [count] = view.arrays.x.shape;
    const to = arrowMove(event.key, [0, chosen], [1, count]);
    if (!to) return;
    choose(to[1]);
    event.preventDefault();
  });

  function assemble(number) {
    const design = view.arrays.designs[number];
    if (!design) return;
    const { stages, rectify, normalize, pooling } = design;
    ask("stages", stages, { rectify, normalize, pooling });
  }
  bars.addEventListener("click", (event) => {
    const { designs } = view.arrays;
    assemble(Math.floor(underPointer(event, bars, [1, designs.length])[1]));
  });
  bars.addEventListener("keydown", (event) => {
    const { designs, design } = view.arrays;
    const here = designs.findIndex(({ name }) => name === design);
    const to = arrowMove(event.key, [0, here], [1, designs.length]);
    if (!to) return;
    assemble(to[1]);
    event.preventDefault();
  });

  view.redraw();
}

const legend = (text, colour) => element("strong", { style: `color: var(--convkit-${colour})` }, text);

/** A design's name in HTML: P_A with its letter set lower. */
const writtenOut = (name) => name.split(/_(.)/).map((part, i) => (i % 2 ? element("sub", {}, part) : part));

const percent = (share) => `${Math.round(100 * share)} %`;

/** Maps one below the other, in signed colours on a scale of their own. */
function drawMaps(node, maps, side, colours) {
  const [count, rows, columns] = maps.shape;
  const shade = signed(largest(maps));
  const high = (side * rows) / columns;
  const context = prepare(node, side, count * (high + GAP) - GAP);
  context.imageSmoothingEnabled = false;
  context.strokeStyle = colours.line;
  for (let map = 0; map < count; map++) {
    context.drawImage(painted(at(maps, map), shade), 0, map * (high + GAP), side, high);
    context.strokeRect(0.5, map * (high + GAP) + 0.5, side - 1, high - 1);
  }
}

/** For every design a pair of bars: random and trained filters. */
function drawBars(node, { designs, design }, width, colours) {
  const context = prepare(node, width, BARS_HEIGHT + FOOT);
  const across = width / designs.length;
  const bar = across / 3;
  context.textAlign = "center";
  designs.forEach((each, i) => {
    const left = i * across;
    if (each.name === design) {
      context.fillStyle = colours.line;
      context.globalAlpha = 0.35;
      context.fillRect(left, 0, across, BARS_HEIGHT + FOOT);
      context.globalAlpha = 1;
    }
    [["random", colours.kernel], ["trained", colours.result]].forEach(([filters, colour], k) => {
      const high = each[filters] * (BARS_HEIGHT - 20);
      const x = left + across / 2 + (k - 1) * bar;
      context.fillStyle = colour;
      context.fillRect(x + 1, BARS_HEIGHT - high, bar - 2, high);
      context.fillStyle = colours.ink;
      context.font = `10px ${getComputedStyle(node).fontFamily}`;
      context.fillText(String(Math.round(100 * each[filters])), x + bar / 2, BARS_HEIGHT - high - 4);
    });
    context.fillStyle = colours.ink;
    context.font = `11px ${getComputedStyle(node).fontFamily}`;
    const [stages, operations] = each.name.split(" × ");
    const [upper, lower] = operations.replace("F–", "").split("_");
    context.fillText(upper, left + across / 2 - 3, BARS_HEIGHT + 15);
    const beside = left + across / 2 + context.measureText(upper).width / 2 + 1;
    context.fillText(`${stages} stage${stages === "1" ? "" : "s"}`, left + across / 2, BARS_HEIGHT + 31);
    context.font = `8px ${getComputedStyle(node).fontFamily}`;
    context.fillText(lower, beside, BARS_HEIGHT + 18);
  });
}

export default { render };
