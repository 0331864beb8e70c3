"""Evidence: what a check found on the way to its verdict, and where a property fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convkit.checks.judging.properties import FAILS, HOLDS, NOT_TESTED
from convkit.checks.observing.quantity import Quantity
from convkit.checks.promises.origin import Origin
from convkit.layers import Array

MARKS = {HOLDS: "✓", FAILS: "✗", NOT_TESTED: "–"}


@dataclass(frozen=True)
class Diagnosis:
    """A mistake in words.

    Attributes:
        id: its name for machines.
        title, sentence: the mistake in a few words, and what the code does.
        hint: where to look, without giving the answer away.
        lecture, section: what teaches it: a notebook of ``lectures/``, and a heading in it.
    """

    id: str
    title: str
    sentence: str
    hint: str
    lecture: str
    section: str


@dataclass(frozen=True)
class Evidence:
    """Where a property fails: all that a message about it is made of.

    Attributes:
        case: the case in words, None for a hidden one; ``number`` says which it is, plain cases
            coming first; ``only``: what the failing cases share.
        text: what is wrong there.
        quantity, index, expected, got: the whole arrays and the worst place, where there is one.
        factor: what one factor explains every wrong number, in a sentence.
        origins: the numbers that the worst one is made from, as far as they are few.
        candidates: mistakes that behave in the same way, likeliest first.
        smallest: finds, where there are none, a small case that fails, as Python to run again.
        also: further properties that fail for the same reason.
    """

    case: str | None
    text: str
    only: str | None = None
    quantity: Quantity | None = None
    index: tuple[int, ...] | None = None
    expected: Array | None = None
    got: Array | None = None
    factor: str | None = None
    origins: tuple[Origin, ...] = ()
    candidates: Sequence[Diagnosis] = ()
    smallest: Callable[[], str | None] = lambda: None
    also: tuple[str, ...] = ()
    number: int = 0


@dataclass(frozen=True)
class PropertyResult:
    """A row of the table.

    Attributes:
        share: of the cases that it is about, the share on which it was seen to hold.
        numbers: it is about the numbers that the name is for.
        waits_for: the failing properties that must hold before it can be tested.
    """

    name: str
    sentence: str
    group: str
    status: str
    share: float
    numbers: bool = False
    note: str = ""
    evidence: Evidence | None = None
    waits_for: tuple[str, ...] = ()
