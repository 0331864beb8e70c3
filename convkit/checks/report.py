"""What a check has to say: a report, its findings, and the exception that carries it."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass, field
from typing import Any

from convkit.checks.evidence import FAILS, HOLDS, MARKS, NOT_TESTED, PropertyResult
from convkit.checks.wording import DOES_NOT_HOLD, WIDTH, failure_lines
from convkit.shown import encodable


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
        """The share of cases with right numbers, times the share of other properties that hold.

        In [0, 1]. What only waits for a property that fails does not count as failing. Several
        numbers, such as three gradients, count alike.
        """
        numbers = [result.share for result in self.results if result.numbers]
        others = [r for r in self.results if not r.numbers and r.status != NOT_TESTED]
        held = sum(result.status == HOLDS for result in others) / len(others) if others else 1.0
        return held * sum(numbers) / len(numbers)

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
            return f"{self.name} is correct: all {total} properties hold."
        if not counts[FAILS]:
            left = f"{counts[NOT_TESTED]} of {total} properties are left"
            return f"{self.name} could not be tested completely: {left}."
        rest = f", {counts[NOT_TESTED]} could not be tested" if counts[NOT_TESTED] else ""
        verb = "fails" if counts[FAILS] == 1 else "fail"
        return (
            f"{self.name} is not correct yet: {counts[FAILS]} of {total} properties {verb}{rest}."
        )

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
        for result in self.results:
            if result.evidence:
                lines += ["", *failure_lines(result)]
        for group, results, waiting in self.groups():
            width = max((len(result.name) for result in results), default=0)
            lines += ["", f"  {group}"]
            for result in results:
                note = f" ({result.note})" if result.note else ""
                mark, name = MARKS[result.status], result.name.ljust(width)
                promise = DOES_NOT_HOLD * (result.status == FAILS) + result.sentence
                lines.append(f"    {mark} {name}  {promise}{note}")
            if waiting:
                names = textwrap.wrap(f"not tested yet: {', '.join(waiting)}", WIDTH - 6)
                lines.append(f"    {MARKS[NOT_TESTED]} " + "\n      ".join(names))
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


def _notebook_shell() -> Any:
    """The IPython shell of a kernel, or None outside of one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if shell is not None and hasattr(shell, "kernel") else None
