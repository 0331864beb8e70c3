"""Grading that cannot be fooled: student code in a sandbox, tests outside it, data between them."""

from __future__ import annotations

from typing import Any

from convkit.grading.hidden_seed import hidden_cases, hidden_rng

__all__ = ["configure", "hidden_cases", "hidden_rng"]


def configure(config: Any) -> None:
    """Let nbgrader grade through the airlock; ``config`` is what nbgrader_config.py configures."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import CheckCellMetadata

    from convkit.grading.gradebook.autograde import CheckAnswers, GradeInAirlock, SubmissionExporter
    from convkit.grading.gradebook.log import set_up_log
    from convkit.grading.gradebook.saving import STORING, SaveOutcome
    from convkit.grading.gradebook.standings import ExportOutcomes
    from convkit.grading.pages.feedback import set_up_feedback
    from convkit.grading.pages.formgrader import set_up_formgrader

    config.GenerateAssignment.preprocessors = [
        CheckAnswers,
        *GenerateAssignment.preprocessors.default(),
    ]
    config.Autograde.exporter_class = SubmissionExporter
    config.Autograde.sanitize_preprocessors = [CheckCellMetadata]
    config.Autograde.autograde_preprocessors = [
        GradeInAirlock,
        *STORING,
        CheckCellMetadata,
        SaveOutcome,
    ]
    set_up_log(config)
    set_up_feedback(config)
    set_up_formgrader()
    config.ExportApp.plugin_class = ExportOutcomes
