"""Text from outside, on a terminal or in a table: shown so that it does nothing there."""

from __future__ import annotations

import sys
import unicodedata
from typing import TextIO

from convkit.checks.saying.encodable import encodable


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


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run it. A sign alone is none: Moodle writes - for no grade."""
    # Where letters are wide, so may be the sign of a formula.
    sign = unicodedata.normalize("NFKC", cell.lstrip()[:1])
    return sign.startswith(("=", "+", "-", "@")) and len(cell.strip()) > 1


def columns(text: str) -> int:
    """How wide a harmless text is on a terminal, where some characters take two places or none."""
    from wcwidth import wcswidth

    return max(0, wcswidth(text))


def say(text: str, stream: TextIO | None = None) -> None:
    """Print lines, each of them harmless, on whatever terminal there is."""
    lines = "\n".join(map(harmless, text.split("\n")))
    print(encodable(lines, stream), file=stream or sys.stdout)
