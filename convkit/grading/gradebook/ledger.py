"""The ledger: how each submission ended, kept in the gradebook beside the points.

Before a submission is graded its old points are taken back and its row says that grading did not
finish; the row that says how it ended is written in a transaction with the points. Whatever stops
the grader in between, what the gradebook holds is true, and who is still to be graded can be read
from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from weakref import WeakSet

from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedNotebook
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    MetaData,
    String,
    Table,
    Text,
    and_,
    delete,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import joinedload
from sqlalchemy.schema import CreateColumn

from convkit.grading.gradebook.course import Course
from convkit.grading.gradebook.fingerprint import Fingerprint
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
    # Since they were added: which of nbgrader's rows holds the points, "" if none did, and what
    # was taken off full marks for lateness.
    Column("submitted_notebook", String(32)),
    Column("penalty", String(32)),
)

UNFINISHED = Outcome(Status.GRADER_ERROR, "grading began and did not finish")
_NO_PENALTY = "0"
_AT_ONCE = 500
_prepared = WeakSet[Engine]()
_UNTOUCHED = Outcome(Status.GRADER_ERROR, "a notebook of it has not been graded")


@dataclass(frozen=True)
class Entry:
    """What the gradebook holds of one student's submission.

    Attributes:
        fingerprint: the text of the `Fingerprint` that the outcome belongs to.
        penalized: whether lateness costs today what it did then.
    """

    outcome: Outcome
    fingerprint: str
    penalized: bool


def begin(
    course: Course,
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
    _write(
        course, gradebook, assignment, student, dict.fromkeys(notebooks, UNFINISHED), fingerprint
    )


def finish(
    course: Course,
    gradebook: Gradebook,
    assignment: str,
    student: str,
    outcomes: Mapping[str, Outcome],
    fingerprint: str,
) -> None:
    """Write how the notebooks ended, when everything else is stored."""
    _prepare(gradebook)
    _write(course, gradebook, assignment, student, outcomes, fingerprint)


def entries(course: Course, gradebook: Gradebook, assignment: str) -> dict[str, Entry]:
    """What is known of each student's submission.

    A record belongs to the very rows that held the points when it was written: of an assignment or
    a student that was removed since, and came again, nothing is known.
    """
    _prepare(gradebook)
    notebooks = gradebook.find_assignment(assignment).notebooks
    query = (
        select(SubmittedNotebook)
        .where(SubmittedNotebook.notebook_id.in_([notebook.id for notebook in notebooks]))
        .options(joinedload(SubmittedNotebook.assignment))
        .execution_options(yield_per=_AT_ONCE)
    )
    there = {
        (notebook.assignment.student_id, notebook.name): (
            _row(notebook),
            _penalty(course, notebook),
        )
        for notebook in gradebook.db.scalars(query)
    }
    found: dict[str, dict[str, Any]] = {}
    for record in gradebook.db.execute(
        select(OUTCOMES).where(OUTCOMES.c.assignment == assignment)
    ).all():
        row, penalty = there.get((record.student, record.notebook), (_row(None), _NO_PENALTY))
        if record.submitted_notebook in (None, row):
            holds = record.penalty in (None, penalty)
            found.setdefault(record.student, {})[record.notebook] = record, holds
    known = {}
    for student, records in found.items():
        prints = {record.fingerprint for record, _ in records.values()}
        known[student] = Entry(
            together(_outcome(records.get(each.name, (None,))[0]) for each in notebooks),
            prints.pop() if len(prints) == 1 else "",
            all(holds for _, holds in records.values()),
        )
    return known


def _row(notebook: Any) -> str:
    return notebook.id if notebook else ""


def _penalty(course: Course, notebook: Any) -> str:
    if not notebook or not notebook.assignment.total_seconds_late:
        return _NO_PENALTY  # without a look at max_score, which is a query of its own
    return f"{course.penalty(notebook.assignment, notebook.max_score):g}"


def outdated(
    course: Course,
    assignment: str,
    student: str,
    entry: Entry,
    fingerprints: Callable[[str], Fingerprint],
) -> str:
    """Why the submission should be graded again, in words; "" if what is known holds.

    Args:
        fingerprints: the course's, of the assignment.
    """
    if entry.outcome.status is Status.GRADER_ERROR:
        return "it has no grade yet"
    there = course.submitted(assignment, student).exists()
    if entry.outcome.status is Status.MISSING and not there:
        return ""
    if entry.outcome.status.has_grade and not course.autograded(assignment, student).exists():
        return "its graded notebook is gone"
    changed = fingerprints(student).changes(entry.fingerprint)
    late = "" if entry.penalized else "what lateness costs"
    changed = " and ".join(filter(None, (changed, late)))
    return changed and f"{changed} changed since"


def _prepare(gradebook: Gradebook) -> None:
    """Make the table, or add to it what it lacks in a gradebook of an earlier convkit.

    And let a student's points be found without a search through those of the whole class.
    """
    if gradebook.engine in _prepared:
        return
    connection = gradebook.db.connection()
    OUTCOMES.create(connection, checkfirst=True)
    there = {column["name"] for column in inspect(connection).get_columns(OUTCOMES.name)}
    for column in OUTCOMES.columns:
        if column.name not in there:
            added = CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(text(f"ALTER TABLE {OUTCOMES.name} ADD COLUMN {added}"))
    for searched in (Grade.notebook_id, SubmittedNotebook.assignment_id):
        table = searched.class_.__tablename__
        connection.execute(
            text(f"CREATE INDEX IF NOT EXISTS convkit_{table} ON {table} ({searched.key})")
        )
    gradebook.db.commit()
    _prepared.add(gradebook.engine)


def _take_back(notebook: Any) -> None:
    notebook.late_submission_penalty = None
    for grade in notebook.grades:
        grade.auto_score = None
        if grade.manual_score is None:
            grade.needs_manual_grade = True
        if not grade.cell.max_score:  # a bonus is kept as extra credit
            grade.extra_credit = None


def _write(
    course: Course,
    gradebook: Gradebook,
    assignment: str,
    student: str,
    outcomes: Mapping[str, Outcome],
    fingerprint: str,
) -> None:
    """Replace rows, and commit all that is pending with them."""
    here = and_(OUTCOMES.c.assignment == assignment, OUTCOMES.c.student == student)
    try:
        notebooks = gradebook.find_submission(assignment, student).notebooks
    except MissingEntry:
        notebooks = []
    there = {notebook.name: notebook for notebook in notebooks}
    for name, outcome in outcomes.items():
        gradebook.db.execute(delete(OUTCOMES).where(here, OUTCOMES.c.notebook == name))
        gradebook.db.execute(
            OUTCOMES.insert().values(
                assignment=assignment,
                student=student,
                notebook=name,
                status=outcome.status.value,
                reason=outcome.reason.replace("\0", ""),  # the one that PostgreSQL does not hold
                notes=json.dumps(outcome.notes),
                fingerprint=fingerprint,
                time=datetime.now(UTC).replace(tzinfo=None),
                submitted_notebook=_row(there.get(name)),
                penalty=_penalty(course, there.get(name)),
            )
        )
    gradebook.db.commit()


def _outcome(row: Any) -> Outcome:
    if row is None:
        return _UNTOUCHED
    return Outcome(Status(row.status), row.reason, tuple(json.loads(row.notes)))
