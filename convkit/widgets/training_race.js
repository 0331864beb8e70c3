// The race: a network without and one with batch normalization, their losses and accuracies.

function render({ model, el, signal }) {
  const view = scene({ model, el, signal }, draw);
  const { root, status, ask, asking } = view;
  const { names } = view.arrays;
  const run = runner({
    advance: (steps) => ask("steps", view.arrays.step + steps),
    restart: () => ask("steps", 0),
    signal,
  });
  const curves = canvas("losses");
  const accuracies = canvas("accuracies");
  const lines = names.map(() => element("div", {}));

  /** Another race, from the start: Python gets both in one message. */
  const set = (name) => (value) => ask(name, value, { steps: 0 });
  const power = (label, name, base, limits) =>
    slider(label, limits, (exponent) => set(name)(base ** exponent), (exponent) => written(base ** exponent));
  const lr = power("learning rate", "lr", 10, { min: -3, max: 1, step: 0.25 });
  const batch = power("batch size", "batch_size", 2, { min: 1, max: 8 });
  const scale = power("first weights ×", "scale", 2, { min: -3, max: 3, step: 0.5 });
  const function_ = select("f", ["tanh", "relu"], set("function"));

  root.append(
    asking(run.node),
    element("div", { class: "convkit-stage" }, curves, element("div", {}, accuracies, ...lines)),
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
    drawLosses(curves, names.map((_, row) =>
      ({ losses: data(losses[row]), recent: data(recent[row]), colour: ofRow[row] })), colours);
    drawAccuracies(accuracies, arrays.accuracies, names, ofRow, colours);
    const said = (row) =>
      diverged[row]
        ? `its numbers overflowed in step ${losses[row].length + 1}`
        : step ? `loss ${written(recent[row][step - 1])}` : "at the start";
    names.forEach((name, row) => (lines[row].textContent = `${name}: ${said(row)}`));
    curves.setAttribute("aria-label", `the losses after ${step} steps: ${names.map((name, row) => `${name} ${said(row)}`).join("; ")}`);
    accuracies.setAttribute("aria-label",
      "right on the test samples: " + names.map((name, row) => `${name} ${Math.round(100 * arrays.accuracies[row])} %`).join(", "));
    lr.show(Math.log10(model.get("lr")));
    batch.show(Math.log2(model.get("batch_size")));
    scale.show(Math.log2(model.get("scale")));
    function_.input.value = model.get("function");
    run.goOn();
  }

  view.redraw();
}

/** A bar for each network, from 0 to all right. */
function drawAccuracies(node, accuracies, names, ofRow, colours) {
  const [width, bar, from] = [330, 26, 112];
  const context = prepare(node, width, 2 * (bar + 12) + 24);
  const full = width - from - 50;
  context.font = `13px ${getComputedStyle(node).fontFamily}`;
  context.fillStyle = colours.ink;
  context.fillText("right at test time", from, 14);
  accuracies.forEach((share, row) => {
    const top = 22 + row * (bar + 12);
    context.fillStyle = colours.ink;
    context.fillText(names[row], 4, top + bar / 2 + 5, from - 10);
    context.fillText(`${Math.round(100 * share)} %`, from + full + 6, top + bar / 2 + 5);
    context.strokeStyle = colours.line;
    context.strokeRect(from + 0.5, top + 0.5, full, bar);
    context.fillStyle = ofRow[row];
    context.fillRect(from, top, full * share, bar);
  });
}

export default { render };
