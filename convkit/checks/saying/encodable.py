"""Encodable text: what any terminal can print."""

from __future__ import annotations

import codecs
import sys
from typing import TextIO

_PLAIN = {
    "✓": "+",
    "✗": "x",
    "×": "x",
    "·": ".",
    "…": "...",
    "–": "-",
    "“": '"',
    "”": '"',
    "’": "'",
}


def encodable(text: str, stream: TextIO | None = None) -> str:
    """The text with other characters for those that ``stream`` (standard output) cannot print."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "plainly").decode(encoding)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    spelt = (_PLAIN.get(each) or each.encode("unicode_escape").decode() for each in missing)
    return "".join(spelt), error.end


codecs.register_error("plainly", _plainly)
