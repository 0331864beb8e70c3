"""A request to look again: one submission graded anew, and what differs from before, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from nbgrader.api import MissingEntry

from convkit.course import CourseError
from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.application import opened
from convkit.grading.runner import grade_class
from convkit.grading.terminal import say

Points = Mapping[str, float | None]
"""By cell; None where an answer is still to be graded by hand."""


def regrade(root: Path, assignment: str, student: str) -> int:
    """Grade one student's work again and say, test by test, what was and what is.

    Points that were given by hand stay.

    Returns:
        The exit status of grading.

    Raises:
        CourseError: there is no grade to compare with.
        GraderError: grading is refused.
    """
    before, why = _stand(root, assignment, student)
    if not before:
        raise CourseError(
            f"{student} has no grade for {assignment}. `convkit report {assignment}` lists who is "
            f"known, `convkit grade {assignment}` gives grades."
        )
    status = grade_class(root, assignment, [student], force=True)
    after, _ = _stand(root, assignment, student)
    say(f"Why it may differ: {why or 'nothing has changed since it was graded'}.")
    for line in compared(before, after):
        say(line)
    return status


def compared(before: Points, after: Points) -> Iterator[str]:
    """What differs, test by test, and the sums."""
    names = list(dict.fromkeys([*before, *after]))
    for name in names:
        old, new = before.get(name), after.get(name)
        if old != new:
            yield f"  {name}: {_points(old)} → {_points(new)}"
    sums = (_points(sum(filter(None, each.values()))) for each in (before, after))
    yield "All points: {} → {}".format(*sums)


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _stand(root: Path, assignment: str, student: str) -> tuple[Points, str]:
    """Points by cell, those given by hand included, and why they do not hold any more."""
    with opened(root) as (_, course), course.gradebook() as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return {}, ""
        entry = ledger.entries(course, gradebook, assignment).get(student)
        if entry is None or not entry.outcome.status.has_grade:
            return {}, ""
        points = {
            grade.name: None if grade.needs_manual_grade else grade.score
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
        return points, ledger.outdated(
            course, assignment, student, entry, course.fingerprints(assignment)
        )
