// What frames every widget: its root, its conversation with Python, its labelled controls.
// With drawing.js, and before a widget's own script, in one module.

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

const WITHOUT_PYTHON = "What is grey here needs Python: open the notebook in JupyterLab to change it.";
const RECORDED_SO_FAR = "Here the recording ends. To go on needs Python: open the notebook in JupyterLab.";
const NO_ANSWER =
  "Python has not answered, so the numbers are the old ones. Is the kernel running? Run the cell again.";
const INSTEAD_OF_PYTHON = "Python does not answer. Until it does, your browser computes what convkit's own layers give.";

/** The frame of a widget: its root, its status line, and the conversation with Python.
 *  `draw(arrays)` is called at once, after each answer, and when the theme changes.
 *  `compute(operands, arrays)` answers where there is no Python; operands are those it knows. */
export function scene({ model, el, signal }, draw, compute) {
  const python = !el.closest("[data-python=none]"); // on a page that JupyterLab did not make
  const status = element("p", { class: python ? "convkit-status" : "convkit-hint", role: "status" });
  const root = element("div", { class: "convkit" });
  el.append(root);
  keepKeys(root);

  let answer, arrays, waiting;
  let heard = python; // whether Python answered the last time
  let resting = ""; // what is said where nobody answers
  const recorded = python ? [] : model.get("recorded");
  const read = (from) => {
    answer = from;
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
    heard = true;
    read(model.get("answer"));
    status.textContent = answer.problem;
    redraw();
  };
  model.on("change:answer", listen);
  read(model.get("answer"));

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

  /** Answer in the place of Python; `before` are operands to put back where they do not fit. */
  const answerHere = (before) => {
    clearTimeout(waiting);
    root.classList.remove("convkit-waiting");
    try {
      arrays = { ...arrays, ...compute(operandsOf(model), arrays) };
      status.textContent = python ? INSTEAD_OF_PYTHON : resting;
    } catch (error) {
      for (const [operand, old] of before) model.set(operand, old);
      status.textContent = error.message;
    }
    redraw();
  };
  const asItWas = Object.fromEntries(recorded.flatMap(({ varied }) =>
    Object.keys(varied).map((operand) => [operand, model.get(operand)])));
  /** Show what was answered when the page was made, or the answer to the next higher number; operands
   *  that were not varied together with this one are as they were. False where nothing was recorded. */
  const replay = (name, value) => {
    const wish = (operand) => (operand === name ? value : model.get(operand));
    const fits = ([operand, known]) =>
      typeof known === "number" ? known >= wish(operand) : known === wish(operand);
    const found = recorded.find(({ varied }) => name in varied && Object.entries(varied).every(fits));
    const refused = found ? found.answer.problem : RECORDED_SO_FAR;
    status.textContent = refused || resting;
    if (!refused) {
      for (const [operand, first] of Object.entries(asItWas)) model.set(operand, found.varied[operand] ?? first);
      read(found.answer);
    }
    redraw();
    return !refused;
  };
  /** Have Python compute again with another operand, and with those of `also`, by their names.
   *  To what is no change there would be no answer. */
  const ask = (name, value, also = {}) => {
    if (name in asItWas) return replay(name, value);
    const operands = Object.entries({ ...also, [name]: value });
    const known = ([operand, to]) => JSON.stringify(model.get(operand)) === JSON.stringify(to);
    const standsIn = compute && !arrays.whose;
    if ((!python && !standsIn) || operands.every(known)) return redraw(); // and show again what it is
    const before = operands.map(([operand]) => [operand, model.get(operand)]);
    for (const [operand, to] of operands) model.set(operand, to);
    if (python) {
      root.classList.add("convkit-waiting");
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        heard = false;
        if (standsIn) answerHere(before);
        else status.textContent = NO_ANSWER;
      }, 2000);
      model.save_changes();
    }
    if (!heard && standsIn) answerHere(before);
  };
  const askingFor = (operands, ...controls) => {
    const rests = !python && !compute && !operands.every((operand) => operand in asItWas);
    if (rests) status.textContent = resting = WITHOUT_PYTHON;
    return element("fieldset", { class: "convkit-asking", disabled: rests }, ...controls);
  };
  /** Controls that ask for an answer, side by side; where nobody can give it they rest. `askingFor`
   *  first takes the operands that they change: answers to these may have been recorded. */
  const asking = (...controls) => askingFor([""], ...controls);
  return { root, status, ask, asking, askingFor, redraw, get arrays() { return arrays; } };
}

/** A widget's operands, by their names. */
const operandsOf = (model) => new Proxy({}, { get: (_, name) => model.get(name) });

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
  panel.firstChild.replaceChildren(element("span", { class: "convkit-symbol" }, ...upright(symbol)));
  if (note) panel.firstChild.append(element("small", {}, note));
}

/** A symbol in parts, so that its ∇ stands upright among slanted letters. */
export const upright = (symbol) =>
  symbol.split(/(∇)/).map((part) => (part === "∇" ? element("span", { class: "convkit-upright" }, part) : part));

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

/** `said` is how its value is written beside it. */
export function slider(label, limits, onChange, said = written) {
  const input = element("input", { type: "range", "aria-label": label, ...limits });
  const shown = element("output");
  input.addEventListener("input", () => {
    shown.textContent = said(input.valueAsNumber);
    onChange(input.valueAsNumber);
  });
  const show = (value) => {
    input.value = value;
    shown.textContent = said(value);
  };
  return { node: element("label", { class: "convkit-control" }, label, input, shown), show };
}

export function select(label, options, onChange) {
  const choices = options.map((option) => element("option", { value: option }, option));
  const input = element("select", { "aria-label": label, change: () => onChange(input.value) }, ...choices);
  return { input, node: labelled(label, input) };
}
