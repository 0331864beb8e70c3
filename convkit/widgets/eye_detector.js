// The eye detector: two places of one eye, the detector's map of each, and the maps pooled.

const WIDEST = 200; // pixels, a picture
const UNCHANGED = 0.01; // of a map's largest value
const GRID = "display: inline-grid; grid-template-columns: repeat(5, auto); gap: 8px 14px; place-items: center";
const BORDER = "#777"; // between neighbourhoods, on black

function render({ model, el, signal }) {
  let place; // of the eye's middle: row and column of x
  let start; // where it was before

  const view = scene({ model, el, signal }, draw);
  const { root, status, ask } = view;
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

  root.append(
    element("div", { "aria-live": "polite", style: GRID },
      element("span", {}, "now"), ...Object.values(panels), element("span", {}, "before"), ...Object.values(before), element("span"), ...Object.values(changes)),
    element("div", { class: "convkit-bar" },
      kernelSize.node, button("Start from here", () => { start = place; view.redraw(); })),
    element("p", { class: "convkit-hint" },
      "Drag the eye in the upper picture, or click it and use the arrow keys. Below is where it started; " +
      "orange is the neighbourhood in which it started."),
    status,
  );

  function draw(arrays) {
    const { first, places, kernel_size: size } = arrays;
    const side = arrays.x.shape[1];
    place ??= places.map((count, axis) => first[axis] + Math.floor(count / 2));
    start ??= place;
    const across = Math.min(WIDEST, (root.clientWidth - 130) / 4);
    const home = start.map((where) => Math.floor(where / size) * size);
    const frames = [
      ...grid(arrays.max.shape.slice(1), size),
      { row: home[0], column: home[1], height: size, width: size, colour: palette(root).kernel },
    ];
    const shades = { x: grey(0, 255), detection: grey(0, 1), max: grey(0, 1), average: grey(0, largest(arrays.average)) };
    const mapAt = (name, [row, column]) => at(arrays[name], (row - first[0]) * places[1] + column - first[1]);
    for (const [canvases, where] of [[now, place], [before, start]]) {
      for (const [name, node] of Object.entries(canvases)) {
        const map = mapAt(name, where);
        const wide = map.shape[1] === side ? across : (across * size * map.shape[1]) / side;
        drawPicture(node, map, wide, shades[name], name === "detection" ? frames : []);
      }
    }
    for (const name of ["detection", "max", "average"]) {
      const [here, there] = [place, start].map((where) => mapAt(name, where));
      const change = farthest(here, there) / largest(there);
      changes[name].replaceChildren("changed by ", element("strong", {}, `${Math.round(100 * change)} %`),
        change < UNCHANGED ? ": the same" : "");
    }
    const [down, right] = place.map((where, axis) => where - start[axis]);
    changes.x.textContent =
      `moved ${Math.abs(down)} ${down < 0 ? "up" : "down"}, ${Math.abs(right)} ${right < 0 ? "left" : "right"}`;
    x.setAttribute("aria-label", `x, the eye at row ${place[0] + 1}, column ${place[1] + 1}`);
    caption(panels.average, "average", `white: ${written(largest(arrays.average))}`);
    caption(panels.max, "max", arrays.whose && `by ${arrays.whose}`);
    kernelSize.show(model.get("kernel_size"));
  }

  function move(to) {
    const { first, places } = view.arrays;
    place = to.map((where, axis) => clamp(Math.floor(where), first[axis], first[axis] + places[axis] - 1));
    view.redraw();
  }

  x.addEventListener("pointerdown", (event) => {
    x.setPointerCapture(event.pointerId);
    follow(event);
  });
  x.addEventListener("pointermove", (event) => {
    if (event.buttons) follow(event);
  });
  const follow = (event) => move(underPointer(event, x, view.arrays.x.shape.slice(1)));
  x.addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, place, view.arrays.x.shape.slice(1));
    if (!to) return;
    move(to);
    event.preventDefault();
  });

  view.redraw();
}

const grid = ([rows, columns], size) =>
  Array.from({ length: rows * columns }, (_, index) => ({
    row: Math.floor(index / columns) * size, column: (index % columns) * size,
    height: size, width: size, colour: BORDER,
  }));

/** The largest difference between two tensors. */
const farthest = (a, b) => a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);

export default { render };
