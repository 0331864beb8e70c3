// The eye detector: a face at two places, the detector's map of each, and the maps pooled.

const WIDEST = 200; // pixels, a picture
const UNCHANGED = 0.01; // of a map's largest value
const NARROW = 560; // a page on which now and before stand side by side, not one above the other
const GRID = "display: inline-grid; gap: 8px 14px; place-items: center; ";
const [IN_ROWS, IN_COLUMNS] = ["grid-template-columns: repeat(5, auto)", "grid-auto-flow: column; grid-template-rows: repeat(5, auto)"];

function render({ model, el, signal }) {
  let place = [0, 0]; // how far the face is moved now: down and right
  let start = [0, 0]; // and before

  const view = scene({ model, el, signal }, draw, eyeDetector);
  const { root, status, ask, asking } = view;
  const row = (when) => ({
    x: canvas(`x ${when}`, when === "now" ? { tabindex: 0, role: "application" } : {}),
    detection: canvas(`the detector's map ${when}, 0 black, 1 white`),
    max: canvas(`the largest of each neighbourhood, ${when}`),
    average: canvas(`the average of each neighbourhood, ${when}`),
  });
  const now = row("now");
  const before = row("before");
  const titles = { x: "x", detection: "detector", max: "max", average: "average" };
  const panels = Object.fromEntries(Object.keys(now).map((name) => [name, panel(titles[name], now[name])]));
  const changes = Object.fromEntries(Object.keys(now).map((name) => [name, element("div")]));
  const { x } = now;
  const kernelSize = slider("neighbourhood m", { min: 1, max: 8 }, (value) => ask("kernel_size", value));

  const grid = element("div", { "aria-live": "polite" },
    element("span", {}, "now"), ...Object.values(panels), element("span", {}, "before"), ...Object.values(before), element("span"), ...Object.values(changes));
  root.append(
    grid,
    element("div", { class: "convkit-bar" },
      asking(kernelSize.node), button("Start from here", () => { start = place; view.redraw(); })),
    element("p", { class: "convkit-hint" },
      "Drag the face in the upper row, or click it and use the arrow keys. The lower row is where it started; " +
      "the frames are the neighbourhoods in which the eyes were then."),
    status,
  );

  function draw(arrays) {
    const { reach, kernel_size: size } = arrays;
    const width = arrays.x.shape[2];
    const narrow = root.clientWidth < NARROW;
    grid.style = GRID + (narrow ? IN_COLUMNS : IN_ROWS);
    const across = Math.min(WIDEST, (narrow ? root.clientWidth - 170 : root.clientWidth - 130) / (narrow ? 2 : 4));
    const shades = { x: grey(0, 255), detection: onBoard(size), max: grey(0, 1), average: grey(0, largest(arrays.average)) };
    const mapAt = (name, drag) => at(arrays[name], numberOf(drag, reach));
    const frames = homes(mapAt("detection", start), size).map((home) => ({ ...home, colour: palette(root).frame }));
    for (const [canvases, where] of [[now, place], [before, start]]) {
      for (const [name, node] of Object.entries(canvases)) {
        const map = mapAt(name, where);
        const wide = map.shape[1] === width ? across : (across * size * map.shape[1]) / width;
        drawPicture(node, map, wide, shades[name], name === "detection" ? frames : []);
      }
    }
    for (const name of ["detection", "max", "average"]) {
      const [here, there] = [place, start].map((where) => mapAt(name, where));
      const change = farthest(here, there) / largest(there);
      changes[name].replaceChildren("changed by ", element("strong", {}, `${Math.round(100 * change)} %`),
        change < UNCHANGED ? ": the same" : "");
    }
    changes.x.textContent = `moved ${inWords(place.map((where, axis) => where - start[axis]))}`;
    x.setAttribute("aria-label", `x now, the face moved ${inWords(place)}`);
    caption(panels.average, "average", `white: ${written(largest(arrays.average))}`);
    caption(panels.max, "max", arrays.whose && `by ${arrays.whose}`);
    kernelSize.show(model.get("kernel_size"));
  }

  draggable(x, () => ({ shape: view.arrays.x.shape.slice(1), reach: view.arrays.reach, drag: place }), (to) => {
    place = to;
    view.redraw();
  });

  view.redraw();
}

/** The neighbourhoods in which a detector fires. */
function homes(detection, size) {
  const fired = [];
  detection.data.forEach((value, index) => {
    const [row, column] = [Math.floor(index / detection.shape[1]), index % detection.shape[1]];
    if (value > 0.5) fired.push({
      row: Math.floor(row / size) * size, column: Math.floor(column / size) * size, height: size, width: size,
    });
  });
  return fired;
}

/** Black to white, on a board of neighbourhoods. */
const onBoard = (size) => (value, row, column) =>
  grey((Math.floor(row / size) + Math.floor(column / size)) % 2 ? -0.2 : 0, 1)(value);

/** The largest difference between two tensors. */
const farthest = (a, b) => a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);

export default { render };
