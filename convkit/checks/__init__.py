"""Checks: what "right" means, and which mistake it looks like when it is not."""

from convkit.checks.agreement import Disagreement, agree
from convkit.checks.checking import check, examine, finders, listeners, random_cases, remarks
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.foreign_code import LearnerError, LearnerTimeout
from convkit.checks.observing.numerical_gradient import (
    GradientComparison,
    check_gradient,
    numerical_gradient,
)
from convkit.checks.observing.recording import (
    entries,
    forward_each,
    results_of,
    set_parameters,
)
from convkit.checks.saying.report import CheckFailed, Finding, Report

__all__ = [
    "Case",
    "CheckFailed",
    "Disagreement",
    "Finding",
    "GradientComparison",
    "LearnerError",
    "LearnerTimeout",
    "Report",
    "agree",
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
    "results_of",
    "set_parameters",
]
