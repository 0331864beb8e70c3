"""What is said of poolings in general: their axes and sizes, and where the gradient arrives."""

from __future__ import annotations

from functools import partial

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.any_layer import enter_any_layer
from convkit.checks.naming.look import Look
from convkit.checks.naming.misconception import Misconception, enter_teller
from convkit.checks.naming.relations import enter_relations
from convkit.checks.naming.slips.pooling.windows import BACK, BY_HAND
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.quantity import GRAD_X, Y
from convkit.layers import AvgPool2d, MaxPool2d

_AXES = ("images", "feature maps", "rows", "columns")


def _sizes(case: Case) -> dict[str, int | tuple[int, ...]]:
    layer = AvgPool2d(*case.arguments)
    images, maps, *_ = case.x.shape
    return {
        "the size of the window": layer.kernel_size,
        "the height of the window": layer.kernel_size[0],
        "the width of the window": layer.kernel_size[1],
        "the number of images": images,
        "the number of feature maps": maps,
        "the product of the strides": layer.stride,
        "the number of windows": case.grad_y.shape[2:],
    }


def _elsewhere(entry: Misconception, look: Look) -> Misconception | None:
    """The entry, where each map of grad_x adds up to what it should."""
    sums = [((got - right).sum((2, 3)), np.abs(right).sum((2, 3))) for got, right in look.finite]
    arrives = all(bool(np.all(np.abs(off) <= 1e-6 * size)) for off, size in sums)
    return entry if look.first == GRAD_X and sums and arrives else None


for _class in (MaxPool2d, AvgPool2d):
    _name = _class.__name__
    _read = BACK[_name]
    _anatomy = Anatomy(_class, {Y: _AXES, GRAD_X: _AXES}, _sizes, BY_HAND, _read)
    _entry = Misconception(
        f"{_name.lower()}-backward-elsewhere",
        _name,
        "The gradient arrives, but at the wrong pixels",
        "Each map of your grad_x adds up to what it should, but the wrong pixels get it.",
        "Take one number of grad_y. Which pixels of x should get it, and which ones do?",
        *_read,
        (),
    )
    enter_any_layer(_anatomy)
    enter_relations(_anatomy)
    enter_teller(_name, partial(_elsewhere, _entry), last=True)
