"""Build the course as a static site: every lecture run once, its widgets alive without Python.

python docs/site/build.py    # into build/site, for any file server
"""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from convkit.widgets.base import RECORDING

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
TARGET = ROOT / "build" / "site"
VIEW = "application/vnd.jupyter.widget-view+json"
ONLY_IN_JUPYTERLAB = "jupyterlab"
"""The tag of cells that say how to run a notebook."""
RUN_THE_CELLS = re.compile(r"Run\s+the\s+cells\s+in\s+order\s+\(Shift\+Enter\);\s+(\w)")
LINK = re.compile(r"(\]\((?!\w+:)[^)\s#]+)\.(ipynb|md)(?=[#)])")  # to a file of the course

INDEX = """# convkit

A course on convolutional networks in which you write the layers yourself.

These are its lectures, run once. Their pictures move under the mouse and the arrow keys, and answer
without Python; a few controls need it, and are grey. For these, and for the exercises, which tell
you *what you did wrong*, get the course and open it with `make course`.
"""


Pages = dict[Path, NotebookNode]


def build(target: Path = TARGET) -> None:
    """Write the site into the folder ``target``, which is made anew.

    Raises:
        CellExecutionError: a lecture does not run to its end.
    """
    lectures = sorted(ROOT.glob("lectures/*.ipynb"))
    with ThreadPoolExecutor(max_workers=2) as threads:
        pages = dict(zip(lectures, threads.map(executed, lectures), strict=True))
    for path in sorted(ROOT.glob("exercises/*/*.ipynb")):
        pages[path] = nbformat.read(path, as_version=4)
    for path in sorted(ROOT.glob("docs/*.md")):
        pages[path] = text(path.read_text(encoding="utf-8"))
    pages[ROOT / "index.md"] = text(_index(pages))
    shutil.rmtree(target, ignore_errors=True)
    write(pages, target)


def write(pages: Pages, target: Path) -> None:
    """Write these pages, in their order, and what they need, into the folder ``target``."""
    (target / "static").mkdir(parents=True)
    for name in ("site.css", "widgets.js"):
        shutil.copy(HERE / name, target / "static")
    mathjax = files("mathjax") / "static" / "mathjax" / "es5" / "tex-svg.js"
    (target / "static" / "tex-svg.js").write_bytes(mathjax.read_bytes())
    for path, notebook in pages.items():
        _write(notebook, target, path.relative_to(ROOT), _neighbours(path, pages))


def _neighbours(path: Path, pages: Pages) -> dict[str, tuple[str, str]]:
    """The pages before and after it in its part of the course: link and title."""
    part = path.relative_to(ROOT).parts[0]
    paths = [other for other in pages if other.relative_to(ROOT).parts[0] == part]
    here = paths.index(path)
    around = {"Before": paths[here - 1 : here], "Next": paths[here + 1 : here + 2]}
    return {
        which: (other.relative_to(ROOT).with_suffix(".html").as_posix(), _title(pages[other]))
        for which, others in around.items()
        for other in others
    }


def executed(path: Path) -> NotebookNode:
    """The notebook with its outputs and the state of its widgets.

    Raises:
        CellExecutionError: it does not run to its end.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        extra_arguments=["--log-level=40"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute(env=os.environ | {RECORDING: "yes"})
    except CellExecutionError as error:
        error.add_note(f"That was in {path.name}.")
        raise
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_progress_bar(output)]
    return notebook


def _is_progress_bar(output: NotebookNode) -> bool:
    """Whether it shows a widget that is none of convkit's: a bar that has reached its end."""
    data = output.get("data", {})
    return VIEW in data and "image/png" not in data


def text(markdown: str) -> NotebookNode:
    """A notebook of one cell of text."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(markdown)])


def _index(pages: Pages) -> str:
    parts = [INDEX]
    for folder, title in (
        ("lectures", "Lectures"),
        ("exercises", "Exercises"),
        ("docs", "For instructors and maintainers"),
    ):
        parts += ["", f"## {title}", ""]
        for path, notebook in pages.items():
            place = path.relative_to(ROOT)
            if place.parts[0] == folder:
                parts.append(f"- [{_title(notebook)}]({place})")
    return "\n".join(parts)


def _title(notebook: NotebookNode) -> str:
    """The first heading."""
    match = re.search(r"^# (.+)$", notebook.cells[0].source, re.MULTILINE)
    return match[1] if match else "convkit"


def _write(
    notebook: NotebookNode, target: Path, path: Path, neighbours: dict[str, tuple[str, str]]
) -> None:
    """One page; its links lead to pages."""
    place = path.with_suffix(".html")
    notebook.cells = [
        cell for cell in notebook.cells if ONLY_IN_JUPYTERLAB not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(r"\1.html", cell.source)
            cell.source = RUN_THE_CELLS.sub(lambda found: found[1].upper(), cell.source)
    root = "../" * (len(place.parts) - 1)
    exporter = HTMLExporter(template_name="template", extra_template_basedirs=[str(HERE)])
    page, _ = exporter.from_notebook_node(
        notebook, {"root": root, "neighbours": neighbours, "metadata": {"name": _title(notebook)}}
    )
    (target / place).parent.mkdir(parents=True, exist_ok=True)
    (target / place).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    build()
    print(f"Open {TARGET / 'index.html'}, or serve the folder from any file server.")
