// What widgets that show pictures show where no Python answers; as operators.js, and after it.

/** Tensors of one shape, as one. */
const stacked = (maps) =>
  filled([maps.length, ...maps[0].shape], (n, ...index) => at(maps[n], ...index));

/** One image (H, W) as maps (1, H, W), and one kernel (h, w) as weights. */
const alone = ({ shape, data }) => ({ shape: [1, ...shape], data });

function detector({ kernel, gain, bias }, { image }) {
  const weight = filled([kernel.length, kernel[0].length], (p, q) => kernel.at(-1 - p).at(-1 - q));
  const response = at(correlated(alone(image), alone(alone(weight))), 0);
  const detection = mapped(response, (answer) => 1 / (1 + Math.exp(-(gain * answer + bias))));
  const fires = mapped(detection, (sure) => Number(sure > 0.5));
  return {
    gain, bias, weight, response, detection, fires,
    share: total(fires) / fires.data.length, threshold: gain ? -bias / gain : null,
  };
}

function featureMaps({ gain, bias }, { preactivation: before, bias: old }) {
  const preactivation = filled(before.shape, (j, a, b) => at(before, j, a, b) + bias[j] - old.data[j]);
  const y = filled(before.shape, (j, a, b) => gain[j] * Math.tanh(at(preactivation, j, a, b)));
  return { gain: row(gain), bias: row(bias), preactivation, y };
}

function eyeDetector({ kernel_size }, { detection }) {
  return {
    kernel_size,
    max: pooledBy(detection, kernel_size, true), average: pooledBy(detection, kernel_size, false),
  };
}

const size = ({ data }) => Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0));
const minus = (a, b) => ({ ...a, data: a.data.map((value, k) => value - b.data[k]) });

function rectification({ contrast, pooling: by, size: side }, { image, weight, names }) {
  const functions = { tanh: Math.tanh, "|z|": Math.abs, "max(0, z)": (z) => Math.max(0, z) };
  const x = [1, -1].map((sign) => mapped(image, (value) => 0.5 + sign * contrast * (value - 0.5)));
  const z = x.map((scene) => at(correlated(alone(scene), alone(alone(weight))), 0));
  const pairs = names.map((name) => {
    const y = stacked(z.map((answers) => mapped(answers, functions[name])));
    return by === "none" ? y : pooledBy(y, side, by === "max");
  });
  return {
    x: stacked(x), z: stacked(z), size: by === "none" ? 1 : side, y: stacked(pairs),
    differences: pairs.map((y) => {
      const [above, below] = [at(y, 0), at(y, 1)];
      return size(minus(above, below)) / Math.max((size(above) + size(below)) / 2, 1e-12);
    }),
    largest: pairs.map(({ data }) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
  };
}

function contrastNormalization({ gain, kernel_size, sigma, c, shadow, glare }, { image, weight }) {
  const [, columns] = image.shape;
  const lit = filled(image.shape, (i, j) => {
    const right = j / (columns - 1);
    return at(image, i, j) * (1 - shadow * right) + glare * right;
  });
  const maps = (picture) => {
    const found = weight ? mapped(correlated(alone(picture), weight), Math.tanh) : alone(picture);
    return filled(found.shape, (i, a, b) => gain[i] * at(found, i, a, b));
  };
  const steps = (picture) => {
    const x = maps(picture);
    return { x, ...contrastNormalized(x, kernel_size, sigma, c) };
  };
  const [shown, even] = [steps(lit), steps(image)];
  const average = locally(shown.x.shape, kernel_size, sigma);
  const names = ["x", "v", "y"];
  const mean = names.map((name) => average(shown[name]));
  const deviation = names.map((name, k) =>
    across(average(mapped(shown[name], (value) => value ** 2)), mean[k],
      (square, middle) => Math.sqrt(Math.max(square - middle ** 2, 0))));
  return {
    ...shown, mean: stacked(mean), deviation: stacked(deviation),
    ranges: names.map((_, k) => [mean[k], deviation[k]].map(percentiles)),
    differences: names.map((name) => {
      const middle = total(even[name]) / even[name].data.length;
      const varies = size(mapped(even[name], (value) => value - middle));
      return size(minus(shown[name], even[name])) / Math.max(varies, 1e-12);
    }),
  };
}

/** The 5th and the 95th percentile. */
function percentiles({ data }) {
  const sorted = Float64Array.from(data).sort();
  return [0.05, 0.95].map((share) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    return sorted[below] + (place - below) * ((sorted[below + 1] ?? 0) - sorted[below]);
  });
}

function pixelDistance({ number, light }, { images, labels, reach }) {
  const [count, rows, columns] = images.shape;
  const moves = cells([2 * reach + 1, 2 * reach + 1]).map((move) => move.map((where) => where - reach));
  const x = filled([moves.length, rows, columns], (n, i, j) => {
    const [a, b] = [i - moves[n][0], j - moves[n][1]];
    return a >= 0 && a < rows && b >= 0 && b < columns ? light * at(images, number, a, b) : 0;
  });
  const distance = (n, other) => size(minus(at(images, other), at(x, n)));
  const others = Array.from({ length: count }, (_, other) => other).filter((other) => labels[other] !== labels[number]);
  const nearest = moves.map((_, n) => {
    const away = others.map((other) => distance(n, other));
    return others[away.indexOf(Math.min(...away))];
  });
  const whom = filled([moves.length, 2], (n, rival) => (rival ? nearest[n] : number));
  return { x, whom, distances: filled(whom.shape, (n, rival) => distance(n, at(whom, n, rival))) };
}

