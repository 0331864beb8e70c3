"""A report as plain text."""

from __future__ import annotations

from convkit.checks.judging.properties import FAILS
from convkit.checks.saying.evidence import MARKS, PropertyResult
from convkit.checks.saying.wording import Message, Plane, in_short, message_of, number

_WIDTH = 92
"""Tables wider than this stand below one another."""

MEND_FIRST = "Mend this first, then check again. What also fails may well come from it:"


def failure_lines(result: PropertyResult) -> list[str]:
    """A failed property: what should hold, why it does not, where, a hint, what to read."""
    message = message_of(result)
    first, *rest = message.where
    return [
        f"{MARKS[FAILS]} {message.promise}",
        *_why(message),
        f"  Where: {first}",
        *(f"    {line}" for line in rest),
        *([f"  Hint: {message.hint}"] if message.hint else []),
        *([f"  {message.around}"] if message.around else []),
        *(f"    {line}" for line in _beside(message.planes)),
        *_after(message),
    ]


def short_lines(results: list[PropertyResult]) -> list[str]:
    """Failures that may come from those that were told before."""
    return [f"  {MEND_FIRST}"] + [f"    {MARKS[FAILS]} {in_short(r)}" for r in results]


def _why(message: Message) -> list[str]:
    lines = [f"  Why: {' '.join(filter(None, message.why))}"] if message.why else []
    lines += [f"    {message.others}"] if message.others else []
    return lines + [f"    {line}" for line in (message.example or "").splitlines()]


def _after(message: Message) -> list[str]:
    lines = []
    if message.read:
        lines.append(f"  Read: lectures/{message.read.lecture}.ipynb, “{message.read.section}”")
    if message.also:
        lines.append(f"  For the same reason: {message.also}")
    return lines


def _beside(planes: list[Plane]) -> list[str]:
    """Planes of numbers beside one another, or below where they are too wide."""
    sides = []
    for plane in planes:
        cells = [
            [
                f"[{number(value, plane.digits)}]"
                if (i, j) == plane.worst
                else f" {number(value, plane.digits)} "
                for j, value in enumerate(row)
            ]
            for i, row in enumerate(plane.numbers)
        ]
        width = max(len(cell) for row in cells for cell in row)
        rows = ["".join(cell.rjust(width) for cell in row) for row in cells]
        width = max(len(plane.title), len(rows[0]))
        sides.append([line.ljust(width) for line in [plane.title, *rows]])
    height = max(map(len, sides), default=0)
    padded = [side + [" " * len(side[0])] * (height - len(side)) for side in sides]
    beside = ["   ".join(lines).rstrip() for lines in zip(*padded, strict=True)]
    fits = all(len(line) <= _WIDTH for line in beside)
    return beside if fits else [line.rstrip() for side in sides for line in side]
