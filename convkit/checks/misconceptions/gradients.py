"""Wrong entries of ``grads``: what makes them, and those that any layer can have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import Backward, one_image
from convkit.checks.misconceptions.tables import Reading, Table, enter_table
from convkit.layers import Array, Layer

Gradient = Callable[[Any, Array, Array], Any]
"""Is given the layer after a right backward, the right gradient of a parameter and grad_y.

Returns a gradient; None leaves it out.
"""

BackwardMistake = Callable[..., Callable[[Backward], Backward]]
"""Is given an id, title, when, hint and variants: enters the decorated wrong backward pass."""

GradientMistake = Callable[..., Callable[[Gradient], Gradient]]
"""The same for wrong gradients of a parameter, whose name comes first."""


def changed_gradient(parameter: str, wrong: Gradient) -> Backward:
    """A backward that is right but for the gradient of one parameter."""

    def backward(layer: Any, grad_y: Array, grad_x: Array) -> Array:
        gradient = wrong(layer, layer.grads.pop(parameter), grad_y)
        if gradient is not None:
            layer.grads[parameter] = gradient
        return grad_x

    return backward


def gradient_mistakes(backward_mistake: BackwardMistake) -> GradientMistake:
    """The decorator for wrong gradients that belongs to one for wrong backward passes."""

    def gradient_mistake(
        parameter: str, id: str, title: str, when: str, hint: str, *variants: Gradient
    ) -> Callable[[Gradient], Gradient]:
        def enter(wrong: Gradient) -> Gradient:
            first, *others = (changed_gradient(parameter, each) for each in (wrong, *variants))
            backward_mistake(f"{parameter}-{id}", title, when, hint, *others)(first)
            return wrong

        return enter

    return gradient_mistake


def enter_zeros(gradient_mistake: GradientMistake, parameter: str, words: str) -> None:
    """Enter that nothing is added to the zeros that a gradient starts with."""
    gradient_mistake(
        parameter,
        "zeros",
        f"The gradient of the {words} is never filled",
        f'grads["{parameter}"] is made of zeros, and nothing is added to it',
        f'Where is grads["{parameter}"] written to, after np.zeros?',
    )(lambda layer, gradient, grad_y: np.zeros_like(gradient))


def enter_parameter_gradients(base: type[Layer], read: Reading, parameters: Sequence[str]) -> None:
    """Enter each for all parameters at once, and for each of them alone."""
    choices = [parameters, *([name] for name in parameters)]
    table = {
        id: (*words, *(_with_grads(base, names, change) for names in choices))
        for id, (*words, change) in _GRADS.items()
    }
    enter_table(base.__name__, read, table, prefix=f"{base.__name__.lower()}-grads")


def _with_grads(
    base: type[Layer], names: Sequence[str], change: Callable[[Any, str, Array, Array], Any]
) -> type[Layer]:
    """``base`` with ``grads[name] = change(layer, name, right, grad_y)``; None leaves it out."""

    def backward(self: Layer, grad_y: Array) -> Array:
        grad_x = base.backward(self, grad_y)
        right = dict(self.grads)
        changed = {name: change(self, name, right[name], grad_y) for name in names}
        self.grads = {name: value for name, value in (right | changed).items() if value is not None}
        return grad_x

    return type("Wrong", (base,), {"backward": backward, "once_more": base.backward})


def _of(layer: Any, name: str, grad_y: Array) -> Array:
    """The gradient of a parameter for another grad_y."""
    layer.once_more(grad_y)
    gradient: Array = layer.grads[name]
    return gradient.copy()


def _added(layer: Any, name: str, right: Array, grad_y: Array) -> Array:
    before = vars(layer).setdefault("before", {})
    before[name] = right + before.get(name, np.zeros_like(right))
    total: Array = before[name]
    return total


_GRADS: Table = {
    "missing": (
        "backward leaves out a gradient",
        "backward does not put the gradient into `grads`, or under another name",
        "Which entries must `grads` have after backward?",
        lambda layer, name, right, grad_y: None,
    ),
    "zeros": (
        "A parameter's gradient is never filled",
        "an entry of `grads` stays as np.zeros made it, so this parameter would never learn",
        "Where is this entry written to, after np.zeros?",
        lambda layer, name, right, grad_y: np.zeros_like(right),
    ),
    "averaged": (
        "A parameter's gradient is divided by the size of the batch",
        "the gradient is averaged over the samples: the loss has already divided by N, once",
        "By the chain rule, what do several samples' contributions to one parameter do?",
        lambda layer, name, right, grad_y: right / len(grad_y),
    ),
    "negated": (
        "A parameter's gradient has the wrong sign",
        "an entry of `grads` is minus the gradient",
        "Who goes downhill, the layer or the optimizer?",
        lambda layer, name, right, grad_y: -right,
    ),
    "one-sample": (
        "Only one sample counts for a parameter's gradient",
        "an entry of `grads` comes from the first sample of the batch, or the last: each sample "
        "overwrites what was there",
        "Every sample used the same parameter. How do their contributions come together?",
        lambda layer, name, right, grad_y: _of(layer, name, one_image(grad_y, -1)),
    ),
    "upstream-ignored": (
        "A parameter's gradient does not use grad_y",
        "an entry of `grads` is the same whatever grad_y is, as if it were all ones",
        "By the chain rule, where does grad_y come in?",
        lambda layer, name, right, grad_y: _of(layer, name, np.ones_like(grad_y)),
    ),
    "axis-kept": (
        "A parameter's gradient has one axis too many",
        "a sum keeps an axis of length 1 in the gradient: `param - lr * grad` would broadcast, and "
        "change the parameter's shape without a word",
        "What is the shape of the parameter, and what is the shape of its gradient?",
        lambda layer, name, right, grad_y: right[np.newaxis],
    ),
    "summed-up": (
        "A parameter's gradient is a single number",
        "the gradient is summed over all axes, so every number of the parameter would get the same",
        "Over which axes does the sum run? Which axis must be left?",
        lambda layer, name, right, grad_y: right.sum(),
    ),
    "added": (
        "The gradients are added to those of the last call",
        "`grads` is added to from call to call, and never starts again",
        "backward *sets* grads. Which numbers should they hold after two calls?",
        _added,
    ),
}
