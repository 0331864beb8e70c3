"""A JupyterLab of its own and a browser to drive it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import convkit
from convkit.learning import answers
from convkit.learning.questions import PLACE, WRITTEN, lectures

_ROOT = Path(__file__).parents[2]
# A shell without windows draws the same in three quarters of the time. Where Debian has none, it is
# Playwright's own.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
COURSE_SETTINGS = Path(convkit.__file__).parent / "jupyter"
"""What `make course` gives JupyterLab: settings, and an extension that sets lines of text."""

_OPEN = """async (path) => {
    await window.jupyterapp.commands.execute("docmanager:open", { path });
}"""
_CLOSE = """async () => {
    for (const notebook of [...window.jupyterapp.shell.widgets("main")]) {
        await notebook.sessionContext?.shutdown();
        notebook.dispose();
    }
}"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token, and the folder that it shows."""

    address: str
    token: str
    folder: Path

    def url(self, notebook: str) -> str:
        return f"{self.address}/lab/tree/{notebook}?token={self.token}&reset"


def copy_course(folder: Path) -> None:
    """The lectures and the exercises, as a learner has them; JupyterLab may show more than one."""
    for part in ("lectures", "exercises"):
        shutil.copytree(_ROOT / part, folder / part)
    shutil.copy(_ROOT / "nbgrader_config.py", folder)


def answer_everything(folder: Path) -> None:
    """Let a course's folder say that all questions were answered, so that no picture waits."""
    kept = {}
    for asked in (asked for each in lectures().values() for asked in each):
        given = "so" if asked.kind == WRITTEN else asked.right
        given = given[0] if asked.kind == PLACE else given
        kept[asked.name] = [{"given": given, "right": True, "day": "2026-01-05"}]
    (folder / answers.FILE).write_text(json.dumps(kept))


@contextmanager
def running_lab(folder: Path, private: Path, *options: str) -> Iterator[Lab]:
    """JupyterLab on ``folder``, with its configuration and everything it writes in ``private``."""
    token = secrets.token_hex(16)
    environment = os.environ | {
        "JUPYTER_CONFIG_PATH": str(COURSE_SETTINGS),
        "JUPYTER_PATH": str(COURSE_SETTINGS),
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "IPYTHONDIR": str(private / "ipython"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--LabApp.expose_app_in_browser=True", "--ServerApp.port=0"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}", *options]
    log_file = private / "jupyterlab.log"
    with log_file.open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield Lab(_address(server, private / "runtime", log_file), token, folder)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _address(server: subprocess.Popen[bytes], runtime: Path, log_file: Path) -> str:
    """Where the server listens, once it does: it says so in a file."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        for information in runtime.glob("jpserver-*.json"):
            with suppress(json.JSONDecodeError):  # half written
                return f"http://127.0.0.1:{json.loads(information.read_text())['port']}"
        time.sleep(0.05)
    raise RuntimeError(f"JupyterLab did not start:\n{log_file.read_text()}")


@contextmanager
def running_chromium() -> Iterator[Any]:
    """Chromium, for all labs of a session: Playwright allows one at a time in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


class Browser:
    """A page of one lab with one notebook open in it; `requested` are the addresses that it asked
    for, `complaints` what its console said of errors since the notebook was opened."""

    def __init__(self, chromium: Any, lab: Lab) -> None:
        self.lab = lab
        self.requested: list[str] = []
        self.complaints: list[str] = []
        self._page: Any = None
        self._context = chromium.new_context(viewport={"width": 1300, "height": 900})
        self._context.set_default_timeout(30_000)
        self._context.on("request", lambda request: self.requested.append(request.url))
        self._context.on("console", self._said)
        self._context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def open(self, notebook: str, *, anew: bool = False) -> Any:
        """The page, with the notebook open and its kernel ready, once those before were closed
        and their kernels ended; ``anew``: JupyterLab is loaded again, as by who comes back."""
        if self._page:
            self._page.evaluate(_CLOSE)
        self.complaints.clear()
        if self._page and not anew:
            self._page.evaluate(_OPEN, notebook)
        else:
            if self._page:
                self._page.close()
            self._page = self._context.new_page()
            self._page.goto(self.lab.url(notebook))
        self._page.wait_for_function(
            "path => window.jupyterapp?.shell.currentWidget?.context?.path === path", arg=notebook
        )
        self._page.evaluate(
            """async () => {
                const { context, sessionContext } = window.jupyterapp.shell.currentWidget;
                await context.ready;
                await sessionContext.ready;
            }"""
        )
        # JupyterLab draws cells that are out of sight when it finds the time.
        self._page.wait_for_function(
            "window.jupyterapp.shell.currentWidget.content.widgets.every((cell) => cell.isAttached)"
        )
        return self._page

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


def run_all(page: Any) -> list[str]:
    """Run all cells to the end; the errors among their outputs."""
    return page.evaluate(
        """async () => {
            await window.jupyterapp.commands.execute("notebook:run-all-cells");
            const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
            const outputs = [...cells].flatMap((cell) => cell.toJSON().outputs ?? []);
            return outputs
                .filter((output) => output.output_type === "error" || output.name === "stderr")
                .map((output) => output.text ?? `${output.ename}: ${output.evalue}`);
        }"""
    )


def save(page: Any) -> None:
    """Save the notebook, outputs, state of the widgets and all."""
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")


def end_kernel(page: Any) -> None:
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def cell(page: Any, cell_id: str) -> Any:
    """The cell with that id, on the page."""
    return page.locator(".jp-Cell").nth(_cell_index(page, cell_id))


def run_cell(page: Any, cell_id: str) -> None:
    """Run one cell to the end."""
    page.evaluate(
        """async (index) => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
            await window.jupyterapp.commands.execute("notebook:run-cell");
        }""",
        _cell_index(page, cell_id),
    )


def widget_of(page: Any, cell_id: str) -> Any:
    """Run a cell, and return the fresh widget that it shows, drawn as wide as there is room."""
    run_cell(page, cell_id)
    widget = cell(page, cell_id).locator(".convkit")
    widget.first.wait_for()
    page.evaluate(
        "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
    )
    return widget


def set_source(page: Any, cell_id: str, source: str) -> str:
    """Write something else into a cell; what was in it before."""
    return page.evaluate(
        """([index, source]) => {
            const model = window.jupyterapp.shell.currentWidget.content.model.cells.get(index);
            const before = model.sharedModel.getSource();
            model.sharedModel.setSource(source);
            return before;
        }""",
        [_cell_index(page, cell_id), source],
    )


def pictures_of(widget: Any) -> list[str]:
    """What every canvas of a widget shows, pixel by pixel."""
    shown: list[str] = widget.locator("canvas").evaluate_all(
        "nodes => nodes.map((node) => node.toDataURL())"
    )
    return shown


def commit_to_everything(page: Any) -> None:
    """Commit to some answer to every question, and to those that come up behind it."""
    questions = page.locator(".convkit-question")
    number = 0
    while number < questions.count():
        question = questions.nth(number)
        for choice in question.get_by_role("radio").all()[:1]:
            choice.check()
        for amount in question.get_by_role("spinbutton").all():
            amount.fill("1")
        for place in question.get_by_role("application").all():
            place.press("End")
        for words in question.get_by_role("textbox").all():
            words.fill("so")
        question.get_by_role("button").first.click()
        page.wait_for_timeout(100)
        number += 1


def _cell_index(page: Any, cell_id: str) -> int:
    ids: list[str] = page.evaluate(
        "() => [...window.jupyterapp.shell.currentWidget.content.model.cells].map((c) => c.id)"
    )
    return ids.index(cell_id)
