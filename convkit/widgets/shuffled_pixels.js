// Shuffled pixels: the same pixels in two orders, what a patch gets to see of each, and what
// networks make of them.

const PATCH = 5; // pixels of the image
const [SMALLEST, LARGEST] = [110, 240]; // pixels, a picture
const [NAMES, GAP, NARROW_GAP, BORDERS] = [190, 100, 40, 24]; // around the pictures
const NARROW = 600; // a page on which names stand above their rows
const [BAR, NUMBER, VERDICT] = [20, 58, 22];
const ORANGE = [255, 140, 0];
const SIDES = ["as it is", "shuffled"];
const FLIGHT = 2500; // milliseconds

function render({ model, el, signal }) {
  let chosen = null; // which image
  let side = 0; // in which picture the patch was pointed at
  let place = null; // its upper left corner
  let flown = 1; // how far the pixels are on their way into the shuffled picture

  const view = scene({ model, el, signal }, draw);
  const { root, status } = view;
  const { names, images } = view.arrays;
  const can = { tabindex: 0, role: "application" };
  const pictures = SIDES.map((name) => canvas(name, { class: "convkit-framed", ...can }));
  const patches = SIDES.map((name) => canvas(`the patch, ${name}`, { style: "border: 3px solid var(--convkit-kernel)" }));
  const bars = names.map(() => SIDES.map(() => canvas("")));
  const between = canvas("", { "aria-hidden": "true", class: "convkit-over" });
  const which = slider("digit", { min: 1, max: images.shape[0] }, (number) => {
    [chosen, place] = [number - 1, null];
    view.redraw();
  });

  const shuffle = button("▶ Shuffle", fly);
  shuffle.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const beside = ([first, second]) =>
    [element("div", { class: "convkit-first" }, ...[first].flat()), element("div", { class: "convkit-second" }, second)];
  const row = (name, note, nodes) =>
    [element("div", { class: "convkit-row-name" }, element("strong", {}, name), note), ...beside(nodes)];
  const table = element("div", { class: "convkit-rows" },
    ...beside(SIDES.map((name) => panel(name))),
    ...row("the same pixels", "The lines show where those of the patch lie in the other picture.", [[pictures[0], between], pictures[1]]),
    ...row("a patch of 5×5", "All that one unit of a convolutional network sees.", patches),
    ...names.flatMap((name, i) => row(name, `of ${images.shape[0]} digits read correctly`, bars[i])));
  root.append(
    element("div", { class: "convkit-bar", style: "margin: 0 0 10px" }, shuffle, which.node),
    table,
    element("p", { class: "convkit-hint" }, "Point at either picture, or click it and use the arrow keys, Home and End, to move the patch."),
    status,
  );

  const room = () => images.shape.slice(1).map((length) => length - PATCH + 1);

  function draw(arrays) {
    const { labels, permutation } = arrays;
    const [, rows, columns] = images.shape;
    const colours = palette(root);
    chosen ??= telling(arrays);
    place ??= inkiest(at(images, chosen), room());
    const [top, left] = place;
    const narrow = root.clientWidth < NARROW;
    table.classList.toggle("convkit-narrow", narrow);
    const around = BORDERS + (narrow ? NARROW_GAP : NAMES + GAP);
    const width = clamp((root.clientWidth - around) / 2, SMALLEST, LARGEST);
    const inPatch = (index) => {
      const [down, right] = [Math.floor(index / columns) - top, (index % columns) - left];
      return down >= 0 && down < PATCH && right >= 0 && right < PATCH;
    };
    // Pixel i of the shuffled image is pixel permutation[i] of the image.
    const ways = [...permutation.data].map((from, to) => [from, to]);
    const marked = new Set(ways.filter((way) => inPatch(way[side])).map((way) => way[1 - side]));
    const ink = grey(1, 0);
    const frame = { row: top, column: left, height: PATCH, width: PATCH, colour: colours.kernel };
    [arrays.images, arrays.shuffled].forEach((all, i) => {
      const image = at(all, chosen);
      drawPicture(pictures[i], image, width,
        (value, r, c) => (i !== side && marked.has(r * columns + c) ? orange(value) : ink(value)),
        [frame]);
      pictures[i].setAttribute("aria-label",
        `a ${labels.data[chosen]}, ${SIDES[i]}, patch around row ${top + 3}, column ${left + 3}`);
      const patch = Float32Array.from(cells([PATCH, PATCH]), ([r, c]) => at(image, top + r, left + c));
      drawPicture(patches[i], { shape: [PATCH, PATCH], data: patch }, 0.4 * width, ink);
      names.forEach((_, network) => drawBar(bars[network][i], arrays, [network, i], chosen, width, colours));
    });
    const [here, there] = pictures.map((node) => node.getBoundingClientRect().left);
    drawWays(between, at(images, chosen), ways.map((way) => [...way, inPatch(way[side])]), {
      flown, width, away: there - here, colour: colours.kernel,
    });
    which.show(chosen + 1);
  }

  /** Every pixel goes its way. */
  function fly() {
    const start = performance.now();
    const go = (now) => {
      flown = clamp((now - start) / FLIGHT, 0, 1);
      view.redraw();
      if (flown < 1 && !signal.aborted) requestAnimationFrame(go);
    };
    go(start);
  }

  pictures.forEach((node, i) => {
    const go = (to) => {
      [side, place] = [i, inside(to, room())];
      view.redraw();
    };
    const point = (event) =>
      go(underPointer(event, node, images.shape.slice(1)).map((where) => Math.floor(where) - (PATCH - 1) / 2));
    node.addEventListener("pointermove", point);
    node.addEventListener("pointerdown", point);
    node.addEventListener("focus", () => go(place));
    node.addEventListener("keydown", (event) => {
      const to = arrowMove(event.key, place, room());
      if (!to) return;
      go(to);
      event.preventDefault();
    });
  });

  view.redraw();
}

