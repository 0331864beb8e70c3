// A question: answer it, read why, and see what comes after it.

const CELL = 44; // pixels of a place that can be chosen

function render({ model, el, signal }) {
  const asked = model.get("answer").arrays;
  const { kind, right } = asked;
  const root = element("section", { class: "convkit-question", "aria-label": "Question" });
  const then = element("div", {});
  el.append(root, then);
  keepKeys(root);

  const answer = { choice, number, place, written: inWriting }[kind]();
  const why = asked.why && kind !== "written" ? writing(asked.why) : null;
  const reply = element("div", { class: "convkit-reply", role: "status" });
  const commit = button(asked.unlocks ? "Commit, then see" : kind === "written" ? "Show the answer" : "Answer", () => {
    const given = answer.read();
    if (given === null) return say("", answer.missing);
    if (why && !why.read()) return say("", "First write why, in a few words: for yourself, nobody marks it.");
    model.set("given", { given, why: why?.read() ?? "", number: (model.get("given").number ?? 0) + 1 });
    model.save_changes();
    show(given);
  });
  const tell = button("Show the answer", () => {
    say("The answer", `${shown(right)}${asked.because}`);
    tell.hidden = true;
  });
  tell.hidden = true;
  root.append(
    element("fieldset", {}, legend(asked.ask), ...answer.nodes, ...(why ? [why.node] : [])),
    commit, tell, reply,
  );

  let unlocked = false;
  const before = model.get("given");
  if (before.given !== undefined) {
    answer.write(before.given);
    if (why) why.write(before.why ?? "");
    show(before.given);
  }

  function show(given) {
    const holds = kind === "written" ? null : isRight(given);
    if (holds === null) say("", asked.because);
    else if (holds) say("Right.", asked.because, true);
    else say("Not this.", replyTo(given), false);
    tell.hidden = holds !== false;
    if (model.get("then")) unlock();
  }

  /** The verdict is a text of ours, the rest HTML from Python. */
  function say(verdict, html, holds) {
    const said = element("div", {});
    said.innerHTML = html;
    const mark = element("p", { class: "convkit-verdict", "data-right": String(holds ?? "") }, verdict);
    reply.replaceChildren(...(verdict ? [mark] : []), said);
  }

  function isRight(given) {
    if (kind === "choice") return given === right;
    if (kind === "number") return Math.abs(given - right) <= asked.within + 1e-9;
    return right.some((place) => String(place) === String(given));
  }

  function replyTo(given) {
    const same = ([to]) => (kind === "number" ? Math.abs(to - given) < 1e-9 : String(to) === String(given));
    return asked.wrong.find(same)?.[1] ?? asked.otherwise;
  }

  function shown(value) {
    if (kind === "choice") return `<p><b>${asked.options.find(([text]) => text === value)[1].replace(/<\/?p>/g, "")}</b></p>`;
    const words = kind === "number" ? written(value) : value.map(inWordsOf).join(", or ");
    return `<p><b>${words}</b></p>`;
  }

  async function unlock() {
    if (unlocked) return;
    unlocked = true;
    const manager = model.widget_manager;
    const next = await manager.get_model(model.get("then").replace("IPY_MODEL_", ""));
    const view = await manager.create_view(next);
    then.replaceChildren(view.el);
    signal.addEventListener("abort", () => view.remove?.());
  }

  function choice() {
    const name = `convkit-${Math.random().toString(36).slice(2)}`;
    const inputs = asked.options.map(([text]) => element("input", { type: "radio", name, value: text }));
    const nodes = asked.options.map(([, html], i) => {
      const words = element("span", {});
      words.innerHTML = html;
      return element("label", { class: "convkit-option" }, inputs[i], words);
    });
    return {
      nodes,
      missing: "Choose one first. A wrong guess teaches more than none.",
      read: () => inputs.find((input) => input.checked)?.value ?? null,
      write: (given) => inputs.forEach((input) => (input.checked = input.value === given)),
    };
  }

  function number() {
    const input = element("input", { type: "number", step: "any", "aria-label": "your answer" });
    input.addEventListener("keydown", (event) => event.key === "Enter" && !event.shiftKey && commit.click());
    return {
      nodes: [input],
      missing: "Write a number first. A wrong guess teaches more than none.",
      read: () => (Number.isFinite(input.valueAsNumber) ? input.valueAsNumber : null),
      write: (given) => (input.value = given),
    };
  }

  function place() {
    const grid = { shape: [asked.grid.length, asked.grid[0].length], data: asked.grid.flat() };
    const picture = canvas("", { tabindex: 0, role: "application" });
    const frame = element("div", {}, picture);
    const words = element("p", { role: "status" });
    let at_ = [0, 0];
    let chosen = null;
    const draw = () => {
      if (!frame.clientWidth) return;
      const colours = palette(root);
      const [row, column] = at_;
      const colour = chosen ? colours.kernel : colours.line;
      drawMatrix(picture, grid, colours, { cell: CELL, frames: [{ row, column, height: 1, width: 1, colour, shade: chosen ? 0.2 : 0 }] });
      words.textContent = chosen ? `You point at ${inWordsOf(chosen)}.` : "Click a number, or use the arrow keys.";
      picture.setAttribute("aria-label", `choose a number: ${inWordsOf(at_)} is ${written(at(grid, ...at_))}`);
    };
    const go = (to) => {
      at_ = chosen = to;
      draw();
    };
    picture.addEventListener("pointerdown", (event) => go(inside(underPointer(event, picture, grid.shape).map(Math.floor), grid.shape)));
    picture.addEventListener("keydown", (event) => {
      const to = arrowMove(event.key, at_, grid.shape);
      if (!to) return;
      event.preventDefault();
      go(to);
    });
    const size = new ResizeObserver(draw);
    size.observe(frame);
    signal.addEventListener("abort", () => size.disconnect());
    return { nodes: [frame, words], missing: "Point at a number first.", read: () => chosen, write: go };
  }

  function inWriting() {
    const text = writing(asked.why || "In your own words, for yourself:");
    return { ...text, nodes: [text.node], missing: "Write a few words first: for yourself, nobody marks them.", read: () => text.read() || null };
  }
}

function legend(html) {
  const node = element("legend", {});
  node.innerHTML = html;
  return node;
}

function writing(label) {
  const input = element("textarea", { rows: 2, maxlength: 2000 });
  return {
    node: element("label", { class: "convkit-why" }, label, input),
    read: () => input.value.trim(),
    write: (text) => (input.value = text),
  };
}

const inWordsOf = ([row, column]) => `row ${row + 1}, column ${column + 1}`;

export default { render };
