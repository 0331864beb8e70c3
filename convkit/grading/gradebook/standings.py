"""Standings of a class: who has which grade, how it ended, whether it still holds."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.answers_given import answers_given
from convkit.grading.gradebook.application import opened
from convkit.grading.gradebook.autograde import course_at
from convkit.grading.gradebook.course import Course
from convkit.grading.gradebook.fingerprint import Fingerprint
from convkit.grading.intake.folder import look_into
from convkit.grading.outcome import NOT_HANDED_IN, GraderError, Outcome, Status
from convkit.grading.terminal import columns, harmless, is_formula

NAME_LENGTH = 32
"""Of a longer name a table shows both ends."""

_NOT_YET = "not graded yet"
_BY_HAND = "answers are to be graded by hand"


def report_class(root: Path, assignment: str) -> str:
    """What `convkit report` prints.

    Raises:
        GraderError: there is no such course or assignment.
    """
    with opened(root) as (_, course), course.gradebook() as gradebook:
        found = rows(gradebook, course, assignment)
        lines = [table(found), still_to_grade(found), *not_graded(course, assignment)]
        submitted = (course.submitted(assignment, row.student.id) for row in found)
        lines.append(answers_given(map(look_into, submitted)))
        return "\n".join(filter(None, lines))


@dataclass(frozen=True)
class Row:
    """One student and one assignment.

    Attributes:
        raw_score: the points, without a penalty; None where there is no grade.
        outcome: None where grading has not begun.
        outdated: why it is to be graded again, as in "the submission changed since"; "" if not.
        by_hand: whether an answer is still to be graded by the instructor.
    """

    student: Any
    assignment: Any
    timestamp: datetime | None
    raw_score: float | None
    penalty: float
    outcome: Outcome | None
    outdated: str
    by_hand: bool

    @property
    def score(self) -> float | None:
        return None if self.raw_score is None else max(0.0, self.raw_score - self.penalty)

    @property
    def why_see(self) -> str:
        """Why a person should look at it; "" where nobody need."""
        if self.outcome is None:
            return _NOT_YET
        if self.outdated:
            return f"out of date: {self.outdated}"
        if self.by_hand:
            return _BY_HAND
        graded = self.outcome.status is Status.GRADED
        return "" if graded else f"{self.outcome.status}: {self.outcome.reason}"


def rows(gradebook: Gradebook, course: Course, assignment: str) -> list[Row]:
    """Everybody who is known to the gradebook or has handed anything in, by name.

    Raises:
        GraderError: the gradebook does not know the assignment.
    """
    try:
        found = gradebook.find_assignment(assignment)
    except MissingEntry:
        known = ", ".join(each.name for each in gradebook.assignments) or "none"
        raise GraderError(
            f"the gradebook knows no assignment {assignment!r} (it knows {known}). "
            "It comes to know one when that is graded."
        ) from None
    entries = ledger.entries(course, gradebook, assignment)
    students = {student.id: student for student in gradebook.students}
    for name in course.places.students(students) - set(students):
        students[name] = _Stranger(name)
    now = course.fingerprints(assignment)
    return [
        _row(gradebook, course, found, student, entries.get(name), now)
        for name, student in sorted(students.items())
    ]


@dataclass(frozen=True)
class _Stranger:
    """A student whom the gradebook does not know yet."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


def _row(
    gradebook: Gradebook,
    course: Course,
    assignment: Any,
    student: Any,
    entry: ledger.Entry | None,
    now: Callable[[str], Fingerprint],
) -> Row:
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        submission = None
    outcome, outdated = None, ""
    if entry is not None:
        outcome = entry.outcome
        outdated = ledger.outdated(course, assignment.name, student.id, entry, now)
    elif not course.submitted(assignment.name, student.id).exists():
        outcome = NOT_HANDED_IN
    graded = submission is not None and outcome is not None and outcome.status.has_grade
    return Row(
        student=student,
        assignment=assignment,
        timestamp=submission.timestamp if submission else None,
        raw_score=submission.score if graded else None,
        # Of all points that there are today: those that come by hand come late.
        penalty=sum(course.penalty(submission, each.score) for each in submission.notebooks)
        if graded
        else 0.0,
        outcome=outcome,
        outdated=outdated,
        by_hand=bool(graded and submission.needs_manual_grade),
    )


