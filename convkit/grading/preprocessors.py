"""How nbgrader comes to grade through the airlock: as preprocessors of its own conversions."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    GetGrades,
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from traitlets import Float, Integer

from convkit.grading import notebook as nb
from convkit.grading.grade import Job, Times, grade
from convkit.grading.probe import require
from convkit.grading.sandbox import Limits

Resources = dict[str, Any]


class SubmissionError(RuntimeError):
    """A submission that cannot be graded as it is."""


class _WithCourse(NbGraderPreprocessor):
    """What both passes of autograding need to know of where they are."""

    def _course(self) -> CourseDirectory:
        return self.parent.parent.coursedir  # the exporter's converter's

    def _folder(self, directory: str, resources: Resources, student: str | None = None) -> Path:
        known = resources["nbgrader"]
        student = known["student"] if student is None else student
        return Path(self._course().format_path(directory, student, known["assignment"])).resolve()

    def _source_folder(self, resources: Resources) -> Path:
        return self._folder(self._course().source_directory, resources, student=".")


class RebuildFromSource(_WithCourse):
    """First pass: only the student's answers stay as they came, the rest is the source's again."""

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        require()
        self._refuse_links(resources)
        known = resources["nbgrader"]
        source = nb.read_source(self._source_folder(resources), known["notebook"])
        return nb.rebuild(notebook, source, self._released(source, resources)), resources

    def _released(self, source: NotebookNode, resources: Resources) -> dict[str, nb.Released]:
        """What the gradebook holds, which must be what the source says today."""
        known = resources["nbgrader"]
        released = {}
        with Gradebook(known["db_url"], self._course().course_id) as gradebook:
            for name, cell in nb.graded_cells(source).items():
                try:
                    entry = gradebook.find_source_cell(name, known["notebook"], known["assignment"])
                except MissingEntry:
                    entry = None
                changed = nb.is_trusted(cell) and (
                    entry is None or entry.checksum != utils.compute_checksum(cell)
                )
                if entry is None or changed:
                    raise SubmissionError(
                        f"the cell {name!r} of the source notebook {known['notebook']!r} has "
                        "changed since the assignment was generated. Run "
                        f"`nbgrader generate_assignment {known['assignment']} --force` first."
                    )
                released[name] = nb.Released(entry.checksum, entry.source)
        return released

    def _refuse_links(self, resources: Resources) -> None:
        """A symbolic link in a submission could lead anywhere: to the solution, for one."""
        course, known = self._course(), resources["nbgrader"]
        submitted = self._folder(course.submitted_directory, resources)
        graded = self._folder(course.autograded_directory, resources)
        for path in submitted.rglob("*"):
            if not path.is_symlink():
                continue
            if path.name == f"{known['notebook']}.ipynb":
                raise SubmissionError(f"{path} is a symbolic link, which is not followed")
            self.log.warning("Not taken over, because it is a symbolic link: %s", path)
            # nbgrader has followed it already.
            copied = graded / path.relative_to(submitted)
            if copied.is_dir():
                utils.rmtree(str(copied))
            else:
                copied.unlink(missing_ok=True)


class GradeInAirlock(_WithCourse):
    """Second pass: run the student's cells in the sandbox and the tests outside it."""

    cell_seconds = Float(Times.cell, help="Time for one of the student's cells.").tag(config=True)
    call_seconds = Float(
        Times.call, help="Time for one call of the student's code from a test."
    ).tag(config=True)
    memory_megabytes = Integer(
        Limits.memory_bytes >> 20, help="Memory for each of the student's processes."
    ).tag(config=True)

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        require()
        course = self._course()
        folder = self._source_folder(resources)
        grade(
            Job(
                submission=notebook,
                source=nb.read_source(folder, resources["nbgrader"]["notebook"]),
                source_folder=folder,
                course=Path(course.root).resolve(),
                files=self._folder(course.autograded_directory, resources),
                limits=Limits(memory_bytes=self.memory_megabytes << 20),
                times=Times(cell=self.cell_seconds, call=self.call_seconds),
            )
        )
        return notebook, resources


class SaveGrades(SaveAutoGrades):
    """What a bonus earned is stored as nbgrader's extra credit, which no maximum includes."""

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        possible = nb.bonus(cell)
        if not possible:
            super()._add_score(cell, resources)
            return
        name = cell.metadata.nbgrader["grade_id"]
        worth = copy.deepcopy(cell)
        worth.metadata.nbgrader["points"] = possible
        earned, _ = utils.determine_grade(worth, self.log)
        grade = self.gradebook.find_grade(
            name, self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score, grade.extra_credit, grade.needs_manual_grade = 0.0, earned, False
        self.gradebook.db.commit()


class HideTests(ClearHiddenTests):
    """Feedback: what is hidden stays hidden, and whatever students write is left alone."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        if nb.is_test(cell) and nb.is_hidden(cell):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
            cell.source = f"{cell.source.strip()}\n# hidden tests".strip()
        return cell, resources


class HideMarkSchemes(ClearMarkScheme):
    """Feedback: mark schemes stand in the source's cells, and are for the grader alone."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        if nb.is_trusted(cell):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
        return cell, resources


def set_up(config: Any) -> None:
    """Put the airlock where nbgrader would run students' code in its own kernel."""
    config.Autograde.sanitize_preprocessors = [RebuildFromSource, CheckCellMetadata]
    config.Autograde.autograde_preprocessors = [
        GradeInAirlock,
        LimitOutput,
        SaveGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    # A mark scheme stands in the locked cell that asks, beside the answer that earns the points:
    # nbgrader would have it in a "task", which an unanswered question could not score 0 in.
    config.ClearMarkScheme.enforce_metadata = False
    config.GenerateFeedback.preprocessors = [
        GetGrades,
        HideTests,
        HideMarkSchemes,
        CSSHTMLHeaderPreprocessor,
    ]
