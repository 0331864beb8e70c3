"""Where students' work lies in a course: whose folder is whose, whatever system made it."""

from __future__ import annotations

import functools
import glob
import itertools
import re
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Student
from nbgrader.coursedir import CourseDirectory

from convkit.grading.intake.folder import is_made, look_into
from convkit.grading.outcome import NOT_HANDED_IN, Outcome, Status

_STUDENT, _ASSIGNMENT = "\0", "\1"
_TICK_NANOSECONDS = 2_000_000_000
"""The times of files may be as coarse as this."""


@dataclass(frozen=True)
class Places:
    """The folders of all students, laid out as nbgrader is configured to find them."""

    directory: CourseDirectory

    @property
    def top(self) -> Path:
        """The folder in which all of them lie."""
        parts = Path(self._path(_STUDENT, _ASSIGNMENT)).parts
        fixed = itertools.takewhile(lambda part: not {_STUDENT, _ASSIGNMENT} & set(part), parts)
        return Path(*fixed)

    def submitted(self, assignment: str, student: str) -> Path:
        """What a student handed in; where a link leads there, that link.

        It need not exist.
        """
        found = self.alike(assignment, student)
        return found[0] if found else self.top.resolve().joinpath(*self._parts(assignment, student))

    def alike(self, assignment: str, student: str) -> list[Path]:
        """All that may be it, that with the very name first.

        Some systems write é as one letter and some as two, and to some capitals in the name of an
        assignment are no matter.
        """
        found = [self.top.resolve()]
        kinds, names = self._parts(_ASSIGNMENT, _STUDENT), self._parts(assignment, student)
        if len(kinds) != len(names):  # such a name is no folder's
            return []
        for kind, name in zip(kinds, names, strict=True):
            same = composed if _STUDENT in kind else _folded
            found = [
                inner
                for place in found
                for inner in ([place] if place.is_symlink() else _near(place, name))
                if inner is place or same(inner.name) == same(name)
            ]
        return found

    def not_there(self, assignment: str, student: str) -> Outcome:
        """What to say of somebody of whom nothing lies where it belongs."""
        place = self.submitted(assignment, student)
        around = look_into(place.parent if place.parent != self.top.resolve() else place)
        wanted = _folded(assignment)
        near = [path for path in around.files if wanted in _folded(around.called(path))]
        if not near:
            return NOT_HANDED_IN
        reason = f"there is no folder {place.name!r}; there is {around.listed(near)}"
        return Outcome(Status.MISSING, reason)

    def students(self, known: Iterable[str]) -> set[str]:
        """Of whom there is a folder, with or without any assignment in it.

        Args:
            known: how students' names are written, whatever system made their folders.
        """
        names = {composed(name): name for name in known}
        return {
            names.get(composed(name), composed(name))
            for name in self._folders()
            if self._is_name(name) and not is_made(name)
        }

    def unnamed(self, assignment: str) -> list[str]:
        """The folders with this assignment in them whose names nobody can have."""
        return sorted(
            name
            for name in self._folders()
            if not self._is_name(name) or name.startswith(".")
            if self.submitted(assignment, name).is_dir()
        )

    def _is_name(self, name: str) -> bool:
        """Whether it is text that the gradebook can hold. SQLite takes more than is asked for."""
        longest = Student.id.type.length
        fits = len(name) <= longest or self.directory.db_url.startswith("sqlite:")
        return fits and name.encode(errors="ignore").decode() == name

    def _folders(self) -> set[str]:
        """The names of all folders that stand where a student's name does."""
        parts = self._parts(_ASSIGNMENT, _STUDENT)
        until = next(number for number, part in enumerate(parts, 1) if _STUDENT in part)
        pattern = re.escape("/".join(parts[:until]))
        pattern = pattern.replace(_STUDENT, "([^/]+)").replace(_ASSIGNMENT, "[^/]+")
        stars = "/".join(["*"] * until)
        found = glob.glob(stars, root_dir=self.top, include_hidden=True)
        matches = (re.fullmatch(pattern, path, re.DOTALL) for path in found)
        return {match[1] for match in matches if match and (self.top / match[0]).is_dir()}

    def _parts(self, assignment: str, student: str) -> tuple[str, ...]:
        """The parts of a path that depend on whose it is and what for."""
        return Path(self._path(student, assignment)).parts[len(self.top.parts) :]

    def _path(self, student: str, assignment: str) -> str:
        step = self.directory.submitted_directory
        path: str = self.directory.format_path(step, student, assignment)
        return path


def composed(name: str) -> str:
    """A name as it is compared: é is one letter, whatever it is written with."""
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return composed(name).casefold()


def _near(folder: Path, name: str) -> list[Path]:
    """What is called so in a folder, or nearly, that with the very name first."""
    try:
        changed = folder.stat().st_mtime_ns
        # What changes at once after it was listed would not be seen to have changed.
        sure = time.time_ns() - changed > _TICK_NANOSECONDS
        entries = (_entries if sure else _entries.__wrapped__)(folder, changed)
    except OSError:
        return []
    return sorted(entries.get(_folded(name), ()), key=lambda place: (place.name != name, place))


@functools.lru_cache(maxsize=8)
def _entries(folder: Path, changed: int) -> dict[str, list[Path]]:
    """All that lies in a folder, as it was ``changed`` last, by what alike names have in common."""
    found: dict[str, list[Path]] = {}
    for place in folder.iterdir():
        found.setdefault(_folded(place.name), []).append(place)
    return found
