"""Where a number comes from: the window of the input behind an output, and of the outputs behind
an input's gradient. It is found by asking the right forward what changes with what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from convkit.layers import Array

Forward = Callable[[Array], Array]

_NUDGE = 1e3
"""So far that a maximum changes its winner."""


@dataclass(frozen=True)
class Origin:
    """A window, and the numbers in it.

    Attributes:
        text: names it, without the full stop.
        window: its numbers, in as many axes as the array has that it is cut from.
        shown: leads from the text to the numbers.
    """

    text: str
    window: Array
    shown: str = ""


def of_output(forward: Forward, x: Array, index: tuple[int, ...]) -> Origin | None:
    """The numbers of x that ``forward(x)[index]`` depends on; None where that is no window."""
    before = forward(x)[index]
    reached = np.zeros(x.shape, bool)
    for place in np.ndindex(*x.shape):
        reached[place] = forward(_nudged(x, place))[index] != before
    box = _box(reached)
    if box is None:
        return None
    return Origin(f"That number comes from {_place('x', box, x.shape)}", x[box])


def of_gradient(forward: Forward, x: Array, index: tuple[int, ...], grad_y: Array) -> Origin | None:
    """``grad_y`` at the outputs that ``x[index]`` feeds; None where that is no window."""
    box = _box(forward(_nudged(x, index)) != forward(x))
    if box is None:
        return None
    fed = _place("y", box, grad_y.shape)
    return Origin(f"That input feeds {fed}", grad_y[box], ", where grad_y is")


def _nudged(x: Array, place: tuple[int, ...]) -> Array:
    moved = x.copy()
    moved[place] += _NUDGE
    return moved


def _box(reached: Array) -> tuple[slice, ...] | None:
    """The smallest box around what is reached; None where it is nothing, or no smaller part."""
    if not np.ndim(reached) or not reached.any():
        return None
    places = np.nonzero(reached)
    box = tuple(slice(int(along.min()), int(along.max()) + 1) for along in places)
    last = slice(-2, None)
    whole = reached[box].shape[last] == reached.shape[last]
    return None if whole else box


def _place(name: str, box: tuple[slice, ...], shape: tuple[int, ...]) -> str:
    """``x[0, :, 2:5, 1]``."""
    parts = [
        str(along.start)
        if along.stop - along.start == 1
        else ":"
        if along.stop - along.start == size
        else f"{along.start}:{along.stop}"
        for along, size in zip(box, shape, strict=True)
    ]
    return f"{name}[{', '.join(parts)}]"
