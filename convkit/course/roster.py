"""Who is in the course: taken from Canvas, Moodle or a plain table, kept in roster.csv."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from convkit.course import CourseError, replace, tables
from convkit.course.tables import Table
from convkit.grading.gradebook.application import opened
from convkit.grading.terminal import harmless, say

FILE = "roster.csv"
_TOTALS = re.compile(r"\s*(points possible|manual posting|test student|student, test)\b", re.I)


@dataclass(frozen=True)
class Person:
    """Somebody in the course.

    Attributes:
        id: the name of the folder in submitted/, and in the gradebook.
        lms_id: the platform's own number, as in the names of files that it hands over.
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
        Person(**{name: cell for name, cell in row.items() if name in names})
        for row in tables.read(path).rows
    ]


def read_roster(path: Path) -> list[Person]:
    """The people in a gradebook of Canvas, a participants' or grades' list of Moodle, or a table.

    Raises:
        CourseError: it cannot be told who they are, or two would be the same.
    """
    table = tables.read(path)
    if table.column("Student") and table.column("ID"):
        people = _canvas(table)
    elif table.column("Email address"):
        people = _moodle(table)
    else:
        people = _plain(table)
    if not people:
        raise CourseError(f"nobody is in {path}.")
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
    replace(root / FILE, tables.written(columns, map(asdict, kept), ","))


def _canvas(table: Table) -> list[Person]:
    identity = [name for name in ("SIS Login ID", "SIS User ID", "ID") if name in table.columns]
    found = []
    for row in table.rows:
        if _TOTALS.match(row["Student"]) or not row["ID"]:
            continue
        last, _, first = row["Student"].partition(",")
        found.append(
            Person(
                id=next(row[name] for name in identity if row[name]),
                first_name=first.strip(),
                last_name=last.strip(),
                lms_id=row["ID"],
                section=row.get("Section", ""),
                group=row.get("Group", ""),
            )
        )
    return found


def _moodle(table: Table) -> list[Person]:
    columns = {
        "first_name": table.column("First name"),
        "last_name": table.column("Surname", "Last name"),
        "full": table.column("Full name"),
        "number": table.column("ID number", "Username"),
        "email": table.column("Email address"),
        "lms_id": table.column("Identifier"),
        "group": table.column("Groups", "Group"),
    }
    cells = [
        {key: row[name] if name else "" for key, name in columns.items()} for row in table.rows
    ]
    numbered = all(each["number"] for each in cells)
    return [
        Person(
            id=each["number"] if numbered else each["email"],
            first_name=each["first_name"] or each["full"].rpartition(" ")[0],
            last_name=each["last_name"] or each["full"].rpartition(" ")[2],
            email=each["email"],
            lms_id=each["lms_id"].removeprefix("Participant").strip(),
            group=each["group"],
        )
        for each in cells
    ]


def _plain(table: Table) -> list[Person]:
    known = {
        "id": ("id", "student_id", "student", "login", "username", "user"),
        "first_name": ("first_name", "given name", "forename"),
        "last_name": ("last_name", "surname", "family name"),
        "email": ("email", "e-mail", "mail"),
        "lms_id": ("lms_id", "lms_user_id"),
        "section": ("section",),
        "group": ("group", "team"),
    }
    columns = {field: table.column(*names) for field, names in known.items()}
    if columns["id"] is None:
        raise CourseError(
            f"{table.path} names no column id (nor login, username or student_id; it has "
            f"{', '.join(table.columns)}). Say there what each student's folder is to be called."
        )
    return [
        Person(**{field: row[name] if name else "" for field, name in columns.items()})
        for row in table.rows
    ]


def _require_names(path: Path, people: Sequence[Person]) -> None:
    for person in people:
        name = person.id
        if not name or name.startswith(".") or not name.isprintable() or set(name) & set("/\\+"):
            raise CourseError(
                f"{path}: {harmless(name, 40)!r} cannot be a student's id: it names a folder, so "
                "it may not be empty, begin with a dot, or have / \\ or + in it."
            )
    for what, names in (
        ("id", [each.id.casefold() for each in people]),
        ("number in the platform", [each.lms_id for each in people if each.lms_id]),
    ):
        if twice := _twice(names):
            raise CourseError(f"{path}: two people have the {what} {harmless(twice, 40)!r}.")


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
