"""The report of a check: its findings, and the exception that carries it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

from convkit.checks.judging.properties import FAILS, HOLDS, NOT_TESTED
from convkit.checks.saying.encodable import encodable
from convkit.checks.saying.evidence import MARKS, PropertyResult
from convkit.checks.saying.plain_text import failure_lines, short_lines


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
class Tally:
    """How a group of properties stands: how many hold, and what there is to add in lines."""

    group: str
    counts: str
    notes: list[str]


@dataclass
class Report:
    """What `check` found out about one implementation.

    Attributes:
        name: of the concept.
        results: one row for each property that was asked for.
        findings: the failures, one for each root cause.
        output: what the learner's code printed, its beginning.
        remark: whose version it is about, where that is a question.
    """

    name: str
    results: list[PropertyResult]
    output: str = ""
    remark: str = ""
    _shown_in: Any = field(default=None, repr=False)

    @property
    def passed(self) -> bool:
        return all(result.status == HOLDS for result in self.results)

    @property
    def score(self) -> float:
        """The share of cases with right numbers, times the share of other properties that hold.

        In [0, 1]. What only waits for a property that fails does not count as failing. Several
        numbers, such as three gradients, count alike.
        """
        numbers = [result.share for result in self.results if result.numbers]
        others = [r for r in self.results if not r.numbers and r.status != NOT_TESTED]
        held = sum(result.status == HOLDS for result in others) / len(others) if others else 1.0
        return held * sum(numbers) / len(numbers)

    @property
    def failures(self) -> list[PropertyResult]:
        """The failures, one for each root cause: in each group those of plain cases first."""
        groups = [result.group for result in self.results]
        found = [(groups.index(r.group), r.evidence.number, r) for r in self.results if r.evidence]
        return [result for _, _, result in sorted(found, key=lambda each: each[:2])]

    @property
    def findings(self) -> list[Finding]:
        return [
            Finding(
                result.name,
                "\n".join(failure_lines(result)),
                result.evidence.candidates[0].id
                if result.evidence and result.evidence.candidates
                else None,
            )
            for result in self.failures
        ]

    def told(self) -> tuple[list[PropertyResult], list[PropertyResult]]:
        """The failures to be told in full, and those that may well come from the same mistake.

        In full the first of each group, if it has a name where another was told before.
        """
        whole: list[PropertyResult] = []
        for result in self.failures:
            named = result.evidence is not None and bool(result.evidence.candidates)
            if not whole or (named and all(result.group != other.group for other in whole)):
                whole.append(result)
        return whole, [result for result in self.failures if result not in whole]

    @property
    def verdict(self) -> str:
        """The report in one line."""
        counts = dict.fromkeys(MARKS, 0)
        for result in self.results:
            counts[result.status] += 1
        total = len(self.results)
        if self.passed:
            return f"{self.name} is correct: all {total} checks pass."
        if not counts[FAILS]:
            left = f"{counts[NOT_TESTED]} of {total} checks are left"
            return f"{self.name} could not be tested completely: {left}."
        wait = {0: "", 1: ", 1 waits"}.get(counts[NOT_TESTED], f", {counts[NOT_TESTED]} wait")
        verb = "fails" if counts[FAILS] == 1 else "fail"
        return f"{self.name} is not correct yet: {counts[FAILS]} of {total} checks {verb}{wait}."

    def tallies(self) -> list[Tally]:
        """For each group how many hold, what fails or waits, and what there is to note."""
        groups = dict.fromkeys(result.group for result in self.results)
        return [_tally(group, [r for r in self.results if r.group == group]) for group in groups]

    def __str__(self) -> str:
        lines = [f"{MARKS[HOLDS if self.passed else FAILS]} {self.verdict}"]
        lines += [f"  {self.remark}"] if self.remark else []
        whole, shortly = self.told()
        for result in whole:
            lines += ["", *failure_lines(result)]
        if shortly:
            lines += ["", *short_lines(shortly)]
        lines.append("")
        for tally in self.tallies():
            lines += [f"  {tally.group} {tally.counts}", *(f"    {note}" for note in tally.notes)]
        if self.output:
            lines += ["", "Your code printed:", *(f"  {line}" for line in self.output.splitlines())]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Report: {self.verdict}>"

    def show(self) -> None:
        """Display the report: in a notebook as HTML, elsewhere as text."""
        shell = _notebook_shell()
        if shell is None:
            print(encodable(str(self)))
            return
        from IPython.display import display

        from convkit.checks.saying.html import html

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


def _tally(group: str, results: list[PropertyResult]) -> Tally:
    named = {status: [r.name for r in results if r.status == status] for status in MARKS}
    notes = [
        f"{MARKS[r.status]} {r.name}: {r.note}" for r in results if r.note and r.status == HOLDS
    ]
    if named[FAILS]:
        notes.insert(0, f"{MARKS[FAILS]} {', '.join(named[FAILS])}")
    waiting: dict[tuple[str, ...], list[str]] = {}
    for result in results:
        if result.status == NOT_TESTED:
            waiting.setdefault(result.waits_for, []).append(result.name)
    for causes, names in waiting.items():
        wait = "waits for" if len(names) == 1 else "wait for"
        all_causes = " and ".join(filter(None, (", ".join(causes[:-1]), *causes[-1:])))
        reason = f"{wait} {all_causes}" if causes else "could not be tested"
        notes.append(f"{MARKS[NOT_TESTED]} {len(names)} {reason}: {', '.join(names)}")
    return Tally(group, f"{len(named[HOLDS])} of {len(results)} {MARKS[HOLDS]}", notes)


def _notebook_shell() -> Any:
    """The IPython shell of a kernel, or None outside of one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if shell is not None and hasattr(shell, "kernel") else None
