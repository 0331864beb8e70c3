"""Properties: sentences that hold for a right implementation, and how each is judged on a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from convkit.checks.observing.behaviour import Observation, Trial
from convkit.checks.observing.exception_kinds import alike
from convkit.checks.observing.foreign_code import LearnerError
from convkit.checks.observing.quantity import Quantity
from convkit.layers import Array

HOLDS, FAILS, NOT_TESTED = "holds", "fails", "not tested"
"""How a property stands, over all cases."""


@dataclass(frozen=True)
class Expected:
    """The right value of a quantity.

    Attributes:
        tolerance: how far from it is still right, a number or an array.
        kinks: a mask of the places where x lies at a kink, so that there is no slope: any number
            is right there.
    """

    value: Array
    tolerance: Any = 0.0
    kinks: Any = False

    def away_from_kinks(self, values: Array, got: Observation) -> Array:
        """``values``, but at kinks what is in ``got``, where that is a number at all."""
        if isinstance(got, LearnerError) or not got.shape == values.shape == np.shape(self.kinks):
            return values
        return np.where(self.kinks & np.isfinite(got), got, values)


@dataclass(frozen=True)
class Problem:
    """How an implementation breaks a property on a case.

    ``index`` is the worst place, and ``expected`` and ``got`` are whole arrays, where there is one.
    ``refused``: it is a gradient of the implementation's own forward, which earns no credit.
    """

    quantity: Quantity
    text: str
    index: tuple[int, ...] | None = None
    expected: Array | None = None
    got: Array | None = None
    refused: bool = False


SINGLE_ROUNDING = 1e-4
"""How far a right float32 result may be from the reference, as a share of the largest number."""


class NotJudged(Exception):  # noqa: N818 - no error: the property says nothing about this case
    """A quantity is missing, or so wrong that another property has already said so."""


Own = Literal["credited", "refused", "not its own"]
Credit = Callable[[Quantity, Array], Own]
"""Whether an array is, for a quantity, the gradient of the implementation's *own* forward."""


@dataclass
class Situation:
    """What a property judges: a trial beside what was expected of it.

    The quantities for which ``credit`` was given are collected in ``credited``.
    """

    trial: Trial
    expected: Mapping[Quantity, Expected]
    credit: Credit = lambda quantity, gradient: "not its own"
    credited: set[Quantity] = field(default_factory=set)


Judge = Callable[[Quantity, Observation, Expected, Situation], Problem | None]
Alike = Callable[[Observation, Observation], bool]


@dataclass(frozen=True)
class Test:
    """How a quantity is judged.

    Attributes:
        judge: None where it is right, else the problem; raises NotJudged.
        alike: whether two observations are wrong in the same way, as far as this test goes.
        settled: whether a quantity is known to be right without being looked at.
    """

    judge: Judge
    alike: Alike
    settled: Callable[[Quantity, Situation], bool] = lambda quantity, situation: False


@dataclass(frozen=True)
class Property:
    """One sentence that must hold on every case.

    Attributes:
        name: short, unique within the concept.
        sentence: for the learner.
        group: "forward" or "backward".
        quantities: what it looks at; cases without them do not count.
        test: how the sentence is judged.
        requires: properties that must hold on a case before this one is looked at there, so that
            one root cause is one finding.
        where: a trait; cases that lack it do not count.
        numbers: it is about the numbers that the name is for (see `Report.score`).
    """

    name: str
    sentence: str
    group: str
    quantities: tuple[Quantity, ...]
    test: Test
    requires: tuple[str, ...] = ()
    where: str | None = None
    numbers: bool = False

    def applies(self, situation: Situation) -> bool:
        """Whether the case has what this property looks at."""
        return all(quantity in situation.expected for quantity in self.quantities) and (
            self.where is None or self.where in situation.trial.case.traits
        )

    def examine(self, situation: Situation) -> Problem | None:
        """None where the property holds on the case; raises NotJudged where nothing can be said."""
        for quantity in self.quantities:
            if self.test.settled(quantity, situation):
                continue
            if quantity not in situation.trial.behaviour:
                raise NotJudged
            problem = self.test.judge(
                quantity,
                situation.trial.behaviour[quantity],
                situation.expected[quantity],
                situation,
            )
            if problem:
                return problem
        return None


def anyhow(one: Observation, other: Observation) -> bool:
    """For properties that are broken in one way only."""
    return True


def same_failure(one: Observation, other: Observation) -> bool:
    """Both failed with the same kind of exception, or neither failed."""
    if isinstance(one, LearnerError) and isinstance(other, LearnerError):
        return alike(one, other)
    return not isinstance(one, LearnerError) and not isinstance(other, LearnerError)


def same_shape(one: Observation, other: Observation) -> bool:
    if isinstance(one, LearnerError) or isinstance(other, LearnerError):
        return same_failure(one, other)
    return one.shape == other.shape


def same_parameter(one: Observation, other: Observation) -> bool:
    """The same shape, and the same kind of numbers."""
    if isinstance(one, LearnerError) or isinstance(other, LearnerError):
        return same_failure(one, other)
    return one.shape == other.shape and one.dtype.kind == other.dtype.kind


def same_dtype(one: Observation, other: Observation) -> bool:
    if isinstance(one, LearnerError) or isinstance(other, LearnerError):
        return same_failure(one, other)
    return one.dtype == other.dtype


def same_values(one: Observation, other: Observation) -> bool:
    """Equal up to rounding, float32's included."""
    if isinstance(one, LearnerError) or isinstance(other, LearnerError):
        return same_failure(one, other)
    if one.shape != other.shape:
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        scale = float(np.max(np.abs(other), initial=0.0, where=np.isfinite(other)))
        return bool(np.allclose(one, other, rtol=1e-6, atol=1e-6 * scale, equal_nan=True))
