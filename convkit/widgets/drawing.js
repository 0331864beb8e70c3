// What every widget draws with. With controls.js, and before a widget's own script, in one module.

const TYPES = { float64: Float64Array, float32: Float32Array, uint8: Uint8Array };

/** An array from Python: {shape, data}, data in C order. */
export function tensor({ shape, dtype, data }) {
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return { shape, data: new TYPES[dtype](bytes) };
}

/** The element of a tensor at an index, or the sub-tensor where the index is shorter. */
export function at({ shape, data }, ...index) {
  let offset = 0;
  shape.forEach((size, axis) => (offset = offset * size + (index[axis] ?? 0)));
  if (index.length === shape.length) return data[offset];
  const rest = shape.slice(index.length);
  return { shape: rest, data: data.subarray(offset, offset + rest.reduce((a, b) => a * b, 1)) };
}

/** A number as one writes it by hand: at most four decimals, a true minus sign. */
export function written(number) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "nan" : number < 0 ? "−∞" : "∞";
  const size = Math.abs(number);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
  return String(Number(number.toFixed(digits))).replace("-", "−").replace(/^−0$/, "0");
}

/** The largest size of a tensor's entries, at least a little more than zero. */
export const largest = ({ data }) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** The place of a grid that is nearest to [row, column]; the middle, where there is none yet. */
export function inside(place, shape) {
  return shape.map((size, axis) => (place ? clamp(place[axis], 0, size - 1) : Math.floor(size / 2)));
}

/** All [row, column] of a grid, row by row. */
export const cells = ([rows, columns]) =>
  Array.from({ length: rows * columns }, (_, index) => [Math.floor(index / columns), index % columns]);

