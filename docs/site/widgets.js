// Brings the widgets of a page to life without Python: what only moves the view is answered here.

const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';

/** What a widget's script knows as its model: what Python last said, and nobody who answers. */
function modelOf({ state, buffers = [] }) {
  for (const { path, data } of buffers) {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const owner = path.slice(0, -1).reduce((node, key) => node[key], state);
    owner[path.at(-1)] = new DataView(bytes.buffer);
  }
  const set = (name, value) => { state[name] = value; };
  return { get: (name) => state[name], set, save_changes() {}, on() {}, off() {}, widget_manager };
}

async function show(place, saved) {
  const model = modelOf(saved);
  const script = new Blob([model.get("_esm")], { type: "text/javascript" });
  const widget = (await import(URL.createObjectURL(script))).default;
  const style = document.createElement("style");
  style.textContent = model.get("_css");
  place.replaceChildren(style);
  widget.render({ model, el: place, signal: new AbortController().signal });
}

/** Where a question finds the picture that it unlocks. */
const widget_manager = {
  get_model: async (id) => states[id],
  create_view: async (saved) => {
    const el = document.createElement("div");
    el.dataset.python = "none";
    await show(el, saved);
    return { el };
  },
};

// Who likes dark pages has dark widgets.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => {
  document.body.dataset.jpThemeLight = String(!dark.matches);
  document.body.dataset.jpThemeName = dark.matches ? "JupyterLab Dark" : "JupyterLab Light";
};
dark.addEventListener("change", follow);
follow();

const places = document.querySelectorAll("[data-model]");
const states = places.length ? JSON.parse(document.querySelector(STATE).textContent).state : {};
for (const place of places) show(place, states[place.dataset.model]);
