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


def _make_seeded(observer: LayerObserver, trial: Trial) -> None:
    """Three layers, made with the same seed twice and with another one."""
    for quantity, seed in ((_FIRST, 0), (_AGAIN, 0), (_OTHER, 1)):
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
        return Problem(quantity, f"The layer could not be made with rng=…: {said}")
    first = situation.trial.behaviour[_FIRST]
    if isinstance(first, LearnerError):
        raise NotJudged
    if quantity == _AGAIN and not np.array_equal(got, first):
        return Problem(quantity, "Two layers made with rng=0 start with different weights.")
    if quantity == _OTHER and np.array_equal(got, first):
        return Problem(quantity, "With rng=0 and rng=1 the layer starts with the same weights.")
    return None


def _start_alike(one: Observation, other: Observation) -> bool:
    """Both failed in the same way, or both hold one number throughout, or neither does."""
    if isinstance(one, LearnerError) or isinstance(other, LearnerError):
        return same_failure(one, other)
    return bool(np.ptp(one) == 0) == bool(np.ptp(other) == 0)


PROBE_SEEDS = Probe(lambda case: (_FIRST, _AGAIN, _OTHER), _make_seeded)

SEEDS = Property(
    "rng",
    "The first weights should be drawn with the keyword `rng`: same seed, same weights.",
    "forward",
    (_FIRST, _AGAIN, _OTHER),
    Test(_judge, _start_alike),
    ("values",),
)
