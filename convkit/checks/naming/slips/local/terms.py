"""How to speak of the locally connected layer: its axes, its sizes, and the terms of its sum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.any_layer import enter_any_layer
from convkit.checks.naming.look import View
from convkit.checks.naming.relations import enter_relations
from convkit.checks.naming.slips.local.slips import BACK, FORTH
from convkit.checks.naming.solver import enter_sum
from convkit.checks.observing.behaviour import Case
from convkit.layers import Array, LocallyConnected2d

_UNIT = ("feature maps", "rows of places", "columns of places")
_WEIGHT = (*_UNIT, "channels", "rows of the patch", "columns of the patch")


def _sizes(case: Case) -> Mapping[str, int | tuple[int, ...]]:
    maps, rows, columns, channels, h, w = case.params["weight"].shape
    return {
        "the number of images": len(case.x),
        "the number of channels": channels,
        "the number of feature maps": maps,
        "the size of the patch": (h, w),
        "the number of weights of a unit": (channels, h, w),
        "the number of places": (rows, columns),
    }


_ANATOMY = Anatomy(
    LocallyConnected2d,
    {
        "y": ("images", "feature maps", "rows", "columns"),
        "grad_x": ("images", "channels", "rows", "columns"),
        **{f'{of}["weight"]': _WEIGHT for of in ("grads", "first params")},
        **{f'{of}["bias"]': _UNIT for of in ("grads", "first params")},
    },
    _sizes,
    FORTH,
    BACK,
)


def _terms(view: View) -> Mapping[str, Array]:
    bias = np.broadcast_to(view.case.params["bias"], view.right.shape)
    return {"products": view.right - bias, "bias": bias}


def _instead(view: View) -> Mapping[tuple[str, str], Array]:
    bias = view.case.params["bias"]
    return {
        ("bias", "is that of the first place everywhere"): bias[:, :1, :1],
        ("bias", "is the mean over all places"): bias.mean((1, 2), keepdims=True),
        ("bias", "is the sum over all places"): bias.sum((1, 2), keepdims=True),
        ("bias", "is that of the first map everywhere"): bias[:1],
        ("bias", "is that of the last map everywhere"): bias[-1:],
        ("bias", "is the sum over all maps"): bias.sum(0),
    }


enter_sum(
    _ANATOMY,
    "y",
    _terms,
    {
        "products": ("the sum of weights times pixels", "What is y if the bias is 0?"),
        "bias": ("the bias", "Which shape has the bias? Which of its indices do you use?"),
    },
    _instead,
)
enter_any_layer(_ANATOMY)
enter_relations(_ANATOMY)
