"""A failure in words and figures, as text."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.evidence import FAILS, MARKS, Evidence, PropertyResult
from convkit.checks.origin import Origin
from convkit.layers import Array

WIDTH = 92
"""Pictures wider than this stand below one another."""

DOES_NOT_HOLD = "This does not hold: "
"""Stands before a promise that is broken, which reads as if all were well."""

_LARGEST_PLANE = 8
_MOST_PLANES = 6


def failure_lines(result: PropertyResult) -> list[str]:
    """A failed property as text: what, where, and why when known."""
    evidence = result.evidence
    assert evidence is not None
    lines = [f"{MARKS[FAILS]} {result.name}. {DOES_NOT_HOLD}{result.sentence}"]
    lines.append(f"  Where: {evidence.case or 'a case you cannot see'}")
    if evidence.text:
        lines.append(f"    {capital(evidence.text)}")
    if evidence.only:
        lines.append(f"    {evidence.only}")
    if evidence.index is not None:
        lines.append(f"    {capital(worst_place(evidence))}")
        lines += [f"    {line}" for line in _small_pictures(evidence)]
    if evidence.origin is not None:
        text, pictures = pictured_origin(evidence.origin)
        lines += [f"    {line}" for line in (text, *_beside(pictures))]
    if evidence.also:
        lines.append(f"  For the same reason: {', '.join(evidence.also)}")
    if evidence.candidates:
        likely, *others = evidence.candidates
        lines += [
            f"  Why: {likely.title}. {likely.sentence}",
            f"  Hint: {likely.hint}",
            f"  Read: lectures/{likely.lecture}.ipynb, “{likely.section}”",
        ]
        if others:
            lines.append(f"  It could also be: {'; '.join(o.title for o in others)}.")
    return lines


def worst_place(evidence: Evidence) -> str:
    """The worst number, with what was expected there."""
    assert evidence.index is not None
    assert evidence.expected is not None
    assert evidence.got is not None
    expected, got = evidence.expected[evidence.index], evidence.got[evidence.index]
    digits = enough_digits(expected, got)
    words = f"expected {number(expected, digits)}, got {number(got, digits)}"
    difference = float(got) - float(expected)
    if np.isfinite(difference) and difference:
        words += f", too {'large' if difference > 0 else 'small'} by {number(abs(difference))}"
    place = _entry(evidence.quantity, evidence.index)
    return f"worst at {place}: {words}" if evidence.index else words


def capital(sentence: str) -> str:
    """The sentence with a capital letter, unless it begins with a name from the code."""
    english = sentence.startswith(("the ", "worst ", "expected "))
    return sentence[:1].upper() + sentence[1:] if english else sentence


def _entry(quantity: str, index: tuple[int, ...]) -> str:
    """``y[0, 1]``, and ``y[0, 1], second time`` for a quantity with an afterthought."""
    name, comma, when = quantity.partition(",")
    return f"{name}[{', '.join(map(str, index))}]{comma}{when}" if index else quantity


def planes(evidence: Evidence) -> tuple[str, Array, Array, tuple[int, int]] | None:
    """The plane through the worst place: its name, expected, got, and the place in it.

    None where the arrays have no two axes to draw, or are single numbers.
    """
    if evidence.index is None or evidence.expected is None or evidence.got is None:
        return None
    if evidence.expected.ndim == 0:
        return None
    before, place = evidence.index[:-2], evidence.index[-2:]
    expected, got = np.atleast_2d(evidence.expected[before]), np.atleast_2d(evidence.got[before])
    row, column = place if len(place) == 2 else (0, place[0])
    return _entry(evidence.quantity, before), expected, got, (row, column)


def number(value: Any, digits: int = 4) -> str:
    """A number as a learner wants to see it; a whole number to the last digit."""
    value = float(value) + 0.0  # −0 becomes 0
    return f"{value:,.0f}" if value.is_integer() else f"{value:.{digits}g}"


def enough_digits(one: Any, other: Any, digits: int = 4) -> int:
    """So many digits, or as many more as it takes to tell two numbers apart."""
    told = (d for d in range(digits, 18) if number(one, d) != number(other, d))
    return next(told, digits)


def pictured_origin(origin: Origin) -> tuple[str, list[tuple[str, Array]]]:
    """The window in words, and its planes (their names and numbers) unless they are too many."""
    window = origin.window
    planes = np.atleast_2d(window).reshape(-1, *np.atleast_2d(window).shape[-2:])
    if len(planes) > _MOST_PLANES or max(planes.shape[1:]) > _LARGEST_PLANE:
        return f"{origin.text}.", []
    titles = [f"channel {channel}" for channel in range(len(planes))] if len(planes) > 1 else [""]
    return f"{origin.text}{origin.shown}:", list(zip(titles, planes, strict=True))


def _small_pictures(evidence: Evidence) -> list[str]:
    pictured = planes(evidence)
    if pictured is None or max(pictured[1].shape) > _LARGEST_PLANE or pictured[1].size == 1:
        return []
    name, expected, got, worst = pictured
    digits = enough_digits(expected[worst], got[worst])
    return [f"{name}:", *_beside([("expected", expected), ("got", got)], worst, digits)]


def _beside(
    titled: list[tuple[str, Array]], marked: tuple[int, int] | None = None, digits: int = 4
) -> list[str]:
    """Planes of numbers beside one another, or below where they are too wide."""
    sides = []
    for title, plane in titled:
        cells = [
            [
                f"[{number(value, digits)}]" if (i, j) == marked else f" {number(value, digits)} "
                for j, value in enumerate(row)
            ]
            for i, row in enumerate(plane)
        ]
        width = max(len(cell) for row in cells for cell in row)
        rows = ["".join(cell.rjust(width) for cell in row) for row in cells]
        width = max(len(title), len(rows[0]))
        sides.append([line.ljust(width) for line in ([title] if title else []) + rows])
    beside = ["   ".join(lines).rstrip() for lines in zip(*sides, strict=True)]
    fits = all(len(line) <= WIDTH for line in beside)
    return beside if fits else [line.rstrip() for side in sides for line in side]
