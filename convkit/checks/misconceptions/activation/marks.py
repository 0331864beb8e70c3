"""What can be said of an element-wise layer that is none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.misconceptions import Mark
from convkit.checks.misconceptions.activation.altered import Function, Slope, with_own_slope
from convkit.checks.misconceptions.activation.telling import (
    Numbers,
    at_zero,
    formula_of_x,
    formula_of_y,
    function_of_x,
    not_alone,
    numbers_of,
    of_most,
    of_own_y,
    of_scaled_x,
    one_side,
    only_far,
    stretched,
)
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.tables import Reading, enter_table
from convkit.checks.properties import Situation
from convkit.layers import Array, Layer, Sigmoid, Tanh

Rows = dict[str, tuple[Any, ...]]


def enter_marks(base: type[Layer], forth: Reading, back: Reading, formula: Slope) -> None:
    """Enter what is told by a mark for the layer ``base``; ``formula`` is its slope."""
    for id, row in _rows(base, formula).items():
        quantity, read = ("y", forth) if id.startswith("forward-") else ("grad_x", back)
        enter_table(base.__name__, read, {id: row}, mark=partial(_mark, quantity))


def _mark(quantity: str, tells: Callable[[Numbers], Any]) -> Mark:
    def mark(asked: str, situations: Sequence[Situation]) -> bool:
        if asked != quantity:
            return False
        with np.errstate(all="ignore"):
            numbers = numbers_of(quantity, situations)
            return numbers is not None and (
                bool(tells(numbers)) or (not numbers.finite and of_most(numbers, tells))
            )

    return mark


def _rows(base: type[Layer], formula: Slope) -> Rows:
    """What tells them on what they tell: "forward-…" on y, "backward-…" on grad_x."""

    def right(x: Array) -> Array:
        return base().forward(x)

    def right_slope(x: Array) -> Array:
        return formula(x, right(x))

    def y_is(function: Function) -> type[Layer]:
        return with_forward(base, lambda layer, x, y: function(x))

    def slope_is(slope: Function) -> type[Layer]:
        return with_backward(base, lambda layer, grad_y, grad_x: slope(layer.x) * grad_y)

    squashing = base in (Sigmoid, Tanh)
    of_squashing: Rows = {
        "forward-of-scaled-x": (
            "The right function of the wrong number",
            "x is multiplied with something, or something is added to it, before the function is "
            "applied",
            "Which value has y at x = 0, and how steep is it there?",
            partial(of_scaled_x, base),
            y_is(lambda x: right(0.7 * x + 0.1)),
        ),
        "backward-of-wrong-y": (
            "The slope is worked out from a y that is not right",
            "the formula in backward is the right one, but the y that forward kept for it is not: "
            "mend forward first",
            "Which number does backward need, and which does forward keep?",
            partial(of_own_y, formula),
            with_own_slope(base, lambda x: 0.9 * right(x) + 0.03, formula),
        ),
        "backward-formula-of-y": (
            "The slope is another formula of y",
            "the slope is worked out from y, but the formula has other terms, or other numbers "
            "in it",
            "Derive the slope on paper, and put y = 0 and y = ½ into it and into yours.",
            partial(formula_of_y, base),
            slope_is(lambda x: 0.3 + 0.2 * right(x) + 0.1 * right(x) ** 2),
        ),
    }
    return (
        _somewhere("forward", "y", right, y_is, squashing)
        | _somewhere("backward", "grad_x", right_slope, slope_is, squashing)
        | {
            "forward-stretched": (
                "y is stretched or shifted",
                "y is the right number times another one, plus another one, everywhere the same",
                "Compare y at two places with what was expected. Which factor, which summand?",
                stretched,
                y_is(lambda x: 0.8 * right(x) + 0.07),
            ),
        }
        | (of_squashing if squashing else {})
        | {
            "backward-formula-of-x": (
                "The slope is worked out from x by a wrong formula",
                "the factor of grad_y is a simple formula of x, and not the slope there",
                "How steep is the curve at x = 1? What does your formula give there?",
                formula_of_x,
                slope_is(lambda x: 0.3 + 0.2 * x),
            ),
            "forward-not-alone": (
                "One number's y depends on the others",
                "the same x gives another y in another place: a mean, a largest number, an index "
                "or an earlier result plays a part",
                "Which line of forward looks at more than one number at a time?",
                not_alone,
                y_is(lambda x: right(x) + 0.01 * np.roll(x, 1)),
            ),
            "backward-not-a-factor": (
                "grad_y is not just multiplied with the slope",
                "at two places with the same x, grad_x is not the same multiple of grad_y",
                "By the chain rule, grad_x is a product. Of which two numbers at each place?",
                not_alone,
                with_backward(
                    base, lambda layer, grad_y, grad_x: grad_x * (1 + 0.1 * np.cos(grad_y))
                ),
            ),
            "forward-another-function": (
                "This is another function",
                "y is worked out from each x on its own, as it should be, but by another formula",
                "Work out y for x = 1 and for x = −1 by hand, and compare.",
                function_of_x,
                y_is(lambda x: np.log1p(np.abs(x)) + 0.1 * np.sin(x)),
            ),
            "backward-another-slope": (
                "The slope is wrong",
                "grad_y is multiplied with a number that depends on x, as it should be, but that "
                "is not the slope of forward there",
                "How much does y change when x = 1 becomes 1.01? Divide, and compare.",
                function_of_x,
                slope_is(lambda x: np.cos(x) + 0.1 * np.sin(3 * x)),
            ),
        }
    )


def _somewhere(
    passing: str,
    it: str,
    right: Function,
    make: Callable[[Function], type[Layer]],
    squashing: bool,
) -> Rows:
    """It goes wrong in some places only; ``make`` turns ``right`` with a change into a layer."""
    far: Rows = {
        f"{passing}-far": (
            f"Far from 0 {it} goes wrong",
            f"{it} is right for moderate x, and somewhere on the way a number becomes too "
            "large, or x is cut off",
            "Print each intermediate result for x = 1000 and for x = −1000.",
            only_far,
            make(_but(right, lambda x: np.abs(x) >= 50, lambda y: 0 * y + 0.4)),
        ),
    }
    zero: Rows = {
        f"{passing}-zero": (
            f"At x = 0 {it} goes wrong",
            f"{it} is right for positive and for negative x, but not where x is 0",
            "Which branch of your code takes x = 0?",
            at_zero,
            make(_but(right, lambda x: x == 0, lambda y: y + np.nan)),
        ),
    }
    sides: Rows = {
        f"{passing}-{side}-side": (
            f"For {side} x {it} goes wrong",
            f"{it} is right on the other side of 0, and not where x is {side}",
            f"Work out x = {'−' if negative else ''}2 by hand. Which line of your code takes it?",
            partial(one_side, negative=negative),
            make(_but(right, _side(negative), lambda y: 0.3 * y - 0.2)),
        )
        for side, negative in (("negative", True), ("positive", False))
    }
    return (far if squashing else zero) | sides


def _but(function: Function, where: Function, other: Function) -> Function:
    """``function``, but where ``where(x)`` holds ``other`` of it."""
    return lambda x: np.where(where(x), other(function(x)), function(x))


def _side(negative: bool) -> Function:
    return lambda x: x < 0 if negative else x > 0
