"""The time that student code has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """Seconds that code computes: one of the student's cells, all of them, one call from a test.

    With none for a cell, the student's cells are not run. Every test has its own, so that what
    takes long in one of them takes nothing from the others.
    """

    cell: float = 30.0
    cells: float = 180.0
    call: float = 20.0

    @property
    def test(self) -> float:
        """For all calls from one test."""
        return 4 * self.call

    @property
    def loading(self) -> float:
        """For loading the student's answers, however often that is."""
        return 12 * self.call

    @property
    def submission(self) -> float:
        """For a submission as a whole, should the grader itself hang."""
        return self.cells + 240 * self.call
