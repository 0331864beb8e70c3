"""How much of a notebook is shown, and what stands where something is not.

A page is made by whoever grades, and read in a browser, so both must come to an end whatever a
student writes or prints. All of it is measured before nbconvert makes a page of it; the source's
own cells are measured apart from the student's, so that the one never costs the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import nbgrader
from jinja2 import pass_context
from mistune import HTMLRenderer
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output

from convkit.grading import notebook as nb
from convkit.grading.formulas import mathml
from convkit.grading.inert import inert_html, left_out
from convkit.grading.outcome import OUTCOME, Status
from convkit.grading.pictures import PictureError, Pictures

_CELL_CAP = 200_000  # characters of a cell's outputs, or of its source
_OUTPUTS_CAP = 200
_MARKDOWN_CAP = 50_000  # what is longer is shown as it was written:
_ENVIRONMENTS_CAP = 200  # nbconvert takes time that grows with their square
_ROOM = "convkit_room"
_PAGES = Path(__file__).parent / "templates"
_PYTHON = ("python", "py", "python3", "ipython", "ipython3")
_COLOUR = "\x1b["
_PASTED = re.compile(
    r"data:image/[\w.+-]{1,20};base64,(?:[A-Za-z0-9+/=]|\n(?=[A-Za-z0-9+/=]{8})){100,}",
    re.IGNORECASE,
)
_STAND_IN = re.compile(r"convkitstandin(\d+)end")
_KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")


@dataclass
class Room:
    """What may still be shown; the numbers are of a notebook that nobody wrote by hand.

    Attributes:
        characters: of everything.
        code, markdown: characters that are set, not only shown as they were written.
        tags, colours, formulas, outputs: of each so many.
    """

    pictures: Pictures = field(default_factory=Pictures)
    characters: int = 600_000
    code: int = 100_000
    markdown: int = 150_000
    tags: int = 30_000
    colours: int = 5_000
    formulas: int = 1_000
    outputs: int = 1_000

    def cut(self, text: str, cap: int = _CELL_CAP) -> str:
        """As much of a text as there is room for, and a word where it ends early."""
        kept = max(0, min(cap, self.characters))
        self.characters -= min(kept, len(text))
        if len(text) <= kept:
            return text
        return f"{text[:kept]}\n[cut here: {len(text) - kept:,} more characters]"

    def take(self, what: str, amount: int) -> bool:
        """Whether there is room for so much, which then is taken."""
        left = getattr(self, what)
        if amount > left:
            return False
        setattr(self, what, left - amount)
        return True

    def plain(self, text: str, cap: int = _CELL_CAP) -> str:
        """Text with its colours, where there is room for them."""
        text = self.cut(text, cap)
        return text if self.take("colours", text.count(_COLOUR)) else strip_ansi(text)

    def html(self, markup: str) -> str | None:
        """A student's HTML as it is shown; None where there is no room for it."""
        return _Setting(self, {}).html(markup)

    def markdown_html(self, text: str, attachments: Mapping[str, Any]) -> str:
        """A student's Markdown as it is shown."""
        return _Setting(self, attachments).markdown(text)


class _Setting:
    """One text that becomes HTML, with stand-ins for what our own HTML is put in for at the end."""

    def __init__(self, room: Room, attachments: Mapping[str, Any]) -> None:
        self._room = room
        self._attachments = attachments
        self._stood_for: list[tuple[str, str]] = []

    def stand_in(self, kind: str, what: str) -> str:
        self._stood_for.append((kind, what))
        return f"convkitstandin{len(self._stood_for) - 1}end"

    def markdown(self, text: str) -> str:
        text = self._without_pasted(text)
        if (
            len(text) <= _MARKDOWN_CAP
            and text.count("\\begin{") <= _ENVIRONMENTS_CAP
            and self._room.take("markdown", len(text))
        ):
            made = self._inert(MarkdownWithMath(renderer=_Renderer(self)).render(text))
            if made is not None:
                return made
        return self._in_words(f"<pre>{escape(self._room.cut(text))}</pre>")

    def html(self, markup: str) -> str | None:
        return self._inert(self._without_pasted(markup))

    def _inert(self, markup: str) -> str | None:
        if len(markup) > _CELL_CAP or not self._room.take("tags", markup.count("<")):
            return None
        if not self._room.take("characters", len(markup)):
            return None
        return self._in_words(inert_html(markup, self._image))

    def _without_pasted(self, text: str) -> str:
        """Pictures that stand in the text are no text: they neither fill it nor are cut with it."""
        return _PASTED.sub(lambda found: self.stand_in("picture", found[0]), text)

    def _image(self, source: str, attributes: str) -> str:
        found = _STAND_IN.fullmatch(source)
        kind, what = self._what(found) if found else ("picture", source)
        if kind == "formula":
            return what
        try:
            address = self._room.pictures.found(what, self._attachments)
        except PictureError as error:
            return left_out(f"a picture was left out: {_short(str(error))}")
        return f'<img src="{address}"{attributes}>'

    def _in_words(self, markup: str) -> str:
        """Of stand-ins that stand where nothing can be put in what they stand for, in words."""

        def said(found: re.Match[str]) -> str:
            kind, what = self._what(found)
            return f"[a {kind}, {len(what):,} characters]" if kind else ""

        return _STAND_IN.sub(said, markup)

    def _what(self, found: re.Match[str]) -> tuple[str, str]:
        number = int(found[1][:9])
        return self._stood_for[number] if number < len(self._stood_for) else ("", "")

    def formula(self, text: str, *, block: bool) -> str:
        set_so = self._room.take("formulas", 1)
        made = mathml(text, block=block) if set_so else f"<code>${escape(text)}$</code>"
        return f'<img src="{self.stand_in("formula", made)}">'


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:160]}…{text[-39:]}"


class _Renderer(IPythonRenderer):
    """Markdown as nbconvert has it, but for pictures, formulas, and code in other languages."""

    def __init__(self, setting: _Setting) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._setting = setting

    def _embed_image_or_attachment(self, source: str) -> str:
        return source

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (info or "").split(maxsplit=1)[:1]
        if language and language[0].lower() in _PYTHON:
            return str(super().block_code(code, "python"))
        return HTMLRenderer.block_code(self, code)

    def block_math(self, body: str) -> str:
        return self._setting.formula(body, block=True)

    def inline_math(self, body: str) -> str:
        return self._setting.formula(body, block=False)

    def latex_environment(self, name: str, body: str) -> str:
        text = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._setting.formula(text, block=True)


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


def harmless(text: Any) -> str:
    """What others call something, as HTML in which no character does more than be seen."""
    shown = (character if character.isprintable() else "\ufffd" for character in str(text))
    return escape("".join(shown))


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
                resources[name] = harmless(resources[name])
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
            cell.source = room.cut(cell.source)
            known = room.take("code", len(cell.source))
            cell.metadata["magics_language"] = "ipython3" if known else "text"
            cell.outputs = _shown(cell.outputs, room)
        return cell, resources


def _shown(outputs: list[NotebookNode], room: Room) -> list[NotebookNode]:
    """A cell's outputs, each as one thing that a page can show, as many as there is room for."""
    shown: list[NotebookNode] = []
    left = _CELL_CAP
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
