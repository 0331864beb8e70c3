"""What can be said of a wrong `LocalContrastNorm2d` in general."""

from __future__ import annotations

from convkit.checks.behaviour import Case
from convkit.checks.misconceptions.broad.entering import Anatomy
from convkit.checks.misconceptions.broad.whole import enter_broad_simply
from convkit.checks.misconceptions.contrast.altered import COMPETE, FORMULA
from convkit.layers import LocalContrastNorm2d

_AXES = ("images", "channels", "rows", "columns")


def _sizes(case: Case) -> dict[str, int]:
    n, channels, height, width = case.x.shape
    return {
        "the number of images": n,
        "the number of channels": channels,
        "the number of pixels": height * width,
    }


_ANATOMY = Anatomy(
    LocalContrastNorm2d,
    {"y": _AXES, "grad_x": _AXES},
    _sizes,
    FORMULA,
    COMPETE,
    ("backward-error-shapes", "backward-not-a-number"),
)
enter_broad_simply(_ANATOMY, numbers=False)
