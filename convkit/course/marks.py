"""Points into the gradebook of Canvas or Moodle, in the columns that they export and import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Unicode

from convkit.course import CourseError, tables
from convkit.course.roster import roster
from convkit.course.tables import Table
from convkit.grading.gradebook.application import opened
from convkit.grading.gradebook.autograde import course_at
from convkit.grading.gradebook.standings import Row, rows
from convkit.grading.terminal import harmless, say

_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Root Account", "Section")
_MOODLE = ("First name", "Surname", "Last name", "ID number", "Username", "Email address")
_POINTS_POSSIBLE = "points possible"


class ExportToPlatform(ExportPlugin):
    """nbgrader's export into the columns of a platform's own gradebook.

    It writes nothing that the platform's gradebook does not name: neither people nor columns.
    """

    download = Unicode("", help="The gradebook as Canvas or Moodle exports it.").tag(config=True)
    column = Unicode("", help="Its column, if that is not called as the assignment is.").tag(
        config=True
    )

    def export(self, gradebook: Gradebook) -> None:
        """Write the file ``to``.

        Raises:
            CourseError: there is no one assignment, or nowhere to put its points.
        """
        if not self.to or len(self.assignment) != 1:
            raise CourseError("name one --assignment, and the file to write with --to.")
        course = course_at(self.parent.coursedir, self)
        found = rows(gradebook, course, str(self.assignment[0]))
        marks = Marks.into(tables.read(Path(self.download)), self.column, found, course.root)
        Path(self.to).write_bytes(marks.written())


@dataclass(frozen=True)
class Marks:
    """What an import would change.

    Attributes:
        table: the platform's gradebook.
        column: the one of it that gets the points.
        points: texts by the number of the row.
        held_back: why somebody's points are not in it, by student's id.
        strangers: students with points whom the platform's gradebook does not know.
    """

    table: Table
    column: str
    points: Mapping[int, str]
    held_back: Mapping[str, str]
    strangers: Sequence[str]

    @classmethod
    def into(cls, table: Table, column: str, found: Sequence[Row], root: Path) -> Marks:
        """Match graded students with the rows of a platform's gradebook.

        Raises:
            CourseError: no column is the assignment's, or it counts other points.
        """
        if not found:
            raise CourseError("nobody is in the course yet.")
        assignment = found[0].assignment
        column = _column(table, column or assignment.name)
        _require_points(table, column, assignment.max_score)
        places = {key: number for number, row in enumerate(table.rows) for key in _keys(row)}
        numbers = {each.id: each.lms_id for each in roster(root)}
        points: dict[int, str] = {}
        held_back: dict[str, str] = {}
        strangers = []
        for row in found:
            student = row.student.id
            if row.score is None or row.outdated or row.by_hand:
                held_back[student] = row.why_see
                continue
            keys = [student, numbers.get(student), row.student.email]
            known = (places.get(key.casefold()) for key in keys if key)
            place = next((each for each in known if each is not None), None)
            if place is None:
                strangers.append(student)
            elif place in points:
                raise CourseError(
                    f"{table.path} has one row for two students, one of them {student!r}."
                )
            else:
                points[place] = f"{row.score:g}"
        return cls(table, column, points, held_back, strangers)

    def written(self) -> bytes:
        """The file to import: who is who, and this one column."""
        known = [name for name in (*_CANVAS, *_MOODLE) if name in self.table.columns]
        lines = [
            {**row, self.column: self.points.get(number, row[self.column])}
            for number, row in enumerate(self.table.rows)
        ]
        return tables.written([*known, self.column], lines, self.table.delimiter)

    def said(self) -> Iterator[str]:
        """Each change, and whoever needs a look, in lines."""
        for number, points in self.points.items():
            row = self.table.rows[number]
            before = row[self.column]
            if tables.number(before) != float(points):
                yield f"{harmless(_name(row), 40)}: {harmless(before, 20) or '–'} → {points}"
        for student, why in self.held_back.items():
            yield f"Held back: {harmless(student, 40)}, {harmless(why)}."
        for student in self.strangers:
            yield f"Not in {self.table.path.name}: {harmless(student, 40)}."


def send_marks(
    root: Path, assignment: str, download: Path, target: Path, *, column: str, dry_run: bool
) -> int:
    """Write what the platform imports, and say what that changes.

    Returns:
        1 where somebody's points are not in it, else 0.
    """
    with opened(root) as (app, course), course.gradebook() as gradebook:
        found = rows(gradebook, course, assignment)
        marks = Marks.into(tables.read(download), column, found, root)
        for line in marks.said():
            say(line)
        if dry_run:
            say("Nothing was written.")
        else:
            plugin = ExportToPlatform(parent=app)
            plugin.to, plugin.assignment = str(target), [assignment]
            plugin.download, plugin.column = str(download), column
            plugin.export(gradebook)
            say(f"{target} is to be imported into {marks.column!r}: {len(marks.points)} people.")
    return int(bool(marks.held_back or marks.strangers))


def _column(table: Table, wanted: str) -> str:
    """The column of an assignment: Canvas adds a number to its name, Moodle kinds around it."""
    short = wanted.casefold()
    found = [
        name
        for name in table.columns
        if name not in (*_CANVAS, *_MOODLE)
        and short in (part.strip() for part in _parts(name.casefold()))
    ]
    if len(found) != 1:
        others = [name for name in table.columns if name not in (*_CANVAS, *_MOODLE)]
        raise CourseError(
            f"{table.path} has {len(found) or 'no'} columns for {wanted!r}. Say by --column which "
            f"it is of {', '.join(map(repr, found or others)) or 'none'}."
        )
    return found[0]


def _parts(name: str) -> Iterator[str]:
    yield name
    bare = name.rpartition("(")[0] if name.endswith(")") else name
    yield bare
    yield bare.partition(":")[2]


def _require_points(table: Table, column: str, most: float) -> None:
    for row in table.rows:
        if _POINTS_POSSIBLE in row.get("Student", "").casefold():
            there = tables.number(row[column])
            if there is not None and there != most:
                raise CourseError(
                    f"{column!r} counts {there:g} points in {table.path}, and the assignment has "
                    f"{most:g}. Set it to {most:g} in Canvas, and export again."
                )


def _keys(row: Mapping[str, str]) -> Iterator[str]:
    names = ("SIS Login ID", "SIS User ID", "ID", "ID number", "Username", "Email address")
    return (row[name].casefold() for name in names if row.get(name))


def _name(row: Mapping[str, str]) -> str:
    full = f"{row.get('First name', '')} {row.get('Surname', row.get('Last name', ''))}".strip()
    return row.get("Student") or full or next(_keys(row), "")
