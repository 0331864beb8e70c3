"""Wrong layers made from right ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convkit.layers import Array, Layer

Backward = Callable[[Any, Array, Array], Any]
"""Is given the layer after a right backward, grad_y and the right grad_x; returns a grad_x."""

Gradient = Callable[[Any, str, Array, Array], Any]
"""Is given the layer after a right backward, a parameter's name, its right gradient, and grad_y.

Returns a gradient.
"""

Made = type[Layer]


def with_forward(base: Made, wrong: Callable[[Array], Any]) -> Made:
    """``base`` with a forward that gives ``wrong(y)``, and a right backward."""

    def forward(self: Layer, x: Array) -> Any:
        return wrong(base.forward(self, x))

    return _derived(base, forward=forward)


def with_backward(base: Made, wrong: Backward) -> Made:
    """``base`` with a backward that gives ``wrong(layer, grad_y, grad_x)``.

    ``layer.once_more(grad_y)`` is the right backward.
    """

    def backward(self: Layer, grad_y: Array) -> Any:
        return wrong(self, grad_y, base.backward(self, grad_y))

    return _derived(base, backward=backward, once_more=base.backward)


def with_grad_x(base: Made, wrong: Callable[[Array], Any]) -> Made:
    """``base`` with a backward that gives ``wrong(grad_x)``."""
    return with_backward(base, lambda layer, grad_y, grad_x: wrong(grad_x))


def with_grads(base: Made, names: Sequence[str], change: Gradient) -> Made:
    """``base`` with ``grads[name] = change(layer, name, right, grad_y)`` for these names."""

    def backward(self: Layer, grad_y: Array) -> Array:
        grad_x = base.backward(self, grad_y)
        right = dict(self.grads)
        self.grads = right | {name: change(self, name, right[name], grad_y) for name in names}
        return grad_x

    return _derived(base, backward=backward, once_more=base.backward)


def one_image(values: Array, image: int) -> Array:
    """``values`` where only one image of the batch is more than zeros."""
    kept = np.zeros_like(values)
    kept[image] = values[image]
    return kept


def keeping(base: Made, keep: Callable[[Any, Array], Array]) -> Made:
    """``base`` whose backward belongs to a forward of ``keep(layer, x)``: of ``layer.kept``."""

    def forward(self: Any, x: Array) -> Array:
        self.kept = keep(self, x)
        return base.forward(self, x)

    def backward(self: Any, grad_y: Array) -> Array:
        base.forward(self, self.kept)
        return base.backward(self, grad_y)

    return _derived(base, forward=forward, backward=backward)


def first_weights(base: Made, most: int | None = None) -> Made:
    """It copies its parameters, or the first of them, on its first call."""

    def forward(self: Any, x: Array) -> Array:
        if not hasattr(self, "first"):
            self.first = {name: self.params[name] for name in [*self.params][:most]}
        now, self.params = self.params, {**self.params, **self.first}
        y = base.forward(self, x)
        self.params = now
        return y

    return _derived(base, forward=forward)


def _derived(base: Made, **methods: Callable[..., Any]) -> Made:
    return type("Wrong", (base,), methods)
