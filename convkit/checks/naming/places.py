"""Relations of right numbers that stand in wrong places."""

from __future__ import annotations

from functools import partial
from itertools import combinations, permutations

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.look import Look, equal
from convkit.checks.naming.partly import everywhere, ndim_of
from convkit.layers import Array


def mirrored(look: Look, anatomy: Anatomy) -> str | bool:
    """Reversed along one or more axes; says along which."""

    def flipped(got: Array, right: Array, axes: tuple[int, ...]) -> bool:
        return equal(got, np.flip(right, axes))

    ndim = ndim_of(look)
    for count in range(1, ndim + 1):
        for axes in combinations(range(ndim), count):
            if everywhere(look, partial(flipped, axes=axes)):
                names = anatomy.axes_of(look, ndim)
                return f"It is reversed along its {' and '.join(names[axis] for axis in axes)}."
    return False


def transposed(look: Look, anatomy: Anatomy) -> bool:
    def swapped(got: Array, right: Array) -> bool:
        return right.ndim > 1 and equal(got, right.swapaxes(-1, -2))

    return everywhere(look, swapped)


def refolded(look: Look, anatomy: Anatomy) -> bool:
    """The numbers as another order of the axes lays them in memory."""

    def folds(got: Array, right: Array, order: tuple[int, ...]) -> bool:
        shape = [right.shape[axis] for axis in order]
        return equal(got, right.transpose(order).reshape(right.shape)) or equal(
            got, right.reshape(shape).transpose(np.argsort(order))
        )

    orders = [*permutations(range(ndim_of(look)))][1:]
    return any(everywhere(look, partial(folds, order=order)) for order in orders)


def scattered(look: Look, anatomy: Anatomy) -> bool:
    """All the right numbers, each once, in other places."""

    def same_numbers(got: Array, right: Array) -> bool:
        return right.size > 3 and equal(np.sort(got, axis=None), np.sort(right, axis=None))

    return everywhere(look, same_numbers)
