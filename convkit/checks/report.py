"""What a check has to say: a report, its findings, and the exception that carries it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convkit.checks.misconceptions import Misconception
from convkit.layers import Array

_LINE = 92
"""Pictures wider than this stand below one another."""

HOLDS, FAILS, NOT_TESTED = "holds", "fails", "not tested"
MARKS = {HOLDS: "✓", FAILS: "✗", NOT_TESTED: "–"}


@dataclass(frozen=True)
class Finding:
    """One mistake.

    Attributes:
        property: name of the property that fails (the first, where one mistake breaks several).
        message: what fails, where and why, as text.
        misconception: id of the catalogue entry that behaves in the same way, or None.
    """

    property: str
    message: str
    misconception: str | None = None


@dataclass(frozen=True)
class Evidence:
    """Where a property fails; what the pictures and the text of a failure are made of.

    Attributes:
        case: the case in words, None for a hidden one; ``only``: what the failing cases share.
        text: what is wrong there.
        quantity, index, expected, got: the whole arrays and the worst place, where there is one.
        candidates: the entries of the catalogue that behave in the same way, likeliest first;
            ``guessed``: all that is known is that they go wrong on the same cases.
        also: further properties that fail for the same reason.
    """

    case: str | None
    text: str
    only: str | None = None
    quantity: str = ""
    index: tuple[int, ...] | None = None
    expected: Array | None = None
    got: Array | None = None
    candidates: Sequence[Misconception] = ()
    guessed: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class PropertyResult:
    """A row of the table."""

    name: str
    sentence: str
    group: str
    status: str
    note: str = ""
    evidence: Evidence | None = None


@dataclass
class Report:
    """What `check` found out about one implementation.

    Attributes:
        name: of the concept.
        results: one row for each property that was asked for.
        findings: the failures, one for each root cause.
        output: what the learner's code printed, its beginning.
    """

    name: str
    results: list[PropertyResult]
    output: str = ""
    _shown_in: Any = field(default=None, repr=False)

    @property
    def passed(self) -> bool:
        return all(result.status == HOLDS for result in self.results)

    @property
    def score(self) -> float:
        """The share of the properties that hold, in [0, 1]."""
        return sum(result.status == HOLDS for result in self.results) / len(self.results)

    @property
    def findings(self) -> list[Finding]:
        return [
            Finding(
                result.name,
                "\n".join(failure_lines(result)),
                result.evidence.candidates[0].id if result.evidence.candidates else None,
            )
            for result in self.results
            if result.evidence
        ]

    @property
    def verdict(self) -> str:
        """The report in one line."""
        counts = dict.fromkeys(MARKS, 0)
        for result in self.results:
            counts[result.status] += 1
        total = len(self.results)
        if self.passed:
            return f"{self.name} is right: all {total} properties hold."
        if not counts[FAILS]:
            return f"{self.name} could not be tested whole: {counts[NOT_TESTED]} of {total} left."
        rest = f", {counts[NOT_TESTED]} could not be tested" if counts[NOT_TESTED] else ""
        verb = "fails" if counts[FAILS] == 1 else "fail"
        return f"{self.name} is not right yet: {counts[FAILS]} of {total} properties {verb}{rest}."

    def groups(self) -> list[tuple[str, list[PropertyResult], list[str]]]:
        """For each group its name, the rows that say something, and what could not be tested."""
        return [
            (
                group,
                [row for row in self.results if row.group == group and row.status != NOT_TESTED],
                [r.name for r in self.results if r.group == group and r.status == NOT_TESTED],
            )
            for group in dict.fromkeys(row.group for row in self.results)
        ]

    def __str__(self) -> str:
        lines = [f"{MARKS[HOLDS if self.passed else FAILS]} {self.verdict}"]
        for group, results, waiting in self.groups():
            width = max((len(result.name) for result in results), default=0)
            lines += ["", f"  {group}"]
            for result in results:
                note = f" ({result.note})" if result.note else ""
                mark, name = MARKS[result.status], result.name.ljust(width)
                lines.append(f"    {mark} {name}  {result.sentence}{note}")
            if waiting:
                names = textwrap.wrap(f"not tested yet: {', '.join(waiting)}", _LINE - 6)
                lines.append(f"    {MARKS[NOT_TESTED]} " + "\n      ".join(names))
        for result in self.results:
            if result.evidence:
                lines += ["", *failure_lines(result)]
        if self.output:
            lines += ["", "Your code printed:", *(f"  {line}" for line in self.output.splitlines())]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Report: {self.verdict}>"

    def show(self) -> None:
        """Display the report: in a notebook as HTML, elsewhere as text."""
        shell = _notebook_shell()
        if shell is None:
            print(self)
            return
        from IPython.display import display

        from convkit.checks.notebook import html

        self._shown_in = shell.execution_count
        display({"text/plain": str(self), "text/html": html(self)}, raw=True)

    def _ipython_display_(self) -> None:
        """Show it as a cell's value, unless `check` has just shown it in that very cell."""
        shell = _notebook_shell()
        if shell is None or self._shown_in != shell.execution_count:
            self.show()


