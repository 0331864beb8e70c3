"""What a learning platform hands over, brought to where it is graded: submitted/."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath

from convkit.course import CourseError
from convkit.course.platforms.download import HandedIn, download
from convkit.course.platforms.roster import FILE, roster
from convkit.course.platforms.whose import sorted_out
from convkit.grading.gradebook.application import opened
from convkit.grading.intake.folder import look_into
from convkit.grading.terminal import harmless, say

REPLACED = Path(".convkit", "replaced")
"""Where earlier work goes that later work has replaced."""

Files = Mapping[PurePosixPath, bytes]


class Does(StrEnum):
    """What collecting does with somebody's work."""

    TAKE = "taken"
    SAME = "there already"
    REPLACE = f"taken in place of what was there, which lies in {REPLACED} now"
    KEEP = "not taken: something else lies there. --replace puts it aside and takes this"
    NOTHING = "no file that could be taken"


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
        known: ids by the names or numbers that the platform writes, where the roster does not tell.
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
    with opened(root) as (_, course), download(source) as (handed_in, contents):
        course.require(assignment)
        found = sorted_out(handed_in, people, known)
        for line in found.remarks:
            say(line)
        there, left = 0, bool(found.strangers) or found.without
        for person, work in found.by_person.items():
            place = course.submitted(assignment, person)
            files, refused = contents(work)
            does = _does(place, files, replace=replace)
            there += does in (Does.TAKE, Does.SAME, Does.REPLACE)
            left |= does in (Does.KEEP, Does.NOTHING) or bool(refused)
            through = found.through.get(person, "")
            say(f"{harmless(person, 40)}: {_said(work, files, refused, does, through)}")
            if not dry_run:
                _take(root, place, files, does)
        for line in found.strangers:
            say(line)
    if dry_run:
        say("Nothing was changed.")
    else:
        say(f"{there} {'person' if there == 1 else 'people'}'s work is in submitted/.")
    return int(left)


def _does(place: Path, files: Files, *, replace: bool) -> Does:
    if not files:
        return Does.NOTHING
    if not place.exists():
        return Does.TAKE
    there = {
        PurePosixPath(path.relative_to(place)): path.read_bytes() for path in look_into(place).files
    }
    if there == files:
        return Does.SAME
    return Does.REPLACE if replace else Does.KEEP


def _said(work: HandedIn, files: Files, refused: list[str], does: Does, through: str) -> str:
    names = ", ".join(harmless(str(path), 40) for path in sorted(files)[:3])
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    by = f", as handed in by {through}" if through else ""
    late = ". LATE, says Canvas, and not by how much" if work.late else ""
    text = ". A text or a link was handed in" if work.text and not files else ""
    why = "".join(f". Refused: {each}" for each in refused)
    return f"{names}{more}{', ' if names else ''}{does}{by}{late}{text}{why}."


def _take(root: Path, place: Path, files: Files, does: Does) -> None:
    if does not in (Does.TAKE, Does.REPLACE):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".collecting-", dir=place.parent) as folder:
        fresh = Path(folder, place.name)
        for path, data in files.items():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).write_bytes(data)
        if does is Does.REPLACE:
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S-%fZ")
            aside = root / REPLACED / now / place.parent.name
            aside.mkdir(parents=True)
            shutil.move(place, aside)
        fresh.rename(place)
