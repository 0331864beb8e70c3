// What every widget draws with. A widget's own script follows this one in the same module.

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

/** An HTML element; `properties` are attributes, or listeners where the value is a function. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** The frame of a widget: its root, its status line, and the conversation with Python.
 *  `draw(arrays)` is called at once, after each answer, and when the theme changes. */
export function scene({ model, el, signal }, draw) {
  const status = element("p", { class: "convkit-status", role: "status" });
  const root = element("div", { class: "convkit" });
  el.append(root);
  keepKeys(root);

  let answer, arrays, waiting;
  const read = () => {
    answer = model.get("answer");
    arrays = Object.fromEntries(
      Object.entries(answer.arrays).map(([name, value]) => [name, value?.data ? tensor(value) : value]),
    );
  };
  const redraw = () => {
    if (root.clientWidth) draw(arrays);
  };
  const listen = () => {
    clearTimeout(waiting);
    root.classList.remove("convkit-waiting");
    read();
    status.textContent = answer.problem;
    redraw();
  };
  model.on("change:answer", listen);
  read();

  // While a theme is changed nothing has a size; a frame later it has.
  const theme = new MutationObserver(() => requestAnimationFrame(redraw));
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name"] });
  const size = new ResizeObserver(redraw);
  size.observe(root);
  signal.addEventListener("abort", () => {
    model.off("change:answer", listen);
    theme.disconnect();
    size.disconnect();
    clearTimeout(waiting);
  });

  /** Have Python compute again with another operand. */
  const ask = (name, value) => {
    root.classList.add("convkit-waiting");
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      status.textContent =
        "Python has not answered, so the numbers are the old ones. Is the kernel running? Run the cell again.";
    }, 2000);
    model.set(name, value);
    model.save_changes();
  };
  return { root, status, ask, redraw, get arrays() { return arrays; } };
}

/** JupyterLab would take keys pressed in a widget for its own ("d d" deletes the cell). */
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    const runsTheCell = event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.altKey);
    if (event.key !== "Escape" && !runsTheCell) event.stopPropagation();
  });
}

/** A captioned place for a canvas or for controls. */
export function panel(symbol, ...children) {
  const node = element("figure", { class: "convkit-panel" }, element("figcaption"), ...children);
  caption(node, symbol);
  return node;
}

export function caption(panel, symbol, note) {
  panel.firstChild.replaceChildren(element("span", { class: "convkit-symbol" }, symbol));
  if (note) panel.firstChild.append(element("small", {}, note));
}

export function button(label, onClick) {
  return element("button", { type: "button", click: onClick }, label);
}

export function labelled(label, input) {
  return element("label", { class: "convkit-control" }, label, input);
}

export function toggle(label, onChange) {
  const input = element("input", { type: "checkbox", role: "switch", change: () => onChange(input.checked) });
  return { input, node: element("label", { class: "convkit-control" }, input, label) };
}

export function numberInput(label, limits, onChange) {
  const input = element("input", { type: "number", "aria-label": label, ...limits });
  input.addEventListener("input", () => {
    const valid = input.checkValidity() && Number.isFinite(input.valueAsNumber);
    input.setAttribute("aria-invalid", String(!valid));
    if (valid) onChange(input.valueAsNumber);
  });
  return input;
}

/** Number inputs in rows and columns; `onChange` gets all rows. */
export function matrixInput(label, onChange) {
  let current = [[]];
  let inputs = [];
  const node = element("div", { class: "convkit-matrix", role: "group", "aria-label": label });
  const change = (i, j, value) => {
    current = current.map((row, r) => row.map((old, c) => (r === i && c === j ? value : old)));
    onChange(current);
  };
  const build = () => {
    inputs = current.map((row, i) =>
      row.map((_, j) =>
        numberInput(`${label}, row ${i + 1}, column ${j + 1}`, { step: "any" }, (value) => change(i, j, value))));
    node.replaceChildren(...inputs.flat());
  };
  const show = (rows, cell) => {
    current = rows;
    if (inputs.length !== rows.length || inputs[0].length !== rows[0].length) build();
    node.style.gridTemplateColumns = `repeat(${rows[0].length}, ${cell}px)`;
    node.style.gridAutoRows = `${cell}px`;
    node.style.fontSize = `${Math.round(cell * 0.32)}px`;
    inputs.forEach((row, i) => row.forEach((input, j) => keepTyped(input, rows[i][j])));
  };
  return { node, show };
}

/** Show a value in a number input, but leave alone what somebody is typing there. */
export function keepTyped(input, value) {
  const typing = input === document.activeElement && input.getAttribute("aria-invalid") === "true";
  if (!typing && input.valueAsNumber !== value) input.value = value;
}

export function slider(label, limits, onChange) {
  const input = element("input", { type: "range", "aria-label": label, ...limits });
  const shown = element("output");
  input.addEventListener("input", () => {
    shown.textContent = written(input.valueAsNumber);
    onChange(input.valueAsNumber);
  });
  const show = (value) => {
    input.value = value;
    shown.textContent = written(value);
  };
  return { node: element("label", { class: "convkit-control" }, label, input, shown), show };
}

export function select(label, options, onChange) {
  const choices = options.map((option) => element("option", { value: option }, option));
  const input = element("select", { "aria-label": label, change: () => onChange(input.value) }, ...choices);
  return { input, node: labelled(label, input) };
}

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
        context.font = `600 ${Math.round(cell * 0.23)}px ${family}`;
        context.textAlign = "left";
        context.fillStyle = colours.kernel;
        context.fillText(label, j * cell + 6, i * cell + cell * 0.2);
      }
      if (!numbers || hidden?.(i, j)) continue;
      const text = written(at(matrix, i, j));
      context.font = `${Math.round(cell * Math.min(0.34, 1.3 / text.length))}px ${family}`;
      context.textAlign = "center";
      context.fillStyle = faded?.(i, j) ? colours.faint : colours.ink;
      context.fillText(text, (j + 0.5) * cell, (i + (label ? 0.6 : 0.53)) * cell);
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
