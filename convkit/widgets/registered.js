// Registered or not: drag a digit; what each network reads, and how many of all it reads right there.

const [IMAGE, MAP] = [230, 150]; // pixels
const [BARS_WIDTH, BARS_HEIGHT] = [230, 90];

function render({ model, el, signal }) {
  let drag = [0, 0]; // down and right, in pixels of the image
  let chosen = 0; // which image

  const x = canvas("", { tabindex: 0, role: "application", class: "convkit-framed" });
  const view = scene({ model, el, signal }, draw);
  const { root, status } = view;
  const networks = view.arrays.names.map((name) => ({
    name,
    bars: canvas(`how probable each class is to the network “${name}”`),
    map: canvas(`how many are read correctly at each place by the network “${name}”`),
    reading: element("div", { "aria-live": "polite" }),
  }));
  const which = slider("digit", { min: 1, max: view.arrays.images.shape[0] }, (number) => {
    chosen = number - 1;
    view.redraw();
  });

  root.append(
    element("div", { class: "convkit-stage convkit-top" },
      panel("x", x),
      ...networks.map(({ name, bars, map, reading }) =>
        element("div", { style: "padding-left: 24px" }, panel(name, bars, reading, map)))),
    element("div", { class: "convkit-bar" }, which.node, button("Back to where they were in training", () => move([0, 0]))),
    element("p", { class: "convkit-hint" },
      "Drag the digit, or click it and use the arrow keys. The square maps: white where all digits are read correctly, black where " +
      "none are; the frame is where you are."),
    status,
  );

  function draw(arrays) {
    const { images, labels, reach } = arrays;
    const number = numberOf(drag, reach);
    const image = at(images, chosen);
    const label = labels.data[chosen];
    const colours = palette(root);
    const places = 2 * reach + 1;
    drawPicture(x, moved(image, drag), IMAGE, grey(1, 0));
    x.setAttribute("aria-label", `x, a ${label}, dragged ${inWords(drag)}`);
    networks.forEach(({ bars, map, reading }, i) => {
      const shares = at(arrays.probabilities, i, number, chosen).data;
      const guess = shares.indexOf(Math.max(...shares));
      const accuracies = at(arrays.accuracies, i);
      drawBars(bars, shares, label, colours);
      drawPicture(map, accuracies, MAP, grey(0, 1),
        [{ row: drag[0] + reach, column: drag[1] + reach, height: 1, width: 1, colour: colours.kernel }]);
      reading.replaceChildren(
        "reads ", element("strong", {}, String(guess)), guess === label ? " ✓" : " ✗",
        `; all digits, moved so: `, element("strong", {}, `${Math.round(100 * accuracies.data[number])} %`), " right");
    });
    which.show(chosen + 1);
  }

  function move(to) {
    drag = to;
    view.redraw();
  }
  draggable(x, () => ({ shape: view.arrays.images.shape.slice(1), reach: view.arrays.reach, drag }), move);

  view.redraw();
}

function moved({ shape, data }, [down, right]) {
  const [rows, columns] = shape;
  const from = (row, column) => (row >= 0 && row < rows && column >= 0 && column < columns ? data[row * columns + column] : 0);
  return { shape, data: data.map((_, i) => from(Math.floor(i / columns) - down, (i % columns) - right)) };
}

function drawBars(node, shares, label, colours) {
  const context = prepare(node, BARS_WIDTH, BARS_HEIGHT);
  const step = BARS_WIDTH / shares.length;
  context.font = `12px ${getComputedStyle(node).fontFamily}`;
  context.textAlign = "center";
  shares.forEach((share, i) => {
    const height = share * (BARS_HEIGHT - 20);
    context.fillStyle = i === label ? colours.result : colours.kernel;
    context.fillRect(i * step + 2, BARS_HEIGHT - 18 - height, step - 4, Math.max(height, 1));
    context.fillStyle = colours.ink;
    context.fillText(i, (i + 0.5) * step, BARS_HEIGHT - 4);
  });
}

export default { render };
