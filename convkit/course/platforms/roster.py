"""Who is in the course: taken from Canvas, Moodle or a plain table, kept in roster.csv."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from convkit.course import CourseError, replace, tables
from convkit.course.tables import Table
from convkit.grading.gradebook.application import opened
from convkit.grading.intake.student_folders import composed
from convkit.grading.terminal import harmless, say

FILE = "roster.csv"
_LONGEST = 128  # letters in a name that any gradebook takes
_AND = r"(?:, (?:\w{1,3} )?| \w{1,3} )"
_TOTALS = re.compile(r"\s*(points possible|manual posting|test student|student, test)\b", re.I)


@dataclass(frozen=True)
class Person:
    """Somebody in the course.

    Attributes:
        id: the name of the folder in submitted/, and in the gradebook.
        lms_id: the platform's own number, as in the names of files that it hands over.
        section: the section, or several as the platform lists them: see `sections`.
        group: whoever bears the same hands in one notebook; "" for those who work alone.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    section: str = ""
    group: str = ""

    @property
    def names(self) -> set[str]:
        """The ways in which platforms write the name in the names of files."""
        first, last = plain_name(self.first_name), plain_name(self.last_name)
        return {name for name in (first + last, last + first) if name}


def sections(people: Iterable[Person]) -> dict[str, list[str]]:
    """The sections that each person is in, by id.

    Platforms list several in one cell, as in "A, B and C". What it lists is another's section, or
    it is a name: "Drawing and Painting".
    """
    people = list(people)
    known = sorted({each.section for each in people if each.section}, key=len)
    parts: dict[str, list[str]] = {}
    for name in known:  # the shortest first, of which longer ones are made
        single = "|".join(re.escape(each) for each in reversed(parts) if parts[each] == [each])
        several = single and re.fullmatch(rf"(?:{single})(?:{_AND}(?:{single}))+", name)
        parts[name] = re.findall(rf"(?:{single})(?={_AND}|$)", name) if several else [name]
    return {each.id: parts.get(each.section, []) for each in people}


