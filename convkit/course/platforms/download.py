"""The ZIP of all submissions as Canvas and Moodle make it: who has handed in what."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from convkit.course import CourseError
from convkit.course.platforms import archive
from convkit.grading.intake.contents import UnreadableError
from convkit.grading.terminal import harmless, say

_CANVAS = re.compile(
    r"(?P<who>[^/]*?)_(?P<late>LATE_)?(?P<id>\d+)_(?:\d+_(?P<file>[^/]+)|(?:text|link)\.html)"
)
_MOODLE = re.compile(
    r"(?P<who>[^/]+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)[_/]+(?P<file>.+)"
)
_NAMELESS = re.compile(r"(?:LATE_)?anon_\w+?_\d+_.+")
_AGAIN = re.compile(r"-\d{1,2}(?=\.(?:ipynb|json)$)")  # Canvas numbers what is handed in again


@dataclass
class HandedIn:
    """What one person or group, as the platform writes the name, has handed in.

    Attributes:
        number: the platform's own number; "" where it writes none.
        late: whether the platform marks it so.
        text: whether there is a text or a link that is no file.
        entries: the files, by the paths that the student has given them.
    """

    who: str
    number: str
    late: bool = False
    text: bool = False
    entries: list[tuple[PurePosixPath, ZipInfo]] = field(default_factory=list)

    @property
    def version(self) -> set[tuple[PurePosixPath, int, int]]:
        """What tells it from other work."""
        return {(path, entry.CRC, entry.file_size) for path, entry in self.entries}


Contents = Callable[[HandedIn], tuple[dict[PurePosixPath, bytes], list[str]]]
"""Reads somebody's files, and says what was refused of them, and why."""


@contextlib.contextmanager
def download(source: Path) -> Iterator[tuple[list[HandedIn], Contents]]:
    """Open a platform's ZIP. Contents are read one person at a time.

    Raises:
        CourseError: it is none.
    """
    if source.is_dir():
        raise CourseError(
            f"{source} is a folder: some browsers unpack what they download. Make a ZIP of it."
        )
    try:
        with source.open("rb") as file, archive.opened(file) as packed:
            yield _handed_in(source, packed), lambda work: _contents(packed, work)
    except UnreadableError as error:
        raise CourseError(f"{source} {error}. Download it again.") from error


def _handed_in(source: Path, packed: ZipFile) -> list[HandedIn]:
    found: dict[tuple[str, str], HandedIn] = {}
    unknown: list[str] = []
    for path, entry in archive.entries(packed):
        match = _match(str(path))
        if match is None:
            unknown.append(str(path))
            continue
        parts = match.groupdict()
        key = parts["who"], parts["id"] or ""
        work = found.setdefault(key, HandedIn(*key))
        work.late |= bool(parts.get("late"))
        if parts["file"] is None or parts.get("kind", "file") != "file":
            work.text = True
        else:
            work.entries.append((PurePosixPath(parts["file"]), entry))
    if not found:
        raise CourseError(f"{source} {_why_not(unknown)}")
    if unknown:
        say(f"Left out, because it bears nobody's name: {harmless(', '.join(unknown), 100)}.")
    return list(found.values())


def _match(name: str) -> re.Match[str] | None:
    """Who has handed in a file; the folder of the download itself may come first."""
    names = (name, name.partition("/")[2])
    matches = (kind.fullmatch(each) for kind in (_CANVAS, _MOODLE) for each in names)
    return next(filter(None, matches), None)


def _why_not(unknown: list[str]) -> str:
    if any(map(_NAMELESS.fullmatch, unknown)):
        return (
            "names nobody, because Canvas grades this anonymously. End that there (show the "
            "students' names), and download again."
        )
    shown = ", ".join(harmless(name, 60) for name in unknown[:3])
    return (
        f"is no download of submissions from Canvas or Moodle: it "
        f"{f'holds {shown}' if shown else 'is empty'}. Put what comes otherwise into "
        "submitted/STUDENT/ASSIGNMENT/ by hand."
    )


def _contents(packed: ZipFile, work: HandedIn) -> tuple[dict[PurePosixPath, bytes], list[str]]:
    """The files, of archives that were handed in the files in them."""
    files: dict[PurePosixPath, bytes] = {}
    refused = []
    names = {path for path, _ in work.entries}
    for path, entry in work.entries:
        first = PurePosixPath(_AGAIN.sub("", str(path)))
        left = archive.STUDENT_BYTES - sum(map(len, files.values()))
        try:
            archive.require_short(path)
            data = archive.read(packed, entry, left)
            if path.suffix.lower() == ".zip":
                for inside, held in dict(archive.unpacked(data, left)).items():
                    archive.put(files, inside, held)
            else:
                archive.put(files, path if first in names else first, data)
        except UnreadableError as error:
            refused.append(f"{harmless(str(path), 60)} {error}")
    folders = {folder for path in files for folder in path.parents}
    for both in files.keys() & folders:
        del files[both]
        refused.append(f"{harmless(str(both), 60)} is a file and a folder at once")
    return files, refused
