"""A new course: what it starts from, laid out in a folder of the instructor's own."""

from __future__ import annotations

import secrets
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import convkit
from convkit.course import CourseError, files_below, write_anew
from convkit.grading.hidden_seed import SEED_FILE

ORIGINALS = Path(".convkit", "originals")
"""Where a course keeps what it was given, so that an update can tell edits from the release."""

_GIVEN = ("solutions", "exercises", "lectures")
_ERRATA = Path("docs", "errata.md")
_TEXTS = files("convkit.course") / "texts"


def given() -> dict[Path, bytes]:
    """The files that a course starts from, by their paths in it.

    In a wheel they lie beside this module, in a clone around the package.
    """
    packed = Path(__file__).with_name("given")
    top = packed if packed.is_dir() else Path(convkit.__file__).parents[1]
    paths = [path for name in _GIVEN for path in files_below(top / name)]
    found = {path.relative_to(top): path.read_bytes() for path in (*paths, top / _ERRATA)}
    return found | {Path("nbgrader_config.py"): (_TEXTS / "nbgrader_config.txt").read_bytes()}


def requirement() -> str:
    """What a course pins: the very version that it was made or updated with."""
    return f"convkit=={version('convkit')}\n"


def new_course(folder: Path) -> None:
    """Lay out a course in ``folder``, which must be empty or not there.

    Raises:
        CourseError: something lies in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} is not empty. Name a folder that is not there yet.")
    for path, data in given().items():
        write_anew(folder / path, data)
        write_anew(folder / ORIGINALS / path, data)
    write_anew(folder / "README.md", (_TEXTS / "staff.md").read_bytes())
    write_anew(folder / ".gitignore", (_TEXTS / "gitignore").read_bytes())
    write_anew(folder / "Containerfile", (_TEXTS / "Containerfile").read_bytes())
    write_anew(folder / "requirements.txt", requirement().encode())
    write_anew(folder / SEED_FILE, f"{secrets.token_hex(32)}\n".encode())
    (folder / SEED_FILE).chmod(0o600)