def plain_name(name: str) -> str:
    """A name as it is compared: no capitals, accents, blanks or signs."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in letters if each.isalnum())


def roster(root: Path) -> list[Person]:
    """Who is known to be in the course; nobody, if no roster was taken yet."""
    path = root / FILE
    if not path.is_file():
        return []
    names = {each.name for each in fields(Person)}
    return [
        Person(**{name: tables.as_meant(cell) for name, cell in row.items() if name in names})
        for row in tables.read(path).rows
    ]


def read_roster(path: Path) -> list[Person]:
    """The people in a gradebook of Canvas, a participants' or grades' list of Moodle, or a table.

    Raises:
        CourseError: it cannot be told who they are, or two would be the same.
    """
    table = tables.read(path)
    of_canvas = table.column("SIS Login ID", "Section") and table.column("Student", "LastName")
    people = _canvas(table) if of_canvas and table.column("ID") else _anybody(table)
    if not people:
        raise CourseError(f"nobody is in {path}: it names columns, and no people.")
    _require_names(path, people)
    return people


def take_roster(root: Path, path: Path, *, dry_run: bool) -> None:
    """Bring roster.csv and the gradebook up to date with ``path``, and say what that changes.

    Who is no longer in it is named and keeps work and grades; nobody is removed.
    """
    people = read_roster(path)
    before = {each.id: each for each in roster(root)}
    now = {each.id: each for each in people}
    for name, person in now.items():
        if before.get(name) != person:
            what = "changed" if name in before else "new"
            full = f"{person.first_name} {person.last_name}".strip()
            say(f"{harmless(name, 40)}: {what}{f', {harmless(full, 60)}' if full else ''}")
    gone = sorted(before.keys() - now.keys())
    for name in gone:
        say(f"{harmless(name, 40)}: no longer in {path.name}. Nothing of theirs is removed.")
    say(f"{len(people)} people, {len(now.keys() - before.keys())} of them new.")
    if dry_run:
        say("Nothing was changed.")
        return
    kept = [*people, *(before[name] for name in gone)]
    with opened(root) as (_, course), course.gradebook() as gradebook:
        for each in people:
            gradebook.update_or_create_student(
                each.id,
                first_name=each.first_name or None,
                last_name=each.last_name or None,
                email=each.email or None,
                lms_user_id=each.lms_id or None,
            )
    columns = [each.name for each in fields(Person)]
    replace(root / FILE, tables.written(columns, map(asdict, kept)))


def _canvas(table: Table) -> list[Person]:
    columns = {
        "login": table.column("SIS Login ID"),
        "sis": table.column("SIS User ID"),
        "id": table.column("ID"),
        "name": table.column("Student"),
        "last": table.column("LastName"),
        "first": table.column("FirstName"),
        "section": table.column("Section"),
        "group": table.column("Group"),
    }
    found = []
    for row in table.rows:
        cell = {key: row[name] if name else "" for key, name in columns.items()}
        name = cell["name"] or f"{cell['last']}, {cell['first']}"
        if _TOTALS.match(name) or not cell["id"]:
            continue
        last, _, first = name.partition(",")
        found.append(
            Person(
                id=cell["login"] or cell["sis"] or cell["id"],
                first_name=first.strip(),
                last_name=last.strip(),
                lms_id=cell["id"],
                section=cell["section"],
                group=cell["group"],
            )
        )
    return found


def _anybody(table: Table) -> list[Person]:
    """Participants or grades of Moodle, or any table: known by an id, or else by mail address."""
    known = {
        "id": ("id", "student_id", "student", "login", "user"),
        "number": ("ID number", "Username"),
        "first_name": ("first_name", "given name", "forename"),
        "last_name": ("last_name", "surname", "family name"),
        "full": ("full name", "name"),
        "email": ("email address", "email", "mail"),
        "lms_id": ("lms_id", "lms_user_id", "Identifier"),
        "section": ("section", "Groups"),
        "group": ("group", "team"),
    }
    columns = {field: table.column(*names) for field, names in known.items()}
    if not (columns["id"] or columns["number"] or columns["email"]):
        raise CourseError(
            f"{table.path} has no column id, login, username, ID number or email address, so it "
            "does not say what each student is to be called. Name one so; it has "
            f"{tables.listed(table.columns)}."
        )
    cells = [
        {key: row[name] if name else "" for key, name in columns.items()} for row in table.rows
    ]
    numbered = all(each["number"] for each in cells)
    return [
        _person(each, "id" if columns["id"] else "number" if numbered else "email")
        for each in cells
    ]


def _person(cell: Mapping[str, str], known_by: str) -> Person:
    first, _, last = cell["full"].rpartition(" ")
    if "," in cell["full"]:
        last, _, first = map(str.strip, cell["full"].partition(","))
    return Person(
        id=cell[known_by],
        first_name=cell["first_name"] or first,
        last_name=cell["last_name"] or last,
        email=cell["email"],
        lms_id=cell["lms_id"].rpartition(" ")[2],  # of "Participant 77"
        section=cell["section"],
        group=cell["group"],
    )


def _require_names(path: Path, people: Sequence[Person]) -> None:
    for person in people:
        name = person.id
        if (
            not name
            or name.startswith(".")
            or not name.isprintable()
            or set(name) & set("/\\+")
            or len(name) > _LONGEST
        ):
            raise CourseError(
                f"{path}: {harmless(name, 40)!r} cannot be a student's id: it names a folder, so "
                "it may not be empty, begin with a dot, have / \\ or + in it, or be longer than "
                f"{_LONGEST} letters. Correct it there, or add a column id."
            )
    for what, names in (
        ("id", [composed(each.id).casefold() for each in people]),
        ("number in the platform", [each.lms_id for each in people if each.lms_id]),
    ):
        if twice := _twice(names):
            raise CourseError(
                f"{path}: two lines have the {what} {harmless(twice, 40)!r}. Keep one of them, or "
                "correct it."
            )


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
