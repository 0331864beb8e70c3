"""What can be said of an `SGD` that is none of the known wrong ones.

Every step is taken apart: how much of this step's gradient is in it, how much of the last one's,
and how much of the parameter itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convkit.checks.look import equal
from convkit.checks.misconceptions.fitting import same, shares
from convkit.checks.misconceptions.marks import Marks, enter_marks
from convkit.checks.misconceptions.training.optimizer import DOWNHILL, Optimizer, with_rule
from convkit.checks.properties import Situation
from convkit.checks.training import REPLACED
from convkit.layers import Array


@dataclass(frozen=True)
class _Step:
    """One step of all parameters that are looked at: by how much they moved, and what there was.

    ``grads`` are this step's gradients, the last step's, and so on.
    """

    number: int
    moved: Array
    due: Array
    before: Array
    grads: tuple[Array, ...]
    lr: float
    momentum: float

    @property
    def right(self) -> bool:
        return equal(self.moved, self.due)

    @property
    def shares(self) -> Array | None:
        """The factors of the gradients, latest first, and of the parameter; right: −lr, …, 0."""
        return shares(self.moved, *self.grads, self.before)


def _series(situation: Situation, name: str) -> Iterator[_Step]:
    """What became of one parameter, as far as there are arrays of its shape."""
    case, behaviour = situation.trial.case, situation.trial.behaviour
    lr, momentum = case.options["lr"], case.options.get("momentum", 0.0)
    before = np.asarray(case.params[name])
    velocity = np.zeros_like(before)
    gradients: tuple[Array, ...] = ()
    for number, grads in enumerate(case.arguments, start=1):
        if REPLACED in case.traits and name == "0.weight":
            before = before + number
        after = behaviour.get(f'params["{name}"], step {number}')
        if not isinstance(after, np.ndarray) or after.shape != before.shape:
            return
        gradients = (grads[name], *gradients)
        velocity = momentum * velocity - lr * grads[name]
        yield _Step(number, after - before, velocity, before, gradients, lr, momentum)
        before = after


def _joined(steps: Sequence[_Step]) -> _Step:
    """The same step of several parameters, as one."""
    first = steps[0]

    def flat(arrays: Any) -> Array:
        return np.concatenate([np.ravel(array) for array in arrays])

    return _Step(
        first.number,
        flat(step.moved for step in steps),
        flat(step.due for step in steps),
        flat(step.before for step in steps),
        tuple(flat(grads) for grads in zip(*(step.grads for step in steps), strict=True)),
        first.lr,
        first.momentum,
    )


Run = list[_Step]


def _runs(situations: Sequence[Situation]) -> list[Run]:
    """The steps of each case, of all its parameters together."""
    runs = []
    for situation in situations:
        series = [list(_series(situation, name)) for name in situation.trial.case.params]
        runs.append([_joined(steps) for steps in zip(*series, strict=False)])
    return runs


def _moves(tells: Callable[[list[Run]], str | bool]) -> Any:
    """A mark on where the parameters end up."""

    def mark(quantity: str, situations: Sequence[Situation]) -> str | bool:
        if not quantity.startswith("params["):
            return False
        runs = [run for run in _runs(situations) if not all(step.right for step in run)]
        return bool(runs) and all(runs) and tells(runs)

    return mark


def _some_only(quantity: str, situations: Sequence[Situation]) -> str | bool:
    """Some parameters move rightly in every step and case, and the others do not."""
    if not quantity.startswith("params["):
        return False
    names = {
        name: all(step.right for situation in situations for step in _series(situation, name))
        for name in situations[0].trial.case.params
    }
    right = [name for name, holds in names.items() if holds]
    return bool(right) and f"Here {' and '.join(right)} move as they should."


def _first(run: Run) -> Array | None:
    return run[0].shares


def _shrinks(runs: list[Run]) -> bool:
    """A share of the parameter itself is in the step."""
    found = [_first(run) for run in runs]
    return all(f is not None and not same(f[-1], 0.0) for f in found)


def _lr(runs: list[Run]) -> str | bool:
    """The first step follows the gradient, but is too long or too short."""
    ratios = []
    for run in runs:
        found = _first(run)
        if found is None or not same(found[-1], 0.0) or same(found[0], -run[0].lr):
            return False
        ratios.append(found[0] / -run[0].lr)
    if len(ratios) > 1 and np.allclose(ratios, ratios[0], rtol=1e-6):
        return f"Here it is {ratios[0]:.3g} times as long."
    return True


def _bent(runs: list[Run]) -> bool:
    """The very first step does not even lie along the gradient."""
    return all(_first(run) is None for run in runs)


def _lr_changes(runs: list[Run]) -> bool:
    """Each step lies along its gradient alone, and the first one is right."""
    for run in runs:
        found = [step.shares for step in run]
        if not run[0].right or any(
            f is None or not np.allclose(f[1:], 0, atol=1e-7) for f in found
        ):
            return False
    return True


def _memory(runs: list[Run]) -> str | bool:
    """The first step is right; later ones hold earlier gradients, but in other shares."""
    for run in runs:
        found = [step.shares for step in run]
        if not run[0].right or any(f is None or not same(f[-1], 0.0) for f in found):
            return False
    if all(run[0].momentum == 0 for run in runs):
        return "Here there should be no momentum at all."
    return True


def _later(runs: list[Run]) -> bool:
    return all(run[0].right for run in runs)


class _Uneven(Optimizer):
    def rule(self, name: str, param: Array, grad: Array) -> Array:
        factor = 1.0 if name.startswith("0.") else 0.7
        return param + factor * self.v(name, grad)


def _warming_up(self: Optimizer, name: str, param: Array, grad: Array) -> Array:
    return param + (1 + 0.1 * self.steps) / 1.1 * -self.lr * grad


def _remembering(self: Optimizer, name: str, param: Array, grad: Array) -> Array:
    old = self.velocity.get(name, np.zeros_like(grad))
    self.velocity[name] = (0.3 + self.momentum / 2) * old - self.lr * grad
    return param + self.velocity[name]


def _jumping(self: Optimizer, name: str, param: Array, grad: Array) -> Array:
    moved = param + self.v(name, grad)
    return (
        moved if self.steps == 1 else moved + 0.1 * np.cos(np.arange(grad.size)).reshape(grad.shape)
    )


_TABLE: Marks = {
    "some-only": (
        "Only some of the parameters move as they should",
        "the step is right for some of the parameters, and another one for the rest",
        "What do the names of those that go wrong have in common? Is it a matter of their order?",
        _some_only,
        _Uneven,
    ),
    "shrinks": (
        "The parameters themselves are part of the step",
        "a share of each parameter is added to its step or taken away, so that it would move even "
        "where its gradient is 0",
        "What should happen to a parameter whose gradient is 0?",
        _moves(_shrinks),
        with_rule(lambda self, name, param, grad: 0.97 * param + self.v(name, grad)),
    ),
    "step-length": (
        "The step has another length",
        "the first step lies along the gradient, but is not lr times as long: another factor is "
        "used, or lr takes part in another way",
        "Where in step does `lr` appear, and what else is multiplied there?",
        _moves(_lr),
        with_rule(lambda self, name, param, grad: param + self.v(name, grad, 0.37)),
    ),
    "another-direction": (
        "The step does not lie along the gradient",
        "even the first step changes the gradient's numbers one by one: by a root, a sign, a "
        "bound or a running size, as other optimizers do",
        "By what is each number of the gradient multiplied? Should it be the same for all?",
        _moves(_bent),
        with_rule(lambda self, name, param, grad: param - self.lr * grad / (0.3 + np.abs(grad))),
    ),
    "length-changes": (
        "The length of the steps changes",
        "the first step is right, and the later ones lie along their gradients, but are longer or "
        "shorter",
        "Does anything in your optimizer count the steps, or change `lr`?",
        _moves(_lr_changes),
        with_rule(_warming_up),
    ),
    "memory": (
        "Earlier gradients count otherwise",
        "the first step is right; in the later ones, the gradients of earlier steps have another "
        "share than momentum asks for",
        "By which factor does v carry over from one step to the next? And what is added to it?",
        _moves(_memory),
        with_rule(_remembering),
    ),
    "later-steps": (
        "The first step is right, and later ones are not",
        "something that the optimizer keeps from one step to the next is not what it should be",
        "What is kept between two steps, and for which parameter? Print it after each.",
        _moves(_later),
        with_rule(_jumping),
    ),
}

enter_marks("SGD", DOWNHILL, _TABLE)
