"""Relations between what came and what is right, which are true whatever made the numbers.

They are asked last, those that say most first: a relation must hold on every case that goes wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations, permutations
from typing import Any

import numpy as np

from convkit.checks.look import Look, close, equal
from convkit.checks.misconceptions import Misconception, Teller, enter_teller, finished
from convkit.checks.misconceptions.anatomy import Anatomy, pass_of
from convkit.checks.misconceptions.exceptions import ERRORS, RESULTS
from convkit.checks.misconceptions.failures import SHAPES, failure
from convkit.checks.misconceptions.partly import (
    everywhere,
    few,
    ndim_of,
    partly_right,
    returns_early,
    wrong_at_one_end,
    wrong_at_the_border,
)
from convkit.checks.misconceptions.solver import capital, in_words
from convkit.checks.misconceptions.words import CONDITIONS, NUMBERS, RARE
from convkit.layers import Array

Holds = Callable[[Look, Anatomy], str | bool]
"""False where a relation does not hold; a sentence about it where there is more to say."""


def enter_relations(anatomy: Anatomy) -> None:
    """Let them be told of a name, after all else."""
    if anatomy.name in {each.name for each in _KNOWN}:
        return
    _KNOWN.append(anatomy)
    ids = [*NUMBERS, *RARE, *SHAPES, "missing", "only"]
    ids += [f"error-{kind.lower()}" for kind in ERRORS]
    ids += [f"returns-{kind.lower()}" for kind in RESULTS]
    begins = {anatomy.begins(quantity) for quantity in ("y", "grad_x", "first params")}
    teller = Teller(partial(_tell, anatomy), [begin + id for begin in begins for id in ids])
    enter_teller(anatomy.name, teller, last=True)


_KNOWN: list[Anatomy] = []


def _tell(anatomy: Anatomy, look: Look) -> Misconception | None:
    id, words, more = next(_found(anatomy, look), ("", None, ""))
    if words is None:
        return None
    it = "the result" if anatomy.back is None and look.name == "y" else look.name
    title, when, hint = (text.format(it=it, only=look.only) for text in words)
    read = anatomy.read(look.quantity)
    id = anatomy.begins(look.quantity) + id
    return finished(
        Misconception(id, anatomy.name, capital(title), when, capital(hint), *read, ()), more
    )


def _found(anatomy: Anatomy, look: Look) -> Iterator[tuple[str, Any, str]]:
    """Relations that hold: the id, the words, and what more there is to say."""
    if not look.wrong:
        return
    for id, words in NUMBERS.items():
        said = _HOLDS[id](look, anatomy)
        if said:
            yield id, words, said if isinstance(said, str) else ""
    if found := failure(look, anatomy):
        yield found
    if look.only:
        passing = "Backward" if pass_of(look.quantity) == "backward" else "Forward"
        for pattern, hint in CONDITIONS.items():
            if re.fullmatch(pattern, look.only):
                title = f"{passing} goes wrong only where {{only}}"
                yield "only", (title, "everywhere else it is right", hint), ""
    for id, words in RARE.items():
        said = _HOLDS[id](look, anatomy)
        if said:
            yield id, words, said if isinstance(said, str) else ""


# Of single numbers.


def _not_finite(look: Look, anatomy: Anatomy) -> bool:
    """On the case that is shown: elsewhere they may come of what goes wrong here in another way."""
    return any(np.any(~np.isfinite(got) & np.isfinite(right)) for got, right in look.pairs[:1])


def _one_number(look: Look, anatomy: Anatomy) -> bool:
    told = any(got.size > 1 and np.ptp(right) > 0 for got, right in look.finite)
    return told and everywhere(look, lambda got, right: np.ptp(got) == 0)


def _scaled(look: Look, anatomy: Anatomy) -> str | bool:
    """All numbers of a case are off by one factor; says which, if it is known."""
    factors = []
    for got, right in look.finite:
        factor = float(np.vdot(got, right) / np.vdot(right, right)) if right.any() else 0.0
        if abs(factor) < 1e-9 or not equal(got / factor, right):
            return False
        factors.append(factor)
    if not any(right.size > 1 for _, right in look.finite):
        return False
    return in_words(factors, look.wrong, anatomy) or True


def _signs(look: Look, anatomy: Anatomy) -> bool:
    return everywhere(look, lambda got, right: equal(np.abs(got), np.abs(right)))


def _whole(look: Look, anatomy: Anatomy) -> bool:
    def is_cut(got: Array, right: Array) -> bool:
        little = 1e-6 * float(np.max(np.abs(right), initial=0.0))
        return bool(np.array_equal(got, np.trunc(got))) and any(
            bool(np.all((got == cut(right - little)) | (got == cut(right + little))))
            for cut in (np.trunc, np.floor, np.rint)
        )

    return everywhere(look, is_cut)


def _clipped(look: Look, anatomy: Anatomy) -> bool:
    """Right between a lowest and a highest number; what would lie beyond is one of these."""

    def inside(got: Array, right: Array) -> bool:
        low, high = float(got.min()), float(got.max())
        return low < high and equal(got, np.clip(right, low, high))

    return everywhere(look, inside)


def _number_added(look: Look, anatomy: Anatomy) -> bool:
    def same(got: Array, right: Array) -> bool:
        return got.size > 1 and equal(got, right + (got - right).mean())

    return everywhere(look, same)


def _something_added(look: Look, anatomy: Anatomy) -> str | bool:
    """What is added depends on some axes only; says on which."""
    ndim = ndim_of(look)
    for kept in ((1,), (0,), (0, 1), (2,), (3,), (2, 3), (1, 2, 3)):
        if max(kept) < ndim and len(kept) < ndim:
            others = tuple(axis for axis in range(ndim) if axis not in kept)

            def constant(got: Array, right: Array, others: Any = others) -> bool:
                return equal(got, right + (got - right).mean(axis=others, keepdims=True))

            told = any(all(r.shape[axis] > 1 for axis in others) for _, r in look.finite)
            if told and everywhere(look, constant):
                axes = anatomy.axes_of(look, ndim)
                words = " and ".join(axes[axis] for axis in kept)
                return f"What is added, or missing, differs only between the {words}."
    return False


def _holes(look: Look, anatomy: Anatomy) -> bool:
    """Right, or 0."""
    return everywhere(look, lambda got, right: np.all(close(got, right) | (got == 0)))


def _some_twice(look: Look, anatomy: Anatomy) -> bool:
    """Some numbers are a whole multiple of what they should be, the others are right."""

    def multiple(got: Array, right: Array) -> bool:
        some = right != 0
        if not some.any() or not close(got, right)[~some].all():
            return False
        ratio = got[some] / right[some]
        return equal(got[some], np.rint(ratio) * right[some]) and np.rint(ratio.min()) >= 1

    return everywhere(look, multiple)


# Of numbers in the wrong places.


def _along(
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


def _flipped(got: Array, right: Array, axes: tuple[int, ...]) -> bool:
    return equal(got, np.flip(right, axes))


def _transposed(look: Look, anatomy: Anatomy) -> bool:
    def swapped(got: Array, right: Array) -> bool:
        return right.ndim > 1 and equal(got, right.swapaxes(-1, -2))

    return everywhere(look, swapped)


def _moved(look: Look, anatomy: Anatomy) -> str | bool:
    """Moved along one or two axes, around the edge or off it; says how far."""
    ndim = ndim_of(look)
    for count in (1, 2):
        for axes in combinations(range(ndim), count):
            for steps in np.ndindex(*(5,) * count):
                moves = tuple(step - 2 for step in steps)
                if all(moves) and everywhere(look, partial(_lie_beside, moves=moves, axes=axes)):
                    names = anatomy.axes_of(look, ndim)
                    ways = (
                        f"{abs(move)} of the {names[axis]} too far {'on' if move > 0 else 'back'}"
                        for move, axis in zip(moves, axes, strict=True)
                    )
                    return f"It is {' and '.join(ways)}."
    return False


def _lie_beside(got: Array, right: Array, moves: tuple[int, ...], axes: tuple[int, ...]) -> bool:
    """What lies in both is the same, and it is more than a few numbers."""
    here: list[slice] = [slice(None)] * right.ndim
    there = list(here)
    for move, axis in zip(moves, axes, strict=True):
        size = right.shape[axis]
        if 2 * abs(move) > size:
            return False
        here[axis] = slice(max(0, move), size + min(0, move))
        there[axis] = slice(max(0, -move), size + min(0, -move))
    common = got[tuple(here)]
    return common.size >= 4 and bool(common.any()) and equal(common, right[tuple(there)])


def _mixed_up(got: Array, right: Array, axes: tuple[int, ...]) -> bool:
    """The slices along an axis are those that are right, each once, in another order."""
    lines, left = (list(np.moveaxis(array, axes[0], 0)) for array in (got, right))
    for line in lines:
        found = next((i for i, other in enumerate(left) if equal(line, other)), None)
        if found is None:
            return False
        left.pop(found)
    return True


def _refolded(look: Look, anatomy: Anatomy) -> bool:
    """The numbers as another order of the axes lays them in memory."""

    def folds(got: Array, right: Array, order: tuple[int, ...]) -> bool:
        shape = [right.shape[axis] for axis in order]
        return equal(got, right.transpose(order).reshape(right.shape)) or equal(
            got, right.reshape(shape).transpose(np.argsort(order))
        )

    orders = [*permutations(range(ndim_of(look)))][1:]
    return any(everywhere(look, partial(folds, order=order)) for order in orders)


def _scattered(look: Look, anatomy: Anatomy) -> bool:
    """All the right numbers, each once, in other places."""

    def same_numbers(got: Array, right: Array) -> bool:
        return right.size > 3 and equal(np.sort(got, axis=None), np.sort(right, axis=None))

    return everywhere(look, same_numbers)


def _alike(values: Array, axis: int) -> bool:
    first = np.take(values, [0], axis)
    return bool(np.all(np.abs(values - first) <= 1e-9 * np.abs(values).max()))


def _copies(look: Look, anatomy: Anatomy) -> str | bool:
    """Along some axis all slices are the same; says along which."""
    for axis in range(ndim_of(look)):

        def alike(got: Array, right: Array, axis: int = axis) -> bool:
            return _alike(got, axis) and (right.shape[axis] < 2 or not _alike(right, axis))

        told = any(got.any() and right.shape[axis] > 1 for got, right in look.finite)
        if told and everywhere(look, alike):
            return f"All its {anatomy.axes_of(look, ndim_of(look))[axis]} are alike."
    return False


_HOLDS: dict[str, Holds] = {
    "digits-lost": lambda look, anatomy: look.rounding,
    "not-a-number": _not_finite,
    "all-zero": lambda look, anatomy: everywhere(look, lambda got, right: not got.any()),
    "one-number": _one_number,
    "scaled": _scaled,
    "whole": _whole,
    "signs": _signs,
    "clipped": _clipped,
    "number-added": _number_added,
    "something-added": _something_added,
    "returns-early": returns_early,
    "holes": _holes,
    "some-twice": _some_twice,
    "mirrored": _along(_flipped, "It is reversed along its {}.", 4),
    "transposed": _transposed,
    "moved": _moved,
    "mixed-up": _along(_mixed_up, "Its {} are in another order.", 1),
    "refolded": _refolded,
    "scattered": _scattered,
    "copies": _copies,
    "partly-right": partly_right,
    "one-end": wrong_at_one_end,
    "border": wrong_at_the_border,
    "few": few,
}
