"""Judges of quantities: the tests that properties are made of, and what they say."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np

from convkit.checks.judging.failing_code import describe
from convkit.checks.judging.properties import (
    SINGLE_ROUNDING,
    Expected,
    NotJudged,
    Problem,
    Situation,
    Test,
    anyhow,
    same_dtype,
    same_failure,
    same_parameter,
    same_shape,
    same_values,
)
from convkit.checks.observing.behaviour import Observation, Trial
from convkit.checks.observing.foreign_code import LearnerError
from convkit.checks.observing.quantity import (
    ASKED_AGAIN,
    BESIDE,
    GRAD_X,
    SECOND_TIME,
    Quantity,
    Y,
    params,
)
from convkit.layers import Array


def judge_runs(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if not isinstance(got, LearnerError):
        return None
    stage = "backward" if quantity.backward else situation.trial.stage
    return Problem(quantity, describe(got, stage, hidden=situation.trial.case.hidden))


def broke_off(trial: Trial) -> Problem:
    """Why a trial has nothing to look at."""
    failure = trial.behaviour.get(Y)
    if isinstance(failure, LearnerError):
        return Problem(Y, describe(failure, trial.stage, hidden=trial.case.hidden))
    return Problem(Y, "The layer stopped before this could be looked at.")


def judge_shape(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError):
        return Problem(quantity, got.message)
    if got.shape == expected.value.shape:
        return None
    return Problem(
        quantity, f"{quantity} should have shape {expected.value.shape}, and has {got.shape}."
    )


def judge_values(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError) or got.shape != expected.value.shape:
        raise NotJudged
    right, tolerance = expected.away_from_kinks(expected.value, got), expected.tolerance
    if np.float32 in (got.dtype, expected.value.dtype):  # where it should not be, DTYPE says so
        tolerance = tolerance + SINGLE_ROUNDING * np.max(np.abs(expected.value), initial=0.0)
    with np.errstate(invalid="ignore"):
        excess = np.abs(got.astype(np.float64) - right) - tolerance
    excess = np.where(np.isfinite(got), excess, np.inf)
    if not np.any(excess > 0):
        return None
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(excess)), excess.shape))
    return Problem(quantity, _wrong_values(quantity, got, right, excess, worst), worst, right, got)


def judge_result(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    """Shape and values together."""
    if isinstance(got, LearnerError):
        return _broke(quantity, got, situation)
    return judge_shape(quantity, got, expected, situation) or judge_values(
        quantity, got, expected, situation
    )


def judge_gradient(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    problem = judge_values(quantity, got, expected, situation)
    if not problem or not isinstance(got, np.ndarray):
        return problem
    own = situation.credit(quantity, got)
    if own == "credited":
        situation.credited.add(quantity)
        return None
    if own == "refused":
        text = f"{problem.text} It fits your own forward, which is too far from what is asked for."
        return replace(problem, text=text, refused=True)
    return problem


def judge_adjoint(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if GRAD_X in situation.credited:
        return None  # the identity belongs to another forward than the reference's
    return judge_values(quantity, got, expected, situation)


def judge_again(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    """What comes again is held against the first time, whether that was right or not."""
    first = situation.trial.behaviour.get(quantity.first)
    if isinstance(got, LearnerError):
        return _broke(quantity, got, situation)
    if (
        not isinstance(first, np.ndarray)
        or first.shape != situation.expected[quantity.first].value.shape
    ):
        raise NotJudged
    value = first.astype(np.float64)
    if got.shape == first.shape:
        same = (got == first) | (np.isnan(got) & np.isnan(first))
        alike = same & ~np.isfinite(first)
        got, value = np.where(alike, got.dtype.type(0), got), np.where(alike, 0.0, value)
    again = replace(situation.expected[quantity.first], value=value)
    return judge_result(quantity, got, again, situation)


def as_beside_another(quantity: Quantity, situation: Situation) -> bool:
    """Whether it came out as the first time even while another layer was at work."""
    if quantity.how != SECOND_TIME:
        return False
    beside = quantity.again(BESIDE)
    got = situation.trial.behaviour.get(beside)
    with suppress(NotJudged):
        return got is not None and not judge_again(
            beside, got, situation.expected[beside], situation
        )
    return False


def judge_heeded(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    """The same layer on the same x, once with these parameters and once with those."""
    if isinstance(got, LearnerError) or not same_values(got, situation.trial.behaviour[Y]):
        return None
    if not np.all(np.isfinite(got)):
        return None  # NaN is as good as anything here: the property about values says so
    entry = params(quantity.name)
    return Problem(quantity, f"y stays the same when {entry} holds other numbers.")


def y_is_right(quantity: Quantity, situation: Situation) -> bool:
    """Whether y is right, with parameters that were drawn at random: so they are heeded."""
    with suppress(NotJudged):
        y, expected = situation.trial.behaviour[Y], situation.expected[Y]
        return judge_values(Y, y, expected, situation) is None
    return False


def judge_parameter(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    """The shape of a new layer's parameter, and whether it can hold fractions."""
    problem = judge_shape(quantity, got, expected, situation)
    if problem or isinstance(got, LearnerError) or got.dtype.kind == "f":
        return problem
    return Problem(quantity, f"{quantity} has dtype {got.dtype}, which cuts off fractions.")


