"""nbgrader as a course configures it, and what of it a class is graded with."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbgrader
from alembic.script import ScriptDirectory
from nbgrader.api import Base, Gradebook
from nbgrader.apps import NbGrader
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from traitlets import TraitError

from convkit.checks.saying.refused import refused
from convkit.grading.gradebook.autograde import course_at
from convkit.grading.gradebook.course import Course
from convkit.grading.outcome import GraderError

_REVISIONS = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
# nbgrader asks another program for it, which takes seconds.
nbgrader.api.get_alembic_version = _REVISIONS.get_current_head

_URL = "c.CourseDirectory.db_url in nbgrader_config.py"
_DAMAGED = "the file is damaged. Put a copy of it in its place"
_GRADEBOOK_CURES = {
    "locked": "another program is using it, perhaps formgrader or a viewer of databases. "
    "Wait until it has finished, or close it",
    "readonly": "it cannot be written to. Make it and its folder writable",
    "unable to open": "it cannot be opened. Make it and its folder readable and writable",
    "full": "the disk is full. Make room",
    "not a database": _DAMAGED,
    "malformed": _DAMAGED,
    "does not exist": "PostgreSQL does not know it. Make it there (createdb, createuser), or "
    f"correct {_URL}",
    "authentication failed": f"PostgreSQL does not let you in. Correct {_URL}",
    "permission denied": "PostgreSQL does not let you write to it. Make yourself its owner there",
    "onnection refused": f"no PostgreSQL answers. Start it, or correct {_URL}",
    "connection is bad": f"no PostgreSQL answers. Start it, or correct {_URL}",
}
_GENERATING_CURES = {
    "Cannot add or remove cells": "Put the cells back: once somebody has been graded, nbgrader "
    "lets none be added or removed. Or begin anew with `nbgrader db assignment remove {} --force`, "
    "which takes away what was graded by hand as well.",
}


@contextlib.contextmanager
def opened(root: Path) -> Iterator[tuple[Any, Course]]:
    """nbgrader with the settings of the course in ``root``, and the course.

    Raises:
        GraderError: it is no course, or, as long as this lasts, its gradebook or a file of it
            cannot be used.
    """
    try:
        app = _configured(root)
        course = course_at(app.coursedir, app)
        _see_gradebook(course)
        yield app, course
    except DBAPIError as error:
        said = str(error.orig)
        cures = (cure for sign, cure in _GRADEBOOK_CURES.items() if sign in said)
        raise GraderError(f"the gradebook cannot be used: {next(cures, said)}.") from error
    except (ArgumentError, ModuleNotFoundError) as error:  # of what SQLAlchemy makes of the URL
        raise GraderError(
            f"the gradebook cannot be used: {_URL} is wrong, or what it needs is not installed "
            f"({error}). For PostgreSQL: pip install 'convkit[postgresql]', and "
            "postgresql+psycopg://USER@HOST/DATABASE."
        ) from error
    except TraitError as error:
        raise GraderError(f"nbgrader_config.py cannot be used. {error}") from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise GraderError(refused(error, root)) from error


def has_gradebook(root: Path) -> bool:
    """Whether there is one in the course. A file of SQLite's comes into being when it is opened.

    Raises:
        GraderError: it is no course.
    """
    url = make_url(_configured(root).coursedir.db_url)
    return url.get_backend_name() != "sqlite" or Path(root, url.database or "").is_file()


def _configured(root: Path) -> Any:
    if not (root / "nbgrader_config.py").is_file():
        raise GraderError(
            f"there is no nbgrader_config.py in {root}. Run this in the course's folder."
        )
    # No file of the course's stands in for a module in a process that is started there.
    os.environ["PYTHONSAFEPATH"] = "1"
    if set("[]*?%") & set(str(root)):
        raise GraderError(
            f"the course lies in {root}, and nbgrader finds nothing where a folder's name has one "
            "of [ ] * ? % in it. Rename that folder."
        )
    app = NbGrader(log_level=logging.CRITICAL, raise_config_file_errors=True)
    try:
        with contextlib.chdir(root):
            app.initialize([])
    except (Exception, SystemExit) as error:
        raise GraderError(f"nbgrader_config.py cannot be read. {_where(error)}") from error
    return app


def _where(error: BaseException) -> str:
    """An error in somebody's Python file, in a line."""
    if isinstance(error, SystemExit):
        return "nbgrader has said why."
    if isinstance(error, SyntaxError):
        return f"Line {error.lineno} is no Python: {error.msg}."
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).name == "nbgrader_config.py"
    ]
    return f"Line {lines[-1] if lines else '?'}: {type(error).__name__}: {error}."


def _see_gradebook(course: Course) -> None:
    """Refuse one that another program holds, or that belongs to another nbgrader."""
    with course.gradebook(patient=False) as gradebook:
        known = "alembic_version" in inspect(gradebook.engine).get_table_names()
        query = text("SELECT version_num FROM alembic_version")
        version = gradebook.db.execute(query).scalar() if known else None
        if version is None and _never_finished(gradebook):
            version = _REVISIONS.get_current_head()
            if not known:
                gradebook.db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            gradebook.db.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": version})
            gradebook.db.commit()
    if version in _REVISIONS.get_heads():
        return
    if version is None:
        cure = "another program than nbgrader"
    elif version in {script.revision for script in _REVISIONS.walk_revisions()}:
        cure = "an older nbgrader. Copy it, then run `nbgrader db upgrade`"
    else:
        cure = f"a newer nbgrader than the {nbgrader.__version__} here. Install that one"
    raise GraderError(f"the gradebook cannot be used: it was made by {cure}.")


def _never_finished(gradebook: Gradebook) -> bool:
    """Whether nbgrader was stopped while it made it, before it wrote down its own version."""
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    if not set(inspect(gradebook.engine).get_table_names()) <= {*tables, "alembic_version"}:
        return False
    filled = [name for name in tables if gradebook.db.query(tables[name]).first() is not None]
    return set(filled) <= {"course"}  # which whoever opens it writes


def generate(app: Any, course: Course, assignment: str, folder: Path) -> Path:
    """Generate an assignment into the gradebook, and its release into ``folder``; gives its place.

    Raises:
        GraderError: it cannot be generated.
    """
    directory = course.directory
    usual = directory.release_directory, directory.assignment_id
    directory.release_directory, directory.assignment_id = str(folder), assignment
    complaints = _Complaints(app.log)
    try:
        with complaints:
            GenerateAssignment(coursedir=directory, parent=app, force=True).start()
        return Path(directory.format_path(str(folder), ".", assignment))
    except (NbGraderException, SystemExit) as error:
        first = complaints.errors[0] if complaints.errors else error
        said = str(first).strip().partition("\n")[0] or type(first).__name__
        cure = next((cure for sign, cure in _GENERATING_CURES.items() if sign in said), _LOOK)
        raise GraderError(
            f"{course.source(assignment)} cannot be released: {said}. {cure.format(assignment)}"
        ) from error
    finally:
        directory.release_directory, directory.assignment_id = usual


_LOOK = "`nbgrader generate_assignment {} --force` says where."


class _Complaints(logging.Handler):
    """Takes nbgrader's log, in which it prints the errors that it does not let through."""

    def __init__(self, log: Any) -> None:
        super().__init__()
        self._log = log
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if (error := sys.exception()) is not None:
            self.errors.append(error)

    def __enter__(self) -> None:
        self._before, self._log.handlers = self._log.handlers, [self]

    def __exit__(self, *_: object) -> None:
        self._log.handlers = self._before
