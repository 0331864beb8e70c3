"""nbgrader as a course configures it, and what of it a class is graded with."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.apps import NbGrader
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException

from convkit.grading.course import Course
from convkit.grading.job import GraderError


def configured(root: Path) -> Any:
    """nbgrader, with the settings of the course in ``root``.

    Raises:
        GraderError: it is no course.
    """
    if not (root / "nbgrader_config.py").is_file():
        raise GraderError(
            f"there is no nbgrader_config.py in {root}. Run this in the course's folder."
        )
    # No file of the course's stands in for a module in a process that is started there.
    os.environ["PYTHONSAFEPATH"] = "1"
    # nbgrader starts alembic by its name.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with contextlib.chdir(root):
        app = NbGrader(log_level=logging.ERROR)
        app.initialize([])
    return app


def generate(app: Any, course: Course, assignment: str, folder: Path) -> Path:
    """Generate an assignment into the gradebook, and its release into ``folder``; gives its place.

    Raises:
        GraderError: it cannot be generated; the message is nbgrader's.
    """
    directory = course.directory
    if not course.source(assignment).is_dir():
        raise GraderError(f"there is no assignment {assignment!r} in {directory.source_directory}/")
    usual = directory.release_directory, directory.assignment_id
    directory.release_directory, directory.assignment_id = str(folder), assignment
    try:
        with _log_of(app) as log:
            GenerateAssignment(coursedir=directory, parent=app, force=True).start()
        return Path(directory.format_path(str(folder), ".", assignment))
    except (NbGraderException, SystemExit) as error:
        raise GraderError(
            f"the assignment cannot be generated. nbgrader says:\n{log.getvalue().strip()}"
        ) from error
    finally:
        directory.release_directory, directory.assignment_id = usual


@contextlib.contextmanager
def _log_of(app: Any) -> Iterator[io.StringIO]:
    """nbgrader's complaints, as text instead of on the terminal."""
    text = io.StringIO()
    handlers, app.log.handlers = app.log.handlers, [logging.StreamHandler(text)]
    try:
        yield text
    finally:
        app.log.handlers = handlers
