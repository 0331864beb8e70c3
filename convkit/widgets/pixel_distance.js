// Raw pixel distance: an image, itself moved and in another light, and who lies nearer.

const [IMAGE, WIDE] = [150, 640]; // pixels
const [SCALE_HEIGHT, LEFT, RIGHT] = [112, 10, 40];

function render({ model, el, signal }) {
  const names = ["the image", "x", "nearest to x", "nearest of another class"];
  const pictures = names.map((name) => canvas(name, { class: "convkit-framed" }));
  const scale = canvas("");
  const view = scene({ model, el, signal }, draw);
  const { root, status, ask, asking } = view;
  const control = (label, name, limits) => slider(label, limits, (value) => ask(name, value));
  const controls = {
    number: control("image", "number", { min: 0, max: view.arrays.count - 1 }),
    down: control("down", "down", { min: -4, max: 4 }),
    right: control("right", "right", { min: -4, max: 4 }),
    light: control("light", "light", { min: 0.2, max: 2, step: 0.1 }),
  };
  const panels = pictures.map((picture, i) => panel(names[i], picture));
  const verdict = element("p", { class: "convkit-reading", "aria-live": "polite" });

  root.append(
    element("div", { class: "convkit-stage" }, ...panels),
    scale,
    verdict,
    element("div", { class: "convkit-bar" }, asking(...Object.values(controls).map(({ node }) => node))),
    element("p", { class: "convkit-hint" }, "Move the image with “down” and “right”; “light” multiplies its ink."),
    status,
  );

  function draw({ images, labels, distances }) {
    const colours = palette(root);
    const [own, nearest, other] = distances;
    pictures.forEach((picture, i) => drawPicture(picture, at(images, i), IMAGE, grey(1, 0)));
    names.forEach((name, i) => caption(panels[i], name, `a ${labels[i]}`));
    drawScale(scale, Math.min(WIDE, root.clientWidth - 20), [
      { name: "the image itself", distance: own, colour: colours.kernel },
      { name: `nearest: a ${labels[2]}`, distance: nearest, colour: colours.result },
      { name: `another class: a ${labels[3]}`, distance: other, colour: colours.negative },
    ], colours);
    scale.setAttribute("aria-label",
      `distances from x: the image itself ${written(own)}, nearest ${written(nearest)}, another class ${written(other)}`);
    verdict.replaceChildren(
      "To its pixels, x is nearer to ",
      own <= other ? element("strong", {}, "the image it is") : element("strong", {}, `a ${labels[3]}`),
      own <= other ? "" : " than to the image it is",
      ".");
    for (const [name, { show }] of Object.entries(controls)) show(model.get(name));
  }

  view.redraw();
}

/** The distances from x on one line, from 0 at its left. */
function drawScale(node, width, marks, colours) {
  const context = prepare(node, width, SCALE_HEIGHT);
  const most = 1.15 * Math.max(1, ...marks.map(({ distance }) => distance));
  const along = (distance) => LEFT + ((width - LEFT - RIGHT) * distance) / most;
  context.font = `12px ${getComputedStyle(node).fontFamily}`;
  marks.forEach(({ name, distance, colour }, i) => {
    const y = 12 + i * 34;
    context.fillStyle = colour;
    context.fillRect(LEFT, y, Math.max(along(distance) - LEFT, 1), 12);
    context.fillStyle = colours.ink;
    context.fillText(written(distance), along(distance) + 6, y + 11);
    context.fillText(name, LEFT, y + 25);
  });
}

export default { render };
