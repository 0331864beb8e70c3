"""What can be said of a wrong `LocallyConnected2d` in general."""

from __future__ import annotations

from functools import partial

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
from convkit.checks.misconceptions.broad.structure import enter_structure
from convkit.checks.misconceptions.local.altered import BACK, FORTH
from convkit.checks.misconceptions.local.places import enter_places
from convkit.layers import LocallyConnected2d

_WEIGHT = (
    "feature maps",
    "rows of places",
    "columns of places",
    "channels",
    "rows of the patch",
    "columns of the patch",
)
_BIAS = ("feature maps", "rows", "columns")


def _sizes(case: Case) -> dict[str, int]:
    maps, rows, columns, channels, h, w = case.params["weight"].shape
    return {
        "the number of images": len(case.x),
        "the number of channels": channels,
        "the number of feature maps": maps,
        "the size of the patch": h * w,
        "the number of weights of a unit": channels * h * w,
        "the number of places": rows * columns,
        "the number of units": maps * rows * columns,
        "the height of the patch": h,
        "the width of the patch": w,
        "the number of numbers in y": case.grad_y.size,
    }


_ANATOMY = Anatomy(
    LocallyConnected2d,
    {
        "y": ("images", "feature maps", "rows", "columns"),
        "grad_x": ("images", "channels", "rows", "columns"),
        'grads["weight"]': _WEIGHT,
        'grads["bias"]': _BIAS,
        'first params["weight"]': _WEIGHT,
        'first params["bias"]': _BIAS,
    },
    _sizes,
    FORTH,
    BACK,
    known=(
        "forward-border",
        "forward-few",
        "forward-terms-overwritten",
        "params-axes-reordered",
    ),
)


_CONDITIONS: Conditions = {
    "stride": (
        "the stride is not 1",
        "Where does the stride enter: in the number of places, and in every index of a patch?",
        lambda layer, x: layer.stride != (1, 1),
    ),
    **STRIDES_DIFFER,
    **not_square("patch"),
    "image-not-square": (
        "the image is not square",
        "Where in your code do the image's height and its width appear, and along which axes?",
        lambda layer, x: layer.input_size[0] != layer.input_size[1],
    ),
    **overlap("patches"),
    **ragged("patches"),
    **SIZE_OF_BATCH,
}

enter_broad_layer(
    _ANATOMY,
    conditions=_CONDITIONS,
    sums=("forward", "backward"),
    narrower=partial(enter_places, _ANATOMY),
    vaguer=partial(enter_structure, _ANATOMY, linear=True, equivariant=False),
)
