// Pixels: a photograph with a frame to move, and the numbers inside.

const [SMALLEST, LARGEST] = [28, 44]; // pixels, the side of a number's cell
const WIDEST = 420; // pixels, the photograph

function render({ model, el, signal }) {
  let place = null; // row and column of the frame's upper left corner

  const view = scene({ model, el, signal }, draw);
  const { root, status } = view;
  const photograph = canvas("photograph", { tabindex: 0, role: "application" });
  const numbers = canvas("numbers");

  root.append(
    element("div", { class: "convkit-stage convkit-top" }, panel("x", photograph), panel("the frame", numbers)),
    element("p", { class: "convkit-hint" }, "Point at the photograph, or click it and use the arrow keys, Home and End."),
    status,
  );

  const room = ({ image: { shape }, frame }) => shape.map((side, axis) => side - frame[axis] + 1);

  function draw(arrays) {
    const { image, frame: [height, width] } = arrays;
    const colours = palette(root);
    place = inside(place, room(arrays));
    const [top, left] = place;
    const cell = clamp(Math.floor((root.clientWidth - 60 - WIDEST) / width), SMALLEST, LARGEST);
    const wide = clamp(root.clientWidth - 60 - width * cell, 240, WIDEST);
    drawPicture(photograph, image, wide, grey(0, 255), [{ row: top, column: left, height, width, colour: colours.kernel }]);
    const shown = {
      shape: [height, width],
      data: Float32Array.from(cells([height, width]), ([i, j]) => at(image, top + i, left + j)),
    };
    const onBlack = root.closest("[data-jp-theme-light=false]");
    drawMatrix(numbers, shown, colours, {
      cell,
      tint: (value) => [colours.ink, 0.45 * (onBlack ? value / 255 : 1 - value / 255)],
    });
    photograph.setAttribute("aria-label", `photograph, the frame at row ${top + 1}, column ${left + 1}`);
    numbers.setAttribute("aria-label",
      `numbers in the frame, row by row: ${cells([height, width]).map(([i, j]) => at(shown, i, j)).join(", ")}`);
  }

  function move(to) {
    place = inside(to, room(view.arrays));
    view.redraw();
  }

  for (const kind of ["pointermove", "pointerdown"]) {
    photograph.addEventListener(kind, (event) => {
      const { image, frame } = view.arrays;
      move(underPointer(event, photograph, image.shape).map((where, axis) => Math.round(where - frame[axis] / 2)));
    });
  }
  photograph.addEventListener("keydown", (event) => {
    const to = arrowMove(event.key, place, room(view.arrays));
    if (!to) return;
    move(to);
    event.preventDefault();
  });

  view.redraw();
}

export default { render };
