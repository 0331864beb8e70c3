// What convolution by hand says: the sum of an output in full, and what an input feeds.

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
const numbered = (name, number, of) => (of > 1 ? name + SUBSCRIPTS[number] : name);
const isPadding = ({ padded: { shape: [, rows, columns] }, padding }, r, c) =>
  Math.min(r, c, rows - 1 - r, columns - 1 - c) < padding;
const range = (count) => Array.from({ length: count }, (_, index) => index);

/** With which weight an output takes the pixel that was pointed at; null: it does not. */
function weightOf({ weight, stride }, pixel) {
  const [, , height, width] = weight.shape;
  return (which, r, c) => {
    if (!pixel) return null;
    const [p, q] = [pixel.row - r * stride, pixel.column - c * stride];
    const inWindow = p >= 0 && p < height && q >= 0 && q < width;
    return inWindow ? at(weight, which, pixel.channel, p, q) : null;
  };
}

/** What the input that was pointed at feeds, in words. */
function told(arrays, pixel) {
  if (!pixel) return [];
  const taken = weightOf(arrays, pixel);
  const { channel, row, column } = pixel;
  const count = cells(arrays.output.shape.slice(1)).filter(([r, c]) => taken(0, r, c) !== null).length;
  const [maps, channels] = arrays.weight.shape;
  const own = [row - arrays.padding, column - arrays.padding];
  const value = written(at(arrays.padded, channel, row, column));
  const name = isPadding(arrays, row, column)
    ? "This 0 of the padding"
    : `${numbered("x", channel, channels)}[${own.join(", ")}] = ${value}`;
  const where = maps > 1 ? ` of each of the ${maps} maps` : "";
  return [
    `${name} feeds `,
    element("strong", {}, `${count} output${count === 1 ? "" : "s"}`),
    `${where}, each with the weight in its corner.`,
  ];
}

const bracketed = (number) => (number < 0 ? `(${written(number)})` : written(number));

/** "(x ∗ k)₀₀ = 1 × 0 + …" and, below, the products and their sum; a channel at a time. */
function sums(arrays, operation, map, [i, j]) {
  const [maps, channels] = arrays.weight.shape;
  const total = element("strong", {}, `= ${written(at(arrays.sums, map, i, j))}`);
  const index = element("sub", {}, `${i}${j}`);
  const symbol = (...text) => element("span", { class: "convkit-symbol" }, ...text);
  if (channels === 1) {
    const name = maps > 1 ? numbered("y", map, maps) : `(x ${operation} k)`;
    return [writtenOut(arrays, map, [i, j], 0, symbol(name, index), total)];
  }
  const parts = range(channels).map((channel) => at(arrays.channel_sums, map, i, j, channel));
  const last = element("div", { class: "convkit-sum" },
    symbol(numbered("y", map, maps), index), element("span"),
    element("span", {}, `= ${parts.map(bracketed).join(" + ")}`), element("span"), total);
  return [
    ...parts.map((part, channel) =>
      writtenOut(arrays, map, [i, j], channel, symbol(`x${SUBSCRIPTS[channel]}:`), element("span", {}, `= ${written(part)}`))),
    last,
  ];
}

function writtenOut({ padded, weight, products, stride }, map, [i, j], channel, name, end) {
  const [, , height, width] = weight.shape;
  const terms = cells([height, width]).flatMap(([p, q]) => {
    const lead = p + q ? "+" : "=";
    const factor = element("span", { class: "convkit-factor" }, bracketed(at(weight, map, channel, p, q)));
    const value = bracketed(at(padded, channel, i * stride + p, j * stride + q));
    return [
      element("span", {}, `${lead} `, factor, ` × ${value}`),
      element("span", {}, `${lead} ${bracketed(at(products, map, i, j, channel, p, q))}`),
    ];
  });
  return element("div", { class: "convkit-sum" }, name, element("span"), ...terms, element("span"), end);
}
