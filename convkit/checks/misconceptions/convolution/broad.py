"""What can be said of a wrong `Conv2d`, `correlate2d` or `convolve2d` in general."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.behaviour import Case
from convkit.checks.misconceptions.broad import (
    Anatomy,
    enter_broad_function,
    enter_broad_layer,
)
from convkit.checks.misconceptions.broad.conditions import (
    SIZE_OF_BATCH,
    STRIDES_DIFFER,
    Conditions,
    not_square,
    ragged,
)
from convkit.checks.misconceptions.broad.structure import enter_structure
from convkit.checks.misconceptions.convolution.backward import THROUGH
from convkit.checks.misconceptions.convolution.forward import MAPS
from convkit.checks.misconceptions.convolution.functions import IDEA
from convkit.checks.misconceptions.convolution.kernels import enter_kernels
from convkit.checks.misconceptions.convolution.used_kernels import enter_used_kernels
from convkit.checks.misconceptions.convolution.way_back import enter_way_back
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


_CONV2D = Anatomy(
    Conv2d,
    {
        "y": ("images", "feature maps", "rows", "columns"),
        "grad_x": ("images", "channels", "rows", "columns"),
        'grads["weight"]': ("feature maps", "channels", "kernel rows", "kernel columns"),
        'grads["bias"]': ("feature maps",),
        'first params["weight"]': ("feature maps", "channels", "kernel rows", "kernel columns"),
        'first params["bias"]': ("feature maps",),
    },
    _sizes,
    MAPS,
    THROUGH,
    known=(
        "forward-all-zero",
        "backward-all-zero",
        "forward-returns-none",
        "backward-returns-none",
        "backward-returns-tuple",
    ),
)


_CONDITIONS: Conditions = {
    "padding-zero": (
        "the padding is 0",
        "Follow a slice such as [p:-p] by hand for p = 0. Which names has the code seen?",
        lambda layer, x: layer.padding == (0, 0),
    ),
    "padding-zero-somewhere": (
        "the padding is 0 in some direction",
        "Follow a slice such as [p:-p] by hand for p = 0.",
        lambda layer, x: 0 in layer.padding,
    ),
    "padding": (
        "there is padding",
        "Where does the padding enter: in the sizes, in the image, in the crop at the end?",
        lambda layer, x: layer.padding != (0, 0),
    ),
    "padding-differs": (
        "the two paddings differ",
        "Where in your code does `padding[1]` appear, and along which axis?",
        lambda layer, x: layer.padding[0] != layer.padding[1],
    ),
    "stride": (
        "the stride is not 1",
        "Where does the stride enter: in the size of y, and in every index of a window?",
        lambda layer, x: layer.stride != (1, 1),
    ),
    "stride-one": (
        "the stride is 1",
        "What does your code do if the stride is 1?",
        lambda layer, x: layer.stride == (1, 1),
    ),
    **STRIDES_DIFFER,
    **not_square("kernel"),
    **ragged("windows"),
    **SIZE_OF_BATCH,
}


def _enter_weights() -> None:
    enter_kernels(_CONV2D)
    enter_way_back(_CONV2D)


enter_broad_layer(
    _CONV2D,
    conditions=_CONDITIONS,
    sums=("backward",),
    narrower=_enter_weights,
    vaguer=partial(enter_structure, _CONV2D, linear=True, equivariant=True),
)


def _function(target: Callable[..., Any]) -> Anatomy:
    axes = {"y": ("rows", "columns")}
    return Anatomy(target, axes, _function_sizes, IDEA, known=("border", "few"))


def _function_sizes(case: Case) -> dict[str, int]:
    (height, width), (h, w) = (np.shape(array) for array in case.arguments[:2])
    return {
        "the size of the kernel": h * w,
        "the height of the kernel": h,
        "the width of the kernel": w,
        "the number of pixels": height * width,
    }


for _target in (correlate2d, convolve2d):
    _anatomy = _function(_target)
    enter_broad_function(_anatomy, narrower=partial(enter_used_kernels, _anatomy))
