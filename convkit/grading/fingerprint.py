"""What a grade depends on, as a hash: the submission, what it is tested with, and where."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from convkit.grading import SEED_FILE
from convkit.grading.sandbox import PACKAGE

_WHOLE_FILES = 64 << 20


@dataclass(frozen=True)
class Fingerprint:
    """Hashes of everything that a grade depends on.

    Attributes:
        submission: every file of it but hidden ones.
        source: the assignment's notebooks, as far as they are graded with, and its other files.
        environment: convkit, NumPy and Python, the hidden seed, limits and times.
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


def fingerprint(submitted: Path, source: Path, course: Path, settings: str) -> Fingerprint:
    """What a grade given now would depend on.

    Args:
        submitted: the submission's folder; it may be missing.
        source: the assignment's folder.
        course: the course's folder, where the hidden seed may lie.
        settings: whatever else the grade depends on, as text.
    """
    return Fingerprint(_folder(submitted), _source(source), environment(course, settings))


def environment(course: Path, settings: str) -> str:
    seed = course / SEED_FILE
    parts = [
        metadata.version("convkit"),
        _code(),
        np.__version__,
        platform.python_version(),
        settings,
        seed.read_text(encoding="utf-8").strip() if seed.is_file() else "",
    ]
    return _short(json.dumps(parts).encode())


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


@functools.cache
def _code() -> str:
    """The package as it is when grading begins; widgets draw and do not grade."""
    hashed = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".py", ".toml") and "widgets" not in path.parts:
            hashed.update(f"{path.relative_to(PACKAGE)}\0".encode() + path.read_bytes())
    return hashed.hexdigest()


def _folder(folder: Path) -> str:
    hashed = hashlib.sha256()
    for path in _files(folder):
        hashed.update(os.fsencode(path.relative_to(folder)) + b"\0" + _contents(path))
    return hashed.hexdigest()[:16]


def _source(folder: Path) -> str:
    hashed = hashlib.sha256()
    for path in _files(folder):
        contents = _cells(path) if path.suffix == ".ipynb" else _contents(path)
        hashed.update(os.fsencode(path.relative_to(folder)) + b"\0" + contents)
    return hashed.hexdigest()[:16]


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        links = [name for name in folders if Path(here, name).is_symlink()]
        yield from (Path(here, name) for name in sorted([*names, *links]) if name[0] != ".")


def _contents(path: Path) -> bytes:
    """A hash of a file; of one that no grader reads whole, or that is none, what tells of it."""
    try:
        status = path.lstat()
        if path.is_symlink():
            return b"link " + os.fsencode(os.readlink(path))
        if not path.is_file() or status.st_size > _WHOLE_FILES:
            return f"{status.st_mode} {status.st_size} {status.st_mtime_ns}".encode()
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError as error:
        return f"error {error.errno}".encode()


def _cells(path: Path) -> bytes:
    """Of a source notebook what grading uses: not its outputs, nor who ran it last."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [
        {"type": cell["cell_type"], "source": "".join(cell["source"]), "id": cell.get("id")}
        | {name: cell["metadata"].get(name) for name in ("nbgrader", "tags")}
        for cell in notebook["cells"]
    ]
    kernel = notebook["metadata"].get("kernelspec", {}).get("name")
    return hashlib.sha256(json.dumps([kernel, cells], sort_keys=True).encode()).digest()
