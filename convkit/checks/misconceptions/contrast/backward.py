"""Wrong backward passes of `LocalContrastNorm2d`."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import with_backward
from convkit.checks.misconceptions.contrast.altered import (
    COMPETE,
    adjoint,
    blur,
    deviation,
    matrices,
    over_channels,
    subtracted,
)
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, LocalContrastNorm2d


def _formula(
    *,
    divisive: Any = adjoint,
    subtractive: Any = adjoint,
    through_deviation: float = 1.0,
    through_mean: float = 1.0,
    power: int = 3,
    masked: bool = True,
    summed: bool = True,
    factor: float = 1.0,
    floored: bool = True,
) -> Any:
    """The right way back, with something changed; each factor is right at 1."""

    def wrong(layer: Any, grad_y: Array, grad_x: Array) -> Array:
        by = matrices(layer, layer.x)
        v = subtracted(layer.x, by)
        sigma = deviation(v, by)
        scale = np.maximum(layer.c, sigma) if floored else sigma
        product = over_channels(v * grad_y) if summed else v * grad_y / v.shape[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            inner = product / np.maximum(layer.c, sigma) ** power
            if masked:
                inner = inner * (sigma > layer.c)
            grad_v = grad_y / scale - through_deviation * v * divisive(inner, by)
            result = grad_v - through_mean * subtractive(over_channels(grad_v), by)
        changed: Array = (factor * result).astype(grad_x.dtype)
        return changed

    return wrong


def _times_channels(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """1/C is lost in the subtractive step."""
    wrong: Array = _formula(through_mean=layer.x.shape[1])(layer, grad_y, grad_x)
    return wrong


def _times_channels_divisive(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    wrong: Array = _formula(through_deviation=layer.x.shape[1])(layer, grad_y, grad_x)
    return wrong


def _each_channel(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """In the subtractive step each channel is on its own."""
    by = matrices(layer, layer.x)
    right_v = _formula(through_mean=0.0)(layer, grad_y, grad_x)
    result: Array = right_v - adjoint(right_v, by)
    return result


def _not_a_number(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """0/0 where σ is 0, and a mask that comes too late."""
    by = matrices(layer, layer.x)
    flat = deviation(subtracted(layer.x, by), by) == 0
    return np.where(flat, np.nan, grad_x).astype(grad_x.dtype)


def _square_of_blur(images: Array, by: Any) -> Array:
    """No blur at all: each place is on its own."""
    return images


_TABLE: Table = {
    "backward-blur-not-transposed": (
        "On the way back it is blurred as on the way forth",
        "the blur is taken for its own transpose, which it is not at the border: there its weights "
        "have been renormalised",
        "How much does a corner pixel give to its neighbour's mean, and how much does it get?",
        _formula(divisive=blur, subtractive=blur),
        _formula(divisive=blur),
        _formula(subtractive=blur),
    ),
    "backward-deviation-constant": (
        "The deviation is treated as a constant",
        "what flows back through σ is left out",
        "If one pixel grows, what does the σ of its neighbours do?",
        _formula(through_deviation=0.0),
    ),
    "backward-mean-constant": (
        "The local mean is treated as a constant",
        "the way back ends at v: what flows through the mean is left out",
        "If one pixel grows, what does the local mean of its neighbours do?",
        _formula(through_mean=0.0),
    ),
    "backward-both-constant": (
        "Mean and deviation are treated as constants",
        "grad_x is grad_y / max(c, σ): nothing flows through the neighbours",
        "If one pixel grows, does y change in its neighbours?",
        _formula(through_deviation=0.0, through_mean=0.0),
    ),
    "backward-deviation-sign": (
        "What flows through σ has the wrong sign",
        "the term is added where it should be subtracted",
        "If a neighbour's contrast grows, does y become larger or smaller?",
        _formula(through_deviation=-1.0),
    ),
    "backward-mean-sign": (
        "What flows through the mean has the wrong sign",
        "the term is added where it should be subtracted",
        "If all pixels grow by 1, what does y do? What must grad_x sum to?",
        _formula(through_mean=-1.0),
    ),
    "backward-kink-ignored": (
        "Where c is the larger, the gradient flows through σ all the same",
        "the term with σ is not switched off where σ < c, where max(c, σ) is a constant",
        "By what is v divided where σ is below c? Does that depend on x?",
        _formula(masked=False),
    ),
    "backward-power": (
        "The wrong power of σ",
        "1/σ, 1/σ² or 1/σ⁴ stands where 1/σ³ should",
        "What is the slope of 1/σ along σ, and of σ = √s along s?",
        _formula(power=2),
        _formula(power=1),
        _formula(power=4),
    ),
    "backward-half": (
        "What flows through σ has a factor 2 too many or too few",
        "the square gives a factor 2 and the root a factor ½, and one of them is forgotten",
        "What is the slope of v²? And that of √?",
        _formula(through_deviation=0.5),
        _formula(through_deviation=2.0),
    ),
    "backward-channels-not-averaged": (
        "The factor 1/C is lost on the way back",
        "the mean over the channels becomes a sum on the way back",
        "If one channel grows by 1, by how much does the mean of C channels grow?",
        _times_channels,
        _times_channels_divisive,
    ),
    "backward-channels-apart": (
        "On the way back each channel is on its own",
        "the gradient of one channel does not reach the others, though they share mean and σ",
        "If one channel grows, does y change in the others?",
        _each_channel,
        _formula(summed=False),
    ),
    "backward-not-blurred": (
        "On the way back nothing is blurred",
        "what flows through mean and σ stays in its place, and does not reach the neighbours",
        "Whose y depends on a pixel: its own alone?",
        _formula(divisive=_square_of_blur, subtractive=_square_of_blur),
        _formula(divisive=_square_of_blur),
        _formula(subtractive=_square_of_blur),
    ),
    "backward-c-forgotten": (
        "On the way back c is forgotten",
        "grad_y is divided by σ, where forward divided by max(c, σ)",
        "By what exactly did forward divide?",
        _formula(floored=False),
    ),
    "backward-not-a-number": (
        "The gradient is not a number where σ is 0",
        "0/0 is computed before the places without contrast are sorted out",
        "np.where computes both of its sides. What does the other side hold where σ is 0?",
        _not_a_number,
    ),
}

enter_table(
    "LocalContrastNorm2d", COMPETE, _TABLE, lambda wrong: with_backward(LocalContrastNorm2d, wrong)
)
