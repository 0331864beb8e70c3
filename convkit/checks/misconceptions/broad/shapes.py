"""Broad entries about shapes: how the shape that came differs from the right one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np

from convkit.checks.errors import kind_of
from convkit.checks.look import Look
from convkit.checks.misconceptions.broad.entering import Anatomy, Broad, Recognise
from convkit.layers import Array

Shape = tuple[int, ...]


def _shapes(look: Look) -> list[tuple[Shape, Shape]]:
    return [(got.shape, right.shape) for got, right in look.arrays if got.shape != right.shape]


def _always(holds: Callable[[Shape, Shape], bool]) -> Recognise:
    def recognise(look: Look, anatomy: Anatomy) -> bool:
        shapes = _shapes(look)
        return bool(shapes) and all(holds(got, right) for got, right in shapes)

    return recognise


def missing(look: Look, anatomy: Anatomy) -> str | bool:
    if not look.raised or any(kind_of(error) != "missing" for error in look.raised):
        return False
    return f"{look.raised[0].message.removesuffix('is missing.')}is looked for, and is not there."


def _sizes(got: Shape, right: Shape) -> list[int]:
    """How much larger each axis is than it should be; nothing where there are more axes or less."""
    if len(got) != len(right):
        return []
    return [one - other for one, other in zip(got, right, strict=True)]


def _sized(holds: Callable[[list[int]], bool]) -> Recognise:
    """Says which axes have another size than they should."""

    def recognise(look: Look, anatomy: Anatomy) -> str | bool:
        differences = [_sizes(got, right) for got, right in _shapes(look)]
        if not differences or not all(each and holds(each) for each in differences):
            return False
        ndim = len(differences[0])
        if any(len(each) != ndim for each in differences):
            return True
        names = anatomy.axes_of(look, ndim)
        wrong = [names[axis] for axis in range(ndim) if any(each[axis] for each in differences)]
        return f"What is not as many as it should be: the {' and the '.join(wrong)}."

    return recognise


def _lower(differences: list[int]) -> bool:
    return max(differences) <= 0


def _higher(differences: list[int]) -> bool:
    return min(differences) >= 0


def _reordered(value: Array) -> Array:
    """The axes in an order that gives another shape, if there is one."""
    orders = permutations(range(value.ndim)[::-1])
    moved = (value.transpose(order) for order in orders)
    return next((other for other in moved if other.shape != value.shape), value)


SHAPES = [
    Broad(
        "one-number-only",
        "{it} is a single number",
        "everything is summed up, or one place is looked up, where a whole array is asked for",
        "Over which axes does your sum run? Which of them should be left?",
        _always(lambda got, right: int(np.prod(got)) == 1 < int(np.prod(right))),
        (lambda value: np.float64(value.flat[0]),),
    ),
    Broad(
        "axes-reordered",
        "The axes of {it} are in another order",
        "the sizes are right and stand in the wrong order: an axis was moved, or not moved back",
        "Print the shape, and name each of its numbers.",
        _always(lambda got, right: sorted(got) == sorted(right)),
        (_reordered,),
    ),
    Broad(
        "axes-of-one",
        "{it} has too many axes of size 1, or too few",
        "a sum or an index keeps an axis where it should go, or drops one of size 1 that should "
        "stay",
        "Print the shape. What do `keepdims`, `squeeze`, `None` and x[0] do to it?",
        _always(lambda got, right: [n for n in got if n != 1] == [n for n in right if n != 1]),
        (lambda value: value[None],),
    ),
    Broad(
        "flattened",
        "{it} has the right numbers in another shape",
        "there are as many numbers as there should be, and the last reshape is missing or another "
        "one",
        "Print the shape, and the one that is asked for. How do you get from one to the other?",
        _always(lambda got, right: np.prod(got) == np.prod(right)),
        (lambda value: value.ravel(),),
    ),
    Broad(
        "axes-too-few",
        "{it} has too few axes",
        "an axis is summed away, looked up or multiplied away that should be left",
        "Which axis of the right shape is not there? Where did it go?",
        _always(lambda got, right: len(got) < len(right)),
        (lambda value: value.sum(axis=0),),
    ),
    Broad(
        "axes-too-many",
        "{it} has too many axes",
        "an axis is left that should be summed over, or is added by an outer product",
        "Which axis is one too many? What does it count?",
        _always(lambda got, right: len(got) > len(right)),
        (lambda value: np.stack([value, value]),),
    ),
    Broad(
        "too-small",
        "{it} is too small",
        "there are fewer numbers than there should be: a size is worked out with something "
        "missing, a loop ends early, or too much is cut off",
        "Work the sizes out by hand for the case above. Which of them does your code get wrong?",
        _sized(_lower),
        (lambda value: value[..., 1:],),
    ),
    Broad(
        "too-large",
        "{it} is too large",
        "there are more numbers than there should be: a size is worked out with something too "
        "much, or too little is cut off",
        "Work the sizes out by hand for the case above. Which of them does your code get wrong?",
        _sized(_higher),
        (lambda value: np.concatenate([value, value], axis=-1),),
    ),
    Broad(
        "another-size",
        "{it} has another size",
        "a size is worked out from something else than it should be: now there are too many "
        "numbers, now too few",
        "Work the sizes out by hand for the case above. Which of them does your code get wrong?",
        _sized(lambda differences: True),
        (lambda value: np.resize(value, (value.shape[0] + 1, *value.shape[1:-1], 1)),),
    ),
]

PARAMETERS = [
    Broad(
        "missing",
        "Something is missing that {it} needs",
        "an entry of `params` or `grads` is not there under its name: it is kept under another, or "
        "not at all",
        "Under which names does the rest of the network look for it?",
        missing,
        (lambda value: None,),
    ),
    *SHAPES,
]