def table(found: Sequence[Row]) -> str:
    """The class as text."""
    lines = [("student", "score", "status", "")]
    for row in found:
        score = "–" if row.score is None else f"{row.score:g} / {row.assignment.max_score:g}"
        status = _NOT_YET if row.outcome is None else str(row.outcome.status)
        said = [f"OUT OF DATE, {row.outdated}"] if row.outdated else []
        said += row.outcome.reason.splitlines()[:1] if row.outcome else []
        said += [_BY_HAND] if row.by_hand else []
        name = harmless(row.student.id, NAME_LENGTH)
        lines.append((name, score, status, harmless("; ".join(said))))
    widths = [max(columns(line[column]) for line in lines) for column in range(3)]
    return "\n".join(_aligned(line, widths) for line in lines)


def _aligned(line: tuple[str, str, str, str], widths: Sequence[int]) -> str:
    name, score, status = (
        " " * (width - columns(text)) for text, width in zip(line, widths, strict=False)
    )
    return f"{line[0]}{name}  {score}{line[1]}  {line[2]}{status}  {line[3]}".rstrip()


def still_to_grade(found: Sequence[Row]) -> str:
    """What to do about grades that are not there or do not hold; "" if nothing."""
    due = [row for row in found if row.outcome is None or row.outdated]
    name = found[0].assignment.name if found else ""
    return f"To be graded: {len(due)}, by `convkit grade {name}`." if due else ""


def not_graded(course: Course, assignment: str) -> list[str]:
    """What to do about folders that have nobody's name."""
    return [
        f"Not graded: {harmless(name, NAME_LENGTH)}. The name of a student's folder must be text "
        "of up to 128 characters and may not begin with a dot. Rename it."
        for name in course.places.unnamed(assignment)
    ]


class ExportOutcomes(ExportPlugin):
    """nbgrader's CSV with what it lacks: who has no grade, why, and which grades still hold."""

    def export(self, gradebook: Gradebook) -> None:
        course = course_at(self.parent.coursedir, self)
        assignments = {str(each) for each in self.assignment}
        students = {str(each) for each in self.student}
        with Path(self.to or "grades.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            for assignment in gradebook.assignments:
                if assignments and assignment.name not in assignments:
                    continue
                for row in rows(gradebook, course, assignment.name):
                    if not students or row.student.id in students:
                        writer.writerow(map(spreadsheet_cell, spreadsheet_row(row)))


_COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "status",
    "reason",
    "current",
    "needs_manual_grade",
)


def spreadsheet_row(row: Row) -> list[Any]:
    """The columns of nbgrader's own export, and then ours."""
    outcome = row.outcome or Outcome(reason=_NOT_YET)
    return [
        row.assignment.name,
        row.assignment.duedate,
        row.timestamp,
        row.student.id,
        row.student.last_name,
        row.student.first_name,
        row.student.email,
        row.raw_score,
        row.penalty if row.raw_score is not None else None,
        row.score,
        row.assignment.max_score,
        outcome.status if row.outcome else None,
        " ".join(outcome.reason.split()),
        f"no: {row.outdated}" if row.outdated else "yes" if row.outcome else "no",
        "yes" if row.by_hand else "no",
    ]


def spreadsheet_cell(value: Any) -> Any:
    """What a spreadsheet would run as a formula is marked as text, and any text is harmless."""
    if not isinstance(value, str):
        return value
    shown = harmless(value)
    return f"'{shown}" if is_formula(shown) else shown
