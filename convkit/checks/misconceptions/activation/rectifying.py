"""Wrong `ReLU` and `Abs`."""

from __future__ import annotations

from functools import partial

import numpy as np

from convkit.checks.misconceptions.activation.altered import enter_elementwise
from convkit.checks.misconceptions.activation.marks import enter_marks
from convkit.checks.misconceptions.common import enter_common, with_backward
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Abs, ReLU

RELU = ("08-rectification", "The non-linearities so far")
ABS = ("08-rectification", "The idea")
BACK = ("08-rectification", "The way back")

_RELU_FORWARD: Table = {
    "minimum": (
        "The negative numbers are kept",
        "y is the smaller one of 0 and x",
        "What should become of x = 2, and of x = −2?",
        lambda x: np.minimum(x, 0),
    ),
    "absolute": (
        "Negative numbers lose their sign",
        "y is |x|: that is the layer Abs",
        "What should become of x = −2?",
        np.abs,
    ),
    "leaky": (
        "Negative numbers leak through",
        "a negative x is made small, and not 0",
        "What should become of x = −2?",
        lambda x: np.where(x > 0, x, 0.01 * x),
        lambda x: np.where(x > 0, x, 0.1 * x),
    ),
    "step": (
        "Only whether x is positive is left",
        "y is the mask x > 0, and not the numbers that it selects",
        "What should become of x = 2?",
        lambda x: (x > 0).astype(x.dtype),
        lambda x: x > 0,
    ),
    "capped": (
        "Large numbers are cut off",
        "y stops at 1, or at another limit",
        "Where does max(0, x) end?",
        lambda x: np.clip(x, 0, 1),
    ),
    "threshold": (
        "The threshold is not 0",
        "numbers between 0 and 1 are lost, too",
        "What should become of x = ½?",
        lambda x: np.where(x > 1, x, 0),
        lambda x: np.maximum(x - 1, 0),
    ),
    "smooth": (
        "The kink is smooth",
        "this is log(1 + e^x), or e^x − 1 for negative x: relatives of max(0, x)",
        "What should become of x = −2? Exactly that?",
        lambda x: np.logaddexp(0, x),
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    ),
    "one": (
        "Negative numbers become 1",
        "what is not positive becomes 1, or stays as it is",
        "What should become of x = −2?",
        lambda x: np.where(x > 0, x, 1.0),
        lambda x: np.maximum(x, 1),
    ),
    "identity": (
        "Nothing is rectified",
        "y is x, as it came",
        "What should become of x = −2?",
        lambda x: x.copy(),
    ),
    "maximum-of-all": (
        "The maximum runs over all numbers",
        "np.max looks for one number among many, where np.maximum compares each with 0",
        "How many numbers should y have, and which is each one compared with?",
        lambda x: np.max(x),
        lambda x: np.full_like(x, max(0.0, float(x.max()))),
    ),
}

_ABS_FORWARD: Table = {
    "relu": (
        "Negative numbers become 0",
        "y is max(0, x): that is the layer ReLU",
        "What should become of x = −2?",
        lambda x: np.maximum(x, 0),
    ),
    "squared": (
        "The numbers are squared",
        "y is x²: without a sign, too, but with another size",
        "What should become of x = −3?",
        np.square,
    ),
    "root": (
        "The root is taken",
        "y is the root of |x|: without a sign, but with another size",
        "What should become of x = −4?",
        lambda x: np.sqrt(np.abs(x)),
    ),
    "sign": (
        "Only the sign is left",
        "y is −1 or 1: the size has gone, where the sign should go",
        "What should become of x = −3?",
        np.sign,
    ),
    "identity": (
        "The signs stay",
        "y is x, as it came",
        "What should become of x = −3?",
        lambda x: x.copy(),
    ),
    "only-negative": (
        "Positive numbers become 0",
        "y is max(0, −x): only what was negative is kept",
        "What should become of x = 2?",
        lambda x: np.maximum(-x, 0),
    ),
    "centred": (
        "The mean is subtracted first",
        "y is the distance from the mean of all numbers, and not from 0",
        "Does y at one place change when x changes at another?",
        lambda x: np.abs(x - x.mean()),
    ),
    "rounded": (
        "The numbers are rounded",
        "y is a whole number",
        "What should become of x = −2.7?",
        lambda x: np.round(np.abs(x)),
    ),
}

_UNCHANGED = (
    "The gradient passes unchanged",
    "backward returns grad_y as it came, whatever the sign of x was",
    "x = −2 grows by a little. Which way does y go?",
    lambda x, y: np.ones_like(x),
)

