// Feature maps: the image, the kernels of one map, all maps with the same place marked in each.

const IMAGE = 280; // pixels
const [SMALLEST, LARGEST, ABREAST] = [90, 200, 4]; // pixels, a map; and how many side by side
const KERNEL = 64;
const CHANNELS = ["R", "G", "B"];

function render({ model, el, signal }) {
  let place; // row and column of every map
  let chosen = 0;
  let bitmaps = {}; // painted, of one answer

  const view = scene({ model, el, signal }, draw, featureMaps);
  const { root, status, ask, asking } = view;
  const [maps, channels] = view.arrays.weight.shape;
  const image = canvas("x", { tabindex: 0, role: "application" });
  const kernels = Array.from({ length: channels }, (_, i) => canvas(`the weights of channel ${i}, negative blue, positive red`, { class: "convkit-framed" }));
  const pictures = Array.from({ length: maps }, (_, j) => canvas(`feature map ${j}`));
  const values = pictures.map(() => element("small"));
  const buttons = pictures.map((picture, j) =>
    element("button", { type: "button", class: "convkit-map", click: () => choose(j) },
      picture, values[j]));
  const set = (name) => (value) =>
    ask(name, Array.from(view.arrays[name].data, (old, j) => (j === chosen ? value : old)));
  const gain = slider("gain g", { min: -2, max: 3, step: 0.25 }, set("gain"));
  const bias = slider("bias b", { min: -3, max: 3, step: 0.25 }, set("bias"));
  const kernelTitle = element("div");
  const reading = element("div", { class: "convkit-reading", "aria-live": "polite" });

  root.append(
    element("div", { class: "convkit-stage convkit-top" },
      element("div", { style: `width: ${IMAGE}px` },
        panel("x", image), kernelTitle,
        element("div", { class: "convkit-stage" },
          ...kernels.map((kernel, i) => panel(channels === 3 ? CHANNELS[i] : "", kernel)))),
      element("div", { class: "convkit-maps" }, ...buttons, reading,
        element("div", { class: "convkit-bar" }, asking(gain.node, bias.node)))),
    element("p", { class: "convkit-hint" },
      "Point at a picture to move the window, or click x and use the arrow keys. Click a map to choose it."),
    status,
  );

  function draw(arrays) {
    const { preactivation, y, weight } = arrays;
    const [, rows, columns] = y.shape;
    const [, , height, width] = weight.shape;
    place = inside(place, [rows, columns]);
    const [i, j] = place;
    const colours = palette(root);
    const side = clamp(Math.floor((root.clientWidth - IMAGE - 60) / Math.min(maps, ABREAST)) - 26, SMALLEST, LARGEST);
    if (bitmaps.of !== arrays) bitmaps = { of: arrays, ...paint(arrays) };
    drawPainted(image, bitmaps.image, IMAGE, [{ row: i, column: j, height, width, colour: colours.frame }]);
    const strongest = signed(largest(at(weight, chosen)));
    kernels.forEach((kernel, channel) => drawPicture(kernel, at(weight, chosen, channel), KERNEL, strongest));
    pictures.forEach((picture, map) => {
      drawPainted(picture, bitmaps.maps[map], side,
        [{ row: i, column: j, height: 1, width: 1, colour: colours.frame }]);
      values[map].textContent = `${map}:  ${written(at(y, map, i, j))}`;
      buttons[map].setAttribute("aria-pressed", String(map === chosen));
    });

    kernelTitle.textContent = `the weights of map ${chosen}, by channel`;
    const [g, b, z] = [arrays.gain.data[chosen], arrays.bias.data[chosen], at(preactivation, chosen, i, j)];
    reading.replaceChildren(
      `map ${chosen}, here: y = g · tanh(Σ k ∗ x + b) = ${written(g)} · tanh(${written(z)}) = `,
      element("strong", {}, written(at(y, chosen, i, j))),
      arrays.whose && ` by ${arrays.whose}`);
    gain.show(g);
    bias.show(b);
  }

  function choose(map) {
    chosen = map;
    view.redraw();
  }

  function point(event) {
    const { image: pixels, y, weight } = view.arrays;
    const onImage = event.currentTarget === image;
    const pointer = underPointer(event, event.currentTarget, (onImage ? pixels : y).shape.slice(1));
    place = pointer.map((position, axis) =>
      Math.floor(position - (onImage ? (weight.shape[axis + 2] - 1) / 2 : 0)));
    view.redraw();
  }

  for (const picture of [image, ...pictures]) {
    picture.addEventListener("pointermove", point);
    picture.addEventListener("pointerdown", point);
  }
  image.addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, place, view.arrays.y.shape.slice(1));
    if (!to) return;
    place = to;
    view.redraw();
    event.preventDefault();
  });

  view.redraw();
}

function paint({ image, y }) {
  const channels = image.shape[0] === 3 ? [0, 1, 2] : [0, 0, 0];
  const level = (row, column) => channels.map((channel) => 255 * at(image, channel, row, column));
  return {
    image: painted(at(image, 0), (_, row, column) => level(row, column)),
    maps: Array.from({ length: y.shape[0] }, (_, map) => painted(at(y, map), signed(1))),
  };
}

export default { render };
