"""The mistake of a layer that changes its own parameters in backward."""

from __future__ import annotations

from convkit.checks.misconceptions.common import with_backward
from convkit.checks.misconceptions.tables import Reading, enter_table
from convkit.layers import Array, Layer


def enter_learning(base: type[Layer], read: Reading) -> None:
    """Enter it for the layer ``base``, which has parameters."""
    enter_table(
        base.__name__,
        read,
        {
            "backward-learns": (
                "backward changes params",
                "a step of gradient descent is taken in backward, which should only work out "
                "gradients",
                "Who changes the weights while a network is trained: the layer, or the optimizer?",
                with_backward(base, _step),
                with_backward(base, _step_in_place),
            ),
        },
    )


def _step(layer: Layer, grad_y: Array, grad_x: Array) -> Array:
    for name, gradient in layer.grads.items():
        layer.params[name] = layer.params[name] - 0.01 * gradient
    return grad_x


def _step_in_place(layer: Layer, grad_y: Array, grad_x: Array) -> Array:
    for name, gradient in layer.grads.items():
        layer.params[name] -= 0.01 * gradient
    return grad_x
