"""What a learning platform hands over, brought to where it is graded: submitted/."""

from __future__ import annotations

import difflib
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath

from convkit.course import CourseError, archive
from convkit.course.roster import FILE, Person, plain_name, roster
from convkit.grading.gradebook.application import opened
from convkit.grading.intake.contents import UnreadableError
from convkit.grading.intake.folder import look_into
from convkit.grading.terminal import harmless, say

REPLACED = Path(".convkit", "replaced")
"""Where earlier work goes that later work has replaced."""

_CANVAS = re.compile(r"(?P<who>[^/_]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>[^/]+)")
_MOODLE = re.compile(
    r"(?P<who>[^/]+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)[_/]+(?P<file>.+)"
)
_AGAIN = re.compile(r"-\d{1,2}(?=\.ipynb$)")  # Canvas numbers what is handed in again


@dataclass
class HandedIn:
    """What one person, as the platform writes the name, has handed in.

    Attributes:
        number: the platform's own number.
        late: whether the platform marks it so.
        files: contents by path.
    """

    who: str
    number: str
    late: bool = False
    files: dict[PurePosixPath, bytes] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


class Does(StrEnum):
    """What collecting does with somebody's work."""

    TAKE = "taken"
    SAME = "there already"
    REPLACE = f"taken in place of what was there, which lies in {REPLACED} now"
    KEEP = "not taken: something else lies there. --replace puts it aside and takes this"


def collect(
    root: Path,
    assignment: str,
    source: Path,
    *,
    known: Mapping[str, str],
    replace: bool,
    dry_run: bool,
) -> int:
    """Bring what lies in ``source``, a platform's ZIP, into submitted/, and say whose it is.

    Args:
        known: ids by the names that the platform writes, where the roster does not tell.
        replace: whether later work takes the place of earlier work, which is put aside.

    Returns:
        1 where somebody's work was left, else 0.

    Raises:
        CourseError: it is no such ZIP, or there is no roster to tell whose work it is.
    """
    people = roster(root)
    if not people:
        raise CourseError(
            f"there is no {FILE}, so nobody can tell whose work is whose. "
            "Take one first: `convkit roster FILE.csv`."
        )
    with opened(root) as (_, course):
        course.require(assignment)
        found, strangers = sorted_out(read(source), people, known)
        left = bool(strangers)
        for person, work in found.items():
            place = course.submitted(assignment, person)
            does = _does(place, work, replace=replace)
            left |= does is Does.KEEP or bool(work.refused)
            say(f"{harmless(person, 40)}: {_said(work, does)}")
            if not dry_run:
                _take(root, place, work, does)
    for work, likely in strangers:
        guess = f" Is it {harmless(likely, 40)}? Then" if likely else " To say who it is,"
        say(
            f"Not taken: {harmless(work.who, 60)} ({work.number}) is nobody in {FILE}.{guess} add "
            f"--who '{harmless(work.who, 60)}={harmless(likely or 'ID', 40)}'."
        )
    say("Nothing was changed." if dry_run else f"{len(found)} people's work is in submitted/.")
    return int(left)


def read(source: Path) -> list[HandedIn]:
    """All that lies in a ZIP of Canvas or Moodle, by whom it is.

    Raises:
        CourseError: it is none.
    """
    found: dict[tuple[str, str], HandedIn] = {}
    unknown: list[str] = []
    try:
        with source.open("rb") as file, archive.opened(file) as packed:
            for path, entry in archive.entries(packed):
                name = str(path)
                match = _CANVAS.fullmatch(name) or _moodle(name)
                if match is None:
                    unknown.append(name)
                    continue
                parts = match.groupdict()
                if parts.get("kind") == "onlinetext":
                    continue
                key = parts["who"], parts["id"]
                work = found.setdefault(key, HandedIn(*key))
                work.late |= bool(parts.get("late"))
                _add(work, PurePosixPath(_AGAIN.sub("", parts["file"])), packed, entry)
    except UnreadableError as error:
        raise CourseError(f"{source} {error}.") from error
    if not found:
        shown = ", ".join(harmless(name, 60) for name in unknown[:3])
        raise CourseError(
            f"{source} is no download of submissions from Canvas or Moodle"
            f"{f': it holds {shown}' if shown else ', it is empty'}. Put what comes otherwise into "
            "submitted/STUDENT/ASSIGNMENT/ by hand."
        )
    if unknown:
        say(f"Left out, because it bears nobody's name: {harmless(', '.join(unknown), 100)}.")
    return list(found.values())


