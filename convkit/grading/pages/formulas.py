"""Formulas as MathML, which browsers show by themselves: no script has to come with the page."""

from __future__ import annotations

import re
from html import escape, unescape
from xml.etree.ElementTree import Element, tostring

_LENGTH_CAP = 1_000  # a browser's time grows with how deep fractions stand in fractions
_MACRO = re.compile(r"\\(def|let|(re)?newcommand|newenvironment)\b")  # these multiply
_ATTRIBUTES = {
    "accent",
    "columnalign",
    "columnspacing",
    "display",
    "displaystyle",
    "fence",
    "form",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rowspacing",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "width",
    "xmlns",
}


def mathml(formula: str, *, block: bool = False) -> str:
    """A formula in LaTeX as MathML, or as the text it is where that cannot be.

    Args:
        block: whether it stands in a line of its own.
    """
    try:
        if len(formula) > _LENGTH_CAP or _MACRO.search(formula):
            raise ValueError("too much for a formula")
        from latex2mathml.converter import Converter

        made = Converter(display="block" if block else "inline").convert_to_element(formula)
    except Exception:  # whatever it raises of text that somebody chose
        sign = "$$" if block else "$"
        return f"<code>{escape(f'{sign}{formula}{sign}')}</code>"
    for element in made.iter():
        _tidy(element)
    return tostring(made, encoding="unicode", short_empty_elements=False)


def _tidy(element: Element) -> None:
    """Entities as what they stand for, and no attribute that could do anything."""
    element.text, element.tail = (text and unescape(text) for text in (element.text, element.tail))
    for name in set(element.attrib) - _ATTRIBUTES:
        del element.attrib[name]
