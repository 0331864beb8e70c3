"""Fingerprints of grades: a hash of the submission, what it is tested with, and where."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import platform
import stat
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from convkit.grading.hidden_seed import SEED_FILE
from convkit.grading.intake.folder import Folder, look_into
from convkit.grading.sandbox.bubblewrap import PACKAGE
from convkit.learning.course_concepts import FOLDER


@dataclass(frozen=True)
class Fingerprint:
    """Hashes of everything that a grade depends on.

    Attributes:
        submission: whatever of it may be read, and what else lies there.
        source: the assignment's notebooks, as far as they are graded with, and its other files.
        environment: convkit, the course's own concepts, NumPy and Python, the hidden seed, limits
            and times.
    """

    submission: str
    source: str
    environment: str

    def __str__(self) -> str:
        return ":".join((self.submission, self.source, self.environment))

    def changes(self, earlier: str) -> str:
        """What is no longer as it was when ``str`` of a fingerprint was ``earlier``: "" if nothing.

        What has changed is named as in "the submission and the tests".
        """
        names = ("the submission", "the assignment", "the grader")
        before = earlier.split(":")
        if len(before) != len(names):
            return "the way grades are kept"
        now = str(self).split(":")
        return " and ".join(
            name for name, new, old in zip(names, now, before, strict=True) if new != old
        )

    def of(self, submitted: Folder) -> Fingerprint:
        """The same, of another submission."""
        return dataclasses.replace(self, submission=_files(submitted, _contents))


def fingerprint(submitted: Folder, source: Path, course: Path, settings: str) -> Fingerprint:
    """What a grade given now would depend on.

    Args:
        submitted: what was handed in.
        source: the assignment's folder.
        course: the course's folder, where the hidden seed may lie.
        settings: whatever else the grade depends on, as text.
    """
    return Fingerprint(
        _files(submitted, _contents),
        _files(look_into(source), _used),
        environment(course, settings),
    )


def environment(course: Path, settings: str) -> str:
    seed = course / SEED_FILE
    parts = [
        _version(),
        _code(),
        _concepts(course / FOLDER),
        np.__version__,
        platform.python_version(),
        settings,
        seed.read_text(encoding="utf-8", errors="replace").strip() if seed.is_file() else "",
    ]
    return _short(json.dumps(parts).encode())


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


@functools.cache
def _version() -> str:
    return metadata.version("convkit")


@functools.cache
def _code() -> str:
    """The package as it is when grading begins, but for what draws or stands above the grading."""
    hashed = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE)
        if path.suffix in (".py", ".toml") and inside.parts[0] not in ("widgets", "course"):
            hashed.update(f"{inside}\0".encode() + path.read_bytes())
    return hashed.hexdigest()


def _concepts(folder: Path) -> str:
    """What a course's own concepts say; "" where it has none."""
    paths = sorted(folder.glob("*/*.py"))
    if not paths:
        return ""
    hashed = hashlib.sha256()
    for path in paths:
        hashed.update(f"{path.relative_to(folder)}\0".encode() + _contents(path))
    return hashed.hexdigest()


def _files(there: Folder, contents: Callable[[Path], bytes]) -> str:
    hashed = hashlib.sha256()
    for path in sorted([*there.files, *there.left_out]):
        known = _told(path) if path in there.left_out else contents(path)
        hashed.update(os.fsencode(path.relative_to(there.path)) + b"\0" + known)
    return hashed.hexdigest()[:16]


def _told(path: Path) -> bytes:
    """What can be known of something that is not read."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return b"link " + os.fsencode(os.readlink(path))
        return f"{status.st_mode} {status.st_size} {status.st_mtime_ns}".encode()
    except OSError as error:
        return f"error {error.errno}".encode()


def _contents(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError as error:
        return f"error {error.errno}".encode()


def _used(path: Path) -> bytes:
    """Of a source notebook what grading uses: not its outputs, nor who ran it last."""
    if path.suffix != ".ipynb":
        return _contents(path)
    try:
        return _of_notebook(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError):
        return _contents(path)  # it is broken, and nothing can be graded with it


def _of_notebook(notebook: Any) -> bytes:
    cells = [
        {"type": cell["cell_type"], "source": "".join(cell["source"]), "id": cell.get("id")}
        | {name: cell["metadata"].get(name) for name in ("nbgrader", "tags")}
        for cell in notebook["cells"]
    ]
    kernel = notebook["metadata"].get("kernelspec", {}).get("name")
    return hashlib.sha256(json.dumps([kernel, cells], sort_keys=True).encode()).digest()
