"""What is said where no array of the right shape came: of exceptions, of results, and of shapes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.look import Look
from convkit.checks.naming.words import ERRORS, MISSING, RESULTS
from convkit.checks.observing.exception_kinds import kind_of
from convkit.checks.observing.foreign_code import LearnerError

Shape = tuple[int, ...]


def failure(look: Look, anatomy: Anatomy) -> tuple[str, Sequence[str], str] | None:
    """The id, the words, and what more there is to say of the case that is shown."""
    got = look.views[0].got
    if isinstance(got, LearnerError):
        kind, *_ = kind_of(got).split()
        if kind == "result":
            of = kind_of(got).removeprefix("result ")
            of = of if of in RESULTS else "other"
            return f"returns-{of.lower()}", RESULTS[of], ""
        if kind == "missing" and look.quantity.what == "first params":
            return "missing", MISSING, ""
        return (f"error-{kind.lower()}", ERRORS[kind], "") if kind in ERRORS else None
    shapes = [(got.shape, right.shape) for got, right in look.arrays if got.shape != right.shape]
    for id, (holds, *words) in SHAPES.items():
        if shapes and all(holds(*pair) for pair in shapes):
            return id, words, _sizes(shapes, look, anatomy)
    return None


def _sizes(shapes: list[tuple[Shape, Shape]], look: Look, anatomy: Anatomy) -> str:
    """Which axes have a wrong size, where there are as many axes as there should be."""
    ndim = len(shapes[0][1])
    if any(len(got) != ndim or len(right) != ndim for got, right in shapes):
        return ""
    names = anatomy.axes_of(look, ndim)
    wrong = [n for axis, n in enumerate(names) if any(g[axis] != r[axis] for g, r in shapes)]
    return f"The number of {' and of '.join(wrong)} is wrong."


def _axis_by_axis(compare: Callable[[int, int], bool], got: Shape, right: Shape) -> bool:
    return len(got) == len(right) and all(map(compare, got, right))


def _but_for_ones(compare: Callable[[int, int], bool], got: Shape, right: Shape) -> bool:
    longer = [[size for size in shape if size != 1] for shape in (got, right)]
    return compare(len(got), len(right)) and longer[0] == longer[1]


_BY_HAND = "Work the sizes out by hand for the case above. Which of them does your code get wrong?"

# fmt: off
SHAPES: dict[str, tuple[Callable[[Shape, Shape], bool], str, str, str]] = {
    "one-number-only": (lambda got, right: not got or int(np.prod(got)) == 1 < int(np.prod(right)),
        "{it} is a single number",
        "you sum everything up, or look up one place, where a whole array is asked for",
        "Over which axes does your sum run? Which of them should be left?"),
    "axes-reordered": (lambda got, right: sorted(got) == sorted(right),
        "The axes of {it} are in another order",
        "the sizes are right, but stand in the wrong order",
        "Print the shape, and say of each number what it counts."),
    "axes-of-one": (partial(_but_for_ones, operator.gt), "{it} keeps axes of size 1",
        "a sum or an index keeps an axis of size 1 that should go",
        "Print the shape. What do `keepdims`, `None` and x[:1] do to it?"),
    "axes-of-one-gone": (partial(_but_for_ones, operator.lt),
        "{it} has lost an axis of size 1", "a sum or an index drops an axis that should stay",
        "Print the shape. What do `squeeze`, x[0] and a sum do to it?"),
    "flattened": (lambda got, right: bool(np.prod(got) == np.prod(right)),
        "{it} has the right number of numbers, in another shape",
        "there are as many numbers as there should be; the last reshape is missing or wrong",
        "Print the shape, and the one that is asked for. How do you get from one to the other?"),
    "axes-too-few": (lambda got, right: len(got) < len(right), "{it} has too few axes",
        "an axis is summed away or indexed away that should be left",
        "Which axis of the right shape is not there? Where did it go?"),
    "axes-too-many": (lambda got, right: len(got) > len(right), "{it} has too many axes",
        "an axis is left that should be summed over, or is added by an outer product",
        "Which axis is one too many? What does it count?"),
    "too-small": (partial(_axis_by_axis, operator.le), "{it} is too small",
        "a size is computed too small, a loop ends early, or too much is cut off", _BY_HAND),
    "too-large": (partial(_axis_by_axis, operator.ge), "{it} is too large",
        "a size is computed too large, or too little is cut off", _BY_HAND),
    "another-size": (lambda got, right: len(got) == len(right), "{it} has the wrong size",
        "a size is computed from the wrong numbers: too large in some cases, too small in others",
        _BY_HAND),
}
"""What tells them, of the shape that came and the right one; title, sentence, hint."""
