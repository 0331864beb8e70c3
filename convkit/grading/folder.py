"""What lies in a folder that somebody else has filled: looked at, not opened and not followed."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convkit.grading.outcome import NOT_HANDED_IN

_ENTRIES_CAP = 100_000
_DEPTH_CAP = 8
_MADE = ("__MACOSX", "__pycache__")


@dataclass
class Folder:
    """What lies in a student's folder: regular files, links, and whatever else there is."""

    path: Path
    files: list[Path] = field(default_factory=list)
    links: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    problem: str = ""

    def add(self, entry: os.DirEntry[str]) -> None:
        if _is_made(entry.name):
            return
        kind = (
            self.links
            if entry.is_symlink()
            else self.files
            if entry.is_file(follow_symlinks=False)
            else self.others
        )
        kind.append(Path(entry.path))

    def called(self, path: Path) -> str:
        """How a path in the folder is shown, whatever its name is made of."""
        text = os.fsencode(os.path.relpath(path, self.path)).decode("utf-8", "replace")
        text = "".join(character if character.isprintable() else "\ufffd" for character in text)
        return f"'{text}'" if len(text) <= 80 else f"'{text[:60]}…{text[-19:]}'"

    def listed(self, paths: Sequence[Path]) -> str:
        shown = ", ".join(map(self.called, paths[:5]))
        return shown if len(paths) <= 5 else f"{shown} and {len(paths) - 5} more"


def look_into(folder: Path) -> Folder:
    """Everything in a folder, hidden things and what notebook programs make left out."""
    found = Folder(folder)
    try:
        kind = os.lstat(folder).st_mode
    except OSError:
        found.problem = NOT_HANDED_IN.reason
        return found
    if not stat.S_ISDIR(kind):
        (found.links if stat.S_ISLNK(kind) else found.others).append(folder)
        return found
    left = _ENTRIES_CAP
    folders = [(folder, 0)]
    for here, depth in folders:
        try:
            with os.scandir(here) as entries:
                for entry in itertools.islice(entries, left):
                    left -= 1
                    if entry.is_dir(follow_symlinks=False) and depth < _DEPTH_CAP:
                        if not _is_made(entry.name):
                            folders.append((Path(entry.path), depth + 1))
                    else:
                        found.add(entry)
        except OSError as error:
            found.problem = f"{found.called(here)} cannot be read: {error.strerror}"
        if not left:
            found.problem = f"there are more than {_ENTRIES_CAP} files"
            break
    for paths in (found.files, found.links, found.others):
        paths.sort()
    return found


def _is_made(name: str) -> bool:
    """Whether a program made it, unasked."""
    return name.startswith(".") or name in _MADE
