// Shuffled pixels: a patch of one picture, the same pixels in the other, and what networks make of it.

const IMAGE = 260; // pixels
const PATCH = 5; // pixels of the image
const [BARS_WIDTH, BAR_HEIGHT, GROUP_HEIGHT] = [260, 24, 92];
const ORANGE = [255, 140, 0];

function render({ model, el, signal }) {
  let chosen = 0; // which image
  let side = "images"; // where the patch is a patch
  let place = [5, 5]; // the patch's middle

  const pictures = {
    images: canvas("", { tabindex: 0, role: "application", class: "convkit-framed" }),
    shuffled: canvas("", { tabindex: 0, role: "application", class: "convkit-framed" }),
  };
  const bars = canvas("accuracies");
  const view = scene({ model, el, signal }, draw);
  const { root, status } = view;
  const which = slider("digit", { min: 1, max: view.arrays.images.shape[0] }, (number) => {
    chosen = number - 1;
    view.redraw();
  });

  root.append(
    element("div", { class: "convkit-stage convkit-top" },
      panel("as it is", pictures.images), panel("shuffled", pictures.shuffled),
      element("div", { style: "padding-left: 24px" }, panel("read correctly", bars))),
    element("div", { class: "convkit-bar" }, which.node),
    element("p", { class: "convkit-hint" },
      "Point at either picture, or click it and use the arrow keys: the patch there, and the same pixels in the other."),
    status,
  );

  function draw(arrays) {
    const { images, labels, permutation } = arrays;
    const [, rows, columns] = images.shape;
    const colours = palette(root);
    const reach = (PATCH - 1) / 2;
    const inPatch = (row, column) => Math.max(Math.abs(row - place[0]), Math.abs(column - place[1])) <= reach;
    // Pixel i of the shuffled image is pixel permutation[i] of the image.
    const marked = { images: new Set(), shuffled: new Set() };
    permutation.data.forEach((from, to) => {
      const index = side === "images" ? from : to;
      if (!inPatch(Math.floor(index / columns), index % columns)) return;
      marked.images.add(from);
      marked.shuffled.add(to);
    });
    for (const [name, node] of Object.entries(pictures)) {
      const frame = {
        row: Math.max(place[0] - reach, 0), column: Math.max(place[1] - reach, 0),
        height: Math.min(place[0] + reach, rows - 1) - Math.max(place[0] - reach, 0) + 1,
        width: Math.min(place[1] + reach, columns - 1) - Math.max(place[1] - reach, 0) + 1,
        colour: colours.kernel,
      };
      const ink = grey(1, 0);
      drawPicture(node, at(arrays[name], chosen), IMAGE,
        (value, row, column) => marked[name].has(row * columns + column)
          ? ink(value).map((level, channel) => 0.4 * level + 0.6 * ORANGE[channel]) : ink(value),
        name === side ? [frame] : []);
      node.setAttribute("aria-label", `a ${labels.data[chosen]}, ${name === "images" ? "as it is" : "shuffled"}` +
        (name === side ? `, patch around row ${place[0] + 1}, column ${place[1] + 1}` : ""));
    }
    drawBars(bars, arrays, chosen, colours);
    which.show(chosen + 1);
  }

  for (const [name, node] of Object.entries(pictures)) {
    const shape = () => view.arrays.images.shape.slice(1);
    const go = (to) => {
      [side, place] = [name, inside(to, shape())];
      view.redraw();
    };
    const point = (event) => go(underPointer(event, node, shape()).map(Math.floor));
    node.addEventListener("pointermove", point);
    node.addEventListener("pointerdown", point);
    node.addEventListener("focus", () => go(place));
    node.addEventListener("keydown", (event) => {
      const to = arrowMove(event.key, place, shape());
      if (!to) return;
      go(to);
      event.preventDefault();
    });
  }

  view.redraw();
}

/** For each network two bars: how many it reads right as they are, and shuffled. */
function drawBars(node, { names, accuracies, guesses, labels }, chosen, colours) {
  const context = prepare(node, BARS_WIDTH, names.length * GROUP_HEIGHT);
  const family = getComputedStyle(node).fontFamily;
  const words = [];
  names.forEach((name, i) => {
    const top = i * GROUP_HEIGHT;
    context.fillStyle = colours.ink;
    context.font = `600 14px ${family}`;
    context.fillText(name, 0, top + 18);
    ["as it is", "shuffled"].forEach((when, j) => {
      const share = at(accuracies, i, j);
      const guess = at(guesses, i, j, chosen);
      const y = top + 26 + j * (BAR_HEIGHT + 4);
      context.fillStyle = colours.line;
      context.globalAlpha = 0.4;
      context.fillRect(0, y, BARS_WIDTH, BAR_HEIGHT);
      context.globalAlpha = j ? 0.75 : 0.5;
      context.fillStyle = j ? colours.kernel : colours.result;
      context.fillRect(0, y, share * BARS_WIDTH, BAR_HEIGHT);
      context.globalAlpha = 1;
      context.fillStyle = colours.ink;
      context.font = `12px ${family}`;
      const text = `${when}: ${Math.round(100 * share)} %, this one: ${guess} ${guess === labels.data[chosen] ? "✓" : "✗"}`;
      context.fillText(text, 6, y + 16);
      words.push(`${name}, ${text}`);
    });
  });
  node.setAttribute("aria-label", words.join("; "));
}

export default { render };
