// What a widget shows where no Python answers: what convkit's own layers give, computed here.
// A function takes a widget's operands and gives what its `compute` gives in Python;
// tests/browser/test_operators.py holds their numbers equal. With drawing.js and controls.js in one
// module, before a widget's own script.

/** A tensor of this shape, of value(index, …). */
function filled(shape, value) {
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  for (let offset = 0; offset < data.length; offset++) {
    data[offset] = value(...index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return { shape, data };
}

const total = ({ data }) => data.reduce((sum, value) => sum + value, 0);

/** The places of a window along one side. */
function places(size, window, stride) {
  if (window > size) throw new Error(`kernel_size: expected at most ${size}, got ${window}`);
  return Math.floor((size - window) / stride) + 1;
}

function convolutionByHand({ x, kernel, flip, stride, padding }) {
  const [channels, rows, columns] = [x.length, x[0].length, x[0][0].length];
  const [maps, height, width] = [kernel.length, kernel[0][0].length, kernel[0][0][0].length];
  const padded = filled([channels, rows + 2 * padding, columns + 2 * padding],
    (i, r, c) => x[i][r - padding]?.[c - padding] ?? 0);
  const weight = filled([maps, channels, height, width], (j, i, p, q) =>
    (flip ? kernel[j][i][height - 1 - p][width - 1 - q] : kernel[j][i][p][q]));
  const size = [places(padded.shape[1], height, stride), places(padded.shape[2], width, stride)];
  const products = filled([maps, ...size, channels, height, width], (j, a, b, i, p, q) =>
    at(weight, j, i, p, q) * at(padded, i, a * stride + p, b * stride + q));
  const channel_sums = filled([maps, ...size, channels], (j, a, b, i) => total(at(products, j, a, b, i)));
  const sums = filled([maps, ...size], (j, a, b) => total(at(channel_sums, j, a, b)));
  const agrees = filled(sums.shape, () => 1);
  return { flip, stride, padding, padded, weight, products, channel_sums, sums, output: sums, agrees };
}

function softmaxOf(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b);
  return { probabilities: powers.map((power) => power / sum), logSum: most + Math.log(sum) };
}

const row = (numbers) => ({ shape: [numbers.length], data: Float64Array.from(numbers) });

function softmax({ logits, label }) {
  const { probabilities, logSum } = softmaxOf(logits);
  const gradient = probabilities.map((share, i) => share - (i === label ? 1 : 0));
  return {
    logits: row(logits), probabilities: row(probabilities), gradient: row(gradient), label,
    loss: logSum - logits[label],
    downhill: logits.map((logit, i) => logit - gradient[i]),
  };
}

function parameters({ image_size: side, channels, units, filter_size: size, maps }, { rows }) {
  if (size > side) throw new Error(`filter_size: expected at most the image's ${side}, got ${size}`);
  const grouped = (number) => number.toLocaleString("en");
  const patch = `${channels} · ${size}·${size}`;
  const counted = [
    [units, channels * side * side * units, `${channels} · ${side}·${side} pixels × ${grouped(units)} units`],
    [units, channels * size * size * units, `${patch} pixels × ${grouped(units)} units`],
    [maps * places(side, size, 1) ** 2, channels * size * size * maps, `${patch} pixels × ${grouped(maps)} maps`],
  ];
  return {
    image_size: side, filter_size: size,
    rows: rows.map((row, i) => {
      const [of, weights, product] = counted[i];
      return { ...row, units: of, weights, bytes: 4 * weights, product };
    }),
  };
}

function pooling({ x, kernel_size, overlapping }) {
  const step = overlapping ? 1 : kernel_size;
  const map = filled([x.length, x[0].length], (i, j) => x[i][j]);
  const size = map.shape.map((side) => places(side, kernel_size, step));
  const wins = filled(map.shape, () => 0);
  const window = cells([kernel_size, kernel_size]);
  const largestOf = filled(size, (j, k) => {
    const units = window.map(([p, q]) => [j * step + p, k * step + q]);
    const winner = units.reduce((best, unit) => (at(map, ...unit) > at(map, ...best) ? unit : best));
    wins.data[winner[0] * map.shape[1] + winner[1]]++;
    return at(map, ...winner);
  });
  const average = filled(size, (j, k) =>
    window.reduce((sum, [p, q]) => sum + at(map, j * step + p, k * step + q), 0) / kernel_size ** 2);
  return { x: map, wins, kernel_size, step, max: largestOf, average };
}

function receptiveField({ depth, kernel_size, stride }, { stages: [image] }) {
  const stages = [image];
  const steps = [];
  for (let layer = 0; layer < depth; layer++) {
    const before = stages[layer];
    stages.push(places(before, kernel_size, stride));
    steps.push(filled([stages[layer + 1], before], (unit, pixel) =>
      Number(pixel >= unit * stride && pixel < unit * stride + kernel_size)));
  }
  const sees = {};
  for (let later = 1; later <= depth; later++) {
    let ways = filled([stages[later], stages[later]], (i, j) => Number(i === j));
    for (let earlier = later - 1; earlier >= 0; earlier--) {
      ways = product(ways, steps[earlier]);
      sees[`${later} ${earlier}`] = ways;
    }
  }
  return { stages, kernel_size, stride, ...sees };
}

/** The product of two matrices. */
function product(a, b) {
  const inner = b.shape[0];
  return filled([a.shape[0], b.shape[1]], (i, j) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a.data[i * inner + k] * b.data[k * b.shape[1] + j];
    return sum;
  });
}

/** A tensor with a function of each of its numbers. */
const mapped = ({ shape, data }, value) => ({ shape, data: Float64Array.from(data, (number) => value(number)) });

