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


def ndim_of(look: Look) -> int:
    """How many axes there are in every case; 0 where they differ."""
    found = {right.ndim for _, right in look.finite}
    return found.pop() if len(found) == 1 else 0


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


def few(look: Look, anatomy: Anatomy) -> bool:
    """Few numbers are wrong, at most one in four, in every case that is large enough to tell."""
    large = [pair for pair in look.finite if np.prod(pair[1].shape[-2:]) >= 8]
    return bool(large) and all(np.sum(~close(got, right)) * 4 <= right.size for got, right in large)
