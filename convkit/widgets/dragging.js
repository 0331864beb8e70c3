// What widgets share in which a picture is dragged: how far, [down, right], in its pixels.

/** Let a picture be dragged by the pointer and by arrow keys.
 *  state(): {shape, reach, drag}, its pixels, how far it can go each way, and how far it is now;
 *  move(drag) takes where it goes. */
function draggable(node, state, move) {
  let grip = null; // the pointer, and how far the picture was, when it was taken
  const pointerOn = (event) => underPointer(event, node, state().shape);
  const go = (to) => move(to.map((pixels) => clamp(Math.round(pixels), -state().reach, state().reach)));

  node.addEventListener("pointerdown", (event) => {
    node.setPointerCapture(event.pointerId);
    grip = { pointer: pointerOn(event), drag: state().drag };
  });
  node.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const pointer = pointerOn(event);
    go(grip.drag.map((pixels, axis) => pixels + pointer[axis] - grip.pointer[axis]));
  });
  for (const kind of ["pointerup", "pointercancel"]) node.addEventListener(kind, () => (grip = null));
  node.addEventListener("keydown", (event) => {
    const { reach, drag } = state();
    const places = 2 * reach + 1;
    const to = arrowMove(event.key, drag.map((pixels) => pixels + reach), [places, places]);
    if (!to) return;
    go(to.map((pixels) => pixels - reach));
    event.preventDefault();
  });
}

/** Which of all drags, row by row from [−reach, −reach]. */
const numberOf = ([down, right], reach) => (down + reach) * (2 * reach + 1) + right + reach;

const inWords = ([down, right]) =>
  `${Math.abs(down)} ${down < 0 ? "up" : "down"}, ${Math.abs(right)} ${right < 0 ? "left" : "right"}`;
