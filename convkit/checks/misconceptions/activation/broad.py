"""What can be said of wrong activations in general."""

from __future__ import annotations

from collections.abc import Sequence

from convkit.checks.behaviour import Case
from convkit.checks.misconceptions.activation import gain, rectifying, squashing
from convkit.checks.misconceptions.broad.entering import Anatomy
from convkit.checks.misconceptions.broad.whole import enter_broad_simply
from convkit.checks.misconceptions.tables import Reading
from convkit.layers import Abs, Gain, Layer, ReLU, Sigmoid, Tanh


def _sizes(case: Case) -> dict[str, int]:
    return {"the number of samples": len(case.x), "the number of numbers in x": case.x.size}


def _maps(case: Case) -> dict[str, int]:
    n, channels, height, width = case.x.shape
    return {
        "the number of images": n,
        "the number of feature maps": channels,
        "the number of pixels": height * width,
        "the number of images times the number of pixels": n * height * width,
    }


_SAID_OTHERWISE = (
    "forward-not-a-number",
    "forward-another-size",
    "backward-another-size",
)
_ELEMENTWISE: list[tuple[type[Layer], Reading, Reading, Sequence[str]]] = [
    (Sigmoid, squashing.SIGMOID, squashing.BACK, _SAID_OTHERWISE),
    (Tanh, squashing.TANH, squashing.BACK, _SAID_OTHERWISE),
    (ReLU, rectifying.RELU, rectifying.BACK, (*_SAID_OTHERWISE, "forward-one-number-only")),
    (Abs, rectifying.ABS, rectifying.BACK, _SAID_OTHERWISE),
]
_AXES = ("images", "feature maps", "rows", "columns")

for _layer, _forth, _back, _known in _ELEMENTWISE:
    enter_broad_simply(Anatomy(_layer, {}, _sizes, _forth, _back, _known), numbers=False)

enter_broad_simply(
    Anatomy(
        Gain,
        {"y": _AXES, "grad_x": _AXES, 'grads["gain"]': ("feature maps",)},
        _maps,
        gain.FORTH,
        gain.BACK,
    )
)
