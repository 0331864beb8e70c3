"""A term with convkit: what an instructor does besides grading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_UNASKED = {".ipynb_checkpoints", "__pycache__"}


class CourseError(RuntimeError):
    """What was asked for cannot be done. The message says why, and what to do about it."""


def root_of_course() -> Path:
    """The working directory, which must be a course's folder.

    Raises:
        CourseError: it is none.
    """
    here = Path.cwd()
    if not (here / "nbgrader_config.py").is_file():
        raise CourseError(
            f"there is no nbgrader_config.py in {here}. Run this in the course's folder, or make "
            "one with `convkit new-course DIR`."
        )
    return here


def files_below(folder: Path) -> Iterator[Path]:
    """Every file in it, by name, but for links and what programs make unasked."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not _UNASKED & set(path.parts):
            yield path


def require_new(path: Path) -> None:
    """See that there is no such file yet.

    Raises:
        CourseError: there is.
    """
    if path.exists():
        raise CourseError(
            f"{path} is there already, and nothing is overwritten. Move it, or name another."
        )


def write_anew(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        CourseError: it is there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    require_new(path)
    with path.open("xb") as file:
        file.write(data)


def replace(path: Path, data: bytes) -> None:
    """Write a file in one step: a crash leaves the old version or the new, nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.replace(path)
