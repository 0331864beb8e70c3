"""Feedback: a page for each student that tells nothing hidden, and does nothing by itself."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import (
    AssignLatePenalties,
    ClearHiddenTests,
    ClearMarkScheme,
    GetGrades,
)

from convkit.grading import notebook as nb
from convkit.grading.pages.showing import ShowInert, named, shown_markdown

Resources = dict[str, Any]


class Grades(GetGrades):
    """The points, and what of them is still to be given by hand."""

    def preprocess(
        self, notebook: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        notebook, resources = super().preprocess(notebook, resources)
        known = (cell.metadata.get("nbgrader", {}) for cell in notebook.cells)
        resources["nbgrader"]["by_hand"] = sum(
            each["points"] for each in known if each.get("by_hand")
        )
        return notebook, resources

    def _get_score(self, cell: NotebookNode, resources: Resources) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader["grade_id"],
            self.notebook_id,
            self.assignment_id,
            self.student_id,
        )
        given = grade.manual_score is not None or grade.auto_score is not None
        cell.metadata.nbgrader["by_hand"] = bool(grade.needs_manual_grade and not given)


class HideTests(ClearHiddenTests):
    """What is hidden stays hidden, and whatever students write is left alone."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        if nb.is_test(cell) and nb.is_hidden(cell):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
            cell.source = f"{cell.source.strip()}\n# hidden tests".strip()
        return cell, resources


class HideMarkSchemes(ClearMarkScheme):
    """Mark schemes stand in the source's cells, and are for the grader alone."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        if nb.is_trusted(cell):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
        return cell, resources


def _clean(markup: str) -> str:
    """What templates would clean once more, at great length: it is inert by then."""
    return markup


def set_up_feedback(config: Any) -> None:
    """Let feedback, and formgrader's pages, be made of what may be shown and does nothing."""
    # A mark scheme stands in the locked cell that asks, beside the answer that earns the points:
    # nbgrader would have it in a "task", which an unanswered question could not score 0 in.
    config.ClearMarkScheme.enforce_metadata = False
    config.GenerateFeedback.preprocessors = [
        AssignLatePenalties,  # again, for the points that came by hand since
        Grades,
        HideTests,
        HideMarkSchemes,
    ]
    config.HTMLExporter.preprocessors = [ShowInert]
    config.HTMLExporter.filters = {
        "markdown2html": shown_markdown,
        "clean_html": _clean,
        "named": named,
    }
