"""What layers with random first weights have in common: the weights come from ``rng``."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.judging.failing_code import describe
from convkit.checks.judging.properties import (
    Expected,
    NotJudged,
    Problem,
    Property,
    Situation,
    Test,
    same_failure,
)
from convkit.checks.observing.behaviour import Observation, Trial
from convkit.checks.observing.foreign_code import LearnerError, as_array
from convkit.checks.observing.quantity import Quantity
from convkit.checks.observing.recording import LayerObserver, Probe
from convkit.layers import Array

_FIRST = Quantity("first params", "weight", given="with rng=0")
_AGAIN = Quantity("first params", "weight", given="with rng=0 again")
_OTHER = Quantity("first params", "weight", given="with rng=1")
_DRAWN = Quantity("first params", "weight", given="with a Generator")
_DRAWN_AGAIN = Quantity("first params", "weight", given="with a Generator of the same seed")
_DRAWN_NEXT = Quantity("first params", "weight", given="with the same Generator once more")
_ALL = (_FIRST, _AGAIN, _OTHER, _DRAWN, _DRAWN_AGAIN, _DRAWN_NEXT)


def _make_seeded(observer: LayerObserver, trial: Trial) -> None:
    """Layers made with the same seed twice and with another one, and so with a Generator."""
    drawn = np.random.default_rng(0)
    seeds = (0, 0, 1, drawn, np.random.default_rng(0), drawn)
    for quantity, seed in zip(_ALL, seeds, strict=True):
        seeded = replace(trial.case, options={**trial.case.options, "rng": seed})
        try:
            look_up = partial(_first_weights, observer.make(seeded, {}), quantity)
            trial.behaviour[quantity] = observer.ask(look_up)
        except LearnerError as error:
            trial.behaviour[quantity] = error


def _first_weights(layer: Any, quantity: Quantity) -> Array:
    return as_array(layer.params["weight"], str(quantity))


def _judge(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError):
        said = describe(got, "the constructor", hidden=situation.trial.case.hidden)
        given = "a Generator as rng" if quantity in _ALL[3:] else "rng=…"
        return Problem(quantity, f"The layer could not be made with {given}: {said}")
    first = situation.trial.behaviour[_DRAWN if quantity in _ALL[3:] else _FIRST]
    if isinstance(first, LearnerError):
        raise NotJudged
    if quantity == _AGAIN and not np.array_equal(got, first):
        return Problem(quantity, "Two layers made with rng=0 start with different weights.")
    if quantity == _OTHER and np.array_equal(got, first):
        return Problem(quantity, "With rng=0 and rng=1 the layer starts with the same weights.")
    if quantity == _DRAWN_AGAIN and not np.array_equal(got, first):
        return Problem(quantity, "With Generators of the same seed two layers start differently.")
    if quantity == _DRAWN_NEXT and np.array_equal(got, first):
        return Problem(quantity, "Two layers made with one Generator start with the same weights.")
    return None


def _start_alike(one: Observation, other: Observation) -> bool:
    """Both failed in the same way, or both hold one number throughout, or neither does."""
    if isinstance(one, LearnerError) or isinstance(other, LearnerError):
        return same_failure(one, other)
    return bool(np.ptp(one) == 0) == bool(np.ptp(other) == 0)


PROBE_SEEDS = Probe(lambda case: _ALL, _make_seeded)

SEEDS = Property(
    "rng",
    "The first weights should be drawn with the keyword `rng`, an int or a Generator: same seed, "
    "same weights.",
    "forward",
    _ALL,
    Test(_judge, _start_alike),
    ("values",),
)
