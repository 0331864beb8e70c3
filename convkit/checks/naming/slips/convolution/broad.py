"""What can be said of a wrong `Conv2d`, `correlate2d` or `convolve2d` in general."""

from __future__ import annotations

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.any_layer import enter_any_layer
from convkit.checks.naming.broken_promises import enter_promises
from convkit.checks.naming.products_and_bias import enter_products_and_bias
from convkit.checks.naming.relations import enter_relations
from convkit.checks.naming.slips.convolution.backward import THROUGH
from convkit.checks.naming.slips.convolution.forward import MAPS
from convkit.checks.naming.slips.convolution.functions import IDEA
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.quantity import GRAD_X, Y, grads
from convkit.layers import Conv2d, convolve2d, correlate2d


def _sizes(case: Case) -> dict[str, int]:
    (n, _, height, width), (maps, channels, h, w) = case.x.shape, case.params["weight"].shape
    rows, columns = case.grad_y.shape[2:]
    return {
        "the number of images": n,
        "the number of channels": channels,
        "the number of feature maps": maps,
        "the size of the kernel": h * w,
        "the number of weights in a feature map": channels * h * w,
        "the number of places in y": rows * columns,
        "the number of images times the number of places in y": n * rows * columns,
        "the number of pixels": height * width,
        "the height of the kernel": h,
        "the width of the kernel": w,
        "the number of numbers in y": case.grad_y.size,
    }


CONV2D = Anatomy(
    Conv2d,
    {
        Y: ("images", "feature maps", "rows", "columns"),
        GRAD_X: ("images", "channels", "rows", "columns"),
        grads("weight"): ("feature maps", "channels", "kernel rows", "kernel columns"),
        grads("bias"): ("feature maps",),
    },
    _sizes,
    MAPS,
    THROUGH,
)

enter_products_and_bias(CONV2D)
enter_any_layer(CONV2D)
enter_relations(CONV2D)


def _function_sizes(case: Case) -> dict[str, int]:
    (height, width), (h, w) = (np.shape(array) for array in case.arguments[:2])
    return {
        "the size of the kernel": h * w,
        "the height of the kernel": h,
        "the width of the kernel": w,
        "the number of pixels": height * width,
    }


for _target in (correlate2d, convolve2d):
    _anatomy = Anatomy(_target, {Y: ("rows", "columns")}, _function_sizes, IDEA)
    enter_promises(_anatomy)
    enter_relations(_anatomy)
