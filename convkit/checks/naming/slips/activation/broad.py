"""What is said of activations in general: their axes and sizes, and the mistakes of any layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.any_layer import enter_any_layer
from convkit.checks.naming.look import Look, equal
from convkit.checks.naming.misconception import Misconception, enter_teller
from convkit.checks.naming.relations import enter_relations
from convkit.checks.naming.slips.activation import gain, slips
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.quantity import GRAD_X, Y, grads
from convkit.layers import Abs, Array, Gain, ReLU, Sigmoid, Tanh


def _sizes(case: Case) -> dict[str, int]:
    return {"the number of samples": len(case.x)}


def _maps(case: Case) -> dict[str, int | tuple[int, ...]]:
    images, maps, height, width = case.x.shape
    return {
        "the number of images": images,
        "the number of feature maps": maps,
        "the size of a map": (height, width),
        "the number of pixels in all images": (images, height, width),
    }


def _of_wrong_y(
    entry: Misconception, slope: Callable[[Array], Array], look: Look
) -> Misconception | None:
    """The entry, where grad_x is the right formula of the layer's own y."""
    follows = look.first == GRAD_X and bool(look.finite)
    for view, (got, _) in zip(look.wrong, look.finite, strict=False):
        y = view.behaviour.get(Y)
        fits = isinstance(y, np.ndarray) and y.shape == got.shape
        follows = follows and fits and equal(got, slope(np.asarray(y)) * view.case.grad_y)
    return entry if follows else None


_AXES = ("images", "feature maps", "rows", "columns")
_SLOPES: Mapping[str, Callable[[Array], Array]] = {
    "Sigmoid": lambda y: y * (1 - y),
    "Tanh": lambda y: 1 - y**2,
}
_GAIN = {Y: _AXES, GRAD_X: _AXES, grads("gain"): ("feature maps",)}

for _anatomy in (
    Anatomy(Sigmoid, {}, _sizes, slips.SIGMOID, slips.BACK),
    Anatomy(Tanh, {}, _sizes, slips.TANH, slips.BACK),
    Anatomy(ReLU, {}, _sizes, slips.RELU, slips.RECTIFIED_BACK),
    Anatomy(Abs, {}, _sizes, slips.ABS, slips.RECTIFIED_BACK),
    Anatomy(Gain, _GAIN, _maps, gain.FORTH, gain.BACK),
):
    if _anatomy.name in _SLOPES:
        _entry = Misconception(
            f"{_anatomy.name.lower()}-backward-of-wrong-y",
            _anatomy.name,
            "The slope is right for your y, but y is not right yet",
            "Your backward works out the slope from y, and it inherits what is wrong with y.",
            "What does forward get wrong? Mend that first.",
            *slips.BACK,
            (),
        )
        enter_teller(_anatomy.name, partial(_of_wrong_y, _entry, _SLOPES[_anatomy.name]))
    enter_any_layer(_anatomy)
    enter_relations(_anatomy)
