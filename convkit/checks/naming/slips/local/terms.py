"""How to speak of the locally connected layer: its axes and its sizes."""

from __future__ import annotations

from collections.abc import Mapping

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.any_layer import enter_any_layer
from convkit.checks.naming.products_and_bias import enter_products_and_bias
from convkit.checks.naming.relations import enter_relations
from convkit.checks.naming.slips.local.slips import BACK, FORTH
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.quantity import GRAD_X, Y, grads
from convkit.layers import LocallyConnected2d

_UNIT = ("feature maps", "rows of places", "columns of places")


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
        Y: ("images", "feature maps", "rows", "columns"),
        GRAD_X: ("images", "channels", "rows", "columns"),
        grads("weight"): (*_UNIT, "channels", "rows of the patch", "columns of the patch"),
        grads("bias"): _UNIT,
    },
    _sizes,
    FORTH,
    BACK,
)

enter_products_and_bias(_ANATOMY)
enter_any_layer(_ANATOMY)
enter_relations(_ANATOMY)
