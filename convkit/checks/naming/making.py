"""Wrong layers made from right ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convkit.layers import Array, Layer

Made = type[Layer]


def with_forward(base: Made, wrong: Callable[[Array], Any]) -> Made:
    """``base`` with a forward that gives ``wrong(y)``, and a right backward."""

    def forward(self: Layer, x: Array) -> Any:
        return wrong(base.forward(self, x))

    return _derived(base, forward=forward)


def with_gradients(base: Made, names: Sequence[str], change: Callable[..., Any]) -> Made:
    """``base`` whose gradients are ``change(layer, name, right, grad_y)`` for these names.

    "x" stands for grad_x. ``layer.again(name, grad_y)`` is what is right for another grad_y.
    """

    def right(self: Layer, grad_y: Array) -> dict[str, Any]:
        return {"x": base.backward(self, grad_y), **self.grads}

    def backward(self: Layer, grad_y: Array) -> Any:
        gradients = right(self, grad_y)
        wrong = {name: change(self, name, gradients[name], grad_y) for name in names}
        self.grads = gradients | wrong
        return self.grads.pop("x")

    def again(self: Layer, name: str, grad_y: Array) -> Array:
        gradient: Array = right(self, grad_y)[name]
        return gradient.copy()

    return _derived(base, backward=backward, again=again)


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
