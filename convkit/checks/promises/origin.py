"""What a number is made from: the window of the input behind an output, the outputs behind an
input's gradient. It is found by asking the right forward what changes with what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from convkit.layers import Array

Forward = Callable[[Array], Array]
Box = tuple[slice, ...]

_NUDGE = 1e3
"""So far that a maximum changes its winner."""


@dataclass(frozen=True)
class Origin:
    """Some numbers of an array: where they stand in it (``x[0, :, 2:5]``), and what they are."""

    place: str
    numbers: Array


def of_output(forward: Forward, x: Array, index: tuple[int, ...]) -> Origin | None:
    """The numbers of x that ``forward(x)[index]`` depends on; None where that is no window."""
    return _origin("x", x, _window(_reached(forward, x, index)))


def of_layer_output(layer: Any, x: Array, index: tuple[int, ...]) -> tuple[Origin, ...]:
    """What ``layer.forward(x)[index]`` is made from: numbers of x and of the parameters."""
    origins = (of_output(layer.forward, x, index), *_parameters(layer, x, index))
    return tuple(origin for origin in origins if origin is not None)


def of_layer_gradient(
    layer: Any, x: Array, index: tuple[int, ...], grad_y: Array, *, linear: bool
) -> tuple[Origin, ...]:
    """What the gradient of ``x[index]`` is made from, as far as that is few numbers.

    Where x feeds one output alone, these are also the parameters that this output is made from.
    """
    box = _fed(layer.forward, x, index)
    if box is None:
        return ()
    found = [_origin("grad_y", grad_y, box)]
    if grad_y[box].size == 1:
        if not linear:
            found.insert(0, Origin(_place("x", _box_of(index), x.shape), x[index]))
        found += _parameters(layer, x, tuple(each.start for each in box))
    return tuple(each for each in found if each is not None)


def _parameters(layer: Any, x: Array, index: tuple[int, ...]) -> list[Origin | None]:
    """The numbers of each parameter that ``layer.forward(x)[index]`` depends on."""
    params: Mapping[str, Array] = dict(layer.params)

    def forward(name: str, value: Array) -> Array:
        layer.params[name] = value
        y: Array = layer.forward(x)
        layer.params[name] = params[name]
        return y

    return [
        _origin(name, value, _box(_reached(partial(forward, name), value, index)))
        for name, value in params.items()
    ]


def _reached(forward: Forward, x: Array, index: tuple[int, ...]) -> Array:
    before, reached = forward(x)[index], np.zeros(x.shape, bool)
    for place in np.ndindex(*x.shape):
        reached[place] = forward(_nudged(x, place))[index] != before
    return reached


def _fed(forward: Forward, x: Array, index: tuple[int, ...]) -> Box | None:
    return _window(forward(_nudged(x, index)) != forward(x))


def _nudged(x: Array, place: tuple[int, ...]) -> Array:
    moved = x.copy()
    moved[place] += _NUDGE
    return moved


def _box_of(index: tuple[int, ...]) -> Box:
    return tuple(slice(i, i + 1) for i in index)


def _origin(name: str, array: Array, box: Box | None) -> Origin | None:
    return None if box is None else Origin(_place(name, box, array.shape), array[box])


def _window(reached: Array) -> Box | None:
    """The box around what is reached, unless that is all of an image."""
    box, last = _box(reached), slice(-2, None)
    if box is None or reached[box].size == 1:
        return box
    return None if reached[box].shape[last] == reached.shape[last] else box


def _box(reached: Array) -> Box | None:
    """The smallest box around what is reached, if that is anything."""
    if not np.ndim(reached) or not reached.any():
        return None
    places = np.nonzero(reached)
    return tuple(slice(int(along.min()), int(along.max()) + 1) for along in places)


def _place(name: str, box: Box, shape: tuple[int, ...]) -> str:
    """``x[0, :, 2:5, 1]``; whole axes at the end are left out."""
    parts = [
        str(along.start)
        if along.stop - along.start == 1
        else ":"
        if along.stop - along.start == size
        else f"{along.start}:{along.stop}"
        for along, size in zip(box, shape, strict=True)
    ]
    while parts and parts[-1] == ":":
        parts.pop()
    return f"{name}[{', '.join(parts)}]" if parts else name
