"""What can be said of a contrast normalization that is none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.misconceptions import Mark
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.contrast.altered import (
    COMPETE,
    FORMULA,
    adjoint,
    deviation,
    divided,
    matrices,
    over_channels,
    way_back,
    with_parts,
)
from convkit.checks.misconceptions.contrast.telling import (
    any_y,
    at_border_only,
    below_c_only,
    mean_right,
    one_divisor,
    only_terms,
    other_channels,
    other_numbers,
    right_parts,
    shared_mean,
    shared_way,
    slipped_as_well,
)
from convkit.checks.misconceptions.marks import Marks
from convkit.checks.misconceptions.tables import enter_table
from convkit.checks.properties import Situation
from convkit.layers import Array, LocalContrastNorm2d


def _odd_divisor(layer: Any, x: Array, y: Array) -> Array:
    parts = right_parts(layer, x)
    return (parts.v / (0.6 * parts.divisor + 0.5)).astype(x.dtype)


def _odd_below_c(layer: Any, x: Array, y: Array) -> Array:
    parts = right_parts(layer, x)
    return np.where(parts.steep, y, 0.4 * y).astype(x.dtype)


def _odd_border(values: Array) -> Array:
    changed = values.copy()
    changed[..., 0] *= 0.7
    return changed


def _less(layer: Any, x: Array, lost: Array) -> Array:
    by = matrices(layer, x)
    v = x - lost
    return divided(layer, v, np.maximum(layer.c, deviation(v, by)))


def _odd_mean(layer: Any, x: Array, y: Array) -> Array:
    return _less(layer, x, 0.3 * over_channels(x) + 0.1 * over_channels(np.roll(x, 1, axis=-1)))


def _odd_means(layer: Any, x: Array, y: Array) -> Array:
    return _less(layer, x, 0.3 * np.roll(x, 1, axis=-1))


def _odd_everything(layer: Any, x: Array, y: Array) -> Array:
    one_number = 0.1 * over_channels(np.roll(x, 1, axis=-1))
    return np.asarray((0.7 * y + one_number).astype(x.dtype))


def _weighed(*weights: float) -> Any:
    """grad_x of its four terms, with these factors."""

    def wrong(layer: Any, grad_y: Array, grad_x: Array) -> Array:
        parts = right_parts(layer, layer.x)
        direct = grad_y / parts.divisor
        inner = over_channels(parts.v * grad_y) * parts.steep / parts.divisor**3
        through = parts.v * adjoint(inner, parts.by)
        means = [adjoint(over_channels(term), parts.by) for term in (direct, through)]
        terms = [direct, through, *means]
        return np.tensordot(weights, terms, axes=1).astype(grad_x.dtype)

    return wrong


def _odd_through_deviation(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    parts = right_parts(layer, layer.x)
    extra = parts.v * np.roll(over_channels(parts.v * grad_y) * parts.steep, 1, axis=-1)
    return (grad_x + 0.2 * extra).astype(grad_x.dtype)


def _odd_through_mean(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    extra = over_channels(np.roll(grad_y, 1, axis=-1))
    return (grad_x + 0.2 * extra).astype(grad_x.dtype)


def _odd_channels(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return (grad_x + 0.2 * np.roll(grad_y, 1, axis=-1)).astype(grad_x.dtype)


_Y: Marks = {
    "forward-at-border": (
        "At the border y goes wrong",
        "y is right where the window lies inside of the picture, and not where it hangs over the "
        "border",
        "In a corner, which weights of the window are used, and what do they sum to?",
        at_border_only,
        with_forward(LocalContrastNorm2d, lambda layer, x, y: _odd_border(y)),
    ),
    "forward-below-c": (
        "Where σ is below c, y goes wrong",
        "y is right where the contrast is high, and not where c is the larger of the two",
        "By what is v divided where σ is below c?",
        below_c_only,
        with_forward(LocalContrastNorm2d, _odd_below_c),
    ),
    "forward-divisor": (
        "v is divided by another number",
        "the subtractive step is right, and all channels are divided by one number at each place, "
        "as they should be, but this number is not max(c, σ)",
        "Print your σ for one place, and work it out by hand from v and the window.",
        one_divisor,
        with_forward(LocalContrastNorm2d, _odd_divisor),
    ),
    "forward-other-mean": (
        "Another local mean is subtracted",
        "all channels lose the same number at each place, as they should, but this number is not "
        "the window's mean over channels and neighbours",
        "Print your local mean for one place, and work it out by hand. Which weights has it?",
        shared_mean,
        with_forward(LocalContrastNorm2d, _odd_mean),
    ),
    "forward-other-channels": (
        "The channels are not treated alike",
        "at one place all channels should lose the same number and be divided by the same number, "
        "and here they are not",
        "How many means, and how many σ, are there at one place of a picture with 3 channels?",
        other_channels,
        with_forward(LocalContrastNorm2d, _odd_means),
    ),
    "forward-other-numbers": (
        "Both the local mean and the divisor are wrong",
        "at each place all channels lose the same number and are divided by the same number, as "
        "they should; but these are not the window's mean and max(c, σ)",
        "Take a picture of 3 × 3 pixels. Print the mean, v and σ one after the other.",
        other_numbers,
        with_forward(LocalContrastNorm2d, _odd_everything),
    ),
}

_X: Marks = {
    "backward-slip-besides": (
        "backward has a mistake of its own, beside that of forward",
        "backward works with what forward keeps, which is wrong, and leaves something out besides",
        "Three ways lead from x to y: directly, through the mean and through σ. Take them one by "
        "one.",
        slipped_as_well,
        with_parts(
            lambda layer, x, y: _less(layer, x, 0 * x),
            lambda layer, grad_y: way_back(
                layer.parts, grad_y, layer.parts.by, through_deviation=0.0
            ),
        ),
    ),
    "backward-mean-term": (
        "What flows through the mean is not right",
        "grad_y and what flows through σ enter as they should, but what is subtracted for the "
        "local mean has another factor",
        "If one pixel grows by 1, by how much does the mean grow at its neighbours?",
        only_terms(2, 3),
        with_backward(LocalContrastNorm2d, _weighed(1, -1, -0.37, 0.61)),
    ),
    "backward-deviation-term": (
        "What flows through σ is not right",
        "grad_y and what flows through the mean enter as they should, but what is subtracted for "
        "the deviation has another factor",
        "Take y = v/σ: what is its slope along σ, and σ's slope along one v?",
        only_terms(1, 3),
        with_backward(LocalContrastNorm2d, _weighed(1, -0.37, -1, 0.37)),
    ),
    "backward-terms": (
        "Several terms of grad_x are not right",
        "grad_x is made of the right terms, but more than one of them has another factor",
        "Three ways lead from x to y: directly, through the mean and through σ. Take them one by "
        "one.",
        only_terms(0, 1, 2, 3),
        with_backward(LocalContrastNorm2d, _weighed(1.17, -0.37, -0.61, 0.83)),
    ),
    "backward-at-border": (
        "At the border grad_x goes wrong",
        "grad_x is right where no window hangs over the border, and not elsewhere",
        "How much does a corner pixel give to its neighbour's mean, and how much does it get?",
        at_border_only,
        with_backward(LocalContrastNorm2d, lambda layer, grad_y, grad_x: _odd_border(grad_x)),
    ),
    "backward-through-deviation": (
        "The way through σ is wrong",
        "where σ is below c everywhere, grad_x is right; what flows back through σ is not worked "
        "out as it should be",
        "Write down, for one channel and three pixels, all y that depend on the middle x via σ.",
        mean_right,
        with_backward(LocalContrastNorm2d, _odd_through_deviation),
    ),
    "backward-through-mean": (
        "The way through the local mean is wrong",
        "where σ is below c everywhere, grad_x is grad_y/c less something that is the same for all "
        "channels, as it should be, but this is not what flows through the mean",
        "Write down, for one channel and three pixels, all means that depend on the middle x.",
        shared_way,
        with_backward(LocalContrastNorm2d, _odd_through_mean),
    ),
    "backward-channels": (
        "More than one way back is not right",
        "even where σ is below c, grad_x is not grad_y/c minus a number that all channels of a "
        "place share",
        "If forward is wrong, mend it first. Then take a case where c is larger than every σ: "
        "what is left of the formula?",
        any_y,
        with_backward(LocalContrastNorm2d, _odd_channels),
    ),
}


def _mark(quantity: str, tells: Any) -> Mark:
    def mark(asked: str, situations: Sequence[Situation]) -> str | bool:
        with np.errstate(all="ignore"):
            found: str | bool = asked == quantity and tells(asked, situations)
        return found

    return mark


enter_table("LocalContrastNorm2d", FORMULA, _Y, mark=partial(_mark, "y"))
enter_table("LocalContrastNorm2d", COMPETE, _X, mark=partial(_mark, "grad_x"))
