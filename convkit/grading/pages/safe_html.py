"""Safe HTML: what students make is shown, and none of their scripts runs where others read it.

Feedback and formgrader are web pages that nbconvert makes of notebooks. Here of all markup the
little is kept that text, tables and pictures need; whatever else looks like markup is shown as the
text it is. `showing` says how much of it there may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

import nh3
from pygments.token import STANDARD_TYPES

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
_TAG = re.compile(r'<(\w+)((?: [\w-]+="[^"]*")*)>')  # as nh3 writes them
_SOURCE = re.compile(r' src="([^"]*)"')
_VALUES = {
    # Not to the server that shows the page: a student's own file would be a page of its.
    "href": re.compile(r"(https?://|mailto:)[^\s\\]*|#[\w:.%-]*", re.IGNORECASE),
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
# Lengths, words and colours; nothing that loads, nothing negative, which could cover others, and
# nothing that nobody could scroll past.
_PROPERTY_VALUE = re.compile(
    r"(?!.*(?<![\w.])\d{5})([\w.%#, ]|(?<=[a-z])-(?=[a-z])|(rgb|hsl)a?\([\d., %]*\))*"
)

Image = Callable[[str, str], str]


def left_out(what: str) -> str:
    """A word of ours where something of a student's would be."""
    return f"<em>[{escape(what)}]</em>"


def _no_image(source: str, attributes: str) -> str:
    return left_out("a picture was left out: it lies where a page does not look")


def inert_html(markup: str, image: Image = _no_image) -> str:
    """Of HTML what shows something, as balanced HTML that does nothing.

    Args:
        image: what stands in the place of a picture, by its source and its other attributes, which
            are HTML.
    """
    if markup.count("<") > _TAGS_CAP:
        return f"<pre>{escape(markup)}</pre>"
    sources: list[str] = []

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name != "src" or tag != "img":
            return _attribute(tag, name, value)
        sources.append(value)
        return str(len(sources) - 1)  # so that none that is overlooked below leads anywhere

    def placed(tag: re.Match[str]) -> str:
        if tag[1] != "img":
            return tag[0]
        source = _SOURCE.search(tag[2])
        rest = _SOURCE.sub("", tag[2])
        return image(sources[int(source[1])], rest) if source else _no_image("", rest)

    kept = nh3.clean(
        _without_other_tags(markup),
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes={"*": {"class", "style", *_VALUES}, "img": {"src"}},
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "data", "attachment"},
        link_rel=None,
    )
    return _TAG.sub(placed, kept)


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
