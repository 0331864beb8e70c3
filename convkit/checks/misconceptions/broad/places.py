"""Broad entries about numbers that are right and stand in other places."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations, permutations
from typing import Any

import numpy as np

from convkit.checks.look import Look, equal
from convkit.checks.misconceptions.broad.entering import Anatomy, Broad
from convkit.layers import Array


def everywhere(look: Look, holds: Callable[[Array, Array], Any]) -> bool:
    return bool(look.finite) and all(holds(got, right) for got, right in look.finite)


def ndim_of(look: Look) -> int:
    return look.finite[0][1].ndim if look.finite else 0


def mirrored(look: Look, anatomy: Anatomy) -> str | bool:
    """Reversed along some axes; says along which."""
    ndim = ndim_of(look)
    for count in range(1, ndim + 1):
        for axes in combinations(range(ndim), count):
            if everywhere(look, partial(_flipped, axes=axes)):
                names = anatomy.axes_of(look, ndim)
                return f"It is reversed along its {' and '.join(names[axis] for axis in axes)}."
    return False


def rolled(look: Look, anatomy: Anatomy) -> str | bool:
    """Moved along one or two axes, around the edge or off it; says how far."""
    ndim = ndim_of(look)
    for count in (1, 2):
        for axes in combinations(range(ndim), count):
            for steps in np.ndindex(*(5,) * count):
                moves = tuple(step - 2 for step in steps)
                if all(moves) and everywhere(look, partial(_moved, moves=moves, axes=axes)):
                    names = anatomy.axes_of(look, ndim)
                    ways = (
                        f"{abs(move)} of the {names[axis]} too far {'on' if move > 0 else 'back'}"
                        for move, axis in zip(moves, axes, strict=True)
                    )
                    return f"It is {' and '.join(ways)}."
    return False


def _flipped(got: Array, right: Array, axes: tuple[int, ...]) -> bool:
    return equal(got, np.flip(right, axes))


def _moved(got: Array, right: Array, moves: tuple[int, ...], axes: tuple[int, ...]) -> bool:
    """What lies in both is the same, and it is more than a few numbers."""
    here: list[slice] = [slice(None)] * right.ndim
    there = list(here)
    for move, axis in zip(moves, axes, strict=True):
        size = right.shape[axis]
        if abs(move) >= size or (axis < right.ndim - 2 and 2 * abs(move) >= size):
            return False
        here[axis] = slice(max(0, move), size + min(0, move))
        there[axis] = slice(max(0, -move), size + min(0, -move))
    common = got[tuple(here)]
    return common.size >= 2 and bool(common.any()) and equal(common, right[tuple(there)])


def reordered(look: Look, anatomy: Anatomy) -> str | bool:
    """The numbers of one axis are in another order."""
    ndim = ndim_of(look)
    for axis in range(ndim):
        if everywhere(look, partial(_same_lines, axis=axis)):
            return f"Its {anatomy.axes_of(look, ndim)[axis]} are mixed up."
    return False


def _same_lines(got: Array, right: Array, axis: int) -> bool:
    """The slices along an axis are those that are right, each once, in another order."""
    if right.shape[axis] < 2:
        return equal(got, right)
    left = [np.take(right, index, axis) for index in range(right.shape[axis])]
    for index in range(got.shape[axis]):
        one = np.take(got, index, axis)
        found = next((i for i, other in enumerate(left) if equal(one, other)), None)
        if found is None:
            return False
        left.pop(found)
    return True


def refolded(look: Look, anatomy: Anatomy) -> bool:
    """The numbers as another order of the axes lays them in memory."""
    ndim = ndim_of(look)
    orders = list(permutations(range(ndim)))[1:] if ndim > 1 else []

    return any(everywhere(look, partial(_folds, order=order)) for order in orders)


def _folds(got: Array, right: Array, order: tuple[int, ...]) -> bool:
    shape = [right.shape[axis] for axis in order]
    return equal(got, right.transpose(order).reshape(right.shape)) or equal(
        got, right.reshape(shape).transpose(np.argsort(order))
    )


def scattered(look: Look, anatomy: Anatomy) -> bool:
    """All the right numbers, each once, in other places."""

    def same_numbers(got: Array, right: Array) -> bool:
        return right.size > 3 and equal(np.sort(got, axis=None), np.sort(right, axis=None))

    return everywhere(look, same_numbers)


def borrowed(look: Look, anatomy: Anatomy) -> bool:
    """Every number is one of the right ones, but not the one of its place."""

    def among(got: Array, right: Array) -> bool:
        known = np.sort(right, axis=None)
        place = np.clip(np.searchsorted(known, got), 1, known.size - 1)
        near = np.minimum(np.abs(known[place] - got), np.abs(known[place - 1] - got))
        return right.size > 3 and float(near.max()) <= 1e-9 * float(np.abs(right).max())

    return everywhere(look, among)


def copies(look: Look, anatomy: Anatomy) -> str | bool:
    """Along some axis all slices are the same; says along which."""
    ndim = ndim_of(look)
    for axis in range(ndim):

        def alike(got: Array, right: Array, axis: int = axis) -> bool:
            return _constant(got, axis) and (right.shape[axis] < 2 or not _constant(right, axis))

        longer = any(right.shape[axis] > 1 for _, right in look.finite)
        if longer and not zero(look) and everywhere(look, alike):
            return f"All its {anatomy.axes_of(look, ndim)[axis]} are alike."
    return False


def zero(look: Look) -> bool:
    return not any(got.any() for got, _ in look.finite)


def _constant(values: Array, axis: int) -> bool:
    first = np.take(values, [0], axis)
    return bool(np.all(np.abs(values - first) <= 1e-9 * np.abs(values).max()))


PLACES = [
    Broad(
        "mirrored",
        "{it} is mirrored",
        "the numbers are right and their order is reversed: a flip too many, or one too few",
        "Follow the first number. Where does it end up?",
        mirrored,
        (lambda value: np.flip(value, (-1, -2)),),
    ),
    Broad(
        "moved",
        "{it} is moved by some places",
        "the numbers are right, and stand beside the places where they belong: an index begins one "
        "too early or too late, or the wrong end is cut off",
        "Which number should stand in the corner, and which one does?",
        rolled,
        (lambda value: np.roll(value, 1, -1),),
    ),
    Broad(
        "mixed-up",
        "Parts of {it} are mixed up",
        "whole parts of the result are right, and stand in each other's places",
        "Which index do you write to, and which one have you computed?",
        reordered,
        (lambda value: np.roll(value, value.shape[1] // 2, 1) if value.ndim > 1 else value[::-1],),
    ),
    Broad(
        "refolded",
        "{it} is reshaped where it should be transposed",
        "the shape is right and the numbers are in the wrong places: reshape does not move an "
        "axis, it keeps the order in memory and cuts it up anew",
        "Which axis varies fastest before the reshape, and which one after it?",
        refolded,
        (lambda value: value.transpose(*range(value.ndim)[::-1]).reshape(value.shape),),
    ),
    Broad(
        "scattered",
        "{it} has the right numbers in the wrong places",
        "every number that should come comes once, but not where it belongs",
        "Take one number of the result. Which indices did it get, and which should it have?",
        scattered,
        (lambda value: np.sort(value, axis=-1),),
    ),
    Broad(
        "copies",
        "Parts of {it} are copies of one another",
        "an index is not used, or an axis is summed away and spread again, so that what should "
        "differ is the same",
        "Which index should these numbers depend on, and where does it appear in your code?",
        copies,
        (lambda value: np.broadcast_to(np.sin(value[..., :1]), value.shape),),
    ),
]

BORROWED = [
    Broad(
        "borrowed",
        "{it} takes numbers from other places",
        "every number is a right one, but of another place; some come twice and others not at all",
        "Take one number of the result. Where does it belong?",
        borrowed,
        (lambda value: np.maximum(value, np.roll(value, 1, -1)),),
    ),
]
