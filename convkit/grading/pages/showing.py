"""Notebooks as they are shown: how much of them, and what stands where something is not.

A page is made by whoever grades, and read in a browser, so both must come to an end whatever a
student writes or prints. All of it is measured before nbconvert makes a page of it; the source's
own cells are measured apart from the student's, so that the one never costs the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import nbgrader
from jinja2 import pass_context
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output

from convkit.grading import notebook as nb
from convkit.grading.outcome import OUTCOME, Status
from convkit.grading.pages.pictures import PictureError, Pictures
from convkit.grading.pages.room import CELL_CAP, Room
from convkit.grading.pages.safe_html import left_out
from convkit.grading.terminal import harmless

_OUTPUTS_CAP = 200
_ROOM = "convkit_room"
_PAGES = Path(__file__).parent / "templates"
_KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")


@pass_context
def shown_markdown(context: Any, source: str) -> str:
    """Markdown as HTML that does nothing; a filter for nbconvert's templates."""
    cell = context.get("cell")
    room = _room(context.get("resources", {}), cell)
    return room.markdown_html(source, (cell or {}).get("attachments", {}))


def _room(resources: Mapping[str, Any], cell: NotebookNode | None) -> Room:
    rooms = resources.get(_ROOM)
    if rooms is None or cell is None:
        return Room()
    room: Room = rooms[nb.is_trusted(cell)]
    return room


def named(text: Any) -> str:
    """What others call something, as HTML in which no character does more than be seen."""
    return "\n".join(escape(harmless(line)) for line in str(text).split("\n"))


class ShowInert(Preprocessor):
    """Leave of a notebook what there is room for, can be shown, and does nothing.

    It comes with the course's own pages, which it puts before those of nbgrader's of the same name.
    """

    def __init__(self, parent: Any = None, **more: Any) -> None:
        super().__init__(parent=parent, **more)
        if parent is not None:
            parent.extra_template_basedirs = [str(_PAGES), *parent.extra_template_basedirs]
            parent.extra_template_paths = [
                *parent.extra_template_paths,
                str(Path(nbgrader.__file__).parent / "server_extensions/formgrader/templates"),
                str(_PAGES),
            ]

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        notebook.metadata.pop("widgets", None)
        path = resources.get("metadata", {}).get("path")
        folder = Path(path) if path else None
        outcome = notebook.metadata.get(OUTCOME)
        if outcome is not None:
            has_grade = Status(outcome["status"]).has_grade
            resources["outcome"] = {**outcome, "has_grade": has_grade}
        for name in (
            "student",
            "last_name",
            "first_name",
        ):  # formgrader's page has them as they are
            if resources.get(name):
                resources[name] = named(resources[name])
        if "notebook_path" in resources:
            resources["notebook_path"] = escape(resources["notebook_path"])
        resources[_ROOM] = {trusted: Room(Pictures(folder)) for trusted in (True, False)}
        return super().preprocess(notebook, resources)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        room = _room(resources, cell)
        if cell.cell_type == "raw":
            cell.source = f"<pre>{escape(room.cut(cell.source))}</pre>"
        elif cell.cell_type == "code":
            text = room.cut(cell.source)
            coloured = text == cell.source and room.take("code", len(text))
            cell.source = text
            cell.metadata["magics_language"] = "ipython3" if coloured else "text"
            cell.outputs = _shown(cell.outputs, room)
        return cell, resources


def _shown(outputs: list[NotebookNode], room: Room) -> list[NotebookNode]:
    """A cell's outputs, each as one thing that a page can show, as many as there is room for."""
    shown: list[NotebookNode] = []
    left = CELL_CAP
    for number, output in enumerate(outputs):
        if number == _OUTPUTS_CAP or left <= 0 or not room.take("outputs", 1):
            shown.append(_word(f"{len(outputs) - number:,} more outputs were left out"))
            break
        before = room.characters
        if output.output_type == "stream":
            output.text = room.plain(output.text, left)
        elif output.output_type == "error":
            output.traceback = [room.plain("\n".join(map(str, output.traceback)), left)]
        else:
            output.metadata = NotebookNode()
            output.data = NotebookNode(_data(output.data, room, left))
        left -= before - room.characters
        shown.append(output)
    return shown


def _word(text: str) -> NotebookNode:
    return new_output("display_data", {"text/html": left_out(text)})


def _data(data: Mapping[str, Any], room: Room, left: int) -> dict[str, str]:
    """Of the forms in which something came the best that can be shown."""
    texts = {kind: value for kind, value in data.items() if isinstance(value, str)}
    words = []
    if "text/html" in texts:
        made = room.html(texts["text/html"])
        if made is not None:
            return {"text/html": made}
        words.append(f"{len(texts['text/html']):,} characters of HTML were left out")
    for kind in ("text/markdown", "text/latex"):
        if kind in texts:
            return {"text/html": room.markdown_html(texts[kind], {})}
    for kind in _KINDS:
        if kind in texts:
            try:
                encoded = kind != "image/svg+xml"
                address = (
                    room.pictures.decoded(texts[kind])
                    if encoded
                    else room.pictures.made(texts[kind].encode(errors="replace"))
                )
            except PictureError as error:
                words.append(f"a picture was left out: {error}")
            else:
                return {"text/html": f'<img src="{address}" alt="">'}
    lines = [f"[{word}]" for word in words]
    return {"text/plain": "\n".join([*lines, room.plain(texts.get("text/plain", ""), left)])}
