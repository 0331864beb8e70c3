// Pipeline: a column for each operation, joined in stages; point at a map for what made it; at the
// end ten probabilities; below, what each design is worth.

const [SMALLEST, LARGEST] = [44, 76]; // pixels, a map
const NAMES = { F: "filters, tanh", R: "rectify", N: "normalize", P: "pool" };

function render({ model, el, signal }) {
  let chosen = 0; // of the images
  let pointed = { step: 0, map: 0, row: 5, column: 5 }; // a unit of a map

  const view = scene({ model, el, signal }, draw, pipeline);
  const { root, status, ask, asking } = view;
  const kernels = model.get("known").filters.map(tensor);
  const image = canvas("x", { tabindex: 0, role: "application" });
  const bars = canvas("designs", { tabindex: 0, role: "application" });
  const classes = canvas("probabilities");
  const [patches, weights] = [canvas("the patch"), canvas("its kernel")];
  const made = element("div", { class: "convkit-stage", style: "margin-left: 24px" });
  const said = element("div", { "aria-live": "polite", style: "line-height: 1.8; padding-left: 12px" });
  const chain = element("div", { class: "convkit-chain" });
  const stages = select("stages", ["1", "2"], (value) => ask("stages", Number(value)));
  const rectify = toggle("R: rectify", (on) => ask("rectify", on));
  const normalize = toggle("N: normalize", (on) => ask("normalize", on));
  const pooling = select("P: pool by", ["average", "max"], (value) => ask("pooling", value));
  const negative = toggle("turn the polarity", (on) => ask("negative", on));
  const contrast = slider("contrast", { min: 0.1, max: 1, step: 0.1 }, (value) => ask("contrast", value));
  const light = slider("light from the right", { min: 0, max: 1, step: 0.1 }, (value) => ask("light", value));
  const reading = element("div", { class: "convkit-reading", "aria-live": "polite" });
  const end = element("div", { style: "text-align: center" });
  const kernelPanel = panel("kernel", weights);
  const patchPanel = panel("patch", patches);
  let columns = [];

  made.append(patchPanel, kernelPanel, said);
  root.append(
    element("div", { class: "convkit-bar", style: "margin: 0 0 12px" },
      asking(stages.node, rectify.node, normalize.node, pooling.node)),
    chain,
    element("div", { class: "convkit-bar" }, asking(negative.node, contrast.node, light.node)),
    reading, bars,
    element("p", { class: "convkit-hint" },
      "Point at a map, or click it and use the arrow keys: what made that unit lights up before it. Click the image, or " +
      "use its arrow keys, for another digit. Click a pair of bars, or use their arrow keys, to assemble that design."),
    status,
  );

  function draw(arrays) {
    const { steps, x, changes, units, classifier, probabilities } = arrays;
    const colours = palette(root);
    const side = clamp(Math.floor((root.clientWidth - CLASSES_WIDTH - 60) / (steps.length + 1)) - 24, SMALLEST, LARGEST);
    build(steps);
    pointed.step = Math.min(pointed.step, steps.length - 1);
    const shape = steps[pointed.step].shape;
    pointed.map = Math.min(pointed.map, 3);
    [pointed.row, pointed.column] = inside([pointed.row, pointed.column], shape.slice(1));
    const seen = areas(steps, x.shape[1], pointed);

    drawPicture(image, at(x, chosen), side, grey(-1, 1), [{ ...seen[0], colour: colours.kernel }]);
    image.setAttribute("aria-label", `x, image ${chosen + 1} of ${x.shape[0]}`);
    steps.forEach((step, i) => {
      const { node, change } = columns[i];
      drawMaps(node, at(arrays[`maps${i}`], chosen), side, colours, seen[i + 1]);
      node.setAttribute("aria-label", `the first maps after ${NAMES[step.letter]}, negative blue, positive red` +
        (i === pointed.step ? `; map ${pointed.map + 1}, row ${pointed.row + 1}, column ${pointed.column + 1}` : ""));
      change.textContent = model.get("negative") || model.get("light") || model.get("contrast") !== 1
        ? `changed ${Math.round(100 * at(changes, i, chosen))} %` : "";
    });
    drawClasses(classes, at(probabilities, chosen), colours);
    end.replaceChildren(`${units} units`, element("br"), `${classifier.toLocaleString("en")} parameters`);
    drawMaking(arrays, seen, colours);

    const here = arrays.designs.find(({ name }) => name === arrays.design);
    drawBars(bars, arrays, clamp(root.clientWidth - 10, BARS_NARROWEST, BARS_WIDTH), colours);
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

  /** The patch and the kernel that made the unit that is pointed at, enlarged, and how. */
  function drawMaking(arrays, seen, colours) {
    const { step, map, row, column } = pointed;
    const { letter } = arrays.steps[step];
    const value = written(at(arrays[`maps${step}`], chosen, map, row, column));
    const stage = arrays.steps.slice(0, step).filter((before) => before.letter === "F").length;
    const before = step ? at(arrays[`maps${step - 1}`], chosen) : { shape: [1, ...arrays.x.shape.slice(1)], data: at(arrays.x, chosen).data };
    const { map: only, ...area } = seen[step];
    const shown = only === undefined ? Array.from({ length: before.shape[0] }, (_, i) => i) : [only];
    const cut = shown.map((i) => filled([area.height, area.width], (p, q) => at(before, i, area.row + p, area.column + q)));
    drawSide(patches, cut, step ? signed(largest(before)) : grey(-1, 1), colours);
    kernelPanel.style.display = letter === "F" ? "" : "none";
    if (letter === "F") {
      const kernel = at(kernels[stage], map);
      drawSide(weights, shown.map((i) => at(kernel, i)), signed(largest(kernel)), colours);
    }
    caption(patchPanel, "patch", `${area.height} × ${area.width}`);
    const channels = kernels[stage]?.shape[1];
    const how = {
      F: `tanh of the sum of patch times kernel` + (channels > shown.length ? `, over all ${channels} maps (four are shown)` : ""),
      R: "the absolute value of the unit before",
      N: "less the mean around it, over their deviation, in all maps",
      P: `the ${model.get("pooling") === "max" ? "largest" : "mean"} of the patch`,
    };
    said.replaceChildren(
      `${letter}, map ${map + 1}, row ${row + 1}, column ${column + 1}: `, element("strong", {}, value), element("br"), how[letter]);
    patches.setAttribute("aria-label", `the patch that made the unit, enlarged`);
  }

  /** The columns of the chain, anew where the operations are others. */
  function build(steps) {
    const written = JSON.stringify(steps);
    if (chain.dataset.steps === written) return;
    chain.dataset.steps = written;
    const focused = columns.findIndex(({ node }) => node === document.activeElement);
    columns = steps.map(({ letter, shape: [maps, rows, across], parameters }, step) => {
      const node = canvas(NAMES[letter], { tabindex: 0, role: "application" });
      const change = element("strong");
      const text = element("small", { style: "text-align: center; line-height: 1.5" },
        NAMES[letter], element("br"), `${maps} × ${rows}×${across}`, element("br"),
        ...(parameters ? [`${parameters.toLocaleString("en")} par.`, element("br")] : []), change);
      for (const kind of ["pointermove", "pointerdown"]) node.addEventListener(kind, (event) => pointAt(event, node, step));
      node.addEventListener("focus", () => point({ ...pointed, step }));
      node.addEventListener("keydown", (event) => onKey(event, step));
      return { column: panel(letter, node, text), node, change };
    });
    const groups = [];
    steps.forEach(({ letter }, i) => {
      if (letter === "F") groups.push(element("div", { class: "convkit-group", "data-name": `stage ${groups.length + 1}` }));
      else groups.at(-1).append(arrow());
      groups.at(-1).append(columns[i].column);
    });
    chain.replaceChildren(panel("x", image), ...groups.flatMap((group) => [arrow(), group]), arrow(),
      panel("p(c | x)", classes, end), made);
    columns[focused]?.node.focus();
  }

  function point(to) {
    if (JSON.stringify(to) === JSON.stringify(pointed)) return;
    pointed = to;
    view.redraw();
  }

  function pointAt(event, node, step) {
    const maps = view.arrays[`maps${step}`].shape;
    const box = node.getBoundingClientRect();
    const high = box.width + GAP;
    const map = clamp(Math.floor((event.clientY - box.top) / high), 0, maps[1] - 1);
    const [down, across] = [(event.clientY - box.top - map * high) / box.width, (event.clientX - box.left) / box.width];
    const [row, column] = inside([Math.floor(down * maps[2]), Math.floor(across * maps[3])], maps.slice(2));
    point({ step, map, row, column });
  }

  function onKey(event, step) {
    const [, maps, rows, columns_] = view.arrays[`maps${step}`].shape;
    const to = arrowMove(event.key, [pointed.map * rows + pointed.row, pointed.column], [maps * rows, columns_]);
    if (!to) return;
    point({ step, map: Math.floor(to[0] / rows), row: to[0] % rows, column: to[1] });
    event.preventDefault();
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

const arrow = () => element("span", { class: "convkit-arrow", "aria-hidden": "true" }, "→");
const legend = (text, colour) => element("strong", { style: `color: var(--convkit-${colour})` }, text);

/** A design's name in HTML: P_A with its letter set lower. */
const writtenOut = (name) => name.split(/_(.)/).map((part, i) => (i % 2 ? element("sub", {}, part) : part));

export default { render };
