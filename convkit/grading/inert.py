"""What students make is shown, and does nothing: no script of theirs runs where others read it.

Feedback and formgrader are web pages that nbconvert makes of notebooks. Here of all markup the
little is kept that text, tables and pictures need; whatever else looks like markup is shown as the
text it is.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

import nh3
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from pygments.token import STANDARD_TYPES

_TEXT_CAP = 300_000
_MARKDOWN_CAP = 50_000  # beyond these it is shown as it was written:
_FORMULAS_CAP = 200  # nbconvert takes time that grows with their square
_TAGS_CAP = 20_000  # nh3 takes time that grows with the square of their depth
_TAGS = set(
    """a abbr b blockquote br caption center code col colgroup dd del details div dl dt em
    figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span
    strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var
    wbr""".split()  # noqa: SIM905
)
_UNSEEN = {"script": "</script", "style": "</style", "!--": "-->"}
_MARKUP = re.compile(r"</?(!--|[a-zA-Z][^\s/<>]*|)")
_NUMBER = re.compile(r"\d{1,4}%?")
_PICTURE = r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*"
_VALUES = {
    # Not to the server that shows the page: a student's own file would be a page of its.
    "href": re.compile(r"(https?://|mailto:)[^\s\\]*|#[\w:.%-]*", re.IGNORECASE),
    # A picture from elsewhere tells elsewhere who is looking, and when.
    "src": re.compile(rf"{_PICTURE}|(?!\.)[\w-][\w ./-]*\.(png|jpe?g|gif|webp)", re.IGNORECASE),
    "alt": re.compile(r"[^\0]*"),
    "title": re.compile(r"[^\0]*"),
    "align": re.compile(r"left|right|center"),
    "width": _NUMBER,
    "height": _NUMBER,
    "colspan": _NUMBER,
    "rowspan": _NUMBER,
    "border": _NUMBER,
    "start": _NUMBER,
}
_CODE_CLASSES = {"highlight", "highlight-ipynb", "hll", *filter(None, STANDARD_TYPES.values())}
_PROPERTIES = re.compile(
    r"(background|background-color|color|display|flex-basis|flex-wrap|gap|height|line-height"
    r"|max-width|outline|text-align|text-decoration|vertical-align|white-space|width"
    r"|(border|font|margin|padding)(-[a-z]+)*)"
)
# Lengths, words and colours; nothing that loads, and nothing negative, which could cover others.
_PROPERTY_VALUE = re.compile(r"([\w.%#, ]|(?<=[a-z])-(?=[a-z])|(rgb|hsl)a?\([\d., %]*\))*")
_SHOWN = (
    "text/plain",
    "text/html",
    "text/markdown",
    "text/latex",
    "image/svg+xml",  # becomes the source of a picture, in which nothing runs
    "image/png",
    "image/jpeg",
)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def inert_html(markup: str) -> str:
    """Of HTML what shows something, as balanced HTML that does nothing."""
    if markup.count("<") > _TAGS_CAP:
        return f"<pre>{escape(markup)}</pre>"
    return nh3.clean(
        _without_other_tags(markup),
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes={"*": {"class", "style", *_VALUES}},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )


def _without_other_tags(markup: str) -> str:
    """Tags that are not allowed, and what never was one, as text: nh3 would drop the words in it.

    So is what has no end of what nobody sees, for nh3 would drop all that follows.
    """
    lowered = markup.lower()
    ends = {name: lowered.rfind(end) for name, end in _UNSEEN.items()}

    def written(found: re.Match[str]) -> str:
        name = found[1].lower()
        kept = name in _TAGS or found.start() <= ends.get(name, -1)
        return found[0] if kept else f"&lt;{found[0][1:]}"

    return _MARKUP.sub(written, markup)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """What is kept of an attribute's value, on a tag that may itself go; None where it goes."""
    value = value.strip()
    if name == "style":
        value = _style(value)
    elif name == "class":
        value = " ".join(word for word in value.split() if word in _CODE_CLASSES)
    elif name not in _VALUES or not _VALUES[name].fullmatch(value) or ".." in value:
        return None
    return value or None


def _style(text: str) -> str:
    kept = []
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip().lower()
        if _PROPERTIES.fullmatch(name) and _PROPERTY_VALUE.fullmatch(value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


@pass_context
def inert_markdown(context: Any, source: str) -> str:
    """Markdown as HTML that does nothing; a filter for nbconvert's templates."""
    if len(source) > _MARKDOWN_CAP or source.count("\\begin{") > _FORMULAS_CAP:
        return f"<pre>{escape(source[:_TEXT_CAP])}</pre>"
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = IPythonRenderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    return inert_html(MarkdownWithMath(renderer=renderer).render(source))


class ShowInert(Preprocessor):
    """Leave of outputs what can be shown and does nothing."""

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        notebook.metadata.pop("widgets", None)
        return super().preprocess(notebook, resources)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if cell.cell_type == "raw":
            cell.source = f"<pre>{escape(cell.source[:_TEXT_CAP])}</pre>"
        for output in cell.get("outputs", []):
            if "data" in output:
                output.metadata = NotebookNode()
                output.data = NotebookNode(_shown(output.data))
        return cell, resources


def _shown(data: dict[str, Any]) -> dict[str, str]:
    shown = {}
    for kind in _SHOWN:
        value = data.get(kind)
        if not isinstance(value, str):
            continue
        if kind in ("image/png", "image/jpeg"):
            if _BASE64.fullmatch(value):
                shown[kind] = value
        elif kind == "text/html":
            if len(value) <= _TEXT_CAP:
                shown[kind] = inert_html(value)
        else:
            shown[kind] = value
    return shown
