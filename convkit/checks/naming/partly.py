"""Relations between what came and what is right that hold in some places only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.look import Look, close
from convkit.layers import Array

Pair = Callable[[Array, Array], Any]
"""Is given what came and what is right."""


def everywhere(look: Look, holds: Pair) -> bool:
    return bool(look.finite) and all(holds(got, right) for got, right in look.finite)


def where_told(look: Look, told: Callable[[Array], bool], holds: Pair) -> bool:
    """Whether it holds in every case that is large enough to tell, of which there are."""
    pairs = [(got, right) for got, right in look.finite if told(right)]
    return bool(pairs) and all(holds(got, right) for got, right in pairs)


def ndim_of(look: Look) -> int:
    """How many axes there are in every case; 0 where they differ."""
    found = {right.ndim for _, right in look.finite}
    return found.pop() if len(found) == 1 else 0


def returns_early(look: Look, anatomy: Anatomy) -> str | bool:
    """Right up to some number, in the order of the loops, and 0 behind it; says where it ends."""
    ndim = ndim_of(look)
    for axis in range(ndim):

        def stops(got: Array, right: Array, axis: int = axis) -> bool:
            done = int(np.prod(right.shape[axis + 1 :]))
            flat, wanted = got.ravel(), right.ravel()
            return bool(close(flat[:done], wanted[:done]).all()) and not flat[done:].any()

        told = any(right.shape[axis] > 1 for _, right in look.finite)
        if told and everywhere(look, stops):
            name = anatomy.axes_of(look, ndim)[axis]
            return f"Only what the first round of the loop over the {name} writes is there."
    return False


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
                return f"Only {words} {'are' if ' but' in words else 'is'} right."
    return False


def _right_in(got: Array, right: Array, axis: int, part: Callable[[int], slice]) -> bool:
    """Right in the part, and wrong all over the rest; or there is no rest."""
    lines = _right_lines(got, right, axis)
    inside = np.zeros(lines.size, bool)
    inside[part(lines.size)] = True
    return bool(inside.any()) and bool(np.array_equal(lines, inside))


def _right_lines(got: Array, right: Array, axis: int) -> Array:
    others = tuple(other for other in range(right.ndim) if other != axis)
    return np.asarray(close(got, right).all(axis=others))


def wrong_at_one_end(look: Look, anatomy: Anatomy) -> str | bool:
    """Along an axis only the first, or the last few lines are wrong."""
    ndim = ndim_of(look)
    for axis in range(ndim):
        for words, turn in (("beginning", 1), ("end", -1)):

            def settles(got: Array, right: Array, axis: int = axis, turn: int = turn) -> bool:
                lines = _right_lines(got, right, axis)[::turn]
                wrong = int(np.sum(~lines))
                return 0 < wrong <= lines.size / 2 and not lines[:wrong].any()

            if where_told(look, lambda right, axis=axis: right.shape[axis] > 1, settles):  # type: ignore[misc]
                name = anatomy.axes_of(look, ndim)[axis]
                return f"It goes wrong at the {words} of its {name}, and the rest is right."
    return False


def wrong_at_the_border(look: Look, anatomy: Anatomy) -> bool:
    """Right inside, along the last two axes, and wrong somewhere near their ends."""

    def inside_right(got: Array, right: Array) -> bool:
        wrong = np.asarray(~close(got, right).reshape(-1, *right.shape[-2:]).all(axis=0))
        insides = (wrong[width:-width, width:-width] for width in (1, 2, 3))
        return any(inside.size >= 2 and not inside.any() for inside in insides)

    return where_told(
        look, lambda right: right.ndim > 1 and min(right.shape[-2:]) > 2, inside_right
    )


def few(look: Look, anatomy: Anatomy) -> bool:
    """Few numbers are wrong: at most one in four."""

    def holds(got: Array, right: Array) -> bool:
        return int(np.sum(~close(got, right))) * 4 <= right.size

    return where_told(look, lambda right: int(np.prod(right.shape[-2:])) >= 8, holds)
