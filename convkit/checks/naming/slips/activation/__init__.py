"""What is said of activations in general: the names of their axes, and the slope of a wrong y."""

from collections.abc import Callable
from functools import partial

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.look import Look, equal
from convkit.checks.naming.misconception import Misconception, enter_teller
from convkit.checks.naming.slips.activation import slips
from convkit.checks.observing.quantity import GRAD_X, Y, grads
from convkit.layers import Abs, Array, Gain, ReLU, Sigmoid, Tanh


def _of_wrong_y(name: str, slope: Callable[[Array], Array], look: Look) -> Misconception | None:
    """Where grad_x is the right formula of the layer's own y."""
    if look.first != GRAD_X or not look.finite:
        return None
    for view, (got, _) in zip(look.wrong, look.finite, strict=True):
        y = view.behaviour.get(Y)
        fits = isinstance(y, np.ndarray) and y.shape == got.shape
        if not fits or not equal(got, slope(np.asarray(y)) * view.case.grad_y):
            return None
    return Misconception(
        f"{name.lower()}-backward-of-wrong-y",
        name,
        "The slope is right for your y, but y is not right yet",
        "Your backward works out the slope from y, and it inherits what is wrong with y.",
        "What does forward get wrong? Mend that first.",
        *slips.BACK,
    )


enter_teller("Sigmoid", partial(_of_wrong_y, "Sigmoid", lambda y: y * (1 - y)))
enter_teller("Tanh", partial(_of_wrong_y, "Tanh", lambda y: 1 - y**2))

_AXES = ("images", "feature maps", "rows", "columns")
_GAIN = {Y: _AXES, GRAD_X: _AXES, grads("gain"): ("feature maps",)}
enter_general(
    Anatomy(Sigmoid, {}, slips.SIGMOID, slips.BACK),
    Anatomy(Tanh, {}, slips.TANH, slips.BACK),
    Anatomy(ReLU, {}, slips.RELU, slips.RECTIFIED_BACK),
    Anatomy(Abs, {}, slips.ABS, slips.RECTIFIED_BACK),
    Anatomy(Gain, _GAIN, slips.GAIN, slips.BACK),
)
