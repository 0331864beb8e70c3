"""Points into the gradebook of Canvas or Moodle, in the columns that they export and import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Unicode

from convkit.checks.saying.refused import refused
from convkit.course import CourseError, tables
from convkit.course.platforms.roster import roster
from convkit.course.tables import Table
from convkit.grading.gradebook.application import opened
from convkit.grading.gradebook.autograde import course_at
from convkit.grading.gradebook.standings import Row, rows
from convkit.grading.terminal import harmless, say

_WAYS = (
    ("number", "ID"),
    ("number", "Identifier"),
    ("id", "SIS Login ID"),
    ("id", "SIS User ID"),
    ("id", "ID"),
    ("id", "ID number"),
    ("id", "Username"),
    ("id", "Email address"),
    ("email", "Email address"),
    ("email", "SIS Login ID"),
    ("number", "ID number"),
)
"""What of a student may stand in which column: the surest first, for a number in one column may be
somebody else's in another."""
_KNOWN_BY = tuple(dict.fromkeys(column for _, column in _WAYS))
_NAMES = ("Student", "First name", "Last name", "Surname", "Full name")
_KEPT = (*_KNOWN_BY, *_NAMES, "Integration ID", "Root Account", "Section", "Last modified (grade)")
_ROUNDED = 0.00501  # platforms show two places behind the point
_POINTS_POSSIBLE = "points possible"
_NOT_FOR_POINTS = {"ex": "excused there (EX)", "n/a": "not given this assignment there (N/A)"}


class ExportToPlatform(ExportPlugin):
    """nbgrader's export into the columns of a platform's own gradebook.

    It writes nothing that the platform's gradebook does not name: neither people nor columns.
    """

    download = Unicode("", help="The gradebook as Canvas or Moodle exports it.").tag(config=True)
    column = Unicode("", help="Its column, if that is not called as the assignment is.").tag(
        config=True
    )

    def export(self, gradebook: Gradebook) -> None:
        """Write the file ``to``, or end nbgrader with a sentence that says why not."""
        try:
            self.write(gradebook)
        except CourseError as error:
            self.parent.fail(str(error))
        except OSError as error:
            self.parent.fail(refused(error, self.to))

    def write(self, gradebook: Gradebook) -> None:
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
        places = _places(table)
        numbers = {each.id: each.lms_id for each in roster(root)}
        points: dict[int, str] = {}
        held_back: dict[str, str] = {}
        strangers = []
        for row in found:
            student = row.student.id
            if row.score is None or row.outdated or row.by_hand:
                held_back[student] = row.why_see
                continue
            keys = {"number": numbers.get(student), "id": student, "email": row.student.email}
            place = _place(table, places, keys)
            if place is None:
                strangers.append(student)
            elif why := _NOT_FOR_POINTS.get(table.rows[place][column].casefold()):
                held_back[student] = why
            elif place in points:
                raise CourseError(
                    f"{table.path} has one row for two students, one of them {student!r}."
                )
            else:
                points[place] = f"{row.score:g}"
        return cls(table, column, points, held_back, strangers)

    def written(self) -> bytes:
        """The file to import: who is who, and this one column."""
        kept = self.table.called(*_KEPT)
        lines = [
            {**row, self.column: self.points.get(number, row[self.column])}
            for number, row in enumerate(self.table.rows)
        ]
        columns = [name for name in self.table.columns if name in (*kept, self.column)]
        return tables.written(columns, lines, like=self.table)

    def said(self) -> Iterator[str]:
        """Each change, and whoever needs a look, in lines."""
        for number, points in self.points.items():
            row = self.table.rows[number]
            before = row[self.column]
            there = tables.number(before)
            if there is None or abs(there - float(points)) > _ROUNDED:
                name = harmless(_name(self.table, row), 40)
                yield f"{name}: {harmless(before, 20) or '–'} → {points}"
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
            plugin.write(gradebook)
            say(f"{target} is to be imported into {marks.column!r}: {len(marks.points)} people.")
    return int(bool(marks.held_back or marks.strangers))


def _column(table: Table, wanted: str) -> str:
    """The column of an assignment: Canvas adds a number to its name, Moodle kinds around it."""
    kept = table.called(*_KEPT)
    others = [name for name in table.columns if name and name not in kept]
    if wanted in others:
        return wanted
    short = wanted.casefold()
    found = [name for name in others if short in (part.strip() for part in _parts(name.casefold()))]
    if len(found) != 1:
        raise CourseError(
            f"{table.path} has {len(found) or 'no'} columns for {wanted!r}. Say by --column which "
            f"it is of {tables.listed(found or others)}."
        )
    return found[0]


def _parts(name: str) -> Iterator[str]:
    yield name
    bare = name.rpartition("(")[0] if name.endswith(")") else name
    yield bare
    yield bare.partition(":")[2]


def _require_points(table: Table, column: str, most: float) -> None:
    for row in table.rows:
        if _POINTS_POSSIBLE in row[table.columns[0]].casefold():
            there = tables.number(row[column])
            if there is None and row[column]:
                raise CourseError(
                    f"Canvas works {column!r} out by itself, {row[column]}: nothing can be put "
                    "into it. Say by --column which column is the assignment's."
                )
            if there is not None and there != most:
                raise CourseError(
                    f"{column!r} counts {there:g} points in {table.path}, and the assignment has "
                    f"{most:g}. Set it to {most:g} in Canvas, and export again."
                )


def _places(table: Table) -> dict[str, dict[str, list[int]]]:
    """The numbers of the rows by what stands in each column by which people are known.

    Raises:
        CourseError: there is no such column.
    """
    places: dict[str, dict[str, list[int]]] = {}
    for known in _KNOWN_BY:
        if name := table.column(known):
            places[known] = {}
            for number, row in enumerate(table.rows):
                cell = row[name].rpartition(" ")[2] if known == "Identifier" else row[name]
                places[known].setdefault(cell.casefold(), []).append(number)
    if not places:
        raise CourseError(
            f"nobody can be known by {table.path}: it has none of the columns "
            f"{', '.join(_KNOWN_BY)}. If one is only called otherwise, as in another language, "
            f"call it so there; it has {tables.listed(table.columns)}."
        )
    return places


def _place(
    table: Table, places: Mapping[str, Mapping[str, list[int]]], keys: Mapping[str, str | None]
) -> int | None:
    """The number of a student's row; None where there is none.

    Raises:
        CourseError: it may be one of several.
    """
    for which, column in _WAYS:
        key = (keys[which] or "").casefold()
        found = places.get(column, {}).get(key, []) if key else []
        if len(found) > 1:
            raise CourseError(
                f"{table.path} has {len(found)} lines with the {column} {harmless(key, 40)!r}. "
                "Take out those that are not to get the points."
            )
        if found:
            return found[0]
    return None


def _name(table: Table, row: Mapping[str, str]) -> str:
    """What the platform calls somebody."""
    whole = table.column("Student", "Full name")
    parts = table.called("First name", "Last name", "Surname")
    full = row[whole] if whole else " ".join(row[part] for part in parts)
    return full or next((row[name] for name in table.called(*_KNOWN_BY) if row[name]), "")
