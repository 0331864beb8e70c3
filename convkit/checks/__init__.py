"""Checks: what "right" means, and which mistake it looks like when it is not."""

from convkit.checks.behaviour import Case
from convkit.checks.checking import check, examine, finders, listeners, random_cases, remarks
from convkit.checks.gradients import GradientComparison, check_gradient, numerical_gradient
from convkit.checks.learner import LearnerError, LearnerTimeout
from convkit.checks.observing import entries, forward_each, set_parameters
from convkit.checks.report import CheckFailed, Finding, Report

__all__ = [
    "Case",
    "CheckFailed",
    "Finding",
    "GradientComparison",
    "LearnerError",
    "LearnerTimeout",
    "Report",
    "check",
    "check_gradient",
    "entries",
    "examine",
    "finders",
    "forward_each",
    "listeners",
    "numerical_gradient",
    "random_cases",
    "remarks",
    "set_parameters",
]
