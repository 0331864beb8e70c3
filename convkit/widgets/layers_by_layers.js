// What the widgets share that go through a deep network layer by layer.

/** A share as a percentage, or as a power of ten where it is tiny or huge. */
const share = (number) =>
  number === 0 || (number >= 0.001 && number < 100)
    ? `${Number((100 * number).toPrecision(2))} %`
    : number.toExponential(0).replace("e", "·10^").replace("+", "").replace("-", "−");

/** Let a layer be chosen: by pointing at a row, or by the arrow keys on the first. */
function choosing(rows, depth, chosen, choose) {
  const take = (layer) => choose(clamp(layer, 0, depth - 1));
  for (const row of rows) {
    for (const kind of ["pointermove", "pointerdown"]) {
      row.addEventListener(kind, (event) => take(Math.floor(underPointer(event, row, [1, depth])[1])));
    }
  }
  rows[0].addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, [0, chosen()], [1, depth]);
    if (!to) return;
    take(to[1]);
    event.preventDefault();
  });
}

/** The lines of a table: the head, then the others. */
function lines(head, ...others) {
  const line = (tag, texts) => element("tr", {}, ...texts.map((text) => element(tag, {}, text)));
  return [line("th", head), ...others.map((texts) => line("td", texts))];
}
