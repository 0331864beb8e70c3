"""Numbers that are all wrong by one factor, and what there is so many of in the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from convkit.layers import Array

_ROUNDING = 1e-6

_NOT_ROUNDING = 1e-3
"""A factor nearer to 1 than this is lost digits."""


def layer_sizes(layer: Any, x: Array, grad_y: Array) -> dict[str, int]:
    """What a layer's case has so many of. The names of those with one number coincide."""
    found = {"the number of images" if x.ndim == 4 else "the number of samples": len(x)}
    if x.ndim == 2:
        found["the number of columns of x"] = x.shape[1]
    if x.ndim == grad_y.ndim == 2 and x.shape != grad_y.shape:
        found["the number of columns of y"] = grad_y.shape[1]
    if x.ndim == 4 and grad_y.ndim == 4:
        places = grad_y.shape[2] * grad_y.shape[3]
        found |= {
            "the number of channels": x.shape[1],
            "the number of feature maps": len(grad_y[0]),
        }
        found |= {"the size of a map": places, "images times the size of a map": len(x) * places}
    window = getattr(layer, "kernel_size", None)
    if isinstance(window, tuple):
        found |= {"the height of the window": window[0], "the width of the window": window[1]}
        found["the size of the window"] = window[0] * window[1]
    params = getattr(layer, "params", {})
    if "gamma" in params:  # what its means divide by, for tables and for feature maps
        for name in ("the number of samples", "images times the size of a map"):
            found.pop(name, None)
        found["m, the number of numbers in a channel"] = x.size // x.shape[1]
    weight = params.get("weight")
    if weight is not None and weight.ndim > 3:
        found["the number of products in a sum"] = int(np.prod(weight.shape[-3:]))
    return found


def said_of_factor(
    wrong: Sequence[tuple[Array, Array]], sizes: Sequence[Mapping[str, int]]
) -> str | None:
    """By what one factor every number is wrong in each case, and what that is, in a sentence.

    None where there is no such factor. It is said what the factor is only where one size alone
    has that number in every case.

    Args:
        wrong: of each case what was expected and what came; the case that is shown comes first.
        sizes: of each case what there is so many of.
    """
    factors = [_factor(expected, got) for expected, got in wrong]
    if None in factors or not any(np.count_nonzero(expected) > 1 for expected, _ in wrong):
        return None
    return in_words([factor for factor in factors if factor is not None], sizes)


def in_words(
    found: Sequence[float], sizes: Sequence[Mapping[str, int]], it: str = "every number"
) -> str:
    """Of the factor of each case what it is, in a sentence; ``it`` is off by that factor."""
    shown = found[0]
    always = all(abs(factor - shown) <= _ROUNDING * abs(shown) for factor in found)
    if always and abs(shown + 1) <= _ROUNDING:
        return f"{it.capitalize()} has the wrong sign, and nothing else is wrong."
    start, sign = (
        it.capitalize() if always else f"Here {it}",
        " and has the wrong sign" * (shown < 0),
    )
    for power, words in ((1, "is {} times too large"), (-1, "is divided by {}")):
        whole = [abs(factor) ** power for factor in found]
        if all(abs(each - round(each)) <= _ROUNDING * each for each in whole) and max(whole) > 1.5:
            name = _name([round(each) for each in whole], sizes)
            number = round(whole[0])
            what = f": {number} is {name}" if name else ""
            return f"{start} {words.format(number)}{sign}{what}."
    return f"{start} is {shown:.4g} times what it should be."


def _factor(expected: Array, got: Array) -> float | None:
    """The one factor of all numbers, if there is one."""
    if not np.any(expected) or expected.shape != got.shape or not np.isfinite(got).all():
        return None
    largest = np.unravel_index(int(np.argmax(np.abs(expected))), expected.shape)
    factor = float(got[largest]) / float(expected[largest])
    rest = np.abs(got - factor * expected)
    fits = np.all(rest <= _ROUNDING * abs(factor) * np.max(np.abs(expected)))
    return factor if fits and factor and abs(factor - 1) > _NOT_ROUNDING else None


def _name(numbers: Sequence[int], sizes: Sequence[Mapping[str, int]]) -> str:
    """What there is so many of in every case, "" where nothing or more than one thing is."""
    names = [
        {name for name, size in each.items() if size == number}
        for number, each in zip(numbers, sizes, strict=True)
    ]
    shared = reduce(set.intersection, names)
    return shared.pop() if len(shared) == 1 else ""
