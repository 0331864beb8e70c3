// What widgets share in which networks train while one watches: running, and the losses so far.

const [CURVE_WIDTH, CURVE_HEIGHT] = [460, 170];
const [LEFT, BOTTOM, TOP] = [40, 22, 12]; // pixels around the curve
const [LOWEST_LOSS, HIGHEST_LOSS] = [0.01, 10]; // on a logarithmic scale
const ANSWERS_A_SECOND = 15; // at most; beyond that several steps an answer

/** Buttons that train, make a step and start again, and the speed.
 *  advance(steps) and restart() ask Python; goOn() is to be called with each answer. */
function runner({ advance, restart, signal }) {
  let playing = false;
  let timer = null;
  let rate = 10; // steps a second

  const next = () => {
    timer = null;
    if (playing) advance(Math.max(1, Math.round(rate / ANSWERS_A_SECOND)));
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
  const goOn = () => {
    if (playing && timer === null) timer = setTimeout(next, 1000 / Math.min(rate, ANSWERS_A_SECOND));
  };
  return { node, toggle, goOn };
}

/** Of each curve {losses, recent, colour} the loss of every step, faint, and its recent mean;
 *  logarithmic upwards. */
function drawLosses(node, curves, colours) {
  const context = prepare(node, CURVE_WIDTH, CURVE_HEIGHT);
  const last = Math.max(...curves.map(({ losses }) => losses.data.length));
  const steps = Math.max(last, 50);
  const [low, high] = [Math.log10(LOWEST_LOSS), Math.log10(HIGHEST_LOSS)];
  const x = (step) => LEFT + ((CURVE_WIDTH - LEFT - 8) * step) / steps;
  const y = (loss) =>
    CURVE_HEIGHT - BOTTOM - ((CURVE_HEIGHT - BOTTOM - TOP) * (Math.log10(clamp(loss, LOWEST_LOSS, HIGHEST_LOSS)) - low)) / (high - low);
  context.font = `11px ${getComputedStyle(node).fontFamily}`;
  context.fillStyle = colours.ink;
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  for (let power = low; power <= high; power++) {
    context.beginPath();
    context.moveTo(LEFT, y(10 ** power));
    context.lineTo(CURVE_WIDTH - 8, y(10 ** power));
    context.stroke();
    context.fillText(written(10 ** power), 4, y(10 ** power) + 4);
  }
  context.fillText("loss", 4, TOP + 14);
  context.textAlign = "right";
  context.fillText(`step ${last}`, CURVE_WIDTH - 8, CURVE_HEIGHT - 6);
  const line = ({ data }, colour, width) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    data.forEach((loss, step) => context.lineTo(x(step + 1), y(loss)));
    context.stroke();
  };
  for (const { losses } of curves) line(losses, colours.line, 1);
  for (const { recent, colour } of curves) line(recent, colour, 2);
}
