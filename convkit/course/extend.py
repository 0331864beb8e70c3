"""More time for single students."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from nbgrader.api import MissingEntry
from sqlalchemy.exc import SAWarning

from convkit.course import CourseError
from convkit.grading.gradebook.application import opened
from convkit.grading.terminal import harmless, say


def extend(root: Path, assignment: str, students: Sequence[str], days: float) -> None:
    """Move the due date of ``assignment`` for ``students``, in the gradebook.

    Raises:
        GraderError: there is no such assignment.
        CourseError: it has no due date, or somebody is not known.
    """
    due = None
    with opened(root) as (_, course), course.gradebook() as gradebook:
        course.require(assignment)
        with suppress(MissingEntry):
            due = gradebook.find_assignment(assignment).duedate
        known = {student.id for student in gradebook.students}
        if strangers := [name for name in students if name not in known]:
            raise CourseError(
                f"the gradebook knows nobody called {harmless(strangers[0], 40)!r}. Take who is in "
                "the course by `convkit roster FILE`; ids stand in roster.csv."
            )
        if due is None:
            raise CourseError(
                f"{assignment} has no due date. Give it one in formgrader, or with `nbgrader db "
                f"assignment add {assignment} --duedate '2026-03-01 17:00 UTC'`."
            )
        for student in students:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own doing, and harmless
                entry = gradebook.update_or_create_submission(assignment, student)
            entry.extension = timedelta(days=days) if days else None
            gradebook.db.commit()
            say(f"{harmless(student, 40)}: due {entry.duedate:%Y-%m-%d %H:%M} UTC.")