/** The colours of the theme, as set in drawing.css. */
export function palette(root) {
  const style = getComputedStyle(root);
  const names = ["ink", "faint", "paper", "line", "kernel", "result", "frame", "positive", "negative"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--convkit-${name}`).trim()]));
}

/** A canvas for matrices and pictures, sharp on every screen. */
export function canvas(label, properties = {}) {
  return element("canvas", { role: "img", "aria-label": label, ...properties });
}

function prepare(node, width, height) {
  const scale = window.devicePixelRatio || 1;
  node.width = Math.round(width * scale);
  node.height = Math.round(height * scale);
  node.style.width = `${width}px`;
  node.style.height = `${height}px`;
  const context = node.getContext("2d");
  context.scale(scale, scale);
  return context;
}

/** How to tint a number: the larger the stronger, in one colour or in one for each sign. */
export const tinted = (matrix, strength, positive, negative) => {
  const limit = largest(matrix);
  return (value) => [value < 0 ? negative : positive, (strength * Math.abs(value)) / limit];
};

/** Draw a matrix with its numbers.
 *  cell: side of a cell in pixels; tint(value): [colour, opacity]; hidden(i, j): leave the number
 *  out; numbers: false leaves out all; corner(i, j): text in the upper left corner;
 *  faded(i, j): a number of less weight;
 *  frames: [{row, column, height, width, colour, shade}], outlined areas. */
export function drawMatrix(node, matrix, colours, options) {
  const { cell, tint, hidden, corner, faded, numbers = true, frames = [] } = options;
  const [rows, columns] = matrix.shape;
  const margin = 3;
  const context = prepare(node, columns * cell + 2 * margin, rows * cell + 2 * margin);
  context.translate(margin, margin);
  context.textBaseline = "middle";
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = at(matrix, i, j);
      const [x, y] = [j * cell, i * cell];
      const shown = !hidden?.(i, j);
      context.fillStyle = colours.paper;
      context.fillRect(x, y, cell, cell);
      if (tint && shown && Number.isFinite(value)) {
        const [colour, opacity] = tint(value);
        context.globalAlpha = opacity;
        context.fillStyle = colour;
        context.fillRect(x, y, cell, cell);
        context.globalAlpha = 1;
      }
      context.strokeStyle = colours.line;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
    }
  }
  for (const { row, column, height, width, colour, shade = 0 } of frames) {
    context.fillStyle = colour;
    context.globalAlpha = shade;
    context.fillRect(column * cell, row * cell, width * cell, height * cell);
    context.globalAlpha = 1;
    context.strokeStyle = colour;
    context.lineWidth = 3;
    context.strokeRect(column * cell + 0.5, row * cell + 0.5, width * cell - 1, height * cell - 1);
  }
  const family = getComputedStyle(node).fontFamily;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const label = corner?.(i, j);
      if (label) {
        context.font = `600 ${Math.max(12, Math.round(cell * 0.25))}px ${family}`;
        context.textAlign = "left";
        context.fillStyle = colours.kernel;
        context.fillText(label, j * cell + 4, i * cell + Math.max(10, cell * 0.22));
      }
      if (!numbers || hidden?.(i, j)) continue;
      const text = written(at(matrix, i, j));
      context.font = `${Math.round(cell * Math.min(0.34, 1.3 / text.length))}px ${family}`;
      context.textAlign = "center";
      context.fillStyle = faded?.(i, j) ? colours.faint : colours.ink;
      context.fillText(text, (j + 0.5) * cell, (i + (label ? 0.7 : 0.53)) * cell);
    }
  }
}

export const grey = (low, high) => (value) => {
  const shade = (255 * (value - low)) / (high - low);
  return [shade, shade, shade];
};

const SIGNED = Array.from({ length: 511 }, (_, index) => {
  const strength = Math.abs(index - 255) / 255;
  const half = index < 255 ? [67, 147, 195] : [214, 96, 77];
  const full = index < 255 ? [5, 48, 97] : [103, 0, 31];
  const [from, to, share] = strength < 0.5 ? [[255, 255, 255], half, 2 * strength] : [half, full, 2 * strength - 1];
  return from.map((channel, i) => channel + share * (to[i] - channel));
});

/** Negative blue, zero white, positive red, as in the lectures' Matplotlib pictures. */
export const signed = (limit) => (value) => SIGNED[255 + Math.round(255 * clamp(value / limit, -1, 1))];

/** An image in colour, to be drawn often: colour(value, row, column) is [red, green, blue]. */
export function painted({ shape: [rows, columns], data }, colour) {
  const pixels = new ImageData(columns, rows);
  data.forEach((value, index) => {
    const [red, green, blue] = colour(value, Math.floor(index / columns), index % columns);
    pixels.data[4 * index] = red;
    pixels.data[4 * index + 1] = green;
    pixels.data[4 * index + 2] = blue;
    pixels.data[4 * index + 3] = 255;
  });
  const bitmap = new OffscreenCanvas(columns, rows);
  bitmap.getContext("2d").putImageData(pixels, 0, 0);
  return bitmap;
}

/** Draw an image, pixel by pixel, `width` wide on the screen; `colour` and `frames` as above,
 *  the frames in pixels of the image. */
export function drawPicture(node, image, width, colour, frames = []) {
  drawPainted(node, painted(image, colour), width, frames);
}

/** Draw what `painted` has made, `width` wide on the screen. */
export function drawPainted(node, bitmap, width, frames = []) {
  const scale = width / bitmap.width;
  const height = bitmap.height * scale;
  const context = prepare(node, width, height);
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, 0, 0, width, height);
  context.lineWidth = 2.5;
  for (const { row, column, height: down, width: across, colour: line } of frames) {
    context.strokeStyle = line;
    context.strokeRect(column * scale - 1, row * scale - 1, across * scale + 2, down * scale + 2);
  }
}

/** Flipping rows and columns is half a turn: show it. */
export function halfTurn(node) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  node.animate([{ transform: "rotate(-180deg)" }, { transform: "none" }], { duration: 450, easing: "ease-in-out" });
}

/** Which cell of a matrix lies under the pointer, in fractions of a cell: [row, column]. */
export function underPointer(event, node, [rows, columns]) {
  const box = node.getBoundingClientRect();
  return [
    ((event.clientY - box.top) / box.height) * rows,
    ((event.clientX - box.left) / box.width) * columns,
  ];
}

/** The move of an arrow key, or of Home and End, on a grid: a new [row, column], or null. */
export function arrowMove(key, [row, column], [rows, columns]) {
  const moves = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [0, 0],
    End: [rows - 1, columns - 1],
  };
  return moves[key] ? inside(moves[key], [rows, columns]) : null;
}
