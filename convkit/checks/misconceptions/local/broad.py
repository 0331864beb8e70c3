"""What can be said of a wrong `LocallyConnected2d` in general."""

from __future__ import annotations

from functools import partial
from typing import Any

from convkit.checks.behaviour import Case
from convkit.checks.misconceptions.broad import Anatomy, Conditions, enter_broad_layer
from convkit.checks.misconceptions.broad.structure import enter_structure
from convkit.checks.misconceptions.local.altered import BACK, FORTH
from convkit.checks.misconceptions.local.places import enter_places
from convkit.layers import Array, LocallyConnected2d

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


def _ragged(layer: Any, x: Array) -> bool:
    sizes = zip(layer.input_size, layer.kernel_size, layer.stride, strict=True)
    return any((size - k) % s for size, k, s in sizes)


_CONDITIONS: Conditions = {
    "stride": (
        "the stride is not 1",
        "Where does the stride enter: in the number of places, and in every index of a patch?",
        lambda layer, x: layer.stride != (1, 1),
    ),
    "stride-differs": (
        "the two strides differ",
        "Where in your code does `stride[1]` appear, and along which axis?",
        lambda layer, x: layer.stride[0] != layer.stride[1],
    ),
    "patch-not-square": (
        "the patch is not square",
        "Where in your code do the patch's height and its width appear, and along which axes?",
        lambda layer, x: layer.kernel_size[0] != layer.kernel_size[1],
    ),
    "image-not-square": (
        "the image is not square",
        "Where in your code do the image's height and its width appear, and along which axes?",
        lambda layer, x: layer.input_size[0] != layer.input_size[1],
    ),
    "overlap": (
        "patches overlap",
        "How many patches does one pixel lie in? What happens to the second one?",
        lambda layer, x: any(k > s for k, s in zip(layer.kernel_size, layer.stride, strict=True)),
    ),
    "ragged": (
        "patches do not reach the image's edge (the size is ragged)",
        "What happens to the rows and columns that are left over?",
        _ragged,
    ),
    "one-image": (
        "the batch is a single image",
        "What do your axes, sums and squeezes do to an axis of size 1?",
        lambda layer, x: len(x) == 1,
    ),
    "several-images": (
        "the batch is more than one image",
        "Which of your lines knows that there is more than one image?",
        lambda layer, x: len(x) > 1,
    ),
}

enter_broad_layer(
    _ANATOMY,
    conditions=_CONDITIONS,
    sometimes=(5, 4),
    sums=("forward", "backward"),
    narrower=partial(enter_places, _ANATOMY),
    vaguer=partial(enter_structure, _ANATOMY, linear=True, equivariant=False),
)
