"""Folders that somebody else has filled: the one walk through them.

Nothing is opened or followed. The walk is bounded in depth, in number and in bytes, and what goes
beyond is named and left out, so that whoever looks into a submission may read all that is listed.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from convkit.grading.outcome import NOT_HANDED_IN
from convkit.grading.terminal import harmless

NOTEBOOK_BYTES = 256 << 20
OTHER_BYTES = 64 << 20
_FILES_CAP = 10_000
_ENTRIES_CAP = 100_000
_DEPTH_CAP = 16
_MADE = {"__macosx", "__pycache__", "@eadir", "$recycle.bin", "system volume information"}
_MADE |= {"lost+found", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
_NOT_FETCHED = re.compile(r"\..+\.icloud", re.DOTALL)  # what iCloud leaves in place of a file


class Why(StrEnum):
    """Why something in the folder is not read; goes on from "because"."""

    LINK = "they are symbolic links"
    NO_FILE = "they are no files"
    LOCKED = "they cannot be read"
    DEEP = "they lie too deep"
    MANY = f"there are more than {_FILES_CAP:,} files"
    LARGE = (
        f"they are too large (of notebooks {NOTEBOOK_BYTES >> 20} MB, "
        f"of other files {OTHER_BYTES >> 20} MB are read)"
    )
    ELSEWHERE = "they are hard links to files that lie elsewhere"


@dataclass
class Folder:
    """What lies in a student's folder.

    Attributes:
        files: regular files that may be read, notebooks first.
        left_out: everything else, and why it is not read.
        problem: why not everything was looked at; "" if it was.
    """

    path: Path
    files: list[Path] = field(default_factory=list)
    left_out: dict[Path, Why] = field(default_factory=dict)
    problem: str = ""

    def inside(self, path: Path) -> Folder:
        """One of the folders in it, with what may be read there."""
        return Folder(path, [file for file in self.files if file.is_relative_to(path)])

    def called(self, path: Path) -> str:
        """How a path in the folder is shown, whatever its name is made of."""
        return f"'{harmless(os.path.relpath(path, self.path), 80)}'"

    def listed(self, paths: Sequence[Path]) -> str:
        shown = ", ".join(map(self.called, paths[:5]))
        return shown if len(paths) <= 5 else f"{shown} and {len(paths) - 5} more"


@dataclass(frozen=True)
class Surroundings:
    """Where a folder lies: what else in a course has the same contents.

    A hard link shows a file that lies elsewhere as if it had been handed in. Where that is cannot
    be asked, so the course is searched, once, for all names of such files.

    Attributes:
        course: the course's folder.
        handed_in: that in which all students' folders lie, in the course or not.
    """

    course: Path
    handed_in: Path

    @cached_property
    def _names(self) -> dict[tuple[int, int], set[Path]]:
        names: dict[tuple[int, int], set[Path]] = {}
        for folder in (self.course, self.handed_in):
            for path, status in _walk(Folder(folder)).items():
                if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
                    names.setdefault(_inode(status), set()).add(path)
        return names

    def elsewhere(self, files: Mapping[Path, os.stat_result]) -> set[Path]:
        """Which of a student's files are not the student's alone.

        What lies in the course, and where nobody hands anything in, is the course's own; unless it
        is called the same there, as in a copy made of links. What lies outside the course may be
        anything; unless all of the student's files do so, as in such a copy.
        """
        here = Counter(map(_inode, files.values()))
        found: set[Path] = set()
        outside: set[Path] = set()
        for path, status in files.items():
            if status.st_nlink == here[_inode(status)] or not path.is_relative_to(self.handed_in):
                continue
            place = path.relative_to(self.handed_in).parts
            names = self._names.get(_inode(status), {path})
            others = [name for name in names if not name.is_relative_to(self.handed_in)]
            if any(name.parts[-len(place) :] != place for name in others):
                found.add(path)
            elif status.st_nlink > len(names):
                outside.add(path)
        return found if len(outside) == len(files) else found | outside


def look_into(folder: Path, surroundings: Surroundings | None = None) -> Folder:
    """Everything in a folder, hidden things and what programs make unasked left out.

    Args:
        surroundings: of a folder in a course.
    """
    found = Folder(folder)
    try:
        kind = os.lstat(folder).st_mode
    except OSError:
        found.problem = NOT_HANDED_IN.reason
        return found
    if not stat.S_ISDIR(kind):
        found.left_out[folder] = Why.LINK if stat.S_ISLNK(kind) else Why.NO_FILE
        return found
    entries = _walk(found)
    files = {path: status for path, status in entries.items() if stat.S_ISREG(status.st_mode)}
    for path in sorted(entries.keys() - files.keys()):
        found.left_out[path] = Why.LINK if stat.S_ISLNK(entries[path].st_mode) else Why.NO_FILE
    elsewhere = surroundings.elsewhere(files) if surroundings else set()
    left = {True: NOTEBOOK_BYTES, False: OTHER_BYTES}
    for path in sorted(files, key=lambda path: (not is_notebook(path), len(path.parts), path)):
        size = files[path].st_size
        if path in elsewhere:
            found.left_out[path] = Why.ELSEWHERE
        elif not os.access(path, os.R_OK):
            found.left_out[path] = Why.LOCKED
        elif len(found.files) == _FILES_CAP:
            found.left_out[path] = Why.MANY
        elif size > left[is_notebook(path)]:
            found.left_out[path] = Why.LARGE
        else:
            left[is_notebook(path)] -= size
            found.files.append(path)
    return found


def is_made(name: str) -> bool:
    """Whether a program made what is called so, unasked."""
    return name.lower() in _MADE or (name.startswith(".") and not _NOT_FETCHED.fullmatch(name))


def is_notebook(path: Path) -> bool:
    """Whether it is called as a notebook is, whatever else is in its name."""
    return ".ipynb" in path.name.lower()


def _walk(found: Folder) -> dict[Path, os.stat_result]:
    """Everything but folders; of these, those that cannot be looked into are left out."""
    entries: dict[Path, os.stat_result] = {}
    folders: list[tuple[Path, int]] = [(found.path, 0)]
    left = _ENTRIES_CAP
    for here, depth in folders:
        try:
            with os.scandir(here) as listed:
                asked_for = (entry for entry in listed if not is_made(entry.name))
                for entry in itertools.islice(asked_for, left):
                    left -= 1
                    status = entry.stat(follow_symlinks=False)
                    if not stat.S_ISDIR(status.st_mode):
                        entries[Path(entry.path)] = status
                    elif depth < _DEPTH_CAP:
                        folders.append((Path(entry.path), depth + 1))
                    else:
                        found.left_out[Path(entry.path)] = Why.DEEP
        except OSError:
            found.left_out[here] = Why.LOCKED
        if not left:
            found.problem = f"there are more than {_ENTRIES_CAP} files"
            break
    return entries


def _inode(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
