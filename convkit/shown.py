"""What came from outside, shown so that it does nothing; and what any terminal can print."""

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


class WrongName(ValueError):  # noqa: N818 - reads as what happened
    """A name or an object that is not what was asked for; a notebook answers in a sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def harmless(text: str, longest: int | None = None) -> str:
    """The text on one line, with whatever is no printable character spelt out, as in ``\\x1b``.

    Nothing in it moves a cursor, colours a terminal, turns the direction of writing or ends a line.

    Args:
        longest: a number of characters; of a longer text the middle is left out, visibly.
    """
    shown = "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
    if longest is None or len(shown) <= longest:
        return shown
    end = longest // 3
    return f"{shown[: longest - end - 1]}…{shown[-end:]}"


def columns(text: str) -> int:
    """How wide a harmless text is on a terminal, where some characters take two places or none."""
    from wcwidth import wcswidth

    return max(0, wcswidth(text))


def encodable(text: str, stream: TextIO | None = None) -> str:
    """The text with other characters for those that ``stream`` (standard output) cannot print."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "plainly").decode(encoding)


def say(text: str, stream: TextIO | None = None) -> None:
    """Print lines, each of them harmless, on whatever terminal there is."""
    lines = "\n".join(map(harmless, text.split("\n")))
    print(encodable(lines, stream), file=stream or sys.stdout)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    spelt = (_PLAIN.get(each) or each.encode("unicode_escape").decode() for each in missing)
    return "".join(spelt), error.end


codecs.register_error("plainly", _plainly)