class CheckFailed(AssertionError):  # noqa: N818 - reads as what happened
    """Some property does not hold. ``report`` says which, where, and why when known."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.verdict)
        self.report = report

    def _render_traceback_(self) -> list[str]:
        """In a notebook the report stands above; the traceback would only bury it."""
        return [f"CheckFailed: {self.report.verdict}"]


def failure_lines(result: PropertyResult) -> list[str]:
    """A failed property as text: what, where, and why when known."""
    evidence = result.evidence
    assert evidence is not None
    lines = [f"{MARKS[FAILS]} {result.name}: {result.sentence}"]
    lines.append(f"  Where: {evidence.case or 'a case you cannot see'}")
    if evidence.text:
        lines.append(f"    {capital(evidence.text)}")
    if evidence.only:
        lines.append(f"    {evidence.only}")
    if evidence.index is not None:
        lines.append(f"    {capital(worst_place(evidence))}")
        lines += [f"    {line}" for line in _small_pictures(evidence)]
    if evidence.also:
        lines.append(f"  For the same reason: {', '.join(evidence.also)}")
    if evidence.candidates:
        likely, *others = evidence.candidates
        lines += [
            f"  {'Perhaps' if evidence.guessed else 'Why'}: {likely.title}. {likely.sentence}",
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
    if not evidence.index:
        return f"expected {number(expected)}, got {number(got)}"
    place = _entry(evidence.quantity, evidence.index)
    return f"worst at {place}: expected {number(expected)}, got {number(got)}"


def capital(sentence: str) -> str:
    """The sentence with a capital letter, unless it begins with a name from the code."""
    names = ("x", "y", "grad", "params", "forward", "backward", "⟨")
    return sentence if sentence.startswith(names) else sentence[:1].upper() + sentence[1:]


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
    value = float(value)
    return f"{value:,.0f}" if value.is_integer() else f"{value:.{digits}g}"


def _small_pictures(evidence: Evidence, largest: int = 8) -> list[str]:
    pictured = planes(evidence)
    if pictured is None or max(pictured[1].shape) > largest or pictured[1].size == 1:
        return []
    name, expected, got, worst = pictured
    sides = []
    for title, plane in (("expected", expected), ("got", got)):
        cells = [
            [f"[{number(v)}]" if (i, j) == worst else f" {number(v)} " for j, v in enumerate(row)]
            for i, row in enumerate(plane)
        ]
        width = max(len(cell) for row in cells for cell in row)
        rows = ["".join(cell.rjust(width) for cell in row) for row in cells]
        sides.append([title.ljust(len(rows[0])), *rows])
    beside = ["   ".join(pair) for pair in zip(*sides, strict=True)]
    return [f"{name}:", *(beside if len(beside[0]) <= _LINE else [*sides[0], *sides[1]])]


def _notebook_shell() -> Any:
    """The IPython shell of a kernel, or None outside of one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if shell is not None and hasattr(shell, "kernel") else None
