// What widgets share in which networks train while one watches: running, and the losses so far.

const [CURVE_WIDTH, CURVE_HEIGHT] = [460, 170];
const [LEFT, BOTTOM, TOP] = [40, 22, 12]; // pixels around the curve
const [LOWEST_LOSS, HIGHEST_LOSS] = [0.01, 10]; // on a logarithmic scale
const ANSWERS_A_SECOND = 15; // at most; beyond that several steps an answer

/** Buttons that train, make a step and start again, and the speed, in steps a second.
 *  advance(steps) and restart() ask Python; goOn(step) is to be called with each answer, advance
 *  gives false where it goes no further. */
function runner({ advance, restart, signal, rate = 10 }) {
  let playing = false;
  let timer = null;
  let last = 0; // step

  const next = () => {
    timer = null;
    if (playing && advance(Math.max(1, Math.round(rate / ANSWERS_A_SECOND))) === false) pause();
  };
  const pause = () => {
    playing = false;
    train.textContent = "▶ Train";
    clearTimeout(timer);
    timer = null;
  };
  const toggle = () => {
    if (playing) return pause();
    playing = true;
    train.textContent = "❚❚ Pause";
    next();
  };
  const train = button("▶ Train", toggle);
  const speed = slider("steps a second", { min: 1, max: 100, style: "width: 90px" }, (value) => (rate = value));
  speed.show(rate);
  signal.addEventListener("abort", pause);

  const node = element("div", { class: "convkit-bar", style: "margin: 0 0 12px" },
    train, button("Step", () => { pause(); advance(1); }), button("Start again", () => { pause(); restart(); }), speed.node);
  const goOn = (step) => {
    if (playing && timer === null) timer = setTimeout(next, (1000 * Math.max(step - last, 1)) / rate);
    last = step;
  };
  return { node, toggle, goOn };
}

/** Of each curve {losses, recent, colour, name} the loss of every step, faint, and its recent mean;
 *  logarithmic upwards, at least `least` steps wide. */
function drawLosses(node, curves, colours, { width = CURVE_WIDTH, height = CURVE_HEIGHT, least = 50, guessing } = {}) {
  const context = prepare(node, width, height);
  const last = Math.max(...curves.map(({ losses }) => losses.data.length));
  const steps = Math.max(last, least);
  const [low, high] = [Math.log10(LOWEST_LOSS), Math.log10(HIGHEST_LOSS)];
  const right = width - 8;
  const x = (step) => LEFT + ((right - LEFT) * step) / steps;
  const y = (loss) =>
    height - BOTTOM - ((height - BOTTOM - TOP) * (Math.log10(clamp(loss, LOWEST_LOSS, HIGHEST_LOSS)) - low)) / (high - low);
  const family = getComputedStyle(node).fontFamily;
  const line = ({ data }, colour, thick) => {
    context.strokeStyle = colour;
    context.lineWidth = thick;
    context.beginPath();
    data.forEach((loss, step) => context.lineTo(x(step + 1), y(loss)));
    context.stroke();
  };
  const across = (loss, colour) => {
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(LEFT, y(loss));
    context.lineTo(right, y(loss));
    context.stroke();
  };
  context.font = `12px ${family}`;
  context.fillStyle = colours.ink;
  for (let power = low; power <= high; power++) {
    across(10 ** power, colours.line);
    context.fillText(written(10 ** power), 4, y(10 ** power) + 4);
  }
  context.fillText("loss", 4, TOP + 18);
  context.textAlign = "center";
  context.fillText(`step ${last}`, clamp(x(last), LEFT + 20, right - 24), height - 6);
  context.textAlign = "right";
  if (x(last) < right - 80) context.fillText(steps, right, height - 6);
  if (guessing) {
    context.setLineDash([5, 4]);
    across(guessing, colours.ink);
    context.setLineDash([]);
    context.fillText("as good as guessing", right, y(guessing) - 6);
  }
  for (const { losses } of curves) line(losses, colours.line, 1);
  for (const { recent, colour } of curves) line(recent, colour, 2.5);
}
