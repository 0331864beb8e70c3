// What the pipeline draws: maps, patches, probabilities, and the worth of designs.

const GAP = 6; // between maps
const [BARS_NARROWEST, BARS_WIDTH, BARS_HEIGHT, FOOT] = [680, 900, 150, 42]; // pixels
const [CLASSES_WIDTH, CLASS_HEIGHT] = [150, 22];
const ENLARGED = 72; // pixels, a patch or a kernel

const percent = (share) => `${Math.round(100 * share)} %`;

/** What a unit comes from in the image and in every column up to its own, and where it is: frames,
 *  with `map` where it comes from that map alone. */
function areas(steps, side, { step, map, row, column }) {
  const seen = Array.from({ length: steps.length + 1 });
  seen[step + 1] = { row, column, height: 1, width: 1, map };
  for (let i = step; i >= 0; i--) {
    const { letter, shape: [, rows] } = steps[i];
    const before = i ? steps[i - 1].shape[1] : side;
    const after = seen[i + 1];
    const spread = (first, length) => {
      const [from, to] = {
        F: [first, first + length + before - rows],
        R: [first, first + length],
        N: [first - 2, first + length + 2],
        P: [2 * first, 2 * (first + length)],
      }[letter];
      return [clamp(from, 0, before), clamp(to, 0, before)];
    };
    const [[top, bottom], [left, right]] = [spread(after.row, after.height), spread(after.column, after.width)];
    seen[i] = { row: top, column: left, height: bottom - top, width: right - left };
    if ("RP".includes(letter)) seen[i].map = after.map;
  }
  return seen;
}

/** Maps one below the other, in signed colours on a scale of their own; `area` framed in them. */
function drawMaps(node, maps, side, colours, area) {
  const [count, rows] = maps.shape;
  const shade = signed(largest(maps));
  const context = prepare(node, side, count * (side + GAP) - GAP);
  context.imageSmoothingEnabled = false;
  for (let map = 0; map < count; map++) {
    const top = map * (side + GAP);
    context.drawImage(painted(at(maps, map), shade), 0, top, side, side);
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.strokeRect(0.5, top + 0.5, side - 1, side - 1);
    if (!area || (area.map !== undefined && area.map !== map)) continue;
    const scale = side / rows;
    context.strokeStyle = colours.kernel;
    context.lineWidth = 2.5;
    context.strokeRect(area.column * scale, top + area.row * scale, area.width * scale, area.height * scale);
  }
}

/** Small pictures side by side, enlarged. */
function drawSide(node, pictures, shade, colours) {
  const context = prepare(node, pictures.length * (ENLARGED + GAP) - GAP, ENLARGED);
  context.imageSmoothingEnabled = false;
  pictures.forEach((picture, i) => {
    context.drawImage(painted(picture, shade), i * (ENLARGED + GAP), 0, ENLARGED, ENLARGED);
    context.strokeStyle = colours.kernel;
    context.lineWidth = 2;
    context.strokeRect(i * (ENLARGED + GAP) + 1, 1, ENLARGED - 2, ENLARGED - 2);
  });
}

/** A bar for the probability of each class, the largest in colour. */
function drawClasses(node, { data }, colours) {
  const context = prepare(node, CLASSES_WIDTH, Math.max(data.length, 1) * CLASS_HEIGHT);
  const most = Math.max(...data);
  context.font = `14px ${getComputedStyle(node).fontFamily}`;
  context.textBaseline = "middle";
  data.forEach((share, number) => {
    const middle = (number + 0.5) * CLASS_HEIGHT;
    context.fillStyle = share === most ? colours.result : colours.faint;
    context.fillRect(18, middle - 7, Math.max(share * (CLASSES_WIDTH - 74), 1), 14);
    context.fillStyle = colours.ink;
    context.fillText(String(number), 2, middle);
    context.fillText(percent(share), 24 + share * (CLASSES_WIDTH - 74), middle);
  });
  node.setAttribute("aria-label",
    `probabilities: ${Array.from(data, (share, number) => `${number}: ${percent(share)}`).join(", ")}`);
}

/** For every design a pair of bars: random and trained filters. */
function drawBars(node, { designs, design }, width, colours) {
  const context = prepare(node, width, BARS_HEIGHT + FOOT);
  const across = width / designs.length;
  const bar = across / 3;
  context.textAlign = "center";
  designs.forEach((each, i) => {
    const left = i * across;
    if (each.name === design) {
      context.fillStyle = colours.line;
      context.globalAlpha = 0.35;
      context.fillRect(left, 0, across, BARS_HEIGHT + FOOT);
      context.globalAlpha = 1;
    }
    [["random", colours.kernel], ["trained", colours.result]].forEach(([filters, colour], k) => {
      const high = each[filters] * (BARS_HEIGHT - 20);
      const x = left + across / 2 + (k - 1) * bar;
      context.fillStyle = colour;
      context.fillRect(x + 1, BARS_HEIGHT - high, bar - 2, high);
      context.fillStyle = colours.ink;
      context.font = `12px ${getComputedStyle(node).fontFamily}`;
      context.fillText(String(Math.round(100 * each[filters])), x + bar / 2, BARS_HEIGHT - high - 4);
    });
    context.fillStyle = colours.ink;
    context.font = `13px ${getComputedStyle(node).fontFamily}`;
    const [, operations] = each.name.split(" × ");
    const [upper, lower] = operations.replace("F–", "").split("_");
    context.fillText(upper, left + across / 2 - 3, BARS_HEIGHT + 15);
    const beside = left + across / 2 + context.measureText(upper).width / 2 + 1;
    context.font = `10px ${getComputedStyle(node).fontFamily}`;
    context.fillText(lower, beside, BARS_HEIGHT + 18);
  });
  context.font = `13px ${getComputedStyle(node).fontFamily}`;
  context.fillText("one stage", width / 4, BARS_HEIGHT + 36);
  context.fillText("two stages", (3 * width) / 4, BARS_HEIGHT + 36);
}
