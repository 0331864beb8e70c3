"""Broad entries about numbers that are right in some places only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.look import Look, close
from convkit.checks.misconceptions.broad.entering import Anatomy, Broad
from convkit.checks.misconceptions.broad.places import everywhere, ndim_of
from convkit.layers import Array


def _wherever_told(
    look: Look, told: Callable[[Array], bool], holds: Callable[[Array, Array], Any]
) -> bool:
    """Whether it holds in every failing case that is large enough to tell, of which there are."""
    pairs = [(got, right) for got, right in look.finite if told(right)]
    return bool(pairs) and all(holds(got, right) for got, right in pairs)


_PARTS: dict[str, Callable[[int], slice]] = {
    "the first of its {}": lambda size: slice(0, 1),
    "the last of its {}": lambda size: slice(size - 1, size),
    "all its {} but the first": lambda size: slice(1, size),
    "all its {} but the last": lambda size: slice(0, size - 1),
    "all its {} but the first and the last": lambda size: slice(1, size - 1),
    "the second half of its {}": lambda size: slice(size // 2, size),
    "the first half of its {}": lambda size: slice(0, size // 2),
}


def partly_right(look: Look, anatomy: Anatomy) -> str | bool:
    """Right in some part along an axis, the same part in every case; says in which."""
    ndim = ndim_of(look)
    for axis in range(ndim):
        for words, part in _PARTS.items():
            if everywhere(look, partial(_right_in, axis=axis, part=part)):
                words = words.format(anatomy.axes_of(look, ndim)[axis])
                return f"Only {words} are right." if " but" in words else f"Only {words} is right."
    return False


def _right_in(got: Array, right: Array, axis: int, part: Callable[[int], slice]) -> bool:
    """Right in the part, and wrong all over the rest; or there is no rest."""
    size = right.shape[axis]
    right_at = _right_lines(got, right, axis)
    inside = np.zeros(size, bool)
    inside[part(size)] = True
    return bool(inside.any()) and bool(np.array_equal(right_at, inside))


def _right_lines(got: Array, right: Array, axis: int) -> Array:
    others = tuple(other for other in range(right.ndim) if other != axis)
    return np.asarray(close(got, right).all(axis=others))


def wrong_at_the_border(look: Look, anatomy: Anatomy) -> bool:
    """Right inside, along the last two axes, and wrong somewhere near their ends."""

    def inside_right(got: Array, right: Array) -> bool:
        wrong = np.asarray(~close(got, right).reshape(-1, *right.shape[-2:]).all(axis=0))
        for width in (1, 2, 3):
            inside = wrong[width:-width, width:-width]
            if inside.size >= 2 and not inside.any():
                return True
        return False

    return _wherever_told(
        look, lambda right: right.ndim > 1 and min(right.shape[-2:]) > 2, inside_right
    )


def wrong_at_one_end(look: Look, anatomy: Anatomy) -> str | bool:
    """Along an axis only the first, or the last few lines are wrong."""
    ndim = ndim_of(look)
    for axis in range(ndim):
        for words, turn in (("beginning", 1), ("end", -1)):

            def settles(got: Array, right: Array, axis: int = axis, turn: int = turn) -> bool:
                lines = _right_lines(got, right, axis)[::turn]
                wrong = int(np.sum(~lines))
                return 0 < wrong <= lines.size / 2 and not lines[:wrong].any()

            if _wherever_told(look, partial(_longer, axis=axis), settles):
                name = anatomy.axes_of(look, ndim)[axis]
                return f"It goes wrong at the {words} of its {name}, and the rest is right."
    return False


def _longer(right: Array, axis: int) -> bool:
    return right.shape[axis] > 1


def one_place(look: Look, anatomy: Anatomy) -> bool:
    """Few numbers are wrong: at most one in four."""

    def few(got: Array, right: Array) -> bool:
        return int(np.sum(~close(got, right))) * 4 <= right.size

    return _wherever_told(look, lambda right: int(np.prod(right.shape[-2:])) >= 8, few)


def _partly(value: Array) -> Array:
    """Right in the first line of the first axis only."""
    wrong = np.sin(3 * value) + 0.5
    wrong[:1] = value[:1]
    return wrong


def _odd_border(value: Array) -> Array:
    bent = np.sin(3 * value) + 0.5
    if min(value.shape[-2:]) < 3:
        return bent
    bent[..., 1:-1, 1:-1] = value[..., 1:-1, 1:-1]
    return bent


def _bent_end(value: Array) -> Array:
    """The last two columns are wrong, or the last one of a few."""
    bent, count = value.copy(), 1 + (value.shape[-1] > 3)
    bent[..., -count:] = np.sin(3 * value[..., -count:]) + 0.5
    return bent


def _bent_middle(value: Array) -> Array:
    """One number in the middle of each plane is wrong."""
    bent = value.copy()
    bent[..., value.shape[-2] // 2, value.shape[-1] // 2] += np.sin(
        1 + np.arange(value[..., 0, 0].size)
    ).reshape(value.shape[:-2])
    return bent


PARTLY = [
    Broad(
        "partly-right",
        "Only a part of {it} is right",
        "a loop, a slice or an index serves one part of the result only, and the rest is never "
        "written, or gets something else",
        "What is different about the part that is right?",
        partly_right,
        (_partly,),
    ),
]

RARE = [
    Broad(
        "one-end",
        "{it} is wrong at one end",
        "a loop ends too early or too late, or a slice is cut off",
        "At which index does it begin to go wrong? What is special about it?",
        wrong_at_one_end,
        (_bent_end,),
    ),
    Broad(
        "border",
        "{it} is wrong at the border",
        "in the middle all is right, and around it something about the border is not",
        "What is special about the first and the last places? Which pixels do they see?",
        wrong_at_the_border,
        (_odd_border,),
    ),
    Broad(
        "few",
        "A few numbers of {it} are wrong",
        "nearly everything is right: something happens in rare places only, such as in a corner, "
        "among equals, or where two things overlap",
        "Print the places where the difference is not 0. What have they in common?",
        one_place,
        (_bent_middle,),
    ),
]
