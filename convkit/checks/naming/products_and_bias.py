"""The y of a layer that weighs its inputs: a sum of products, and a bias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.look import View
from convkit.checks.naming.solver import enter_sum
from convkit.checks.observing.quantity import Y, grads
from convkit.layers import Array

# fmt: off
WORDS = {
    "products": ("the sum of the products",
        "How many products are in the sum for one number of y? Is there a mean, or a division?"),
    "bias": ("the bias",
        "What should y be where x is all zeros?"),
}
# fmt: on


def enter_products_and_bias(anatomy: Anatomy) -> None:
    """Let the solver explain y, by the axes that the gradient of the bias has."""
    enter_sum(anatomy, Y, _terms, WORDS, partial(_instead, anatomy.axes[grads("bias")]))


def _terms(view: View) -> Mapping[str, Array]:
    bias = _spread(view, view.case.params["bias"])
    return {"products": view.right - bias, "bias": bias}


def _spread(view: View, bias: Array) -> Array:
    """Numbers shaped like the bias, or to be broadcast to it, laid out like y."""
    bias = np.broadcast_to(bias, view.case.params["bias"].shape)
    behind = (1,) * (view.right.ndim - 1 - bias.ndim)
    return np.broadcast_to(bias.reshape(*bias.shape, *behind), view.right.shape)


def _instead(axes: Sequence[str], view: View) -> Mapping[tuple[str, str], Array]:
    bias, inputs = view.case.params["bias"], view.case.x.shape[1]
    found = {"is added once more for every input": (inputs + 1) * bias}
    for axis, name in enumerate(axes):
        found |= {
            f"of the first of the {name} is added for all": bias.take([0], axis),
            f"of the last of the {name} is added for all": bias.take([-1], axis),
            f"is added up over the {name} first": bias.sum(axis, keepdims=True),
            f"is averaged over the {name} first": bias.mean(axis, keepdims=True),
        }
    if len(axes) > 1:
        found |= {
            "of the first place is added for all": bias[:, :1, :1],
            "is added up over all places first": bias.sum((1, 2), keepdims=True),
            "is averaged over all places first": bias.mean((1, 2), keepdims=True),
        }
    return {("bias", does): _spread(view, it) for does, it in found.items()}
