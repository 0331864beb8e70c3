"""Autograding: what comes in, and how nbgrader's conversions grade it through the airlock."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    NbGraderPreprocessor,
)
from traitlets import Float, Integer

from convkit.grading import notebook as nb
from convkit.grading.airlock.times import Times
from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.course import Course, alone
from convkit.grading.gradebook.timestamps import handed_in
from convkit.grading.intake.folder import Folder, look_into
from convkit.grading.intake.handed_in import receive
from convkit.grading.outcome import Outcome, Status, together
from convkit.grading.running import lending
from convkit.grading.running.job import Job
from convkit.grading.running.submission import grade_notebook, rebuild
from convkit.grading.sandbox.bubblewrap import Limits
from convkit.grading.sandbox.doctor import require

Resources = dict[str, Any]
_CAME_IN = "convkit"


class InCourse:
    """What our parts of autograding need to know of where they are.

    nbgrader makes each a child of its exporter, or is one, and the exporter of its converter.
    """

    def _course(self) -> Course:
        return course_at(self._converter().coursedir, self.parent)  # type: ignore[attr-defined]

    def _converter(self) -> Any:
        return self.parent.parent  # type: ignore[attr-defined]


def put_down(course: Course, known: Resources, outcome: Outcome, fingerprint: str) -> None:
    """How it ended with the notebook of which nbgrader knows that goes into the gradebook."""
    notebooks = {known["notebook"]: outcome}
    with course.gradebook() as gradebook:
        ledger.finish(
            course, gradebook, known["assignment"], known["student"], notebooks, fingerprint
        )


@contextlib.contextmanager
def _on_record(course: Course, resources: Resources) -> Iterator[None]:
    """Whatever fails inside is in the gradebook as the grader's fault, as well as in the log.

    Nor do two graders work at once: see `alone`.
    """
    known = resources["nbgrader"]
    with alone(course.root, shared=True):
        try:
            yield
        except Exception as error:
            put_down(course, known, Outcome(Status.GRADER_ERROR, str(error)), fingerprint="")
            raise


class SubmissionExporter(InCourse, NotebookExporter):
    """First pass: only the student's answers stay as they came, the rest is the source's again.

    As nbgrader's exporter it reads the file itself, and so whatever a student handed in.
    """

    def _converter(self) -> Any:
        return self.parent

    def from_filename(
        self, filename: str, resources: Resources | None = None, **keywords: Any
    ) -> tuple[Any, Resources]:
        assert resources is not None
        if not self._converter()._sanitizing:
            return super().from_filename(filename, resources, **keywords)
        require()
        course = self._course()
        with _on_record(course, resources):
            known = resources["nbgrader"]
            assignment, student, name = (
                known[key] for key in ("assignment", "student", "notebook")
            )
            with course.gradebook() as gradebook:
                now = str(course.fingerprint(assignment, student))
                ledger.begin(course, gradebook, assignment, student, [name], now)
            if (feedback := course.feedback(assignment, student)).exists():
                utils.rmtree(str(feedback))
            submitted = course.submitted(assignment, student)
            there = look_into(submitted, course.surroundings)
            _drop(there, course.autograded(assignment, student))
            sources = course.sources(assignment)
            received = receive(there, sources)
            with course.gradebook() as gradebook:  # nbgrader does not come to what is not there
                timestamp, timed = handed_in(course, gradebook, self.config, assignment, student)
                gradebook.update_or_create_submission(assignment, student, timestamp=timestamp)
                absent = {
                    other: each.outcome
                    for other, each in received.items()
                    if other != name and not (submitted / f"{other}.ipynb").exists()
                }
                ledger.finish(course, gradebook, assignment, student, absent, now)
            ours = received[name]
            notebook = rebuild(ours.notebook, sources[name], course.released(assignment, name))
            came = together([ours.outcome, timed])
            notebook.metadata[_CAME_IN] = [*dataclasses.astuple(came), now]
        return self.from_notebook_node(notebook, resources, **keywords)


def _drop(there: Folder, graded: Path) -> None:
    """A link in a submission could lead anywhere, and nbgrader has followed it already."""
    for path in there.left_out:
        copied = graded / path.relative_to(there.path)
        if copied.is_dir():
            utils.rmtree(str(copied))
        else:
            copied.unlink(missing_ok=True)


class GradeInAirlock(InCourse, NbGraderPreprocessor):
    """Second pass: run the student's cells in the sandbox and the tests outside it."""

    cell_seconds = Float(
        Times.cell, min=0, help="Time for one of the student's cells; with 0 none is run."
    ).tag(config=True)
    call_seconds = Float(
        Times.call, min=0, help="Time for one call of the student's code from a test."
    ).tag(config=True)
    memory_megabytes = Integer(
        Limits.memory_bytes >> 20, min=512, help="Memory for each of the student's processes."
    ).tag(config=True)

    def limits(self) -> Limits:
        return Limits(memory_bytes=self.memory_megabytes << 20)

    def times(self) -> Times:
        return Times(cell=self.cell_seconds, call=self.call_seconds)

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        course, known = self._course(), resources["nbgrader"]
        job = Job(
            assignment=known["assignment"],
            source=course.source(known["assignment"]),
            course=course.root,
            files=course.autograded(known["assignment"], known["student"]),
            limits=course.limits,
            times=course.times,
        )
        with _on_record(course, resources):
            status, reason, notes, known["fingerprint"] = notebook.metadata.pop(_CAME_IN)
            known["outcome"] = grade_notebook(
                notebook,
                Outcome(Status(status), reason, tuple(notes)),
                nb.read_source(job.source, known["notebook"]),
                job,
            )
        return notebook, resources


def course_at(directory: CourseDirectory, parent: Any) -> Course:
    """The course, with the limits that are configured for ``parent``, which belongs to nbgrader."""
    settings = GradeInAirlock(parent=parent)
    penalties = AssignLatePenalties(parent=parent)
    penalties.init_plugin()
    kept = parent.config.Autograde.get("exclude_overwriting", {})
    return Course(directory, settings.limits(), settings.times(), penalties.plugin_inst, dict(kept))


class CheckAnswers(NbGraderPreprocessor):
    """Before anything is released: whether it can be graded."""

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        lending.check(notebook)
        return notebook, resources