def _moodle(name: str) -> re.Match[str] | None:
    """Where files lie in folders, the folder of the download itself may come first."""
    return _MOODLE.fullmatch(name) or _MOODLE.fullmatch(name.partition("/")[2])


def _add(work: HandedIn, path: PurePosixPath, packed: object, entry: object) -> None:
    """Take a file; of an archive that was handed in, the files in it."""
    left = archive.STUDENT_BYTES - sum(map(len, work.files.values()))
    try:
        data = archive.read(packed, entry, left)  # type: ignore[arg-type]
        if path.suffix.lower() == ".zip":
            work.files |= archive.unpacked(data, left)
        else:
            work.files[path] = data
    except UnreadableError as error:
        work.refused.append(f"{harmless(str(path), 60)} {error}")


def sorted_out(
    handed_in: Sequence[HandedIn], people: Sequence[Person], known: Mapping[str, str]
) -> tuple[dict[str, HandedIn], list[tuple[HandedIn, str]]]:
    """Whose work it is, by id; and what is nobody's, with whoever's it looks like.

    A name that two people bear, or that is only nearly right, is nobody's until somebody says so.
    What one of a group hands in is the group's, but for those who hand in work of their own.
    """
    ids = {each.id for each in people}
    if wrong := sorted(set(known.values()) - ids):
        raise CourseError(f"nobody in {FILE} is called {harmless(wrong[0], 40)!r}.")
    numbers = {each.lms_id: each.id for each in people if each.lms_id}
    names: dict[str, set[str]] = {}
    for person in people:
        for name in person.names:
            names.setdefault(name, set()).add(person.id)
    found: dict[str, HandedIn] = {}
    strangers: list[tuple[HandedIn, str]] = []
    for work in handed_in:
        owner = known.get(work.who) or numbers.get(work.number) or _only(names, work.who)
        if owner is None or owner in found:
            close = difflib.get_close_matches(plain_name(work.who), names, 1, 0.8)
            strangers.append((work, min(names[close[0]]) if close else ""))
        else:
            found[owner] = work
    groups = {each.group for each in people if each.group and each.id in found}
    for group in sorted(groups):
        members = [each.id for each in people if each.group == group]
        ours = [found[each] for each in members if each in found]
        if len({_digest(work.files) for work in ours}) == 1:
            found |= dict.fromkeys(members, ours[0])
        else:
            say(
                f"Group {harmless(group, 40)} has handed in {len(ours)} versions; each has its own."
            )
    return dict(sorted(found.items())), strangers


def _only(names: Mapping[str, set[str]], who: str) -> str | None:
    """Whose name it is, if it is one person's; Moodle may write a group before it."""
    for name in (who, who.partition("-")[2]):
        owners = names.get(plain_name(name), set())
        if len(owners) == 1:
            return next(iter(owners))
    return None


def _digest(files: Mapping[PurePosixPath, bytes]) -> str:
    hashed = hashlib.sha256()
    for path in sorted(files):
        hashed.update(
            f"{path}\0{len(files[path])}\0".encode(errors="surrogateescape") + files[path]
        )
    return hashed.hexdigest()


def _there(place: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    for path in look_into(place).files:
        yield PurePosixPath(path.relative_to(place)), path.read_bytes()


def _does(place: Path, work: HandedIn, *, replace: bool) -> Does:
    if not place.exists():
        return Does.TAKE
    if _digest(dict(_there(place))) == _digest(work.files):
        return Does.SAME
    return Does.REPLACE if replace else Does.KEEP


def _said(work: HandedIn, does: Does) -> str:
    files = ", ".join(harmless(str(path), 40) for path in sorted(work.files)[:3])
    more = f" and {len(work.files) - 3} more" if len(work.files) > 3 else ""
    late = ". LATE, says Canvas, and not by how much" if work.late else ""
    refused = "".join(f". Refused: {why}" for why in work.refused)
    return f"{files or 'nothing'}{more}, {does}{late}{refused}."


def _take(root: Path, place: Path, work: HandedIn, does: Does) -> None:
    if does in (Does.SAME, Does.KEEP) or not work.files:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".collecting-", dir=place.parent) as folder:
        fresh = Path(folder, place.name)
        for path, data in work.files.items():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).write_bytes(data)
        if does is Does.REPLACE:
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S-%fZ")
            aside = root / REPLACED / now / place.parent.name
            aside.mkdir(parents=True)
            shutil.move(place, aside)
        fresh.rename(place)
