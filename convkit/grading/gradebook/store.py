"""The store of results: what became of a submission, put where nbgrader would."""

from __future__ import annotations

import dataclasses
import datetime
import os
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import Autograde
from sqlalchemy.exc import SAWarning

from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.course import Course
from convkit.grading.gradebook.timestamps import handed_in
from convkit.grading.outcome import OUTCOME, Outcome, together
from convkit.grading.running.submission import Part


class Store:
    """Writes one assignment's grades; there must be no other at work on the same gradebook.

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

    def begin(self, student: str, notebooks: Sequence[str], fingerprint: str) -> None:
        """Take back whatever an earlier grading left."""
        with self._course.gradebook() as gradebook:
            gradebook.update_or_create_student(student)
            ledger.begin(self._course, gradebook, self._assignment, student, notebooks, fingerprint)
        for folder in (self._course.autograded, self._course.feedback):
            if (place := folder(self._assignment, student)).exists():
                utils.rmtree(str(place))

    def finish(
        self, student: str, parts: Mapping[str, Part], files: Path, fingerprint: str
    ) -> Outcome:
        """Store what became of a submission; the outcome comes last."""
        outcomes = {name: part.outcome for name, part in parts.items()}
        if any(part.notebook is not None for part in parts.values()):
            timestamp, timed = handed_in(self._course, self._app.config, self._assignment, student)
            self._submission(student, timestamp)
            outcomes = {name: together([each, timed]) for name, each in outcomes.items()}
            place = self._course.autograded(self._assignment, student)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(files, place)
            for name, part in parts.items():
                if part.notebook is not None:
                    self._notebook(student, name, part.notebook, outcomes[name], place)
            converter = Autograde(coursedir=self._course.directory, parent=self._app)
            converter._sanitizing = False
            converter.set_permissions(self._assignment, student)
        with self._course.gradebook() as gradebook:
            ledger.finish(self._course, gradebook, self._assignment, student, outcomes, fingerprint)
        return together(outcomes.values())

    def fail(self, student: str, outcome: Outcome, notebooks: Sequence[str]) -> None:
        """Write why there is no grade. No fingerprint: it is to be tried again."""
        self.begin(student, notebooks, "")
        with self._course.gradebook() as gradebook:
            outcomes = dict.fromkeys(notebooks, outcome)
            ledger.finish(self._course, gradebook, self._assignment, student, outcomes, "")

    def _submission(self, student: str, timestamp: datetime.datetime | None) -> None:
        with self._course.gradebook() as gradebook, warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own doing, and harmless
            gradebook.update_or_create_submission(self._assignment, student, timestamp=timestamp)

    def _notebook(
        self, student: str, name: str, notebook: NotebookNode, outcome: Outcome, place: Path
    ) -> None:
        notebook.metadata[OUTCOME] = dataclasses.asdict(outcome)
        known = {
            "student": student,
            "assignment": self._assignment,
            "notebook": name,
            "db_url": self._course.db_url,
            "outcome": outcome,
        }
        resources = {"nbgrader": known}
        for preprocessor in self._preprocessors:
            notebook, resources = preprocessor(parent=self._app)(notebook, resources)
        with (place / f"{name}.ipynb").open("w", encoding="utf-8") as file:
            file.write(nbformat.writes(notebook) + "\n")
            file.flush()
            os.fsync(file.fileno())  # the outcome, which comes last, must not outlive it
