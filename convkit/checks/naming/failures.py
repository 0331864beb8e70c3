"""What is said where no array of the right shape came: of exceptions, of results, and of shapes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.exceptions import ERRORS, RESULTS, Words
from convkit.checks.naming.look import Look
from convkit.checks.observing.exception_kinds import kind_of
from convkit.checks.observing.foreign_code import LearnerError

Shape = tuple[int, ...]


def failure(look: Look, anatomy: Anatomy) -> tuple[str, tuple[str, str, str], str] | None:
    """The id, the words, and what more there is to say of the case that is shown."""
    got = look.views[0].got
    if isinstance(got, LearnerError):
        kind, *_ = kind_of(got).split()
        if kind == "result":
            of = kind_of(got).removeprefix("result ")
            of = of if of in RESULTS else "other"
            return f"returns-{of.lower()}", RESULTS[of], ""
        if kind == "missing" and look.quantity.what == "first params":
            return "missing", _MISSING, ""
        return (f"error-{kind.lower()}", ERRORS[kind], "") if kind in ERRORS else None
    shapes = [(got.shape, right.shape) for got, right in look.arrays if got.shape != right.shape]
    for id, holds in _HOLDS.items():
        if shapes and all(holds(*pair) for pair in shapes):
            return id, SHAPES[id], _sizes(shapes, look, anatomy)
    return None


def _sizes(shapes: list[tuple[Shape, Shape]], look: Look, anatomy: Anatomy) -> str:
    """Which axes have a wrong size, where there are as many axes as there should be."""
    ndim = len(shapes[0][1])
    if any(len(got) != ndim or len(right) != ndim for got, right in shapes):
        return ""
    names = anatomy.axes_of(look, ndim)
    wrong = [n for axis, n in enumerate(names) if any(g[axis] != r[axis] for g, r in shapes)]
    return f"Their number is wrong: {' and '.join(wrong)}."


def _differences(got: Shape, right: Shape) -> list[int]:
    return [one - other for one, other in zip(got, right, strict=True)]


_HOLDS: dict[str, Callable[[Shape, Shape], bool]] = {
    "one-number-only": lambda got, right: int(np.prod(got)) == 1 < int(np.prod(right)),
    "axes-reordered": lambda got, right: sorted(got) == sorted(right),
    "axes-of-one": lambda got, right: [n for n in got if n != 1] == [n for n in right if n != 1],
    "flattened": lambda got, right: np.prod(got) == np.prod(right),
    "axes-too-few": lambda got, right: len(got) < len(right),
    "axes-too-many": lambda got, right: len(got) > len(right),
    "too-small": lambda got, right: len(got) == len(right) and max(_differences(got, right)) <= 0,
    "too-large": lambda got, right: len(got) == len(right) and min(_differences(got, right)) >= 0,
    "another-size": lambda got, right: len(got) == len(right),
}

_MISSING = (
    "A new layer lacks a parameter",
    "an entry of `params` is not there under its name: it has another name, or is not made in "
    "__init__",
    "Under which names should the parameters of a new layer stand in `params`?",
)

# fmt: off
SHAPES: Words = {
    "one-number-only": ("{it} is a single number",
        "you sum everything up, or look up one place, where a whole array is asked for",
        "Over which axes does your sum run? Which of them should be left?"),
    "axes-reordered": ("The axes of {it} are in another order",
        "the sizes are right, but stand in the wrong order",
        "Print the shape, and say of each number what it counts."),
    "axes-of-one": ("{it} has too many axes of size 1, or too few",
        "a sum or an index keeps an axis of size 1 that should go, or drops one that should stay",
        "Print the shape. What do `keepdims`, `squeeze`, `None` and x[0] do to it?"),
    "flattened": ("{it} has the right number of numbers, in another shape",
        "there are as many numbers as there should be, but their last reshape is missing or wrong",
        "Print the shape, and the one that is asked for. How do you get from one to the other?"),
    "axes-too-few": ("{it} has too few axes",
        "an axis is summed away or indexed away that should be left",
        "Which axis of the right shape is not there? Where did it go?"),
    "axes-too-many": ("{it} has too many axes",
        "an axis is left that should be summed over, or is added by an outer product",
        "Which axis is one too many? What does it count?"),
    "too-small": ("{it} is too small",
        "a size is computed too small, a loop ends early, or too much is cut off",
        "Work the sizes out by hand for the case above. Which of them does your code get wrong?"),
    "too-large": ("{it} is too large",
        "a size is computed too large, or too little is cut off",
        "Work the sizes out by hand for the case above. Which of them does your code get wrong?"),
    "another-size": ("{it} has the wrong size",
        "a size is computed from the wrong numbers: in some cases it is too large, in others too "
        "small",
        "Work the sizes out by hand for the case above. Which of them does your code get wrong?"),
}
