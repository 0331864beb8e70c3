"""What can be said of a wrong `LocalContrastNorm2d` in general, and the terms of its gradient."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.any_layer import enter_any_layer
from convkit.checks.naming.look import Look, View
from convkit.checks.naming.misconception import Misconception, enter_teller, finished
from convkit.checks.naming.relations import enter_relations
from convkit.checks.naming.slips.contrast.slips import COMPETE, FORMULA
from convkit.checks.naming.solver import enter_sum
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.quantity import GRAD_X, Y
from convkit.layers import Array, LocalContrastNorm2d
from convkit.plain import contrast_in_one


def _sizes(case: Case) -> dict[str, int]:
    n, channels, height, width = case.x.shape
    return {
        "the number of images": n,
        "the number of channels": channels,
        "the number of pixels": height * width,
    }


_AXES = ("images", "channels", "rows", "columns")
_ANATOMY = Anatomy(
    LocalContrastNorm2d,
    {Y: _AXES, GRAD_X: _AXES},
    _sizes,
    FORMULA,
    COMPETE,
)


def _ways_back(view: View) -> Mapping[str, Array]:
    """What flows with a constant σ, and through σ; either goes on through the mean."""
    layer = contrast_in_one.LocalContrastNorm2d(**view.case.options)
    layer.forward(view.case.x)
    all_ways = layer.backward(view.case.grad_y)
    layer.varies = np.zeros_like(layer.varies)
    direct = layer.backward(view.case.grad_y)
    return {"direct": direct, "deviation": all_ways - direct}


_WORDS = {
    "direct": (
        "grad_y / max(c, σ), taken back through the mean,",
        "If σ stayed as it is, by how much would y change with x?",
    ),
    "deviation": (
        "what flows back through σ",
        "If one pixel grows, what does the σ of its neighbours do? And what does their y do?",
    ),
}

_OTHER_WIDTH = finished(
    Misconception(
        "localcontrastnorm2d-window-sigma-default",
        "LocalContrastNorm2d",
        "Without sigma the Gaussian has the wrong width",
        "where `sigma` is left out, you do not take kernel_size / 4",
        "How wide is the Gaussian of a window of 8 pixels, if nobody says so?",
        *FORMULA,
        (),
    )
)


def _other_width(look: Look) -> Misconception | None:
    """Whatever width it is."""
    numbers_came = look.quantity == Y and look.finite
    return _OTHER_WIDTH if numbers_came and look.only == "sigma is left out" else None


enter_teller("LocalContrastNorm2d", _other_width)
enter_sum(_ANATOMY, GRAD_X, _ways_back, _WORDS)
enter_any_layer(_ANATOMY)
enter_relations(_ANATOMY)