function equivariance({ stride, padding, shared }, { image, side, reach, kernel, noise }) {
  const [height, width] = kernel.shape;
  const drags = cells([2 * reach + 1, 2 * reach + 1]).map((move) => move.map((where) => where - reach));
  const size_ = [height, width].map((window_) => places(side + 2 * padding, window_, stride));
  const y = filled([drags.length, ...size_], (n, a, b) => {
    let sum = 0;
    for (let p = 0; p < height; p++) {
      for (let q = 0; q < width; q++) {
        const [i, j] = [a * stride + p - padding, b * stride + q - padding];
        if (Math.min(i, j) < 0 || Math.max(i, j) >= side) continue; // a zero
        const weight = at(kernel, p, q) + (shared ? 0 : at(noise, a, b, p, q));
        sum += weight * at(image, reach - drags[n][0] + i, reach - drags[n][1] + j);
      }
    }
    return sum;
  });
  const atRest = at(y, drags.length >> 1);
  const steps = filled([drags.length, 2], (n, axis) => toEven(drags[n][axis] / stride));
  const difference = filled(y.shape, (n, a, b) => {
    const [i, j] = [a - at(steps, n, 0), b - at(steps, n, 1)];
    const known = i >= 0 && i < size_[0] && j >= 0 && j < size_[1];
    return known ? Math.abs(at(y, n, a, b) - at(atRest, i, j)) : NaN;
  });
  const most = (n) => at(difference, n).data.reduce((best, value) => (value > best ? value : best), 0);
  return { stride, y, steps, difference, largest: row(drags.map((_, n) => most(n))) };
}

/** Rounded as NumPy does it: halves to the next even number. */
const toEven = (number) => (Math.abs(number % 1) === 0.5 ? 2 * Math.round(number / 2) : Math.round(number));

function gradients({ x: numbers, weight, grad_y: sent, kernel_size, stride, padding: frame }, { layer }) {
  const convolves = layer === "Conv2d";
  const padding = convolves ? frame : 0;
  const window_ = convolves ? [weight.length, weight[0].length] : [kernel_size, kernel_size];
  const x = filled([numbers.length + 2 * padding, numbers[0].length + 2 * padding],
    (i, j) => numbers[i - padding]?.[j - padding] ?? 0);
  const inX = (i, j) => numbers[i - padding]?.[j - padding] !== undefined;
  const output = x.shape.map((side, axis) => places(side, window_[axis], stride));
  const units = cells(output);
  const under = ([a, b], [p, q]) => at(x, a * stride + p, b * stride + q);
  const winner = (unit) => cells(window_).reduce((best, cell) => (under(unit, cell) > under(unit, best) ? cell : best));
  const factors = units.map((unit) => {
    if (convolves) return weight.flat();
    const [p, q] = winner(unit);
    return cells(window_).map(([i, j]) =>
      (layer === "AvgPool2d" ? 1 / kernel_size ** 2 : Number(i === p && j === q)));
  });
  const factor = (unit, i, j) => {
    const [p, q] = [i - units[unit][0] * stride, j - units[unit][1] * stride];
    const inside_ = p >= 0 && p < window_[0] && q >= 0 && q < window_[1];
    return inside_ ? factors[unit][p * window_[1] + q] : 0;
  };
  const paths = filled([units.length, ...x.shape], (unit, i, j) => (inX(i, j) ? factor(unit, i, j) : 0));
  const y = filled(output, (a, b) => cells(window_).reduce(
    (sum, cell, k) => sum + factors[a * output[1] + b][k] * under([a, b], cell), 0));
  const grad_y = filled(output, (a, b) => sent[a]?.[b] ?? 0);
  const so_far = filled(paths.shape, () => 0);
  const pixels = x.data.length;
  so_far.data.forEach((_, k) => {
    const before = k < pixels ? 0 : so_far.data[k - pixels];
    so_far.data[k] = before + grad_y.data[Math.floor(k / pixels)] * paths.data[k];
  });
  const grad_x = at(so_far, units.length - 1);
  const differs = ({ shape }) => filled(shape, () => 0);
  const shown = {
    window: window_, stride, padding, x, y, grad_y, paths, so_far,
    grad_x, numerical_x: grad_x, differs_x: differs(grad_x),
  };
  if (!convolves) return shown;
  const grad_weight = filled(window_, (p, q) =>
    units.reduce((sum, unit, k) => sum + grad_y.data[k] * under(unit, [p, q]), 0));
  return { ...shown, grad_weight, numerical_weight: grad_weight, differs_weight: differs(grad_weight) };
}
