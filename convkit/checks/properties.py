"""Properties: sentences that hold for a right implementation, and how each is judged on a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convkit.checks.behaviour import Observation, Trial
from convkit.checks.learner import LearnerError, LearnerTimeout, WrongResult
from convkit.layers import Array


@dataclass(frozen=True)
class Expected:
    """The right value of a quantity, and how far from it is still right (a number or an array)."""

    value: Array
    tolerance: Any = 0.0


@dataclass(frozen=True)
class Problem:
    """How an implementation breaks a property on a case.

    ``index`` is the worst place, and ``expected`` and ``got`` are whole arrays, where there is one.
    """

    quantity: str
    text: str
    index: tuple[int, ...] | None = None
    expected: Array | None = None
    got: Array | None = None


SINGLE_ROUNDING = 1e-4
"""How far a right float32 result may be from the reference, as a share of the largest number."""


SECOND_TIME = ", second time"
"""Ends the names of the quantities of a case's second run."""


class NotJudged(Exception):  # noqa: N818 - no error: the property says nothing about this case
    """A quantity is missing, or so wrong that another property has already said so."""


@dataclass
class Situation:
    """What a property judges: a trial beside what was expected of it.

    ``credit`` says whether an array is the gradient of the implementation's *own* forward, for a
    quantity; the quantities credited in this way are collected in ``credited``.
    """

    trial: Trial
    expected: Mapping[str, Expected]
    credit: Callable[[str, Array], bool] = lambda quantity, gradient: False
    credited: set[str] = field(default_factory=set)


Judge = Callable[[str, Observation, Expected, Situation], Problem | None]
Alike = Callable[[Observation, Observation], bool]


