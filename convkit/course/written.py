"""Written answers, one question after the other across the class, in a table to be filled in."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from convkit.course import CourseError, tables, write_anew
from convkit.grading import notebook as nb
from convkit.grading.gradebook.application import opened
from convkit.grading.gradebook.course import Course
from convkit.grading.terminal import harmless, say

_COLUMNS = ("question", "asked", "student", "answer", "points", "most", "comment", "version")


def hand_over(root: Path, assignment: str, target: Path) -> None:
    """Write the table of all answers, with the points and comments that they have.

    Raises:
        CourseError: the file is there already, or there is no answer.
    """
    with opened(root) as (_, course), course.gradebook() as gradebook:
        course.require(assignment)
        found = list(_answers(course, gradebook, assignment))
    if not found:
        raise CourseError(f"there is no written answer to {assignment} that has been graded yet.")
    write_anew(target, tables.written(_COLUMNS, found))
    waiting = sum(not row["points"] for row in found)
    say(f"{target} holds {len(found)} answers, {waiting} of them without points.")
    say(f"Fill in points and comment, then: convkit answers {assignment} {target} --take")


def take_over(root: Path, assignment: str, source: Path) -> int:
    """Bring points and comments from a table that was filled in into the gradebook.

    Returns:
        1 where a line was left because its answer has changed since, or its points cannot be.

    Raises:
        CourseError: it is no such table.
    """
    table = tables.read(source)
    if missing := set(_COLUMNS) - set(table.columns):
        raise CourseError(f"{source} lacks the columns {', '.join(sorted(missing))}.")
    left = taken = 0
    with opened(root) as (_, course), course.gradebook() as gradebook:
        course.require(assignment)
        there = _answers(course, gradebook, assignment)
        now = {(row["question"], row["student"]): row for row in there}
        for row in table.rows:
            who = f"{harmless(row['question'], 40)}, {harmless(row['student'], 40)}"
            here = now.get((row["question"], row["student"]))
            if not row["points"] and tables.as_meant(row["comment"]) == (here or row)["comment"]:
                continue
            if why := _not_taken(row, here):
                say(f"Not taken: {who}: {why}.")
                left += 1
            elif _store(gradebook, assignment, row):
                taken += 1
        gradebook.db.commit()
    say(f"{taken} answers have new points or comments.")
    return int(left > 0)


def _not_taken(row: Mapping[str, str], now: Mapping[str, str] | None) -> str:
    if now is None:
        return "there is no such answer"
    if row["version"] != now["version"]:
        return "the answer has changed since the table was written"
    if not row["points"]:
        return "it has a comment and no points"
    points = tables.number(row["points"])
    if points is None or points < 0:
        return f"{harmless(row['points'], 20)!r} is no number of points"
    if points > float(now["most"]):
        return f"{points:g} points are more than the {now['most']} that it gives"
    return ""


def _store(gradebook: Gradebook, assignment: str, row: Mapping[str, str]) -> bool:
    """Write points and comment, and say whether they are new."""
    notebook, _, question = row["question"].rpartition("/")
    where = question, notebook, assignment, row["student"]
    grade, comment = gradebook.find_grade(*where), gradebook.find_comment(*where)
    points = tables.number(row["points"])
    said = tables.as_meant(row["comment"])
    before = grade.manual_score, (comment.comment or "").strip(), grade.needs_manual_grade
    grade.manual_score, grade.needs_manual_grade = points, False
    if said != before[1]:
        comment.manual_comment = said
    return before != (points, said, False)


def _answers(course: Course, gradebook: Gradebook, assignment: str) -> Iterator[dict[str, str]]:
    """A row for each answer that is graded by hand, by question and then by student."""
    students = sorted(student.id for student in gradebook.students)
    for name, source in course.sources(assignment).items():
        graded = {}
        for student in students:
            notebook = course.graded(assignment, student, name)
            if notebook is not None:
                graded[student] = {nb.grade_id(cell): cell.source for cell in notebook.cells}
        for cell in filter(nb.is_read, source.cells):
            question = str(nb.grade_id(cell))
            for student, answers in graded.items():
                try:
                    grade = gradebook.find_grade(question, name, assignment, student)
                except MissingEntry:
                    continue
                comment = gradebook.find_comment(question, name, assignment, student).comment
                given = grade.manual_score
                yield {
                    "question": f"{name}/{question}",
                    "asked": cell.source,
                    "student": student,
                    "answer": answers.get(question, ""),
                    "points": "" if given is None or grade.needs_manual_grade else f"{given:g}",
                    "most": f"{grade.max_score:g}",
                    "comment": (comment or "").strip(),
                    # Spreadsheets change texts: letters that they lack, ends of lines.
                    "version": f"v-{zlib.crc32(answers.get(question, '').encode()):x}",
                }
