"""What became of a submission, put where nbgrader would: the gradebook and autograded/."""

from __future__ import annotations

import datetime
import os
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import utils
from nbgrader.converters import Autograde
from sqlalchemy.exc import SAWarning

from convkit.grading import ledger
from convkit.grading.course import Course
from convkit.grading.outcome import Outcome, together
from convkit.grading.submission import Part

_TIMESTAMP_CAP = 1000


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
            timestamp, outcomes = self._timestamp(student, outcomes)
            self._submission(student, timestamp)
            place = self._course.autograded(self._assignment, student)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(files, place)
            for name, part in parts.items():
                if part.notebook is not None:
                    self._notebook(student, name, part, place)
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

    def _timestamp(
        self, student: str, outcomes: dict[str, Outcome]
    ) -> tuple[datetime.datetime | None, dict[str, Outcome]]:
        """When it was handed in, if a file says so; one that says nothing is worth a note."""
        path = self._course.submitted(self._assignment, student) / "timestamp.txt"
        if path.is_symlink() or not path.is_file():
            return None, outcomes
        with path.open("rb") as file:
            text = file.read(_TIMESTAMP_CAP).decode(errors="replace").strip()
        try:
            return utils.parse_utc(text) if text else None, outcomes
        except (ValueError, OverflowError):
            note = f"timestamp.txt is no time, and was not taken: {text[:40]!r}"
        noted = {
            name: Outcome(each.status, each.reason, (*each.notes, note))
            for name, each in outcomes.items()
        }
        return None, noted

    def _submission(self, student: str, timestamp: datetime.datetime | None) -> None:
        with self._course.gradebook() as gradebook, warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own doing, and harmless
            gradebook.update_or_create_submission(self._assignment, student, timestamp=timestamp)

    def _notebook(self, student: str, name: str, part: Part, place: Path) -> None:
        known = {
            "student": student,
            "assignment": self._assignment,
            "notebook": name,
            "db_url": self._course.db_url,
            "outcome": part.outcome,
        }
        notebook, resources = part.notebook, {"nbgrader": known}
        for preprocessor in self._preprocessors:
            notebook, resources = preprocessor(parent=self._app)(notebook, resources)
        with (place / f"{name}.ipynb").open("w", encoding="utf-8") as file:
            file.write(nbformat.writes(notebook) + "\n")
            file.flush()
            os.fsync(file.fileno())  # the outcome, which comes last, must not outlive it
