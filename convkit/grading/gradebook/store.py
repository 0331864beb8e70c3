"""The store of results: what became of a submission, put where nbgrader would."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from sqlalchemy.exc import SAWarning

from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.course import Course
from convkit.grading.gradebook.timestamps import handed_in
from convkit.grading.outcome import OUTCOME, Outcome, together
from convkit.grading.running.submission import Part


class Store:
    """Writes one assignment's grades; there must be no other at work on the same gradebook.

    It keeps the gradebook open until it is closed: to open one takes longer than to store a grade.

    Args:
        app: nbgrader, configured.
        preprocessors: classes that take a graded notebook into the gradebook, in order.
    """

    def __init__(
        self, app: Any, course: Course, assignment: str, preprocessors: Sequence[type]
    ) -> None:
        self._app = app
        self._course = course
        self._assignment = assignment
        self._preprocessors = preprocessors
        self._gradebook = course.gradebook()

    def close(self) -> None:
        self._gradebook.close()

    def begin(self, student: str, notebooks: Sequence[str], fingerprint: str) -> None:
        """Take back whatever an earlier grading left."""
        with self._session() as gradebook:
            gradebook.update_or_create_student(student)
            ledger.begin(self._course, gradebook, self._assignment, student, notebooks, fingerprint)
        for folder in (self._course.autograded, self._course.feedback):
            if (place := folder(self._assignment, student)).exists():
                utils.rmtree(str(place))

    def finish(
        self, student: str, parts: Mapping[str, Part], files: Path, fingerprint: str
    ) -> Outcome:
        """Store what became of a submission: points and outcome in one transaction, or nothing."""
        outcomes = {name: part.outcome for name, part in parts.items()}
        graded = {name: part.notebook for name, part in parts.items() if part.notebook is not None}
        if graded:
            with self._session() as gradebook:
                timestamp, timed = handed_in(
                    self._course, gradebook, self._app.config, self._assignment, student
                )
            outcomes = {name: together([each, timed]) for name, each in outcomes.items()}
            place = self._course.autograded(self._assignment, student)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(files, place)
        with self._one_transaction() as gradebook:
            if graded:
                self._submission(gradebook, student, timestamp)
            for name, notebook in graded.items():
                self._notebook(gradebook, student, name, notebook, outcomes[name], place)
            if graded:
                converter = Autograde(coursedir=self._course.directory, parent=self._app)
                converter._sanitizing = False
                converter.set_permissions(self._assignment, student)
            ledger.finish(self._course, gradebook, self._assignment, student, outcomes, fingerprint)
        return together(outcomes.values())

    @contextlib.contextmanager
    def _session(self) -> Iterator[Gradebook]:
        """The gradebook, in which nothing is remembered of what was read before."""
        try:
            yield self._gradebook
        finally:
            self._gradebook.db.remove()

    @contextlib.contextmanager
    def _one_transaction(self) -> Iterator[Gradebook]:
        """What nbgrader commits step by step is committed at the end, or not at all."""
        session, engine = self._gradebook.db, self._gradebook.engine
        with engine.connect() as connection, connection.begin(), self._session():
            usual = {"bind": engine, "join_transaction_mode": "conditional_savepoint"}
            session.configure(
                bind=connection, join_transaction_mode="rollback_only", expire_on_commit=False
            )
            try:
                yield self._gradebook
            finally:
                session.remove()
                session.configure(**usual, expire_on_commit=True)

    def fail(self, student: str, outcome: Outcome, notebooks: Sequence[str]) -> None:
        """Write why there is no grade. No fingerprint: it is to be tried again."""
        self.begin(student, notebooks, "")
        with self._session() as gradebook:
            outcomes = dict.fromkeys(notebooks, outcome)
            ledger.finish(self._course, gradebook, self._assignment, student, outcomes, "")

    def _submission(
        self, gradebook: Gradebook, student: str, timestamp: datetime.datetime | None
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own doing, and harmless
            gradebook.update_or_create_submission(self._assignment, student, timestamp=timestamp)

    def _notebook(
        self,
        gradebook: Gradebook,
        student: str,
        name: str,
        notebook: NotebookNode,
        outcome: Outcome,
        place: Path,
    ) -> None:
        notebook.metadata[OUTCOME] = dataclasses.asdict(outcome)
        known = {
            "student": student,
            "assignment": self._assignment,
            "notebook": name,
            "outcome": outcome,
            "lent": (self._course, gradebook),
        }
        resources = {"nbgrader": known}
        for preprocessor in self._preprocessors:
            notebook, resources = preprocessor(parent=self._app)(notebook, resources)
        with (place / f"{name}.ipynb").open("w", encoding="utf-8") as file:
            file.write(nbformat.writes(notebook) + "\n")
            file.flush()
            os.fsync(file.fileno())  # the outcome, which comes last, must not outlive it
