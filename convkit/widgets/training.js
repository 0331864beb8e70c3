// Training: run, pause and step; filters with the maps of an image, the loss, what the network says.

const [FILTER, DIGIT] = [84, 56]; // pixels, where there is room
const [RIGHT_ANSWER, WRONG_ANSWER] = ["#16a34a", "#dc2626"];

function render({ model, el, signal }) {
  let chosen = 0; // of the test images

  const view = scene({ model, el, signal }, draw);
  const { root, status, ask, asking, askingFor } = view;
  const count = view.arrays.filters.shape[0];
  const filters = Array.from({ length: count }, (_, j) => canvas(`filter ${j}, negative blue, positive red`, { class: "convkit-framed" }));
  const maps = Array.from({ length: count }, (_, j) => canvas(`what filter ${j} makes of the chosen image`, { class: "convkit-framed" }));
  const curve = canvas("losses");
  const digits = canvas("", { tabindex: 0, role: "application" });
  const says = canvas("what the network says");
  const run = runner({
    advance: (steps) => ask("steps", view.arrays.step + steps),
    restart: () => ask("steps", 0),
    signal,
  });
  const first = toggle("as they began", () => view.redraw());
  const lr = slider("learning rate", { min: -3, max: 1, step: 0.25, style: "width: 90px" }, (power) => ask("lr", 10 ** power), (power) => written(10 ** power));
  const momentum = slider("momentum", { min: 0, max: 0.95, step: 0.05, style: "width: 90px" }, (value) => ask("momentum", value));
  const batch = slider("images a step", { min: 1, max: 128, style: "width: 90px" }, (value) => ask("batch_size", value));
  const reading = element("div", { class: "convkit-reading" });
  const saying = element("div", { "aria-live": "polite" });

  root.append(
    askingFor(["steps"], run.node),
    element("div", { style: `display: inline-grid; grid-template-columns: auto repeat(${count}, auto); gap: 6px; align-items: center` },
      "filters", ...filters, "maps", ...maps),
    element("div", { class: "convkit-stage", style: "margin-top: 12px; align-items: flex-start" },
      element("div", {}, curve, reading),
      element("div", {}, digits, says, saying)),
    element("div", { class: "convkit-bar" }, asking(lr.node, momentum.node, batch.node), first.node),
    element("p", { class: "convkit-hint" },
      "Point at a test image, or click it and use the arrow keys, to see its maps and what the network says. " +
      "You can change learning rate, momentum and batch while it trains."),
    status,
  );

  function draw(arrays) {
    const { images, labels, probabilities, step } = arrays;
    const colours = palette(root);
    const weights = first.input.checked ? arrays.first : arrays.filters;
    const strongest = signed(largest(arrays.filters));
    const room = root.clientWidth - 20;
    const filter = Math.min(FILTER, (room - 60) / count - 8);
    const digit = Math.min(DIGIT, room / labels.length);
    filters.forEach((node, j) => drawPicture(node, at(weights, j), filter, strongest));
    maps.forEach((node, j) => drawPicture(node, at(arrays.maps, chosen, j), filter, signed(1)));
    drawLosses(curve, [{ ...arrays, colour: colours.result }], colours, { width: Math.min(CURVE_WIDTH, room) });
    drawDigits(digits, arrays, chosen, digit, colours);
    drawShares(says, at(probabilities, chosen), labels[chosen], digit, colours);

    const said = best(at(probabilities, chosen));
    digits.setAttribute("aria-label", `test images, number ${chosen + 1} of ${images.shape[0]} chosen, a ${labels[chosen]}`);
    says.setAttribute("aria-label", `it says ${said}, with probability ${written(at(probabilities, chosen, said))}`);
    saying.replaceChildren(
      `This is a ${labels[chosen]}. It says `, element("strong", {}, String(said)),
      ` with probability ${written(at(probabilities, chosen, said))}.`);
    const recent = arrays.recent.data[step - 1];
    reading.replaceChildren(
      `step ${step}: loss `, element("strong", {}, step ? written(recent) : "–"),
      `; after step ${arrays.tested} right on `, element("strong", {}, `${Math.round(100 * arrays.accuracy)} %`),
      " of the test images",
      arrays.whose && `, by ${arrays.whose}`);
    curve.setAttribute("aria-label", `the loss of each step, after ${step} steps ${step ? written(recent) : "unknown"}`);
    lr.show(Math.log10(model.get("lr")));
    momentum.show(model.get("momentum"));
    batch.show(model.get("batch_size"));
    run.goOn(step);
  }

  function choose(number) {
    chosen = clamp(number, 0, view.arrays.labels.length - 1);
    view.redraw();
  }
  for (const kind of ["pointermove", "pointerdown"]) {
    digits.addEventListener(kind, (event) =>
      choose(Math.floor(underPointer(event, digits, [1, view.arrays.labels.length])[1])));
  }
  digits.addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, [0, chosen], [1, view.arrays.labels.length]);
    if (to) choose(to[1]);
    else if (event.key === " ") run.toggle();
    else return;
    event.preventDefault();
  });

  view.redraw();
}

/** The place of the largest number of a vector. */
const best = ({ data }) => data.indexOf(Math.max(...data));

/** The test images in a row, each with what the network says, green where it is right. */
function drawDigits(node, { images, labels, probabilities }, chosen, side, colours) {
  const context = prepare(node, labels.length * side, side + 22);
  const shade = grey(1, 0);
  context.textAlign = "center";
  labels.forEach((label, i) => {
    const picture = painted(at(images, i), shade);
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, i * side + 2, 2, side - 4, side - 4);
    const said = best(at(probabilities, i));
    context.font = `${said === label ? "" : "bold "}14px ${getComputedStyle(node).fontFamily}`;
    context.fillStyle = said === label ? RIGHT_ANSWER : WRONG_ANSWER;
    context.fillText(`${said} ${said === label ? "✓" : "✗"}`, (i + 0.5) * side, side + 16);
  });
  context.strokeStyle = colours.kernel;
  context.lineWidth = 3;
  context.strokeRect(chosen * side + 2, 2, side - 4, side - 4);
}

/** The probabilities of the classes as columns. */
function drawShares(node, shares, label, across, colours) {
  const [classes] = shares.shape;
  const high = 74;
  const context = prepare(node, classes * across, high + 20);
  context.font = `13px ${getComputedStyle(node).fontFamily}`;
  context.textAlign = "center";
  shares.data.forEach((share, i) => {
    context.fillStyle = i === label ? colours.result : colours.faint;
    context.fillRect((i + 0.18) * across, high - share * (high - 6), 0.64 * across, Math.max(share * (high - 6), 1));
    context.fillStyle = colours.ink;
    context.fillText(String(i), (i + 0.5) * across, high + 15);
  });
}

export default { render };
