"""What tells the mistakes of element-wise layers that are none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convkit.checks.look import close, look
from convkit.checks.misconceptions.activation.altered import Slope
from convkit.checks.misconceptions.fitting import adds_up, shares
from convkit.checks.properties import Situation
from convkit.layers import Array, Layer, Sigmoid, Tanh

FAR = "the numbers are far from 0"


@dataclass(frozen=True)
class Numbers:
    """All numbers of the cases side by side, each array (count,).

    For "grad_x" what came and what is right are divided by grad_y: they are slopes. At kinks,
    where any slope is right, there are no numbers. ``own`` is the implementation's own y.
    """

    x: Array
    got: Array
    right: Array
    own: Array
    far: Array

    @property
    def bad(self) -> Array:
        wrong: Array = ~close(self.got, self.right)
        return wrong

    @property
    def repeats(self) -> bool:
        """The same x gives the same number wherever it stands, as far as some x occur twice."""
        order = np.argsort(self.x, kind="stable")
        x, got = self.x[order], self.got[order]
        twice = np.diff(x) == 0
        return bool(twice.any()) and bool(np.all(close(got[1:], got[:-1])[twice]))

    @property
    def finite_part(self) -> Numbers:
        known = np.isfinite(self.got)
        return Numbers(
            *(part[known] for part in (self.x, self.got, self.right, self.own, self.far))
        )

    @property
    def finite(self) -> bool:
        return bool(np.isfinite(self.got).all())


def numbers_of(quantity: str, situations: Sequence[Situation]) -> Numbers | None:
    """None where shapes differ, or an error came."""
    columns: list[list[Array]] = []
    for situation, view in zip(situations, _in_order(quantity, situations), strict=True):
        case, own = situation.trial.case, situation.trial.behaviour.get("y")
        if not isinstance(view.got, np.ndarray) or view.got.shape != view.right.shape:
            return None
        known = ~np.broadcast_to(situation.expected[quantity].kinks, case.x.shape)
        by = case.grad_y if quantity == "grad_x" else np.ones_like(case.x)
        y = own if isinstance(own, np.ndarray) and own.shape == case.x.shape else by * np.nan
        far = np.full(case.x.shape, FAR in case.traits)
        columns.append([part[known] for part in (case.x, view.got / by, view.right / by, y, far)])
    return Numbers(*map(np.concatenate, zip(*columns, strict=True)))


def _in_order(quantity: str, situations: Sequence[Situation]) -> list[Any]:
    return [look(quantity, [situation]).views[0] for situation in situations]


def of_most(numbers: Numbers, tells: Any) -> bool:
    """What is told of the finite numbers, if there are enough of them."""
    part = numbers.finite_part
    return part.x.size > numbers.x.size / 2 and bool(part.bad.any()) and bool(tells(part))


def only_far(numbers: Numbers) -> bool:
    return bool(numbers.far[numbers.bad].all()) and not numbers.far.all()


def one_side(numbers: Numbers, *, negative: bool) -> bool:
    """Wrong on one side of 0 only, and in no few places."""
    there = numbers.x < 0 if negative else numbers.x > 0
    return bool(there[numbers.bad].all()) and bool(numbers.bad.sum() > 0.1 * there.sum())


def at_zero(numbers: Numbers) -> bool:
    return bool(np.all(numbers.x[numbers.bad] == 0))


def stretched(numbers: Numbers) -> bool:
    return numbers.finite and adds_up(numbers.got, numbers.right, np.ones_like(numbers.right))


def of_scaled_x(base: type[Layer], numbers: Numbers) -> bool:
    """The right function of another number, which is a·x + b."""
    if base not in (Sigmoid, Tanh) or not numbers.finite:
        return False
    y = 2 * numbers.got - 1 if base is Sigmoid else numbers.got
    clear = np.abs(y) < 0.999
    if clear.sum() < 10 or np.any(np.abs(y) > 1):
        return False
    x = numbers.x[clear]
    return adds_up(np.arctanh(y[clear]), x, np.ones_like(x))


def function_of_x(numbers: Numbers) -> bool:
    return numbers.finite and numbers.repeats


def not_alone(numbers: Numbers) -> bool:
    return numbers.finite and not numbers.repeats


def of_own_y(formula: Slope, numbers: Numbers) -> bool:
    """The formula is right, and the y that it is fed with is not."""
    return bool(close(np.asarray(formula(numbers.x, numbers.own), float), numbers.got).all())


def _quadratic(numbers: Numbers, of: Array) -> bool:
    near = ~numbers.far
    one = np.ones_like(of[near])
    return (
        numbers.finite
        and numbers.repeats
        and shares(numbers.got[near], one, of[near], of[near] ** 2) is not None
    )


def formula_of_y(base: type[Layer], numbers: Numbers) -> bool:
    return base in (Sigmoid, Tanh) and _quadratic(numbers, base().forward(numbers.x))


def formula_of_x(numbers: Numbers) -> bool:
    return _quadratic(numbers, numbers.x)
