"""Relations of right numbers that stand in wrong places."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations, permutations

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.look import Look, close, equal
from convkit.checks.naming.partly import everywhere, ndim_of
from convkit.layers import Array


def along(
    holds: Callable[..., bool], words: str, most: int
) -> Callable[[Look, Anatomy], str | bool]:
    """A relation along one or more axes; says along which."""

    def recognise(look: Look, anatomy: Anatomy) -> str | bool:
        ndim = ndim_of(look)
        for count in range(1, most + 1):
            for axes in combinations(range(ndim), count):
                if everywhere(look, partial(holds, axes=axes)):
                    names = anatomy.axes_of(look, ndim)
                    return words.format(" and ".join(names[axis] for axis in axes))
        return False

    return recognise


def flipped(got: Array, right: Array, axes: tuple[int, ...]) -> bool:
    return equal(got, np.flip(right, axes))


def transposed(look: Look, anatomy: Anatomy) -> bool:
    def swapped(got: Array, right: Array) -> bool:
        return right.ndim > 1 and equal(got, right.swapaxes(-1, -2))

    return everywhere(look, swapped)


def moved(look: Look, anatomy: Anatomy) -> str | bool:
    """Moved along one or two axes, around the edge or off it; says how far, if always as far."""
    ndim = ndim_of(look)
    moves = [
        (axes, tuple(step - 2 for step in steps))
        for count in (1, 2)
        for axes in combinations(range(ndim), count)
        for steps in np.ndindex(*(5,) * count)
        if 2 not in steps
    ]
    for axes, by in moves:
        if everywhere(look, partial(_lie_beside, moves=by, axes=axes)):
            names = anatomy.axes_of(look, ndim)
            ways = (
                f"{abs(move)} of the {names[axis]} too far {'on' if move > 0 else 'back'}"
                for move, axis in zip(by, axes, strict=True)
            )
            return f"It is {' and '.join(ways)}."

    def somehow(got: Array, right: Array) -> bool:
        return any(_lie_beside(got, right, by, axes) for axes, by in moves)

    return len(look.finite) > 1 and everywhere(look, somehow)


def _lie_beside(got: Array, right: Array, moves: tuple[int, ...], axes: tuple[int, ...]) -> bool:
    """What lies in both is the same, and more than a few numbers; few are right in their places."""
    here: list[slice] = [slice(None)] * right.ndim
    there = list(here)
    for move, axis in zip(moves, axes, strict=True):
        size = right.shape[axis]
        if 2 * abs(move) > size:
            return False
        here[axis] = slice(max(0, move), size + min(0, move))
        there[axis] = slice(max(0, -move), size + min(0, -move))
    common = got[tuple(here)]
    told = common.size >= 4 and common.any() and np.mean(close(got, right)) < 0.5
    return bool(told) and equal(common, right[tuple(there)])


def mixed_up(got: Array, right: Array, axes: tuple[int, ...]) -> bool:
    """The slices along an axis are those that are right, each once, in another order."""
    lines, left = (list(np.moveaxis(array, axes[0], 0)) for array in (got, right))
    for line in lines:
        found = next((i for i, other in enumerate(left) if equal(line, other)), None)
        if found is None:
            return False
        left.pop(found)
    return True


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


def _alike(values: Array, axis: int) -> bool:
    first = np.take(values, [0], axis)
    return bool(np.all(np.abs(values - first) <= 1e-9 * np.abs(values).max()))


def copies(look: Look, anatomy: Anatomy) -> str | bool:
    """Along some axis all slices are the same; says along which."""
    for axis in range(ndim_of(look)):

        def alike(got: Array, right: Array, axis: int = axis) -> bool:
            return _alike(got, axis) and (right.shape[axis] < 2 or not _alike(right, axis))

        told = any(got.any() and right.shape[axis] > 1 for got, right in look.finite)
        if told and everywhere(look, alike):
            return f"All its {anatomy.axes_of(look, ndim_of(look))[axis]} are alike."
    return False
