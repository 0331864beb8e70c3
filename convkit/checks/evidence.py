"""What a check found on the way to its verdict: rows of properties, and where one fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convkit.checks.misconceptions import Misconception
from convkit.checks.origin import Origin
from convkit.layers import Array

HOLDS, FAILS, NOT_TESTED = "holds", "fails", "not tested"
MARKS = {HOLDS: "✓", FAILS: "✗", NOT_TESTED: "–"}


@dataclass(frozen=True)
class Evidence:
    """Where a property fails; what the pictures and the text of a failure are made of.

    Attributes:
        case: the case in words, None for a hidden one; ``only``: what the failing cases share.
        text: what is wrong there.
        quantity, index, expected, got: the whole arrays and the worst place, where there is one.
        origin: the window that the worst number comes from, where there is one.
        candidates: the entries of the catalogue that behave in the same way, likeliest first.
        also: further properties that fail for the same reason.
    """

    case: str | None
    text: str
    only: str | None = None
    quantity: str = ""
    index: tuple[int, ...] | None = None
    expected: Array | None = None
    got: Array | None = None
    origin: Origin | None = None
    candidates: Sequence[Misconception] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class PropertyResult:
    """A row of the table.

    Attributes:
        share: of the cases that it is about, the share on which it was seen to hold.
        numbers: it is about the numbers that the name is for.
    """

    name: str
    sentence: str
    group: str
    status: str
    share: float
    numbers: bool = False
    note: str = ""
    evidence: Evidence | None = None
