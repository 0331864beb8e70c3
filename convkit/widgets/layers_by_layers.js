// What the widgets share that go through a deep network layer by layer.

/** A share as a percentage, or as a power of ten where it is tiny or huge. */
const share = (number) =>
  number === 0 || (number >= 0.001 && number < 100)
    ? `${Number((100 * number).toPrecision(2))} %`
    : number.toExponential(0).replace("e", "·10^").replace("+", "").replace("-", "−");
