"""What can be said of wrong poolings in general."""

from __future__ import annotations

from functools import partial
from typing import Any

from convkit.checks.behaviour import Case
from convkit.checks.misconceptions.broad import Anatomy, enter_broad_layer
from convkit.checks.misconceptions.broad.conditions import (
    SIZE_OF_BATCH,
    STRIDES_DIFFER,
    Conditions,
    not_square,
    overlap,
    ragged,
)
from convkit.checks.misconceptions.pooling.altered import BACK, BY_HAND, CLASSES, windows
from convkit.checks.misconceptions.pooling.arrivals import enter_amounts, enter_arrivals
from convkit.layers import Array, AvgPool2d


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
        "the number of numbers in y": case.grad_y.size,
    }


def _negative(layer: Any, x: Array) -> bool:
    return bool((x < 0).all())


def _tied(layer: Any, x: Array) -> bool:
    patches = windows(layer, x)
    return bool(((patches == patches.max((-2, -1), keepdims=True)).sum((-2, -1)) > 1).any())


_CONDITIONS: Conditions = {
    "stride-left-out": (
        "the stride is left out",
        "How far do the windows move if nobody says it?",
        lambda layer, x: layer.stride == layer.kernel_size,
    ),
    "stride-given": (
        "the stride is given",
        "Where in your code does `stride` appear?",
        lambda layer, x: layer.stride != layer.kernel_size,
    ),
    **overlap("windows"),
    "gaps": (
        "there are gaps between the windows",
        "What about the pixels that lie in no window?",
        lambda layer, x: any(k < s for k, s in zip(layer.kernel_size, layer.stride, strict=True)),
    ),
    **STRIDES_DIFFER,
    **not_square("window"),
    **ragged("windows"),
    "negative": (
        "all numbers are negative",
        "With which number does your search begin?",
        _negative,
    ),
    "ties": (
        "several are the largest",
        "Who wins, if two are equally large?",
        _tied,
    ),
    **SIZE_OF_BATCH,
}

for _name, _class in CLASSES.items():
    _axes = ("images", "feature maps", "rows", "columns")
    _known = ["forward-border"]
    if _name == "MaxPool2d":
        _known.append("forward-borrowed")
    else:
        _known.append("forward-whole")
    _anatomy = Anatomy(_class, {"y": _axes, "grad_x": _axes}, _sizes, BY_HAND, BACK[_name], _known)
    enter_broad_layer(
        _anatomy,
        conditions={
            id: row
            for id, row in _CONDITIONS.items()
            if _name == "MaxPool2d" or id not in ("negative", "ties")
        },
        sums=("backward",) if _name == "AvgPool2d" else (),
        narrower=partial(enter_arrivals, _anatomy),
        vaguer=partial(enter_amounts, _anatomy),
    )
