"""Of which terms y of a `Conv2d` is the sum: the products, and the bias."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from convkit.checks.naming.look import View
from convkit.checks.naming.slips.convolution.broad import CONV2D
from convkit.checks.naming.solver import enter_sum
from convkit.layers import Array


def _forward(view: View) -> Mapping[str, Array]:
    bias = np.broadcast_to(view.case.params["bias"][:, np.newaxis, np.newaxis], view.right.shape)
    return {"products": view.right - bias, "bias": bias}


def _with_another_bias(view: View) -> Mapping[tuple[str, str], Array]:
    bias = view.case.params["bias"]
    found = {
        "is the sum of all biases, for every feature map": bias.sum(),
        "is the same for every feature map": bias[0],
        "is the last one, for every feature map": bias[-1],
    }
    return {("bias", does): np.broadcast_to(it, view.right.shape) for does, it in found.items()}


enter_sum(
    CONV2D,
    "y",
    _forward,
    {
        "products": (
            "the sum of the products",
            "How many products are in the sum for one number of y? Is there a mean, or a division?",
        ),
        "bias": (
            "the bias",
            "What should a feature map show for an image that is 0 everywhere?",
        ),
    },
    _with_another_bias,
)
