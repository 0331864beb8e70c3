"""The smallest case that fails: one is made smaller and simpler while it goes on failing.

It is found in few calls, since each may have to cross into another process, and in little time.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from convkit.checks.judging.properties import same_values
from convkit.checks.observing.behaviour import Case, Observation
from convkit.checks.observing.foreign_code import LearnerError, LearnerTimeout, Output
from convkit.checks.observing.quantity import Quantity, Y
from convkit.checks.promises.concept import Concept
from convkit.checks.promises.training import REPLACED
from convkit.checks.saying.script import calls, numbers, shown
from convkit.checks.saying.simpler import in_whole_numbers, simpler
from convkit.layers import Array

MOST_TRIES = 60
SECONDS = 1.0
_MOST_NUMBERS = 60
"""An array with more is not printed."""


def smallest_failure(concept: Concept, target: Any, case: Case, quantity: Quantity) -> str | None:
    """Python that shows on a small case how ``target`` fails to give a quantity.

    None where it cannot be shown by a few lines: some mistakes need more than one call, or many
    numbers.
    """
    if quantity not in (Y, *case.gradients) and not _of_a_step(quantity, case):
        return None
    back = quantity in case.gradients
    trying = _Trying(concept, target, quantity, "backward" if back else "forward")
    failure = trying.failure(case)
    if failure is None:
        return None
    found = case
    while better := next(filter(trying.fails_alike, simpler(concept, found)), None):
        found = better
    for rounded in in_whole_numbers(found):
        if trying.fails_alike(rounded):
            found = rounded
            break
    arrays = (found.x, *found.params.values(), *found.arguments)
    if max(np.size(each) for each in arrays) > _MOST_NUMBERS:
        return None
    right, got = trying.last[found]
    return "\n".join([*calls(concept, found, quantity), *_outcome(quantity, right, got)])


def _of_a_step(quantity: Quantity, case: Case) -> bool:
    """Whether it is a parameter after some step of an optimizer, in a network of one's own."""
    plain = REPLACED not in case.traits
    return plain and bool(quantity.step) and not quantity.how


class _Trying:
    """Puts a target through cases until the tries are used up, or the time."""

    def __init__(self, concept: Concept, target: Any, quantity: Quantity, group: str) -> None:
        self._output, self._quantity = Output(), quantity
        self._output.silent, self._output.seconds_left = True, SECONDS
        groups = ("forward", group)
        self._observe = concept.observer(target, groups, self._output)
        self._right = concept.observer(concept.reference, groups, Output())
        self._until, self._tries = time.monotonic() + SECONDS, MOST_TRIES
        self._kind: str | None = None
        self.last: dict[Case, tuple[Array, Observation]] = {}

    def failure(self, case: Case) -> str | None:
        """How it fails on the case that everything starts from."""
        self._kind = self._failure(case)
        return self._kind

    def fails_alike(self, case: Case) -> bool:
        return self._failure(case) == self._kind

    def _failure(self, case: Case) -> str | None:
        if self._tries <= 0 or time.monotonic() > self._until:
            return None
        self._tries -= 1
        right, mine = self._right(case).behaviour, self._observe(case).behaviour
        expected, got = right[self._quantity], mine.get(self._quantity)
        if got is None or not isinstance(expected, np.ndarray) or not expected.size:
            return None
        if self._quantity in case.gradients and not same_values(mine[Y], right[Y]):
            return None  # it may be the gradient of another forward
        self.last[case] = expected, got
        if isinstance(got, LearnerError):
            timeout = isinstance(got, LearnerTimeout) or got.type_name == "NotImplementedError"
            return None if timeout else got.type_name
        if got.shape != expected.shape:
            return "shape"
        return None if same_values(got, expected) else "values"


def _outcome(quantity: Quantity, right: Array, got: Observation) -> list[str]:
    name = shown(quantity)
    if isinstance(got, LearnerError):
        return [f"# expected {name} = {numbers(right)}", f"# got {got.type_name}: {got.message}"]
    told = (d for d in range(4, 16) if numbers(right, d) != numbers(got, d))
    digits = next(told, 16)
    expected, came = numbers(right, digits), numbers(got, digits)
    return [f"print({name})", f"# expected {expected}", f"# got {came}"]
