"""What can be said of an `SGD` that breaks off."""

from __future__ import annotations

from typing import Any

from convkit.checks.behaviour import Case
from convkit.checks.misconceptions.broad.entering import Anatomy, Change
from convkit.checks.misconceptions.broad.errors import ERRORS, RESULTS
from convkit.checks.misconceptions.broad.whole import enter_failures
from convkit.checks.misconceptions.training.optimizer import DOWNHILL, with_rule
from convkit.training import SGD


def _no_sizes(case: Case) -> dict[str, int]:
    return {}


def _wrong(change: Change) -> Any:
    return with_rule(lambda self, name, param, grad: change(param + self.v(name, grad)))


enter_failures(
    Anatomy(SGD, {}, _no_sizes, DOWNHILL, known=("error-shapes",)),
    "",
    "a parameter",
    _wrong,
    [*RESULTS, *ERRORS],
)
