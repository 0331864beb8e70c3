"""The smallest case that fails: one is made smaller and simpler while it goes on failing.

It is found in few calls, since each may have to cross into another process, and in little time.
"""

from __future__ import annotations

import inspect
import time
from typing import Any

import numpy as np

from convkit.checks.judging.properties import same_values
from convkit.checks.observing.behaviour import Case, Observation
from convkit.checks.observing.foreign_code import LearnerError, LearnerTimeout, Output
from convkit.checks.observing.recording import observe_function
from convkit.checks.promises.concept import Concept, LayerConcept
from convkit.checks.saying.simpler import in_whole_numbers, simpler
from convkit.layers import Array

MOST_TRIES = 60
SECONDS = 1.0
_MOST_NUMBERS = 60
"""An array with more is not printed."""


def smallest_failure(concept: Concept, target: Any, case: Case, quantity: str) -> str | None:
    """Python that shows on a small case how ``target`` fails to give a quantity.

    None where it cannot be shown by a few lines: some layers are used in another way, and some
    mistakes need more than one call, or many numbers.
    """
    if quantity not in ("y", *case.gradients) or not _plainly_used(concept):
        return None
    trying = _Trying(concept, target, quantity, "forward" if quantity == "y" else "backward")
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
    numbers = (found.x, *found.params.values(), *found.arguments)
    if max(np.size(each) for each in numbers) > _MOST_NUMBERS:
        return None
    right, got = trying.last[found]
    return "\n".join([*_calls(concept, found, quantity), *_outcome(quantity, right, got)])


def _plainly_used(concept: Concept) -> bool:
    """Whether what a check does is what one would write: make it, set params, call it."""
    if isinstance(concept, LayerConcept):
        return concept.make is LayerConcept.make
    return concept.observe is observe_function


class _Trying:
    """Puts a target through cases until the tries are used up, or the time."""

    def __init__(self, concept: Concept, target: Any, quantity: str, group: str) -> None:
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
        if self._quantity != "y" and not same_values(mine["y"], right["y"]):
            return None  # it may be the gradient of another forward
        self.last[case] = expected, got
        if isinstance(got, LearnerError):
            timeout = isinstance(got, LearnerTimeout) or got.type_name == "NotImplementedError"
            return None if timeout else got.type_name
        if got.shape != expected.shape:
            return "shape"
        return None if same_values(got, expected) else "values"


def _calls(concept: Concept, case: Case, quantity: str) -> list[str]:
    lines = ["import numpy as np"]
    if not isinstance(concept, LayerConcept):
        names = list(inspect.signature(concept.reference).parameters)
        arrays = {n: a for n, a in enumerate(case.arguments) if isinstance(a, np.ndarray)}
        given = [names[n] if n in arrays else repr(a) for n, a in enumerate(case.arguments)]
        lines += [f"{names[n]} = {_array(array)}" for n, array in arrays.items()]
        return [*lines, f"y = {concept.name}({', '.join(given)})"]
    given = [*map(repr, case.arguments), *(f"{k}={v!r}" for k, v in case.options.items())]
    lines.append(f"layer = {concept.name}({', '.join(given)})")
    lines += [f'layer.params["{name}"] = {_array(v)}' for name, v in case.params.items()]
    lines += [f"x = {_array(case.x)}", "y = layer.forward(x)"]
    if quantity != "y":
        lines += [f"grad_y = {_array(case.grad_y)}", "grad_x = layer.backward(grad_y)"]
    return lines


def _outcome(quantity: str, right: Array, got: Observation) -> list[str]:
    name = quantity if not quantity.startswith("grads") else f"layer.{quantity}"
    if isinstance(got, LearnerError):
        return [f"# expected {name} = {_numbers(right)}", f"# got {got.type_name}: {got.message}"]
    return [f"print({name})", f"# expected {_numbers(right)}", f"# got {_numbers(got)}"]


def _array(values: Array) -> str:
    return f"np.array({_numbers(values)}, float)"


def _numbers(values: Array) -> str:
    if np.isfinite(values).all() and np.all(values == np.round(values)):
        return str(values.astype(int).tolist())
    return str((np.round(values.astype(np.float64), 4) + 0.0).tolist())
