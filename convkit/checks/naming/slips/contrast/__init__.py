"""What can be said of a wrong `LocalContrastNorm2d` in general, and the terms of its gradient."""

from collections.abc import Mapping

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.look import Look, View
from convkit.checks.naming.misconception import Misconception, enter_teller
from convkit.checks.naming.slips.contrast.slips import COMPETE, FORMULA
from convkit.checks.naming.solver import enter_sum
from convkit.checks.observing.quantity import GRAD_X, Y
from convkit.layers import Array, LocalContrastNorm2d
from convkit.plain import contrast

_AXES = ("images", "channels", "rows", "columns")
_ANATOMY = Anatomy(LocalContrastNorm2d, {Y: _AXES, GRAD_X: _AXES}, FORMULA, COMPETE)


def _ways_back(view: View) -> Mapping[str, Array]:
    """What flows with a constant σ, and through σ; either goes on through the mean."""
    layer = contrast.LocalContrastNorm2d(**view.case.options)
    layer.forward(view.case.x)
    all_ways = layer.backward(view.case.grad_y)
    layer.divisive.varies = np.zeros_like(layer.divisive.varies)
    direct = layer.backward(view.case.grad_y)
    return {"direct": direct, "deviation": all_ways - direct}


# fmt: off
_WORDS = {
    "direct": ("grad_y / max(c, σ), taken back through the mean,",
        "If σ stayed as it is, by how much would y change with x?"),
    "deviation": ("what flows back through σ",
        "If one pixel grows, what does the σ of its neighbours do? And what does their y do?"),
}
# fmt: on


def _other_width(look: Look) -> Misconception | None:
    """Whatever width it is."""
    if look.quantity != Y or not look.finite or look.only != "sigma is left out":
        return None
    return Misconception(
        "localcontrastnorm2d-window-sigma-default",
        "LocalContrastNorm2d",
        "Without sigma the Gaussian has the wrong width",
        "Where `sigma` is left out, you do not take kernel_size / 4.",
        "How wide is the Gaussian of a window of 8 pixels, if nobody says so?",
        *FORMULA,
    )


enter_teller("LocalContrastNorm2d", _other_width)
enter_sum(_ANATOMY, GRAD_X, _ways_back, _WORDS)
enter_general(_ANATOMY)
