"""Wrong layers made from right ones, and the mistakes that can be made in a layer of any kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.misconceptions.tables import Reading, Table, enter_table
from convkit.layers import Array, Layer

Forward = Callable[[Any, Array, Array], Any]
"""Is given the layer, x and the right y; returns a y."""

Backward = Callable[[Any, Array, Array], Any]
"""Is given the layer after a right backward, grad_y and the right grad_x; returns a grad_x."""


def with_forward(base: type[Layer], wrong: Forward) -> type[Layer]:
    """``base`` with a forward that gives ``wrong(layer, x, y)``, and a right backward.

    ``layer.once_more(x)`` is the right forward.
    """

    def forward(self: Layer, x: Array) -> Any:
        return wrong(self, x, base.forward(self, x))

    return _derived(base, forward=forward, once_more=base.forward)


def with_backward(base: type[Layer], wrong: Backward) -> type[Layer]:
    """``base`` with a backward that gives ``wrong(layer, grad_y, grad_x)``.

    The layer keeps its input as ``layer.x``; ``layer.once_more(grad_y)`` is the right backward.
    """

    def forward(self: Any, x: Array) -> Array:
        self.x = x.copy()
        return base.forward(self, x)

    def backward(self: Layer, grad_y: Array) -> Any:
        return wrong(self, grad_y, base.backward(self, grad_y))

    return _derived(base, forward=forward, backward=backward, once_more=base.backward)


def enter_common(
    name: str, base: type[Layer], forth: Reading, back: Reading, *, only_shape: bool = False
) -> None:
    """Enter the mistakes of any layer for the layer ``name``, whose right class is ``base``.

    Args:
        forth, back: what teaches its forward and its backward pass.
        only_shape: backward needs nothing of x but its shape, so that it cannot be told which
            other x a memory comes from.
    """
    state: Table = {
        "state-first-input": first_input(base),
        "state-shared": (
            "The layer remembers in a place that all layers share",
            "what backward needs is kept in a global or in the class, so the next layer overwrites "
            "it",
            "Where does each layer keep what is its own?",
            shared_memory(base),
        ),
    }
    alike = tuple(f"{name.lower()}-{id}" for id in state) if only_shape else ()
    enter_table(name, forth, _FORWARD, partial(with_forward, base))
    enter_table(name, back, _BACKWARD, partial(with_backward, base))
    enter_table(name, back, {"backward-changes-input": overwriting_input(base)})
    enter_table(name, back, state, same_as=alike)


def overwriting_input(base: type[Layer]) -> tuple[Any, ...]:
    """The row of a table for the layer whose backward works in the array that it was given."""

    def forward(self: Any, x: Array) -> Array:
        self.given = x
        return base.forward(self, x)

    def backward(self: Any, grad_y: Array) -> Array:
        grad_x = base.backward(self, grad_y)
        self.given[...] = 1
        return grad_x

    return (
        "backward writes into x",
        "forward keeps the very array x, and backward uses it as a place to work in: whoever "
        "called your layer finds other numbers in x",
        "`x[…] = …` and `x *= …` change the array itself. Which array is it in your backward?",
        _derived(base, forward=forward, backward=backward),
    )


def one_image(values: Array, image: int) -> Array:
    """``values`` where only one image of the batch is more than zeros."""
    kept = np.zeros_like(values)
    kept[image] = values[image]
    return kept


def _derived(base: type[Layer], **methods: Callable[..., Any]) -> type[Layer]:
    return type("Wrong", (base,), methods)


_FORWARD: Table = {
    "forward-zeros": (
        "y is never filled",
        "y is made of zeros, and the results do not find their way into it",
        "Where is y written to, after np.zeros?",
        lambda layer, x, y: np.zeros_like(y),
    ),
    "forward-one-image": (
        "Only one image of the batch is computed",
        "the first image, or the last, is right and the others are never written",
        "Is the `return` inside the loop? Which index does the loop over the images write to?",
        lambda layer, x, y: one_image(y, 0),
        lambda layer, x, y: one_image(y, -1),
        lambda layer, x, y: np.repeat(y[:1], len(y), axis=0),
    ),
    "forward-always-double": (
        "y is float64, whatever x is",
        "an array made without a dtype, such as np.zeros(shape), is float64, and so is all that "
        "is written into it",
        "Which dtype does np.zeros give, if you do not ask for one?",
        lambda layer, x, y: y.astype(np.float64),
    ),
    "forward-always-single": (
        "y is float32, whatever x is",
        "the numbers are rounded to float32 on the way, which loses half of their digits",
        "Which dtype should y have? Do you have to name one yourself?",
        lambda layer, x, y: y.astype(np.float32),
    ),
    "forward-whole-numbers": (
        "y is cut off to whole numbers",
        "the results are written into an array of integers, which drops what comes after the point",
        "Which dtype does your y have?",
        lambda layer, x, y: y.astype(np.int64),
        lambda layer, x, y: np.trunc(y),
    ),
    "forward-negated": (
        "y has the wrong sign",
        "forward gives −y",
        "Follow one number by hand. Where does the minus come from?",
        lambda layer, x, y: -y,
    ),
    "forward-changes-input": (
        "forward writes into x",
        "x is used as a place to work in: whoever called your layer finds other numbers in it",
        "An assignment with `[...]`, `+=` or `out=` changes the array itself. Which is it here?",
        lambda layer, x, y: _overwriting(x, y),
        lambda layer, x, y: _overwriting(x, y, np.zeros_like(x)),
    ),
}

_BACKWARD: Table = {
    "backward-zeros": (
        "grad_x is never filled",
        "grad_x is made of zeros, and no gradient finds its way into it",
        "Where is grad_x written to, after np.zeros?",
        lambda layer, grad_y, grad_x: np.zeros_like(grad_x),
    ),
    "backward-upstream-ignored": (
        "The upstream gradient is not used",
        "grad_x is that of the sum of y: grad_y might as well be all ones",
        "By the chain rule, where does grad_y come in?",
        lambda layer, grad_y, grad_x: layer.once_more(np.ones_like(grad_y)),
    ),
    "backward-upstream-squared": (
        "The upstream gradient is multiplied in twice",
        "grad_y is a factor of grad_x two times",
        "The chain rule is a product with two factors. Which two?",
        lambda layer, grad_y, grad_x: layer.once_more(grad_y * grad_y),
    ),
    "backward-negated": (
        "grad_x has the wrong sign",
        "backward returns −grad_x",
        "backward says how the loss *grows* with x. Who goes downhill, the layer or the optimizer?",
        lambda layer, grad_y, grad_x: -grad_x,
    ),
    "backward-averaged": (
        "grad_x is divided by the size of the batch",
        "grad_x is divided by N: that is the loss's business, once, and not a layer's",
        "How much does y change if one number of x grows by 1? Does N play a part in it?",
        lambda layer, grad_y, grad_x: grad_x / len(grad_x),
    ),
    "backward-one-image": (
        "Only one image of the batch gets a gradient",
        "grad_x is right for the first image, or for the last, and the others are never written",
        "Is the `return` inside the loop? Which index does the loop over the images write to?",
        lambda layer, grad_y, grad_x: one_image(grad_x, 0),
        lambda layer, grad_y, grad_x: one_image(grad_x, -1),
    ),
    "backward-always-double": (
        "grad_x is float64, whatever x is",
        "an array made without a dtype, such as np.zeros(shape), is float64, and so is all that "
        "is written into it",
        "Which dtype does np.zeros give, if you do not ask for one?",
        lambda layer, grad_y, grad_x: grad_x.astype(np.float64),
    ),
    "backward-always-single": (
        "grad_x is float32, whatever x is",
        "the gradient is rounded to float32 on the way, which loses half of its digits",
        "Which dtype should grad_x have? Do you have to name one yourself?",
        lambda layer, grad_y, grad_x: grad_x.astype(np.float32),
    ),
    "backward-changes-upstream": (
        "backward writes into grad_y",
        "grad_y is used as a place to work in: the layer that handed it over finds other numbers "
        "in it",
        "`*=`, `/=` and `[...] =` change the array itself. Which one is it here?",
        lambda layer, grad_y, grad_x: _overwriting(grad_y, grad_x),
        lambda layer, grad_y, grad_x: _overwriting(grad_y, grad_x, np.zeros_like(grad_y)),
    ),
    "backward-adds-up": (
        "grad_x is added to that of the last call",
        "backward adds into an array that is never made anew, so that old gradients stay in it",
        "Where is grad_x made, in __init__, in forward or in backward?",
        lambda layer, grad_y, grad_x: _added_up(layer, grad_x),
    ),
}


def _overwriting(given: Array, result: Array, numbers: Array | None = None) -> Array:
    given[...] = result.mean() if numbers is None else numbers
    return result


def _added_up(layer: Any, grad_x: Array) -> Array:
    before = getattr(layer, "before", None)
    if before is not None and before.shape == grad_x.shape:
        grad_x = grad_x + before
    layer.before = grad_x
    return grad_x


def first_weights(base: type[Layer]) -> tuple[Any, ...]:
    """The row of a table for the layer that copies its parameters on its first call."""

    def forward(self: Any, x: Array) -> Array:
        if not hasattr(self, "first"):
            self.first = dict(self.params)
        now, self.params = self.params, self.first
        y = base.forward(self, x)
        self.params = now
        return y

    return (
        "The first weights are kept for ever",
        "the weights are copied on the first call, and setting params later changes nothing",
        "An optimizer sets params after every step. When does your layer look at them?",
        _derived(base, forward=forward),
    )


def first_input(base: type[Layer]) -> tuple[Any, ...]:
    """The row of a table for the layer that stores what backward needs on its first call."""

    def forward(self: Any, x: Array) -> Array:
        y = base.forward(self, x)
        if not hasattr(self, "first"):
            self.first = x.copy()
        return y

    def backward(self: Any, grad_y: Array) -> Array:
        base.forward(self, self.first)
        return base.backward(self, grad_y)

    return (
        "The first input is kept for ever",
        "what backward needs is stored on the first forward only, and belongs to another x later "
        "on",
        "backward belongs to the *latest* forward. When is what it needs stored?",
        _derived(base, forward=forward, backward=backward),
    )


def shared_memory(base: type[Layer]) -> type[Layer]:
    """``base``, but all its layers keep what backward needs in one place."""
    latest: list[Layer] = []

    def forward(self: Layer, x: Array) -> Array:
        latest[:] = [self]
        return base.forward(self, x)

    def backward(self: Layer, grad_y: Array) -> Array:
        grad_x = base.backward(latest[0], grad_y)
        self.grads = latest[0].grads
        return grad_x

    return _derived(base, forward=forward, backward=backward)
