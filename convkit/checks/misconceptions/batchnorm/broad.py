"""What can be said of a wrong `BatchNorm` in general."""

from __future__ import annotations

from convkit.checks.batchnorm import make
from convkit.checks.behaviour import Case
from convkit.checks.misconceptions.batchnorm.altered import BACK, FORMULA
from convkit.checks.misconceptions.broad.entering import Anatomy
from convkit.checks.misconceptions.broad.whole import enter_broad_simply
from convkit.layers import BatchNorm

_AXES = {'grads["gamma"]': ("channels",), 'grads["beta"]': ("channels",)}


def _sizes(case: Case) -> dict[str, int]:
    n, channels = case.x.shape[:2]
    return {
        "the number of samples": n,
        "the number of channels": channels,
        "the number of numbers in a channel": case.x.size // channels,
    }


_ANY_SHAPE = ("forward-another-size", "backward-another-size")

ANATOMY = Anatomy(BatchNorm, _AXES, _sizes, FORMULA, BACK, _ANY_SHAPE, make)

enter_broad_simply(ANATOMY, numbers=False)