/** Conv2d without its bias of maps (C, H, W). */
function correlated(x, weight) {
  const [maps, channels, height, width] = weight.shape;
  const [, rows, columns] = x.shape;
  return filled([maps, places(rows, height, 1), places(columns, width, 1)], (j, a, b) => {
    let sum = 0;
    let k = j * channels * height * width;
    for (let i = 0; i < channels; i++) {
      for (let p = 0; p < height; p++) {
        const start = (i * rows + a + p) * columns + b;
        for (let q = 0; q < width; q++) sum += weight.data[k++] * x.data[start + q];
      }
    }
    return sum;
  });
}

/** A matrix that blurs one side: a Gaussian, renormalised at the border. */
function blurring(side, kernelSize, sigma) {
  const rows = filled([side, side], (i, j) =>
    (Math.abs(i - j) <= (kernelSize - 1) / 2 ? Math.exp(-((i - j) ** 2) / (2 * sigma ** 2)) : 0));
  return filled([side, side], (i, j) => at(rows, i, j) / total(at(rows, i)));
}

/** The local average of maps (C, H, W), one for all of them. */
function locally([, rows, columns], kernelSize, sigma) {
  const [down, across] = [blurring(rows, kernelSize, sigma), blurring(columns, kernelSize, sigma)];
  const turned = filled(across.shape, (i, j) => at(across, j, i));
  return (x) => {
    const mean = { shape: [rows, columns], data: new Float64Array(rows * columns) };
    x.data.forEach((value, k) => { mean.data[k % mean.data.length] += value / x.shape[0]; });
    return product(product(down, mean), turned);
  };
}

/** Numbers of maps (C, H, W), each with that of one map (H, W) at its place. */
const across = ({ shape, data }, map, value) =>
  ({ shape, data: Float64Array.from(data, (number, k) => value(number, map.data[k % map.data.length])) });

/** LocalContrastNorm2d of maps (C, H, W): what its two halves give, and what the second divides by. */
function contrastNormalized(x, kernelSize, sigma, c) {
  const average = locally(x.shape, kernelSize, sigma);
  const v = across(x, average(x), (value, mean) => value - mean);
  const scale = mapped(average(mapped(v, (value) => value ** 2)), (variance) => Math.max(c, Math.sqrt(variance)));
  return { v, scale, y: across(v, scale, (value, by) => value / by) };
}

/** AvgPool2d or MaxPool2d of maps (C, H, W). */
function pooledBy(x, size, max) {
  const [maps, rows, columns] = x.shape;
  const window = cells([size, size]);
  return filled([maps, places(rows, size, size), places(columns, size, size)], (i, j, k) => {
    const units = window.map(([p, q]) => at(x, i, size * j + p, size * k + q));
    return max ? Math.max(...units) : units.reduce((a, b) => a + b) / units.length;
  });
}

const SHOWN = 4; // maps of each step

function pipeline({ stages, rectify, normalize, pooling: by, negative, contrast, light, known }) {
  const [images, ...weights] = [known.images, ...known.filters].map(tensor);
  const [count, side] = images.shape;
  const letters = ["F", ...(rectify ? ["R"] : []), ...(normalize ? ["N"] : []), "P"];
  const design = `${stages} × ${letters.join("–")}_${by === "max" ? "M" : "A"}`;
  const operations = {
    F: (maps, stage) => mapped(correlated(maps, weights[stage]), Math.tanh),
    R: (maps) => mapped(maps, Math.abs),
    N: (maps) => contrastNormalized(maps, 5, 5 / 4, 0.01).y,
    P: (maps) => pooledBy(maps, 2, by === "max"),
  };
  const ink = contrast * (negative ? -1 : 1);
  const x = filled(images.shape, (n, r, c) => ink * at(images, n, r, c) + light * (c / (side - 1) - 0.5));
  const first = (all) => Array.from({ length: count }, (_, n) => ({ shape: [1, side, side], data: at(all, n).data }));
  let [maps, plain] = [first(x), first(images)];
  const [steps, changes, shown] = [[], [], {}];
  for (let stage = 0; stage < stages; stage++) {
    for (const letter of letters) {
      const parameters = letter === "F" ? weights[stage].data.length + weights[stage].shape[0] : 0;
      [maps, plain] = [maps, plain].map((each) => each.map((map) => operations[letter](map, stage)));
      const shape = maps[0].shape;
      changes.push(...maps.map((map, n) => relativeDifference(map.data, plain[n].data)));
      shown[`maps${steps.length}`] = filled([count, Math.min(SHOWN, shape[0]), ...shape.slice(1)],
        (n, ...index) => at(maps[n], ...index));
      steps.push({ letter, shape, parameters });
    }
  }
  const units = maps[0].data.length;
  const probabilities = maps.map((map) => classified(map.data, known.classifiers[design]));
  return {
    x, steps, ...shown, units, design, classifier: (units + 1) * probabilities[0].length,
    changes: { shape: [steps.length, count], data: Float64Array.from(changes) },
    probabilities: filled([count, probabilities[0].length], (n, c) => probabilities[n][c]),
  };
}

function relativeDifference(maps, plain) {
  let [difference, length] = [0, 0];
  maps.forEach((value, i) => {
    difference += (value - plain[i]) ** 2;
    length += plain[i] ** 2;
  });
  return Math.sqrt(difference / Math.max(length, 1e-12));
}

/** What a linear classifier with a softmax says of the units of the last maps. */
function classified(units, { weight, bias }) {
  const [W, b] = [tensor(weight), tensor(bias)];
  const logits = Array.from(b.data, (value, c) =>
    at(W, c).data.reduce((sum, factor, i) => sum + factor * units[i], value));
  return softmaxOf(logits).probabilities;
}