_RELU_SLOPES: Table = {
    "unchanged": _UNCHANGED,
    "value": (
        "The gradient is multiplied with y",
        "the factor of grad_y is y itself, where it is 1 or 0",
        "x = 2 grows by ε. By how much does y grow?",
        lambda x, y: y,
        lambda x, y: x,
    ),
    "inverted": (
        "The gradient goes to the wrong half",
        "grad_y passes where x was negative",
        "x = −2 grows by a little. Does y notice?",
        lambda x, y: (x < 0).astype(x.dtype),
    ),
    "leaky": (
        "Some gradient leaks to negative numbers",
        "where x was negative, a small part of grad_y passes",
        "x = −2 grows by a little. Does y notice?",
        lambda x, y: np.where(x > 0, 1, 0.01),
        lambda x, y: np.where(x > 0, 1, 0.1),
    ),
    "of-abs": (
        "This is the way back through |x|",
        "where x was negative, grad_y comes with a minus",
        "x = −2 grows by a little. Does y notice?",
        lambda x, y: np.where(x > 0, 1, -1),
    ),
    "threshold": (
        "The slope's threshold is not 0",
        "grad_y passes where x was larger than 1, or than its mean",
        "x = ½ grows by a little. Does y notice?",
        lambda x, y: (x > 1).astype(x.dtype),
        lambda x, y: (x > x.mean()).astype(x.dtype),
    ),
    "nan-at-zero": (
        "At 0 the slope becomes NaN",
        "the slope is worked out by a division such as y / x, and 0 / 0 is NaN",
        "What does your code divide by where x is 0? Any slope between 0 and 1 is right there.",
        lambda x, y: y / x,
    ),
}

_ABS_SLOPES: Table = {
    "unchanged": _UNCHANGED,
    "value": (
        "The gradient is multiplied with x",
        "the factor of grad_y is x itself, or y, where it is 1 or −1",
        "x = 3 grows by ε. By how much does y grow?",
        lambda x, y: x,
        lambda x, y: y,
        lambda x, y: 2 * x,
    ),
    "of-relu": (
        "This is the way back through max(0, x)",
        "where x was negative, nothing passes",
        "x = −2 grows by a little. Which way does y go?",
        lambda x, y: (x > 0).astype(x.dtype),
    ),
    "inverted": (
        "The gradient goes to the wrong half",
        "only numbers that were negative get a gradient",
        "x = 2 grows by a little. Which way does y go?",
        lambda x, y: (x < 0).astype(x.dtype),
        lambda x, y: -(x < 0).astype(x.dtype),
    ),
    "nan-at-zero": (
        "At 0 the slope becomes NaN",
        "the slope is worked out by a division such as x / |x|, and 0 / 0 is NaN",
        "What does your code divide by where x is 0? Any slope between −1 and 1 is right there.",
        lambda x, y: x / y,
    ),
}

for _class, _read, _functions, _slopes, _formula in (
    (ReLU, RELU, _RELU_FORWARD, _RELU_SLOPES, lambda x, y: y > 0),
    (Abs, ABS, _ABS_FORWARD, _ABS_SLOPES, lambda x, y: np.sign(y)),
):
    enter_common(_class.__name__, _class, _read, BACK)
    enter_elementwise(_class, _functions, _slopes, _read, BACK, _formula)
    enter_marks(_class, _read, BACK, _formula)

enter_table(
    "ReLU",
    BACK,
    {
        "backward-of-the-gradient": (
            "The gradient is rectified",
            "backward asks whether grad_y is positive, where it should ask whether x was",
            "Whose sign decides whether y follows x?",
            lambda layer, grad_y, grad_x: np.maximum(grad_y, 0),
            lambda layer, grad_y, grad_x: np.maximum(grad_x, 0),
        ),
    },
    partial(with_backward, ReLU),
)
enter_table(
    "Abs",
    BACK,
    {
        "backward-of-the-gradient": (
            "The gradient's sign is used",
            "backward looks at the sign of grad_y, where it should look at that of x: a gradient "
            "may well be negative",
            "Whose sign decides which way y goes?",
            lambda layer, grad_y, grad_x: np.abs(grad_y),
            lambda layer, grad_y, grad_x: np.abs(grad_x),
            lambda layer, grad_y, grad_x: np.sign(grad_y),
            lambda layer, grad_y, grad_x: np.sign(grad_x),
            lambda layer, grad_y, grad_x: np.abs(grad_y) * np.sign(layer.x),
        ),
    },
    partial(with_backward, Abs),
)