def judge_dtype(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError):
        return _broke(quantity, got, situation)
    given = expected.value.dtype
    if got.dtype == given:
        return _judge_roughly(quantity, got, expected, situation) if quantity.how else None
    it = quantity.again("")
    return Problem(quantity, f"Where x is {given}, {it} should be {given}, too; it is {got.dtype}.")


def _judge_roughly(
    quantity: Quantity, got: Array, expected: Expected, situation: Situation
) -> Problem | None:
    """The shape, and the numbers as far as float32 gives them; of gradients, that they are some."""
    right = expected.value
    if quantity.backward and got.shape == right.shape:
        right = np.where(np.isfinite(got), got, right)
    rough = Expected(right, _ROUGHLY * np.max(np.abs(right), initial=0.0))
    return judge_result(quantity, got, rough, situation)


def judge_unchanged(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError):
        raise NotJudged
    before = expected.value
    left = situation.trial.behaviour.get(quantity._replace(after="forward"))
    if isinstance(left, np.ndarray) and quantity.after == "backward":
        before = left  # what forward has changed is not backward's fault
    if np.array_equal(got, before):
        return None
    changed_by = ", ".join(filter(None, (quantity.after, quantity.how)))
    return Problem(
        quantity,
        f"{quantity.array} is not what it was: {changed_by} changed it in place.",
        None,
        before,
        got,
    )


_ROUGHLY = 0.02
"""How far a float32 result may be off, as a share of the largest number: digits may cancel."""

RUNS = Test(judge_runs, same_failure)
SHAPE = Test(judge_shape, same_shape)
VALUES = Test(judge_values, same_values)
RESULT = Test(judge_result, same_values)
GRADIENT = Test(judge_gradient, same_values)
ADJOINT = Test(judge_adjoint, same_values)
AGAIN = Test(judge_again, same_values)
REPEATABLE = Test(judge_again, same_values, as_beside_another)
HEEDED = Test(judge_heeded, same_values, y_is_right)
PARAMETER = Test(judge_parameter, same_parameter)
DTYPE = Test(judge_dtype, same_dtype)
UNCHANGED = Test(judge_unchanged, anyhow)


def _broke(quantity: Quantity, error: LearnerError, situation: Situation) -> Problem:
    """An exception where an array was expected, in what came after the first time."""
    stage = "backward" if quantity.backward else situation.trial.stage
    again = {SECOND_TIME: "a second time", ASKED_AGAIN: "asked a second time"}
    stage += f", {again.get(quantity.how, quantity.how)}," if quantity.how else ""
    return Problem(quantity, describe(error, stage, hidden=situation.trial.case.hidden))


def _wrong_values(
    quantity: Quantity, got: Array, right: Array, excess: Array, worst: tuple[int, ...]
) -> str:
    wrong = int(np.count_nonzero(excess > 0))
    numbers = f"numbers in {quantity}{',' * bool(quantity.step or quantity.how)}"
    if np.isnan(got[worst]):
        return f"{quantity} has NaN in {int(np.isnan(got).sum())} of {got.size} places."
    if np.isinf(got[worst]):
        return f"{quantity} has infinity in {int(np.isinf(got).sum())} of {got.size} places."
    if got.dtype.kind != "f" and right.dtype.kind == "f":
        return f"{quantity} has dtype {got.dtype}, which cuts off fractions."
    if got.size == 1:
        return f"{quantity} is wrong."
    if wrong == got.size:
        return f"{'Both' if wrong == 2 else f'All {wrong}'} {numbers} are wrong."
    return f"{wrong} of {got.size} {numbers} {'is' if wrong == 1 else 'are'} wrong."
