// JupyterLab has no setting for a style sheet of the course's own; an extension may bring one.
const sheet = document.createElement("link");
sheet.rel = "stylesheet";
sheet.href = new URL("columns.css", document.currentScript.src);
document.head.append(sheet);
(window._JUPYTERLAB ??= {})["convkit-columns"] = { init() {} };
