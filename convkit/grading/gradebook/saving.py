"""Saving: the points, the penalty and how it ended go into the gradebook."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import (
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
)

from convkit.grading import notebook as nb
from convkit.grading.gradebook import reviewed
from convkit.grading.gradebook.autograde import InCourse, Resources, put_down
from convkit.grading.gradebook.course import Course
from convkit.grading.intake.written_answers import REMARK


class SaveOutcome(InCourse, NbGraderPreprocessor):
    """Last of all: the gradebook learns how it ended."""

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        known = resources["nbgrader"]
        put_down(self._course(), known, known["outcome"], known["fingerprint"])
        return notebook, resources


class _Storing(InCourse):
    """Writes into the gradebook that a store lends, as part of its transaction, or into its own."""

    @contextlib.contextmanager
    def _open(self, resources: Resources) -> Iterator[tuple[Course, Gradebook]]:
        if (lent := resources["nbgrader"].get("lent")) is not None:
            yield lent
            return
        course = self._course()
        with course.gradebook() as gradebook:
            yield course, gradebook


class SaveGrades(_Storing, SaveAutoGrades):
    """What a bonus earned is stored as nbgrader's extra credit, which no maximum includes.

    Where there is no grade, nothing is stored. What was graded by hand is marked to be looked at
    again where the answer changed.
    """

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        known = resources["nbgrader"]
        if not known["outcome"].status.has_grade:
            return notebook, resources
        self._implementations = str(nb.implementations(notebook))
        self._beside = [cell.source for cell in notebook.cells if nb.grade_id(cell) is None]
        self.notebook_id, self.assignment_id, self.student_id = (
            known[key] for key in ("notebook", "assignment", "student")
        )
        with self._open(resources) as (_, self.gradebook):
            for index, cell in enumerate(notebook.cells):
                self.preprocess_cell(cell, resources, index)
        return notebook, resources

    def _answer(self, cell: NotebookNode) -> str:
        """What a person looked at who gave points by hand."""
        if nb.is_test(cell):
            return self._implementations
        return "\n".join([cell.source, *(self._beside if REMARK in cell.source else ())])

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        grade = self.gradebook.find_grade(
            nb.grade_id(cell), self.notebook_id, self.assignment_id, self.student_id
        )
        changed = reviewed.is_new(self.gradebook, grade.id, self._answer(cell))
        to_be_seen = changed or grade.needs_manual_grade
        if possible := nb.bonus(cell):
            worth = copy.deepcopy(cell)
            worth.metadata.nbgrader["points"] = possible
            earned, _ = utils.determine_grade(worth, self.log)
            grade.auto_score, grade.extra_credit, grade.needs_manual_grade = 0.0, earned, False
        else:
            super()._add_score(cell, resources)
            if grade.manual_score is not None:
                grade.needs_manual_grade = to_be_seen
        self.gradebook.db.commit()


class SavePenalty(_Storing, NbGraderPreprocessor):
    """What is taken off for lateness."""

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        known = resources["nbgrader"]
        with self._open(resources) as (course, gradebook):
            submission = gradebook.find_submission(known["assignment"], known["student"])
            (stored,) = (each for each in submission.notebooks if each.name == known["notebook"])
            stored.late_submission_penalty = course.penalty(submission, stored.score) or None
            gradebook.db.commit()
        return notebook, resources


STORING = (LimitOutput, SaveGrades, SavePenalty)
"""What takes a graded notebook into the gradebook, whoever has graded it."""