/** The first image that some networks read in one order and not in the other. */
function telling({ names, guesses, labels }) {
  const right = (network, i, image) => at(guesses, network, i, image) === labels.data[image];
  const tells = (image) => names.some((_, network) => right(network, 0, image) && !right(network, 1, image));
  return Math.max(labels.data.findIndex((_, image) => tells(image)), 0);
}

/** Where a patch has the most ink. */
function inkiest(image, room) {
  const inked = ([top, left]) =>
    cells([PATCH, PATCH]).reduce((sum, [r, c]) => sum + at(image, top + r, left + c), 0);
  return cells(room).reduce((most, place) => (inked(place) > inked(most) ? place : most));
}

/** The ink of a pixel of the patch. */
const orange = (value) => grey(1, 0)(value).map((level, channel) => 0.4 * level + 0.6 * ORANGE[channel]);

/** Over both pictures: the ways of the patch's pixels, and while pixels fly, all that fly.
 *  ways: [from, to, whether it is the patch's]; away: from one picture to the other. */
function drawWays(node, image, ways, { flown, width, away, colour }) {
  const [rows, columns] = image.shape;
  const [side, height] = [width / columns, (width * rows) / columns];
  const context = prepare(node, away + width, height);
  const corner = (index, shift) => [(index % columns) * side + shift, Math.floor(index / columns) * side];
  if (flown === 1) {
    context.strokeStyle = colour;
    for (const [from, to] of ways.filter(([, , patch]) => patch)) {
      context.beginPath();
      for (const [x, y] of [corner(from, 0), corner(to, away)]) context.lineTo(x + side / 2, y + side / 2);
      context.stroke();
    }
    return;
  }
  context.fillStyle = "#ffffff";
  context.fillRect(away, 0, width, height);
  const share = flown * flown * (3 - 2 * flown);
  const above = ([from, , patch]) => image.data[from] + 2 * patch;
  for (const [from, to, patch] of [...ways].sort((one, other) => above(one) - above(other))) {
    const [start, end] = [corner(from, 0), corner(to, away)];
    context.fillStyle = `rgb(${(patch ? orange : grey(1, 0))(image.data[from]).join(" ")})`;
    context.fillRect(...start.map((where, axis) => where + share * (end[axis] - where)), side, side);
  }
}

/** How many a network reads right, as a bar, and what it makes of the chosen one. */
function drawBar(node, { names, accuracies, guesses, labels }, [network, i], chosen, width, colours) {
  const context = prepare(node, width, BAR + VERDICT);
  const [share, guess] = [at(accuracies, network, i), at(guesses, network, i, chosen)];
  const [percent, full] = [`${Math.round(100 * share)} %`, width - NUMBER];
  const verdict = `this one: ${guess} ${guess === labels.data[chosen] ? "✓" : "✗"}`;
  const family = getComputedStyle(node).fontFamily;
  context.fillStyle = colours.result;
  context.fillRect(0, 0, full * share, BAR);
  context.strokeStyle = colours.line;
  context.strokeRect(0.5, 0.5, full - 1, BAR - 1);
  context.fillStyle = colours.ink;
  context.font = `600 18px ${family}`;
  context.fillText(percent, full + 8, BAR - 3);
  context.font = `13px ${family}`;
  context.fillText(verdict, 0, BAR + VERDICT - 5);
  node.setAttribute("aria-label", `${names[network]}, ${SIDES[i]}: ${percent} read correctly, ${verdict}`);
}

export default { render };