@dataclass(frozen=True)
class Test:
    """How a quantity is judged.

    Attributes:
        judge: None where it is right, else the problem; raises NotJudged.
        alike: whether two observations are wrong in the same way, as far as this test goes.
    """

    judge: Judge
    alike: Alike


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
        enough: a property that can be judged on a smaller share of its cases is not tested.
    """

    name: str
    sentence: str
    group: str
    quantities: tuple[str, ...]
    test: Test
    requires: tuple[str, ...] = ()
    where: str | None = None
    enough: float = 0.5

    def applies(self, situation: Situation) -> bool:
        """Whether the case has what this property looks at."""
        return all(quantity in situation.expected for quantity in self.quantities) and (
            self.where is None or self.where in situation.trial.case.traits
        )

    def examine(self, situation: Situation) -> Problem | None:
        """None where the property holds on the case; raises NotJudged where nothing can be said."""
        for quantity in self.quantities:
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
    """Both failed with the same type of exception, or neither failed."""
    if isinstance(one, LearnerError) and isinstance(other, LearnerError):
        return one.type_name == other.type_name and isinstance(one, WrongResult) == isinstance(
            other, WrongResult
        )
    return not isinstance(one, LearnerError) and not isinstance(other, LearnerError)


def same_shape(one: Observation, other: Observation) -> bool:
    if isinstance(one, LearnerError) or isinstance(other, LearnerError):
        return same_failure(one, other)
    return one.shape == other.shape


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


def judge_runs(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if not isinstance(got, LearnerError):
        return None
    stage = "backward" if quantity.startswith("grad") else situation.trial.stage
    return Problem(quantity, describe(got, stage, hidden=situation.trial.case.hidden))


def broke_off(trial: Trial) -> Problem:
    """Why a trial has nothing to look at."""
    failure = trial.behaviour.get("y")
    if isinstance(failure, LearnerError):
        return Problem("y", describe(failure, trial.stage, hidden=trial.case.hidden))
    return Problem("y", "The layer broke off before this could be looked at.")


def judge_shape(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError):
        return Problem(quantity, got.message)
    if got.shape == expected.value.shape:
        return None
    return Problem(
        quantity, f"{quantity} has shape {got.shape}, expected is {expected.value.shape}."
    )


def judge_values(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError) or got.shape != expected.value.shape:
        raise NotJudged
    tolerance = expected.tolerance
    if np.float32 in (got.dtype, expected.value.dtype):  # where it should not be, DTYPE says so
        tolerance = tolerance + SINGLE_ROUNDING * np.max(np.abs(expected.value), initial=0.0)
    with np.errstate(invalid="ignore"):
        excess = np.abs(got.astype(np.float64) - expected.value) - tolerance
    excess = np.where(np.isfinite(got), excess, np.inf)
    if not np.any(excess > 0):
        return None
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(excess)), excess.shape))
    return Problem(
        quantity, _wrong_values(quantity, got, excess, worst), worst, expected.value, got
    )


def judge_result(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    """Shape and values together."""
    if isinstance(got, LearnerError):
        raise NotJudged
    return judge_shape(quantity, got, expected, situation) or judge_values(
        quantity, got, expected, situation
    )


def judge_gradient(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    problem = judge_values(quantity, got, expected, situation)
    if problem and isinstance(got, np.ndarray) and situation.credit(quantity, got):
        situation.credited.add(quantity)
        return None
    return problem


def judge_adjoint(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if "grad_x" in situation.credited:
        return None  # the identity belongs to another forward than the reference's
    return judge_values(quantity, got, expected, situation)


def judge_again(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    """The second time is held against the first, whether that was right or not."""
    name = quantity.removesuffix(SECOND_TIME)
    first = situation.trial.behaviour[name]
    if isinstance(got, LearnerError):
        return Problem(
            quantity, describe(got, "the second call", hidden=situation.trial.case.hidden)
        )
    if isinstance(first, LearnerError):
        raise NotJudged
    as_before = Expected(first.astype(np.float64), situation.expected[name].tolerance)
    return judge_result(quantity, got, as_before, situation)


def judge_heeded(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    """The same layer on the same x, once with these parameters and once with those."""
    before = situation.trial.behaviour.get("y" + SECOND_TIME, got)
    if isinstance(got, LearnerError) or not same_values(got, before):
        return None
    name = quantity.removeprefix("y with other ")
    return Problem(quantity, f"y is the same whatever numbers {name} holds.")


def judge_dtype(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError):
        raise NotJudged
    if got.dtype == expected.value.dtype:
        return None
    name, _, single = quantity.partition(", ")
    given = "float32" if single else "float64"
    return Problem(quantity, f"From {given} numbers, {name} comes out as {got.dtype}.")


def judge_unchanged(
    quantity: str, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError):
        raise NotJudged
    if np.array_equal(got, expected.value):
        return None
    what, _, when = quantity.partition(" after")
    return Problem(
        quantity,
        f"{what} is not what it was: it was changed in place by{when or ' the call'}.",
        None,
        expected.value,
        got,
    )


RUNS = Test(judge_runs, same_failure)
SHAPE = Test(judge_shape, same_shape)
VALUES = Test(judge_values, same_values)
RESULT = Test(judge_result, same_values)
GRADIENT = Test(judge_gradient, same_values)
ADJOINT = Test(judge_adjoint, same_values)
AGAIN = Test(judge_again, same_values)
HEEDED = Test(judge_heeded, anyhow)
DTYPE = Test(judge_dtype, same_dtype)
UNCHANGED = Test(judge_unchanged, anyhow)


def describe(error: LearnerError, stage: str, *, hidden: bool) -> str:
    """What went wrong while the learner's code ran, in a sentence or two.

    For a hidden case without the exception's own words, which may speak of the data.
    """
    if isinstance(error, WrongResult):
        return error.message
    where = f" in line {error.line_number}" if error.line_number else ""
    line = f": `{error.line.strip()}`" if error.line else ""
    if isinstance(error, LearnerTimeout):
        return (
            f"{stage} did not come back ({error.message}). It was stopped{where}{line}. "
            "Is there a loop that never ends?"
        )
    if error.type_name == "KeyboardInterrupt":
        return f"{stage} was interrupted{where}{line}."
    if error.type_name == "NotImplementedError":
        return f"{stage} is not written yet (NotImplementedError{where})."
    if hidden:
        kind = error.type_name if error.type_name in _BUILTIN_ERRORS else "an exception"
        return f"{stage} raised {kind}{where}{line}."
    message = f": {_short(error.message)}" if error.message else ""
    return f"{stage} raised {error.type_name}{message}{where and f' —{where}'}{line}.{_tip(error)}"


def _tip(error: LearnerError) -> str:
    if error.type_name == "AttributeError" and any(
        f"'{name}'" in error.message for name in ("params", "grads", "training")
    ):
        return " Does __init__ begin with `super().__init__()`?"
    if error.type_name == "RecursionError":
        return " Something calls itself without end."
    if error.type_name in ("SystemExit", "KeyboardInterrupt"):
        return " A layer returns; it does not end the program."
    return ""


def _wrong_values(quantity: str, got: Array, excess: Array, worst: tuple[int, ...]) -> str:
    wrong = int(np.count_nonzero(excess > 0))
    if np.isnan(got[worst]):
        return f"{quantity} has NaN in {int(np.isnan(got).sum())} of {got.size} places."
    if np.isinf(got[worst]):
        return f"{quantity} has infinity in {int(np.isinf(got).sum())} of {got.size} places."
    which = "the number differs" if got.size == 1 else f"{wrong} of {got.size} numbers differ"
    if got.dtype.kind != "f":
        return f"{quantity} has dtype {got.dtype}, which cuts off fractions; {which}."
    return f"{quantity}: {which}."


def _short(message: str, limit: int = 300) -> str:
    message = " ".join(message.split())
    return message if len(message) <= limit else message[:limit] + " …"


_BUILTIN_ERRORS = frozenset(
    name
    for name, value in vars(__import__("builtins")).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
