"""A newer release into a running course: what the course has changed stays changed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

import nbformat
from packaging.version import InvalidVersion, Version

from convkit.course import CourseError, replace
from convkit.course.start import ORIGINALS, given, requirement
from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.application import has_gradebook, opened
from convkit.grading.terminal import say

CONFLICTS = Path(".convkit", "conflicts")
"""Where the release's version of a file is laid whose two versions do not go together."""


class Does(StrEnum):
    """What an update does with a file."""

    ADD = "new"
    REPLACE = "updated"
    MERGE = "updated, with your changes in it"
    CONFLICT = f"left as you have it: your changes and the release's meet. Theirs is in {CONFLICTS}"
    GONE = "left as you have it: no longer part of the release"


@dataclass(frozen=True)
class Step:
    """What becomes of one file; ``data`` is what it will hold, or what is laid beside it."""

    path: Path
    does: Does
    data: bytes = b""


def update(root: Path, *, dry_run: bool) -> None:
    """Bring the installed release into the course at ``root``, and say what that does.

    A file that the course has left alone becomes the release's, one that both have changed becomes
    both, and where that cannot be, the course's stays and the release's is laid where it can be
    compared. What the course has deleted stays deleted.

    Raises:
        CourseError: nobody knows any more what the course was given.
    """
    if not (root / ORIGINALS).is_dir():
        raise CourseError(
            f"{root / ORIGINALS} is not there, so nobody can tell what you changed. Only a course "
            "that `convkit new-course` has made can be updated."
        )
    found = list(steps(root))
    before, now = _pinned(root), Version(version("convkit"))
    if before and before > now:
        raise CourseError(
            f"this course is of convkit {before}, and {now} is older. Install that one: "
            "pip install -r requirements.txt."
        )
    if before != now:
        say(f"From convkit {before or 'of an unknown version'} to {now}.")
    for step in found:
        say(f"{step.path}: {step.does}.")
    if not found:
        say("All files are those of this release, or yours.")
    for line in outdated(root, [step.path for step in found if step.does is not Does.GONE]):
        say(line)
    if dry_run:
        say("Nothing was changed.")
        return
    for step in found:
        _take(root, step)
        if step.does is Does.GONE:
            (root / ORIGINALS / step.path).unlink()
    for path, data in given().items():
        replace(root / ORIGINALS / path, data)
    replace(root / "requirements.txt", requirement().encode())


def steps(root: Path) -> Iterator[Step]:
    """What is to be done, file by file."""
    release = given()
    for path, new in release.items():
        old, ours = _read(root / ORIGINALS / path), _read(root / path)
        if new in (old, ours):
            continue
        if ours is None and old is None:
            yield Step(path, Does.ADD, new)
        elif ours == old:
            yield Step(path, Does.REPLACE, new)
        elif ours is not None:
            both = merged(ours, old or b"", new, path.suffix)
            yield Step(path, Does.CONFLICT, new) if both is None else Step(path, Does.MERGE, both)
    for place in sorted((root / ORIGINALS).rglob("*")):
        path = place.relative_to(root / ORIGINALS)
        if place.is_file() and path not in release and (root / path).exists():
            yield Step(path, Does.GONE)


def merged(ours: bytes, old: bytes, new: bytes, suffix: str) -> bytes | None:
    """Both changes in one file, as git merges; None where they meet or there is no git."""
    if shutil.which("git") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("ours", "old", "new")]
        for path, data in zip(paths, (ours, old, new), strict=True):
            path.write_bytes(data)
        run = subprocess.run(
            ["git", "merge-file", "--stdout", *paths], capture_output=True, check=False
        )
    if run.returncode != 0:
        return None
    if suffix == ".ipynb":
        try:
            nbformat.validate(nbformat.reads(run.stdout.decode(), as_version=4))
        except (ValueError, nbformat.ValidationError):
            return None
    return run.stdout


def outdated(root: Path, changed: list[Path]) -> Iterator[str]:
    """Which grades will not hold any more, in words.

    Args:
        changed: paths of files in the course.
    """
    if not has_gradebook(root):
        return
    with opened(root) as (_, course), course.gradebook() as gradebook:
        for assignment in gradebook.assignments:
            entries = ledger.entries(course, gradebook, assignment.name)
            graded = {s: each for s, each in entries.items() if each.outcome.status.has_grade}
            now = course.fingerprints(assignment.name)
            touched = any(
                (root / path).is_relative_to(course.source(assignment.name)) for path in changed
            )
            why = {
                student: ledger.outdated(course, assignment.name, student, entry, now)
                or ("the assignment changes" if touched else "")
                for student, entry in graded.items()
            }
            said = sorted({reason for reason in why.values() if reason})
            if said:
                count = sum(map(bool, why.values()))
                yield (
                    f"{assignment.name}: {count} of {len(graded)} grades are out of date "
                    f"({'; '.join(said)}). `convkit grade {assignment.name}` grades them again."
                )


def _take(root: Path, step: Step) -> None:
    match step.does:
        case Does.CONFLICT:
            replace(root / CONFLICTS / step.path, step.data)
        case Does.ADD | Does.REPLACE | Does.MERGE:
            replace(root / step.path, step.data)


def _pinned(root: Path) -> Version | None:
    """The version that the course was made or updated with; None if nobody can tell."""
    text = (_read(root / "requirements.txt") or b"").decode(errors="replace")
    found = re.search(r"^convkit==(\S+)", text, re.MULTILINE)
    try:
        return Version(found[1]) if found else None
    except InvalidVersion:
        return None


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
