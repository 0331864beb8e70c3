"""What a failing quantity has to show, for diagnoses that no single implementation gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from convkit.checks.judging.properties import SINGLE_ROUNDING, Expected, Situation
from convkit.checks.observing.behaviour import Behaviour, Case, Observation
from convkit.checks.observing.foreign_code import LearnerError
from convkit.checks.observing.quantity import Quantity
from convkit.layers import Array


@dataclass(frozen=True)
class View:
    """A quantity on one case.

    Attributes:
        got, right: what came, and what should have come; at kinks, where anything is right,
            ``right`` is what came, and the case is ``at_kinks``.
        wrong: whether they differ by more than rounding.
        behaviour, expected: every quantity of the case, as it came and as it should be.
    """

    quantity: Quantity
    case: Case
    got: Observation
    right: Array
    wrong: bool
    at_kinks: bool
    behaviour: Behaviour
    expected: Mapping[Quantity, Expected]


Sizes = Callable[[Case], Mapping[str, int]]
"""What there is so many of in a case, by its name."""


@dataclass(frozen=True)
class Look:
    """A quantity on every case where it was judged, visible cases first.

    ``only`` is the trait of the cases where it goes wrong, if no other case has it.
    """

    quantity: Quantity
    views: Sequence[View]
    only: str | None = None
    sizes: Sizes = lambda case: {}

    @property
    def first(self) -> Quantity:
        """The quantity, however often it was asked for."""
        return self.quantity.first

    @cached_property
    def wrong(self) -> list[View]:
        """Where it goes wrong; if it does so on cases without kinks, they are all."""
        wrong = [view for view in self.views if view.wrong]
        return [view for view in wrong if not view.at_kinks] or wrong

    @cached_property
    def arrays(self) -> list[tuple[Array, Array]]:
        """What came and what is right, wherever it goes wrong; nothing where an error came."""
        found = [(v.got, v.right) for v in self.wrong if isinstance(v.got, np.ndarray)]
        return found if len(found) == len(self.wrong) else []

    @cached_property
    def pairs(self) -> list[tuple[Array, Array]]:
        """`arrays` in float64, if they all have the right shape."""
        if any(got.shape != right.shape for got, right in self.arrays):
            return []
        return [(got.astype(np.float64), _without_noise(right)) for got, right in self.arrays]

    @cached_property
    def rounding(self) -> bool:
        """All that is wrong is that digits are missing: in single precision it is right."""
        return bool(self.finite) and all(equal(got, right) for got, right in self.finite)

    @cached_property
    def finite(self) -> list[tuple[Array, Array]]:
        """`pairs`, if all that came are finite numbers."""
        return self.pairs if all(np.isfinite(got).all() for got, _ in self.pairs) else []


def look(quantity: Quantity, situations: Sequence[Situation]) -> Look:
    """What there is to see of a quantity in the situations that it was judged in.

    A second run is held against the first, whether that was right or not.
    """
    views = [_view(quantity, s) for s in situations if quantity in s.trial.behaviour]
    return Look(quantity, sorted(views, key=lambda view: view.case.hidden))


def _view(quantity: Quantity, situation: Situation) -> View:
    case, got = situation.trial.case, situation.trial.behaviour[quantity]
    expected = situation.expected.get(quantity, situation.expected[quantity.first])
    right = expected.value
    if quantity.first != quantity:
        first = situation.trial.behaviour.get(quantity.first)
        right = first if isinstance(first, np.ndarray) else right
    right = expected.away_from_kinks(right, got)
    credited = quantity in situation.credited
    wrong = not credited and _differs(got, right, expected.tolerance)
    at_kinks = bool(np.any(expected.kinks))
    return View(
        quantity, case, got, right, wrong, at_kinks, situation.trial.behaviour, situation.expected
    )


def _differs(got: Observation, right: Array, tolerance: Array) -> bool:
    if isinstance(got, LearnerError) or got.shape != right.shape:
        return True
    if np.shape(tolerance) not in ((), right.shape):
        tolerance = np.max(tolerance, initial=0.0)
    if np.float32 in (got.dtype, right.dtype):
        tolerance = tolerance + SINGLE_ROUNDING * np.max(np.abs(right), initial=0.0)
    with np.errstate(invalid="ignore"):
        return not bool(np.all(np.abs(got.astype(np.float64) - right) <= tolerance))


def _without_noise(right: Array) -> Array:
    """A numerical gradient is never quite 0."""
    noise = 1e-9 * float(np.max(np.abs(right), initial=0.0))
    return np.where(np.abs(right) <= noise, 0.0, right.astype(np.float64))


def close(got: Array, right: Array) -> Array:
    """Elementwise: equal up to rounding, as a share of the largest number that is right."""
    scale = float(np.max(np.abs(right), initial=0.0))
    with np.errstate(invalid="ignore", over="ignore"):
        near: Array = np.abs(got - right) <= 1e-6 * (np.abs(right) + scale)
    return near


def equal(got: Array, right: Array) -> bool:
    """The same numbers in the same places, up to rounding."""
    return got.shape == right.shape and bool(close(got, right).all())
