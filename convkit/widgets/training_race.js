// The race: a network without and one with batch normalization, their losses, how many each reads
// right, and how far each of their layers gets in a step.

const RACE = 150; // steps
const [WIDEST, HEIGHT, AROUND] = [430, 290, 50]; // pixels, the losses, and what is around the pictures
const [NARROWEST_LANE, WIDEST_LANE, BAR, NUMBER] = [330, 440, 26, 62];
const [LAYERS_TOP, LAYERS, FOOT] = [64, 50, 20]; // below the bar: the layers
const FULL_STEP = 0.04; // of the weights, and more

function render({ model, el, signal }) {
  const view = scene({ model, el, signal }, draw);
  const { root, status, ask, asking, askingFor } = view;
  const { names } = view.arrays;
  const run = runner({
    advance: (steps) => ask("steps", view.arrays.step + steps),
    restart: () => ask("steps", 0),
    signal,
    rate: 30,
  });
  const curves = canvas("losses");
  const lanes = names.map((name) => canvas(name));
  const lines = names.map(() => element("div", { style: "font-size: 16px; padding-left: 8px; margin-bottom: 4px" }));

  /** Another race, from the start: Python gets both in one message. */
  const set = (name) => (value) => ask(name, value, { steps: 0 });
  const power = (label, name, base, limits) =>
    slider(label, limits, (exponent) => set(name)(base ** exponent), (exponent) => written(base ** exponent));
  const lr = power("learning rate", "lr", 10, { min: -3, max: 1, step: 0.25 });
  const batch = power("batch size", "batch_size", 2, { min: 1, max: 8 });
  const scale = power("first weights ×", "scale", 2, { min: -3, max: 3, step: 0.5 });
  const function_ = select("f", ["tanh", "relu"], set("function"));

  root.append(
    askingFor(["steps"], run.node),
    element("div", { class: "convkit-stage convkit-top" },
      curves, element("div", { class: "convkit-panel" }, ...names.map((_, row) => element("div", {}, lines[row], lanes[row])))),
    element("div", { class: "convkit-bar" }, asking(scale.node, function_.node, lr.node, batch.node)),
    element("p", { class: "convkit-hint" },
      "Same first weights, same batches in the same order. Changing any of these starts the race again."),
    status,
  );

  function draw(arrays) {
    const { step, losses, recent, diverged } = arrays;
    const colours = palette(root);
    const ofRow = [colours.negative, colours.result];
    const data = (numbers) => ({ data: numbers });
    const lane = clamp(root.clientWidth - WIDEST - AROUND, NARROWEST_LANE, WIDEST_LANE);
    drawLosses(curves, names.map((_, row) =>
      ({ losses: data(losses[row]), recent: data(recent[row]), colour: ofRow[row] })), colours,
    { width: Math.min(WIDEST, root.clientWidth - 20), height: HEIGHT, least: RACE, guessing: arrays.guessing });
    const said = (row) =>
      diverged[row]
        ? `its numbers overflowed in step ${losses[row].length + 1}`
        : step ? `loss ${written(recent[row][step - 1])}` : "at the start";
    names.forEach((name, row) => {
      const [share, moved] = [arrays.accuracies[row], at(arrays.moved, row).data];
      lines[row].textContent = `${name}: ${said(row)}`;
      lines[row].style.borderLeft = `12px solid ${ofRow[row]}`;
      drawLane(lanes[row], lane, share, moved, ofRow[row], colours);
      lanes[row].setAttribute("aria-label",
        `${name}: ${percent(share)} of the test samples right; how far a step moves each layer's weights, from layer 1 on: ` +
          Array.from(moved, inPercent).join(", "));
    });
    curves.setAttribute("aria-label", `the losses after ${step} steps: ${names.map((name, row) => `${name} ${said(row)}`).join("; ")}`);
    lr.show(Math.log10(model.get("lr")));
    batch.show(Math.log2(model.get("batch_size")));
    scale.show(Math.log2(model.get("scale")));
    function_.input.value = model.get("function");
    run.goOn(step);
  }

  view.redraw();
}

const percent = (share) => `${Math.round(100 * share)} %`;
const inPercent = (share) => {
  if (!Number.isFinite(share)) return "–";
  return share < 1e-5 ? "0" : String(Number((100 * share).toPrecision(2)));
};

/** How many a network reads right, from none to all, and below how far each layer gets in a step. */
function drawLane(node, width, share, moved, colour, colours) {
  const context = prepare(node, width, LAYERS_TOP + LAYERS + FOOT);
  const family = getComputedStyle(node).fontFamily;
  const full = width - NUMBER;
  context.fillStyle = colour;
  context.fillRect(0, 0, full * share, BAR);
  context.strokeStyle = colours.line;
  context.strokeRect(0.5, 0.5, full, BAR - 1);
  context.fillStyle = colours.ink;
  context.font = `600 20px ${family}`;
  context.fillText(percent(share), full + 8, BAR - 6);
  context.font = `12px ${family}`;
  context.fillText("how far a step moves the weights of each layer, in %", 0, BAR + 18);
  context.textAlign = "center";
  const across = width / moved.length;
  moved.forEach((step, layer) => {
    const tall = Number.isNaN(step) ? 0 : LAYERS * clamp(step / FULL_STEP, 0, 1);
    const [middle, foot] = [(layer + 0.5) * across, LAYERS_TOP + LAYERS];
    context.fillStyle = colours.positive;
    context.fillRect(layer * across + 3, foot - tall, across - 6, Math.max(tall, 1));
    context.fillStyle = colours.ink;
    context.fillText(inPercent(step), middle, foot - tall - 4);
    context.fillText(layer < moved.length - 1 ? layer + 1 : "last", middle, foot + 14);
  });
}

export default { render };
