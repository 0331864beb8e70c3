"""What is said of poolings in general: the names of their axes, and where the gradient arrives."""

from functools import partial

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.look import Look
from convkit.checks.naming.misconception import Misconception, enter_teller
from convkit.checks.naming.slips.pooling import slips, windows
from convkit.checks.observing.quantity import GRAD_X, Y
from convkit.layers import AvgPool2d, MaxPool2d

__all__ = ["slips", "windows"]

_AXES = ("images", "feature maps", "rows", "columns")


def _elsewhere(name: str, look: Look) -> Misconception | None:
    """Where each map of grad_x adds up to what it should."""
    sums = [((got - right).sum((2, 3)), np.abs(right).sum((2, 3))) for got, right in look.finite]
    arrives = all(bool(np.all(np.abs(off) <= 1e-6 * size)) for off, size in sums)
    if look.first != GRAD_X or not sums or not arrives:
        return None
    return Misconception(
        f"{name.lower()}-backward-elsewhere",
        name,
        "The gradient arrives, but at the wrong pixels",
        "Each map of your grad_x adds up to what it should, but the wrong pixels get it.",
        "Take one number of grad_y. Which pixels of x should get it, and which ones do?",
        *windows.BACK[name],
    )


for _class in (MaxPool2d, AvgPool2d):
    _back = windows.BACK[_class.__name__]
    enter_general(Anatomy(_class, {Y: _AXES, GRAD_X: _AXES}, windows.BY_HAND, _back))
    enter_teller(_class.__name__, partial(_elsewhere, _class.__name__), last=True)
