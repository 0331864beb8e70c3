"""What can be said of an element-wise layer that is none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.look import close, look
from convkit.checks.misconceptions import misconception
from convkit.checks.misconceptions.activation.altered import Slope, with_own_slope
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.fitting import adds_up, shares
from convkit.checks.misconceptions.tables import Reading
from convkit.checks.properties import Situation
from convkit.layers import Array, Layer, Sigmoid, Tanh

FAR = "the numbers are far from 0"


@dataclass(frozen=True)
class _Numbers:
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
    def finite_part(self) -> _Numbers:
        known = np.isfinite(self.got)
        return _Numbers(
            *(part[known] for part in (self.x, self.got, self.right, self.own, self.far))
        )

    @property
    def finite(self) -> bool:
        return bool(np.isfinite(self.got).all())


def _numbers(quantity: str, situations: Sequence[Situation]) -> _Numbers | None:
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
    return _Numbers(*map(np.concatenate, zip(*columns, strict=True)))


def _in_order(quantity: str, situations: Sequence[Situation]) -> list[Any]:
    return [look(quantity, [situation]).views[0] for situation in situations]


def _of_most(numbers: _Numbers, tells: Any) -> bool:
    """What is told of the finite numbers, if there are enough of them."""
    part = numbers.finite_part
    return part.x.size > numbers.x.size / 2 and bool(part.bad.any()) and bool(tells(part))


def _only_far(numbers: _Numbers) -> bool:
    return bool(numbers.far[numbers.bad].all()) and not numbers.far.all()


def _one_side(numbers: _Numbers, *, negative: bool) -> bool:
    """Wrong on one side of 0 only, and in no few places."""
    there = numbers.x < 0 if negative else numbers.x > 0
    return bool(there[numbers.bad].all()) and bool(numbers.bad.sum() > 0.1 * there.sum())


def _at_zero(numbers: _Numbers) -> bool:
    return bool(np.all(numbers.x[numbers.bad] == 0))


def _stretched(numbers: _Numbers) -> bool:
    return numbers.finite and adds_up(numbers.got, numbers.right, np.ones_like(numbers.right))


def _of_scaled_x(base: type[Layer], numbers: _Numbers) -> bool:
    """The right function of another number, which is a·x + b."""
    if base not in (Sigmoid, Tanh) or not numbers.finite:
        return False
    y = 2 * numbers.got - 1 if base is Sigmoid else numbers.got
    clear = np.abs(y) < 0.999
    if clear.sum() < 10 or np.any(np.abs(y) > 1):
        return False
    x = numbers.x[clear]
    return adds_up(np.arctanh(y[clear]), x, np.ones_like(x))


def _function_of_x(numbers: _Numbers) -> bool:
    return numbers.finite and numbers.repeats


def _not_alone(numbers: _Numbers) -> bool:
    return numbers.finite and not numbers.repeats


def _of_own_y(formula: Slope, numbers: _Numbers) -> bool:
    """The formula is right, and the y that it is fed with is not."""
    return bool(close(np.asarray(formula(numbers.x, numbers.own), float), numbers.got).all())


def _quadratic(numbers: _Numbers, of: Array) -> bool:
    near = ~numbers.far
    one = np.ones_like(of[near])
    return (
        numbers.finite
        and numbers.repeats
        and shares(numbers.got[near], one, of[near], of[near] ** 2) is not None
    )


def _formula_of_y(base: type[Layer], numbers: _Numbers) -> bool:
    return base in (Sigmoid, Tanh) and _quadratic(numbers, base().forward(numbers.x))


def _formula_of_x(numbers: _Numbers) -> bool:
    return _quadratic(numbers, numbers.x)


def _but(
    function: Callable[[Array], Any], where: Callable[[Array], Array], other: Callable[[Array], Any]
) -> Callable[[Array], Any]:
    """``function``, but where ``where(x)`` holds ``other`` of it."""
    return lambda x: np.where(where(x), other(function(x)), function(x))


def _side(negative: bool) -> Callable[[Array], Array]:
    return lambda x: x < 0 if negative else x > 0


def enter_marks(base: type[Layer], forth: Reading, back: Reading, formula: Slope) -> None:
    """Enter what is told by a mark for the layer ``base``; ``formula`` is its slope."""

    def right(x: Array) -> Array:
        return base().forward(x)

    def enter(
        id: str, quantity: str, words: tuple[str, str, str], tells: Any, example: Any
    ) -> None:
        def mark(asked: str, situations: Sequence[Situation]) -> bool:
            if asked != quantity:
                return False
            with np.errstate(all="ignore"):
                numbers = _numbers(quantity, situations)
                return numbers is not None and (
                    bool(tells(numbers)) or (not numbers.finite and _of_most(numbers, tells))
                )

        title, when, hint = words
        misconception(
            f"{base.__name__.lower()}-{id}",
            base.__name__,
            title=title,
            when=when,
            hint=hint,
            read=forth if quantity == "y" else back,
            mark=mark,
        )(example)

    def y_is(function: Callable[[Array], Any]) -> type[Layer]:
        return with_forward(base, lambda layer, x, y: function(x))

    def slope_is(slope: Callable[[Array], Any]) -> type[Layer]:
        return with_backward(base, lambda layer, grad_y, grad_x: slope(layer.x) * grad_y)

    squashing = base in (Sigmoid, Tanh)
    for quantity, it, prefix, function, make in (
        ("y", "y", "forward", right, y_is),
        ("grad_x", "grad_x", "backward", lambda x: formula(x, right(x)), slope_is),
    ):
        if squashing:
            enter(
                f"{prefix}-far",
                quantity,
                (
                    f"Far from 0 {it} goes wrong",
                    f"{it} is right for moderate x, and somewhere on the way a number becomes too "
                    "large, or x is cut off",
                    "Print each intermediate result for x = 1000 and for x = −1000.",
                ),
                _only_far,
                make(_but(function, lambda x: np.abs(x) >= 50, lambda right: 0 * right + 0.4)),
            )
        else:
            enter(
                f"{prefix}-zero",
                quantity,
                (
                    f"At x = 0 {it} goes wrong",
                    f"{it} is right for positive and for negative x, but not where x is 0",
                    "Which branch of your code takes x = 0?",
                ),
                _at_zero,
                make(_but(function, lambda x: x == 0, lambda right: right + np.nan)),
            )
        for side, negative in (("negative", True), ("positive", False)):
            enter(
                f"{prefix}-{side}-side",
                quantity,
                (
                    f"For {side} x {it} goes wrong",
                    f"{it} is right on the other side of 0, and not where x is {side}",
                    f"Work out x = {'−' if negative else ''}2 by hand. Which line of your code "
                    "takes it?",
                ),
                partial(_one_side, negative=negative),
                make(_but(function, _side(negative), lambda right: 0.3 * right - 0.2)),
            )
    enter(
        "forward-stretched",
        "y",
        (
            "y is stretched or shifted",
            "y is the right number times another one, plus another one, everywhere the same",
            "Compare y at two places with what was expected. Which factor, which summand?",
        ),
        _stretched,
        y_is(lambda x: 0.8 * right(x) + 0.07),
    )
    if squashing:
        enter(
            "forward-of-scaled-x",
            "y",
            (
                "The right function of the wrong number",
                "x is multiplied with something, or something is added to it, before the function "
                "is applied",
                "Which value has y at x = 0, and how steep is it there?",
            ),
            partial(_of_scaled_x, base),
            y_is(lambda x: right(0.7 * x + 0.1)),
        )
        enter(
            "backward-of-wrong-y",
            "grad_x",
            (
                "The slope is worked out from a y that is not right",
                "the formula in backward is the right one, but the y that forward kept for it is "
                "not: put forward right first",
                "Which number does backward need, and which does forward keep?",
            ),
            partial(_of_own_y, formula),
            with_own_slope(base, lambda x: 0.9 * right(x) + 0.03, formula),
        )
        enter(
            "backward-formula-of-y",
            "grad_x",
            (
                "The slope is another formula of y",
                "the slope is worked out from y, but the formula has other terms, or other "
                "numbers in it",
                "Derive the slope on paper, and put y = 0 and y = ½ into it and into yours.",
            ),
            partial(_formula_of_y, base),
            slope_is(lambda x: 0.3 + 0.2 * right(x) + 0.1 * right(x) ** 2),
        )
    enter(
        "backward-formula-of-x",
        "grad_x",
        (
            "The slope is worked out from x by a wrong formula",
            "the factor of grad_y is a simple formula of x, and not the slope there",
            "How steep is the curve at x = 1? What does your formula give there?",
        ),
        _formula_of_x,
        slope_is(lambda x: 0.3 + 0.2 * x),
    )
    enter(
        "forward-not-alone",
        "y",
        (
            "One number's y depends on the others",
            "the same x gives another y in another place: a mean, a largest number, an index or an "
            "earlier result plays a part",
            "Which line of forward looks at more than one number at a time?",
        ),
        _not_alone,
        y_is(lambda x: right(x) + 0.01 * np.roll(x, 1)),
    )
    enter(
        "backward-not-a-factor",
        "grad_x",
        (
            "grad_y is not just multiplied with the slope",
            "at two places with the same x, grad_x is not the same multiple of grad_y",
            "By the chain rule, grad_x is a product. Of which two numbers at each place?",
        ),
        _not_alone,
        with_backward(base, lambda layer, grad_y, grad_x: grad_x * (1 + 0.1 * np.cos(grad_y))),
    )
    enter(
        "forward-another-function",
        "y",
        (
            "This is another function",
            "y is worked out from each x on its own, as it should be, but by another formula",
            "Work out y for x = 1 and for x = −1 by hand, and compare.",
        ),
        _function_of_x,
        y_is(lambda x: np.log1p(np.abs(x)) + 0.1 * np.sin(x)),
    )
    enter(
        "backward-another-slope",
        "grad_x",
        (
            "The slope is another one",
            "grad_y is multiplied with a number that depends on x, as it should be, but that is "
            "not the slope of forward there",
            "How much does y change when x = 1 becomes 1.01? Divide, and compare.",
        ),
        _function_of_x,
        slope_is(lambda x: np.cos(x) + 0.1 * np.sin(3 * x)),
    )
