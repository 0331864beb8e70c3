"""Outcomes: exactly one status, a reason in words, and notes for the instructor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

OUTCOME = "outcome"
"""Where the metadata of a graded notebook say how it ended: no cell's text can reach there."""


class Status(StrEnum):
    """The ways a submission can end, the gravest last.

    Attributes:
        GRADED: every test of every notebook came to its end, passed or failed.
        PARTIAL: what is there was graded, and part of the assignment is not there: a notebook or an
            answer cell is missing or cannot be told from others.
        CRASHED: at least one test was lost because the student's Python died; the others count.
        TIMED_OUT: at least one test was lost because the student's code took too long.
        OUT_OF_MEMORY: at least one test was lost because the student's code took too much memory.
        TAMPERED: something that only an attempt to change the grading produces: a link in place of
            a notebook, forged points or tags on a test, a forged reply. What can be graded is.
        UNREADABLE: there is a notebook, and nothing can be read from it.
        MISSING: there is nothing that could be a notebook of this assignment.
        GRADER_ERROR: the fault is on the grader's side, and the student has no grade yet.
    """

    GRADED = "graded"
    PARTIAL = "partial"
    CRASHED = "crashed"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    TAMPERED = "tampered"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    GRADER_ERROR = "grader error"

    @property
    def has_grade(self) -> bool:
        """Whether the points of such a submission are a grade, be it 0."""
        return self not in (Status.UNREADABLE, Status.MISSING, Status.GRADER_ERROR)


@dataclass(frozen=True)
class Outcome:
    """How one submission, or a part of it, ended.

    Attributes:
        reason: in words that go on from the status; empty for GRADED alone.
        notes: what the instructor should know beside it, such as what was repaired.
    """

    status: Status = Status.GRADED
    reason: str = ""
    notes: tuple[str, ...] = ()


NOT_HANDED_IN = Outcome(Status.MISSING, "nothing was handed in")


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Of several parts the gravest status with its reason; other reasons are notes, as all are."""
    found = list(outcomes)
    order = list(Status)
    worst = max(found, key=lambda each: order.index(each.status), default=Outcome())
    others = (each.reason for each in found if each.reason not in ("", worst.reason))
    notes = dict.fromkeys([*others, *(note for each in found for note in each.notes)])
    return Outcome(worst.status, worst.reason, tuple(notes))


class GraderError(RuntimeError):
    """The fault is on the grader's side: no student can be graded until it is mended."""
