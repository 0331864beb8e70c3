"""Wrong layers made from right ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convkit.layers import Array, Layer

Forward = Callable[[Any, Array, Array], Any]
"""Is given the layer, x and the right y; returns a y."""

Backward = Callable[[Any, Array, Array], Any]
"""Is given the layer after a right backward, grad_y and the right grad_x; returns a grad_x."""

Gradient = Callable[[Any, str, Array, Array], Any]
"""Is given the layer after a right backward, a parameter's name, its right gradient, and grad_y.

Returns a gradient; None leaves it out.
"""

Made = type[Layer]


def with_forward(base: Made, wrong: Forward) -> Made:
    """``base`` with a forward that gives ``wrong(layer, x, y)``, and a right backward.

    ``layer.once_more(x)`` is the right forward.
    """

    def forward(self: Layer, x: Array) -> Any:
        return wrong(self, x, base.forward(self, x))

    return _derived(base, forward=forward, once_more=base.forward)


def with_backward(base: Made, wrong: Backward) -> Made:
    """``base`` with a backward that gives ``wrong(layer, grad_y, grad_x)``.

    The layer keeps its input as ``layer.x``; ``layer.once_more(grad_y)`` is the right backward.
    """

    def forward(self: Any, x: Array) -> Array:
        self.x = x.copy()
        return base.forward(self, x)

    def backward(self: Layer, grad_y: Array) -> Any:
        return wrong(self, grad_y, base.backward(self, grad_y))

    return _derived(base, forward=forward, backward=backward, once_more=base.backward)


def with_grads(base: Made, names: Sequence[str], change: Gradient) -> Made:
    """``base`` with ``grads[name] = change(layer, name, right, grad_y)`` for these names."""

    def backward(self: Layer, grad_y: Array) -> Array:
        grad_x = base.backward(self, grad_y)
        right = dict(self.grads)
        changed = {name: change(self, name, right[name], grad_y) for name in names}
        self.grads = {name: value for name, value in (right | changed).items() if value is not None}
        return grad_x

    return _derived(base, backward=backward, once_more=base.backward)


def one_image(values: Array, image: int) -> Array:
    """``values`` where only one image of the batch is more than zeros."""
    kept = np.zeros_like(values)
    kept[image] = values[image]
    return kept


def first_input(base: Made) -> Made:
    """It stores what backward needs on its first call only."""

    def forward(self: Any, x: Array) -> Array:
        y = base.forward(self, x)
        if not hasattr(self, "first"):
            self.first = x.copy()
        return y

    def backward(self: Any, grad_y: Array) -> Array:
        base.forward(self, self.first)
        return base.backward(self, grad_y)

    return _derived(base, forward=forward, backward=backward)


def last_kept(base: Made) -> Made:
    """For backward it keeps the last sample of the batch alone."""

    def forward(self: Any, x: Array) -> Array:
        self.last = np.repeat(x[-1:], len(x), axis=0)
        return base.forward(self, x)

    def backward(self: Any, grad_y: Array) -> Array:
        base.forward(self, self.last)
        return base.backward(self, grad_y)

    return _derived(base, forward=forward, backward=backward)


def first_weights(base: Made, most: int | None = None) -> Made:
    """It copies its parameters, or the first of them, on its first call."""

    def forward(self: Any, x: Array) -> Array:
        if not hasattr(self, "first"):
            self.first = {name: self.params[name] for name in [*self.params][:most]}
        return _forward_with(self, base, {**self.params, **self.first}, x)

    return _derived(base, forward=forward)


def _forward_with(layer: Layer, base: Made, params: dict[str, Array], x: Array) -> Array:
    now, layer.params = layer.params, params
    y = base.forward(layer, x)
    layer.params = now
    return y


def _derived(base: Made, **methods: Callable[..., Any]) -> Made:
    return type("Wrong", (base,), methods)
