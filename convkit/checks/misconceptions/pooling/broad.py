"""What is said of poolings in general: their sizes, and where the gradient arrives."""

from __future__ import annotations

from functools import partial

import numpy as np

from convkit.checks.behaviour import Case
from convkit.checks.look import Look
from convkit.checks.misconceptions.broad import Anatomy, enter_broad_layer
from convkit.checks.misconceptions.broad.conditions import (
    SIZE_OF_BATCH,
    STRIDES_DIFFER,
    not_square,
    overlap,
    ragged,
)
from convkit.checks.misconceptions.broad.entering import enter_mark
from convkit.checks.misconceptions.common import enter_common, with_backward
from convkit.checks.misconceptions.pooling.windows import BACK, BY_HAND, IDEA
from convkit.layers import AvgPool2d, MaxPool2d

_AXES = ("images", "feature maps", "rows", "columns")
_CONDITIONS = {
    **{**overlap("windows"), **STRIDES_DIFFER, **not_square("window"), **ragged("windows")},
    **SIZE_OF_BATCH,
}


def _sizes(case: Case) -> dict[str, int]:
    layer = AvgPool2d(*case.arguments)
    (h, w), (down, right) = layer.kernel_size, layer.stride
    (n, channels, *_), (rows, columns) = case.x.shape, case.grad_y.shape[2:]
    return {
        "the size of the window": h * w,
        "the height of the window": h,
        "the width of the window": w,
        "the number of images": n,
        "the number of feature maps": channels,
        "the product of the strides": down * right,
        "the number of windows": rows * columns,
    }


def _all_arrives(look: Look, anatomy: Anatomy) -> bool:
    """Each map of grad_x adds up to what it should."""
    sums = [((got - right).sum((2, 3)), np.abs(right).sum((2, 3))) for got, right in look.finite]
    return (
        look.name == "grad_x"
        and bool(sums)
        and all(np.all(np.abs(difference) <= 1e-6 * size) for difference, size in sums)
    )


def _enter(anatomy: Anatomy) -> None:
    enter_mark(
        anatomy,
        "backward-elsewhere",
        "The gradient arrives, but at the wrong pixels",
        "each map of grad_x adds up to what it should, but the wrong pixels get it",
        "Take one number of grad_y. Which pixels of x should get it, and which ones do?",
        _all_arrives,
        with_backward(
            anatomy.target,
            lambda layer, grad_y, grad_x: grad_x + np.roll(grad_x, 1, -1) - np.roll(grad_x, 1, -2),
        ),
    )


for _class in (MaxPool2d, AvgPool2d):
    _name = _class.__name__
    _anatomy = Anatomy(_class, {"y": _AXES, "grad_x": _AXES}, _sizes, BY_HAND, BACK[_name])
    enter_common(_name, _class, IDEA, BACK[_name], only_shape=_class is AvgPool2d)
    enter_broad_layer(
        _anatomy,
        conditions=_CONDITIONS,
        sums=["backward"],
        vaguer=partial(_enter, _anatomy),
    )
