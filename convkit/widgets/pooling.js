// Pooling: a feature map in neighbourhoods, the winner of each, max and average of the same units.

const [SMALLEST, LARGEST] = [30, 58]; // pixels, the side of a unit
const POOLED = ["max", "average", "own"];

function render({ model, el, signal }) {
  let unit = [0, 0]; // row and column of x

  const view = scene({ model, el, signal }, draw, pooling);
  const { root, status, ask, asking } = view;
  const x = canvas("x", { tabindex: 0, role: "application" });
  const shown = POOLED.filter((name) => view.arrays[name]);
  const pooled = shown.map((name) => canvas(name));
  const titles = { max: "max", average: "average", own: view.arrays.whose };
  const kernelSize = slider("neighbourhood m", { min: 1, max: 4 }, (value) => ask("kernel_size", value));
  const overlapping = toggle("overlapping (stride 1)", (on) => ask("overlapping", on));
  const value = numberInput("the framed unit of x", { step: "any" }, (number) =>
    ask("x", model.get("x").map((row, i) => row.map((old, j) => (i === unit[0] && j === unit[1] ? number : old)))));
  const sums = element("div", { class: "convkit-reading", "aria-live": "polite" });

  root.append(
    element("div", { class: "convkit-stage" }, panel("x", x),
      ...pooled.map((node, i) => panel(titles[shown[i]], node))),
    sums,
    element("div", { class: "convkit-bar" },
      asking(labelled("framed unit", value), kernelSize.node, overlapping.node)),
    element("p", { class: "convkit-hint" },
      "Orange: the winner of its neighbourhood. Point at x or at a pooled map, or click x and use the arrow keys; " +
      "Enter goes to the number of the framed unit."),
    status,
  );

  function draw(arrays) {
    const { x: map, wins, kernel_size: size, step } = arrays;
    const [rows, columns] = arrays.max.shape;
    unit = inside(unit, map.shape);
    const place = placeOf(unit, arrays);
    const colours = palette(root);
    const across = map.shape[1] + shown.length * columns;
    const cell = clamp(Math.floor((root.clientWidth - 100) / across), SMALLEST, LARGEST);
    const isWinner = (i, j) => at(wins, i, j) > 0;
    const neighbourhood = { row: place[0] * step, column: place[1] * step, height: size, width: size };
    const borders = arrays.step < size ? [] : cells([rows, columns]).map(([i, j]) => (
      { row: i * step, column: j * step, height: size, width: size, colour: colours.faint }));
    const winners = cells(map.shape).filter(([i, j]) => isWinner(i, j)).map(([row, column]) => (
      { row: row + 0.1, column: column + 0.1, height: 0.8, width: 0.8, colour: colours.kernel, shade: 0.25 }));

    drawMatrix(x, map, colours, {
      cell,
      faded: (i, j) => i >= (rows - 1) * step + size || j >= (columns - 1) * step + size,
      frames: [
        ...borders, ...winners,
        { ...neighbourhood, colour: colours.result, shade: 0.12 },
        { row: unit[0], column: unit[1], height: 1, width: 1, colour: colours.ink },
      ],
    });
    pooled.forEach((node, i) => {
      const y = arrays[shown[i]];
      const tint = shown[i] === "max" ? colours.kernel : colours.result;
      drawMatrix(node, y, colours, {
        cell,
        tint: tinted({ data: [...map.data] }, 0.5, tint, colours.negative),
        frames: [{ row: place[0], column: place[1], height: 1, width: 1, colour: colours.result }],
      });
    });
    x.setAttribute("aria-label",
      `x, at row ${unit[0] + 1}, column ${unit[1] + 1}: ${written(at(map, ...unit))}` +
        (isWinner(...unit) ? ", a winner" : ""));
    sums.replaceChildren(...terms(arrays, place));
    keepTyped(value, at(map, ...unit));
    kernelSize.show(model.get("kernel_size"));
    overlapping.input.checked = model.get("overlapping");
  }

  /** "max(1, 0, 0, 9) = 9" and so on, for the framed neighbourhood. */
  function terms(arrays, [j, k]) {
    const { x: map, kernel_size: size, step } = arrays;
    const units = cells([size, size]).map(([p, q]) => written(at(map, j * step + p, k * step + q)));
    const index = element("sub", {}, `${j}${k}`);
    const line = (...parts) => element("div", {}, ...parts);
    const result = (name) => element("strong", {}, written(at(arrays[name], j, k)));
    const lines = [
      line("max(", units.join(", "), ") = ", result("max")),
      line(`1/${size * size} · (`, units.join(" + "), ") = ", result("average")),
    ];
    if (arrays.own) lines.push(line(`${arrays.whose}: `, result("own")));
    lines[0].prepend(element("span", { class: "convkit-symbol" }, "y", index.cloneNode(true)), " = ");
    lines[1].prepend(element("span", { class: "convkit-symbol" }, "y", index), " = ");
    return lines;
  }

  function choose(to) {
    unit = to;
    view.redraw();
  }

  // While somebody types the framed unit's number, another is framed by a click only.
  const passing = ({ type }) => type === "pointermove" && value === document.activeElement;
  for (const kind of ["pointermove", "pointerdown"]) {
    x.addEventListener(kind, (event) => {
      if (passing(event)) return;
      const { shape } = view.arrays.x;
      choose(inside(underPointer(event, x, shape).map(Math.floor), shape));
    });
    pooled.forEach((node) => node.addEventListener(kind, (event) => {
      if (passing(event)) return;
      const { max: { shape }, step, kernel_size: size } = view.arrays;
      const place = inside(underPointer(event, node, shape).map(Math.floor), shape);
      choose(place.map((where) => where * step + toTheMiddle(size)));
    }));
  }
  x.addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, unit, view.arrays.x.shape);
    if (to) choose(to);
    else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey) value.select();
    else return;
    event.preventDefault();
  });

  view.redraw();
}

const toTheMiddle = (size) => Math.floor((size - 1) / 2);

/** Row and column of the neighbourhood of a unit; of those that overlap, the one around it. */
const placeOf = (unit, { max, step, kernel_size: size }) =>
  inside(unit.map((where) => (step === size ? Math.floor(where / step) : where - toTheMiddle(size))), max.shape);

export default { render };
