"""Wrong element-wise layers: other functions, and other slopes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.tables import Reading, Table, enter_table, in_all_ways
from convkit.layers import Array, Layer

Function = Callable[[Array], Any]
"""A function that stands in for the right one."""

Slope = Callable[[Array, Array], Array]
"""Is given x and y; returns what grad_y is multiplied with."""


def enter_elementwise(
    base: type[Layer],
    functions: Table,
    slopes: Table,
    forth: Reading,
    back: Reading,
    formula: Slope,
) -> None:
    """Enter mistakes of an element-wise layer: other functions, and wrong slopes of the right one.

    Args:
        functions, slopes: tables of `Function` and of `Slope`.
        forth, back: what teaches its forward and its backward pass.
        formula: the right slope of the right y. A wrong function is also entered with a backward
            that works out its slope from the wrong y.
    """
    name = base.__name__
    in_both_ways = in_all_ways(functions, lambda wrong: _ways(base, wrong, formula))
    enter_table(name, forth, in_both_ways, prefix=f"{name.lower()}-forward")
    enter_table(name, back, slopes, partial(_by_slope, base), prefix=f"{name.lower()}-backward")


def _ways(base: type[Layer], function: Function, formula: Slope) -> list[type[Layer]]:
    wrong = with_forward(base, lambda layer, x, y: function(x))
    return [wrong, with_own_slope(base, function, formula)]


def with_own_slope(base: type[Layer], function: Function, formula: Slope) -> type[Layer]:
    """Another function, and the right formula for the slope, but of the wrong y."""

    def backward(layer: Any, grad_y: Array, grad_x: Array) -> Any:
        slope = formula(layer.x, function(layer.x))
        return (slope * grad_y).astype(grad_x.dtype)

    return with_forward(with_backward(base, backward), lambda layer, x, y: function(x))


def _by_slope(base: type[Layer], slope: Slope) -> type[Layer]:
    def wrong(layer: Any, grad_y: Array, grad_x: Array) -> Any:
        return (slope(layer.x, base().forward(layer.x)) * grad_y).astype(grad_x.dtype)

    return with_backward(base, wrong)
