"""The wording of a failure: words and figures, before they become text or HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from convkit.checks.promises.origin import Origin
from convkit.checks.saying.evidence import Diagnosis, Evidence, PropertyResult
from convkit.layers import Array

UNKNOWN = "I don't recognise this mistake."

_SAME_NUMBERS = "These give the same numbers: only your code can tell which it is."

_SIDE = 3
"""So many rows and columns a table has at most."""

_FEW_NUMBERS = 4
"""So many numbers are printed in a line."""


@dataclass(frozen=True)
class Plane:
    """Some rows and columns of numbers, with the worst of them, if it is among them."""

    title: str
    numbers: Array
    worst: tuple[int, int] | None
    digits: int


@dataclass(frozen=True)
class Message:
    """What is said of a failing property, in the order in which it is said.

    Code stands between backticks.

    Attributes:
        promise: what should hold.
        why: the mistake, and what the code does; or that nobody knows.
        example: Python to run again, which shows it on a small case.
        where: lines: the worst number, and what is known of it.
        hint: a question.
        around, planes: the numbers around the worst one, and what is shown of them.
        read: the lecture's section.
        also: what fails for the same reason.
        others: what else the mistake could be, where the numbers cannot decide.
    """

    promise: str
    why: tuple[str, str] | None
    example: str | None
    where: list[str]
    hint: str | None
    around: str
    planes: list[Plane]
    read: Diagnosis | None
    also: str | None
    others: str | None


def message_of(result: PropertyResult) -> Message:
    """What there is to say of a failing property."""
    evidence = result.evidence
    assert evidence is not None
    likely = evidence.candidates[0] if evidence.candidates else None
    example = None if likely else evidence.smallest()
    others = " Or: ".join(f"{other.title}. {other.sentence}" for other in evidence.candidates[1:])
    return Message(
        promise=result.sentence,
        why=(f"{likely.title}.", likely.sentence) if likely else _unknown(evidence, example),
        example=example,
        where=_where(evidence),
        hint=likely.hint if likely else None,
        around="" if example else _around_it(evidence),
        planes=[] if example else _planes(evidence),
        read=likely,
        also=", ".join(evidence.also) or None,
        others=f"Or: {others} {_SAME_NUMBERS}" if others else None,
    )


def in_short(result: PropertyResult) -> str:
    """The failure in a line."""
    evidence = result.evidence
    assert evidence is not None
    first = _where(evidence)[0]
    stop = "" if first.endswith((".", "?")) else "."
    named = f" {evidence.candidates[0].title}." if evidence.candidates else ""
    return f"{result.name}: {first}{stop}{named}"


def number(value: Any, digits: int = 4) -> str:
    """A number as a learner wants to see it; a whole number to the last digit."""
    value = float(value) + 0.0  # −0 becomes 0
    return f"{value:,.0f}" if value.is_integer() else f"{value:.{digits}g}"


def _unknown(evidence: Evidence, example: str | None) -> tuple[str, str] | None:
    if example is None:
        return (UNKNOWN, "") if evidence.case and evidence.index is not None else None
    return (
        UNKNOWN,
        "This is the smallest case I found. Run it, and work it out on paper:",
    )


def _where(evidence: Evidence) -> list[str]:
    if evidence.case is None:
        return ["a case you cannot see.", evidence.text]
    lines = [_worst(evidence)] if evidence.index is not None else []
    single = evidence.expected is not None and evidence.expected.size == 1  # said above
    about = " ".join(filter(None, ("" if single else evidence.text, evidence.factor)))
    lines += [about] if about else []
    lines += [evidence.only] if evidence.only else []
    lines.append(f"The case: `{evidence.case}`")
    if evidence.origins:
        *others, last = map(_said, evidence.origins)
        made_from = f"{', '.join(others)} and {last}" if others else last
        lines.append(f"That number is made from {made_from}.")
    return lines


def _worst(evidence: Evidence) -> str:
    """The worst number, with what was expected there."""
    assert evidence.quantity is not None
    assert evidence.index is not None
    assert evidence.expected is not None
    assert evidence.got is not None
    expected, got = evidence.expected[evidence.index], evidence.got[evidence.index]
    digits = _enough_digits(expected, got)
    words = f"expected {number(expected, digits)}, got {number(got, digits)}"
    difference = float(got) - float(expected)
    if np.isfinite(difference) and difference and expected:
        words += f", too {'large' if difference > 0 else 'small'} by {number(abs(difference))}"
    return f"`{evidence.quantity.at(evidence.index)}`: {words}"


def _said(origin: Origin) -> str:
    numbers = [number(value) for value in np.ravel(origin.numbers)]
    if len(numbers) > _FEW_NUMBERS:
        return f"`{origin.place}`"
    shown = numbers[0] if len(numbers) == 1 else f"[{', '.join(numbers)}]"
    return f"`{origin.place}` = {shown}"


def _shown(evidence: Evidence) -> tuple[tuple[int, ...], tuple[int, int], slice, slice] | None:
    """Of the numbers around the worst place: the plane, the place in it, its rows and columns.

    None where there are none to show: one number, or all wrong by one factor.
    """
    if evidence.index is None or evidence.expected is None or evidence.expected.size == 1:
        return None
    if evidence.factor is not None:
        return None
    before, place = evidence.index[:-2], evidence.index[-2:]
    row, column = place if len(place) == 2 else (0, place[0])
    height, width = np.atleast_2d(evidence.expected[before]).shape
    return before, (row, column), _around(row, height), _around(column, width)


def _around_it(evidence: Evidence) -> str:
    """Which numbers are shown, in words."""
    shown = _shown(evidence)
    if shown is None or evidence.expected is None or evidence.quantity is None:
        return ""
    before, _, rows, columns = shown
    sizes = np.atleast_2d(evidence.expected[before]).shape
    parts = [
        f", {name} {part.start} to {part.stop - 1}"
        for name, part, size in zip(("rows", "columns"), (rows, columns), sizes, strict=True)
        if part.stop - part.start < size
    ]
    return f"`{evidence.quantity.at(before)}`{''.join(parts)}:"


def _planes(evidence: Evidence) -> list[Plane]:
    """Expected and got around the worst place, and the window behind it, where that is small."""
    planes = [plane for origin in evidence.origins for plane in _window(origin)]
    shown = _shown(evidence)
    if shown is None or evidence.expected is None or evidence.got is None:
        return planes
    before, worst, rows, columns = shown
    expected, got = (np.atleast_2d(each[before]) for each in (evidence.expected, evidence.got))
    digits = _enough_digits(expected[worst], got[worst])
    inside = (worst[0] - rows.start, worst[1] - columns.start)
    return [
        Plane("expected", expected[rows, columns], inside, digits),
        Plane("got", got[rows, columns], inside, digits),
        *planes,
    ]


def _window(origin: Origin) -> list[Plane]:
    numbers = np.atleast_2d(origin.numbers)
    planes = numbers.reshape(-1, *numbers.shape[-2:])
    small = len(planes) == 1 and max(planes.shape[1:]) <= _SIDE
    shown = small and numbers.size > _FEW_NUMBERS
    return [Plane(origin.place, planes[0], None, 4)] if shown else []


def _around(worst: int, size: int) -> slice:
    """At most `_SIDE` rows or columns, the worst place in their middle where it can be."""
    start = min(max(0, worst - _SIDE // 2), max(0, size - _SIDE))
    return slice(start, min(size, start + _SIDE))


def _enough_digits(one: Any, other: Any, digits: int = 4) -> int:
    """So many digits, or as many more as it takes to tell two numbers apart."""
    told = (d for d in range(digits, 18) if number(one, d) != number(other, d))
    return next(told, digits)
