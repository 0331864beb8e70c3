"""How each submission ended, kept in the gradebook beside the points.

Before a submission is graded its old points are taken back and its row says that grading did not
finish; the row that says how it ended is written last. Whatever stops the grader in between, what
the gradebook holds is true, and who is still to be graded can be read from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import Column, DateTime, MetaData, String, Table, Text, and_, delete, select

from convkit.grading.course import Course
from convkit.grading.outcome import Outcome, Status, together

OUTCOMES = Table(
    "convkit_outcome",
    MetaData(),
    Column("assignment", String(128), primary_key=True),
    Column("student", String(128), primary_key=True),
    Column("notebook", String(128), primary_key=True),
    Column("status", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("time", DateTime, nullable=False),
)

UNFINISHED = Outcome(Status.GRADER_ERROR, "grading began and did not finish")
_UNTOUCHED = Outcome(Status.GRADER_ERROR, "a notebook of it has not been graded")


@dataclass(frozen=True)
class Entry:
    """What the gradebook holds of one student's submission.

    Attributes:
        fingerprint: the text of the `Fingerprint` that the outcome belongs to.
        time: when it was written, in UTC.
    """

    outcome: Outcome
    fingerprint: str
    time: datetime


def begin(
    gradebook: Gradebook,
    assignment: str,
    student: str,
    notebooks: Iterable[str],
    fingerprint: str,
) -> None:
    """Take back what earlier grading gave these notebooks. What was given by hand stays."""
    notebooks = list(notebooks)
    _prepare(gradebook)
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        pass
    else:
        for notebook in submission.notebooks:
            if notebook.name in notebooks:
                _take_back(notebook)
    _write(gradebook, assignment, student, dict.fromkeys(notebooks, UNFINISHED), fingerprint)


def finish(
    gradebook: Gradebook,
    assignment: str,
    student: str,
    outcomes: Mapping[str, Outcome],
    fingerprint: str,
) -> None:
    """Write how the notebooks ended, when everything else is stored."""
    _prepare(gradebook)
    _write(gradebook, assignment, student, outcomes, fingerprint)


def entries(gradebook: Gradebook, assignment: str) -> dict[str, Entry]:
    """What is known of each student's submission."""
    _prepare(gradebook)
    notebooks = [notebook.name for notebook in gradebook.find_assignment(assignment).notebooks]
    found: dict[str, dict[str, Any]] = {}
    for row in gradebook.db.execute(
        select(OUTCOMES).where(OUTCOMES.c.assignment == assignment)
    ).all():
        found.setdefault(row.student, {})[row.notebook] = row
    known = {}
    for student, rows in found.items():
        outcomes = [_outcome(rows.get(name)) for name in notebooks]
        oldest = min(rows.values(), key=lambda row: row.time)
        prints = {row.fingerprint for row in rows.values()}
        known[student] = Entry(
            together(outcomes), prints.pop() if len(prints) == 1 else "", oldest.time
        )
    return known


def outdated(course: Course, assignment: str, student: str, entry: Entry) -> str:
    """Why the submission should be graded again, in words; "" if what is known holds."""
    if entry.outcome.status is Status.GRADER_ERROR:
        return "it has no grade yet"
    there = course.submitted(assignment, student).exists()
    if entry.outcome.status is Status.MISSING and not there:
        return ""
    if entry.outcome.status.has_grade and not course.autograded(assignment, student).exists():
        return "its graded notebook is gone"
    changed = course.fingerprint(assignment, student).changes(entry.fingerprint)
    return changed and f"{changed} changed since"


def _prepare(gradebook: Gradebook) -> None:
    OUTCOMES.create(gradebook.db.connection(), checkfirst=True)


def _take_back(notebook: Any) -> None:
    notebook.late_submission_penalty = None
    for grade in notebook.grades:
        grade.auto_score = None
        grade.needs_manual_grade = True
        if not grade.cell.max_score:  # a bonus is kept as extra credit
            grade.extra_credit = None


def _write(
    gradebook: Gradebook,
    assignment: str,
    student: str,
    outcomes: Mapping[str, Outcome],
    fingerprint: str,
) -> None:
    """Replace rows, and commit all that is pending with them."""
    here = and_(OUTCOMES.c.assignment == assignment, OUTCOMES.c.student == student)
    for name, outcome in outcomes.items():
        gradebook.db.execute(delete(OUTCOMES).where(here, OUTCOMES.c.notebook == name))
        gradebook.db.execute(
            OUTCOMES.insert().values(
                assignment=assignment,
                student=student,
                notebook=name,
                status=outcome.status.value,
                reason=outcome.reason,
                notes=json.dumps(outcome.notes),
                fingerprint=fingerprint,
                time=datetime.now(UTC).replace(tzinfo=None),
            )
        )
    gradebook.db.commit()


def _outcome(row: Any) -> Outcome:
    if row is None:
        return _UNTOUCHED
    return Outcome(Status(row.status), row.reason, tuple(json.loads(row.notes)))
