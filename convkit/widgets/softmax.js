// Softmax: for each class its logit as a slider, its probability, and the gradient of its logit.

const [LOWEST, HIGHEST] = [-10, 10]; // logits
const [NARROW, WIDE, HIGH] = [26, 220, 24]; // pixels: how long a bar can be, and its height
const BESIDE = 490; // pixels, what stands beside the two bars
const SLIM = 420; // a page on which the gradient stands below the probability, not beside it
const GRID = "display: grid; gap: 8px clamp(5px, 1.5vw, 12px); align-items: center; overflow-x: auto";

function render({ model, el, signal }) {
  const view = scene({ model, el, signal }, draw, softmax);
  const { root, status, ask, asking } = view;
  const { classes } = view.arrays;
  const setAll = (change) => ask("logits", model.get("logits").map((logit) => clamp(change(logit), LOWEST, HIGHEST)));
  const rows = classes.map((name, number) => ({
    name: element("span", { style: "min-width: clamp(40px, 8vw, 64px)" }),
    logit: slider(`logit of ${name}`, { min: LOWEST, max: HIGHEST, step: 0.1, style: "width: clamp(50px, 14vw, 150px)" }, (value) =>
      ask("logits", model.get("logits").map((old, i) => (i === number ? value : old)))),
    probability: canvas(`probability of ${name}`),
    share: element("output"),
    gradient: canvas(`gradient of the logit of ${name}`),
    slope: element("output"),
  }));
  for (const { logit } of rows) logit.node.firstChild.remove(); // its row names it
  const right = select("the correct class", classes, (name) => ask("label", classes.indexOf(name)));
  const head = Object.entries({ "": 1, "logit a": 1, "probability p": 2, "gradient ∇a": 2 }).map(([text, columns]) =>
    element("span", { class: "convkit-symbol", style: `font-size: 17px; grid-column: span ${columns}` }, ...upright(text)));
  const reading = element("div", { class: "convkit-reading", "aria-live": "polite", style: "font-size: 17px; margin-top: 10px" });

  const grid = element("div", { style: GRID }, ...head,
    ...rows.flatMap(({ name, logit, probability, share, gradient, slope }) =>
      [name, asking(logit.node), probability, share, gradient, slope]));
  root.append(
    grid,
    reading,
    element("div", { class: "convkit-bar" },
      asking(
        right.node,
        button("One step downhill", () => ask("logits", view.arrays.downhill)),
        button("All + 1", () => setAll((logit) => logit + 1)),
        button("All × 2", () => setAll((logit) => 2 * logit)))),
    element("p", { class: "convkit-hint" },
      "Red: this logit is too large, a step downhill makes it smaller. Blue: it is too small. " +
      "A step subtracts the gradient, with learning rate 1."),
    status,
  );

  function draw({ logits, probabilities, gradient, loss, label, whose }) {
    const colours = palette(root);
    const slim = root.clientWidth < SLIM;
    grid.style.gridTemplateColumns = `repeat(${slim ? 4 : 6}, max-content)`;
    head.at(-1).style.gridColumn = slim ? "3 / span 2" : "span 2";
    for (const { gradient: bar } of rows) bar.style.gridColumn = slim ? "3" : "";
    const wide = clamp(Math.floor((root.clientWidth - BESIDE) / 2), NARROW, WIDE);
    rows.forEach((row, i) => {
      row.name.replaceChildren(i === label ? element("strong", {}, `${classes[i]} ✓`) : classes[i]);
      row.logit.show(at(logits, i));
      const [share, slope] = [at(probabilities, i), at(gradient, i)];
      drawBar(row.probability, wide, share, [0, 1], colours.result, colours);
      drawBar(row.gradient, wide, slope, [-1, 1], slope > 0 ? colours.positive : colours.negative, colours);
      row.share.textContent = written(share);
      row.slope.textContent = written(slope);
      row.probability.setAttribute("aria-label", `probability of ${classes[i]}: ${written(share)}`);
      row.gradient.setAttribute("aria-label", `gradient of the logit of ${classes[i]}: ${written(slope)}`);
    });
    right.input.value = classes[label];
    reading.replaceChildren(
      element("span", { class: "convkit-symbol" }, "l"), ` = −log p(${classes[label]}) = −log ${written(at(probabilities, label))} = `,
      element("strong", {}, written(loss)), whose && `, by ${whose}`);
  }

  view.redraw();
}

/** A bar from zero to a value, on a scale from `low` to `high`. */
function drawBar(node, wide, value, [low, high], colour, colours) {
  const context = prepare(node, wide, HIGH);
  const along = (number) => ((clamp(number, low, high) - low) / (high - low)) * wide;
  context.fillStyle = colours.line;
  context.globalAlpha = 0.25;
  context.fillRect(0, 0, wide, HIGH);
  context.globalAlpha = 1;
  context.fillStyle = colour;
  context.fillRect(Math.min(along(0), along(value)), 2, Math.max(Math.abs(along(value) - along(0)), 1), HIGH - 4);
  context.fillStyle = colours.ink;
  context.fillRect(clamp(along(0) - 0.5, 0, wide - 1), 0, 1, HIGH);
}

export default { render };
