"""Room on a page: how much of a notebook it holds, and texts as the HTML that they become."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from mistune import HTMLRenderer
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from convkit.grading.pages.formulas import mathml
from convkit.grading.pages.pictures import PictureError, Pictures
from convkit.grading.pages.safe_html import inert_html, left_out
from convkit.grading.terminal import harmless

CELL_CAP = 200_000
"""Characters of a cell's outputs, or of its source."""
_MARKDOWN_CAP = 50_000  # what is longer is shown as it was written:
_ENVIRONMENTS_CAP = 200  # nbconvert takes time that grows with their square
_NAME_CAP = 200
_PYTHON = ("python", "py", "python3", "ipython", "ipython3")
_COLOUR = "\x1b["
_PASTED = re.compile(
    r"data:image/[\w.+-]{1,20};base64,(?:[A-Za-z0-9+/=]|\n(?=[A-Za-z0-9+/=]{8})){100,}",
    re.IGNORECASE,
)
_STAND_IN = re.compile(r"convkitstandin(\d+)end")


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

    def cut(self, text: str, cap: int = CELL_CAP) -> str:
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

    def plain(self, text: str, cap: int = CELL_CAP) -> str:
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
        if len(markup) > CELL_CAP or not self._room.take("tags", markup.count("<")):
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
            return left_out(f"a picture was left out: {harmless(str(error), _NAME_CAP)}")
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
