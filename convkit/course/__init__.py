"""A term with convkit: what an instructor does besides grading."""

from __future__ import annotations

from pathlib import Path


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


def write_anew(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        CourseError: it is there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise CourseError(
            f"{path} is there already, and nothing is overwritten. Move it, or name another."
        ) from None
