"""Wrong `Sigmoid` and `Tanh`."""

from __future__ import annotations

import numpy as np

from convkit.checks.misconceptions.activation.altered import enter_elementwise
from convkit.checks.misconceptions.activation.marks import enter_marks
from convkit.checks.misconceptions.common import enter_common
from convkit.checks.misconceptions.tables import Table
from convkit.layers import Array, Sigmoid, Tanh

SIGMOID = ("04-convolution", "From a filter to a detector")
TANH = ("08-rectification", "The non-linearities so far")
BACK = ("07-gradients", "A number that goes to one place")


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


_SIGMOID_FORWARD: Table = {
    "tanh": (
        "This is tanh",
        "y runs from −1 to 1, where the sigmoid runs from 0 to 1",
        "Which value should y have at x = 0?",
        np.tanh,
        lambda x: 2 * _sigmoid(x) - 1,
    ),
    "sign": (
        "The minus in the exponent is missing",
        "y = 1 / (1 + e^x), which falls where the sigmoid rises",
        "What is e^−x for a very large x, and what should y be there?",
        lambda x: 1 / (1 + np.exp(x)),
    ),
    "no-one": (
        "The 1 in the denominator is missing",
        "y = 1 / e^−x = e^x, which has no upper limit",
        "Which value should y have at x = 0? Which has yours?",
        np.exp,
    ),
    "parentheses": (
        "Parentheses are missing",
        "`1 / 1 + e^−x` divides first and adds afterwards",
        "In which order does Python work out `1 / 1 + b`?",
        lambda x: 1 + np.exp(-x),
    ),
    "minus": (
        "There is a minus in the denominator",
        "y = 1 / (1 − e^−x), which jumps at x = 0",
        "Which value should y have at x = 0? Which has yours?",
        lambda x: 1 / (1 - np.exp(-x)),
    ),
    "other-base": (
        "The power is not one of e",
        "the base of the power is 2, or 10, where it should be e",
        "Which NumPy function is e to the power of x?",
        lambda x: 1 / (1 + 2.0**-x),
        lambda x: 1 / (1 + 10.0**-x),
    ),
    "overflow": (
        "Far from 0 the sigmoid becomes NaN",
        "y = e^x / (1 + e^x): for a large x both are infinite, and infinity by infinity is NaN",
        "What is np.exp(1000)? Which of the two exponents, x or −x, is harmless there?",
        lambda x: np.exp(x) / (1 + np.exp(x)),
    ),
    "clipped": (
        "x is clipped",
        "x is cut off at a small limit before the power is taken",
        "At which x does e^−x really overflow?",
        lambda x: _sigmoid(np.clip(x, -1, 1)),
    ),
    "step": (
        "This is a step",
        "y jumps from 0 to 1 where x becomes positive: nothing can be learned from its slope",
        "Which value should y have at x = 1? It is not 1.",
        lambda x: (x > 0).astype(x.dtype),
        np.round,
    ),
    "hard": (
        "This is a straight line between 0 and 1",
        "the curve is replaced by a line that is cut off at 0 and 1",
        "Which value should y have at x = 1?",
        lambda x: np.clip(0.5 + x / 4, 0, 1),
        lambda x: np.clip(0.5 + x / 5, 0, 1),
    ),
    "softmax": (
        "This is softmax",
        "the numbers of a row are divided by their sum, so that one depends on the others",
        "Does y at one place change when x changes at another?",
        _softmax,
    ),
    "softplus": (
        "This is log(1 + e^x)",
        "a logarithm is taken: the sigmoid is the slope of this function",
        "Which value should y have at x = 0?",
        lambda x: np.logaddexp(0, x),
    ),
}

_TANH_FORWARD: Table = {
    "sigmoid": (
        "This is the sigmoid",
        "y runs from 0 to 1, where tanh runs from −1 to 1",
        "Which value should y have at x = 0?",
        _sigmoid,
    ),
    "half": (
        "x counts only half, or twice",
        "this is tanh(x/2), or tanh(2x): 2·sigm(x) − 1, say, where 2·sigm(2x) − 1 is tanh",
        "Which slope should y have at x = 0?",
        lambda x: np.tanh(x / 2),
        lambda x: np.tanh(2 * x),
    ),
    "tan": (
        "This is tan",
        "y is the tangent of an angle, and jumps to and fro",
        "Between which two numbers should y lie?",
        np.tan,
    ),
    "arctan": (
        "This is another curve of that kind",
        "y is the arctangent, or x / (1 + |x|): as tanh to look at, with other numbers",
        "Which value should y have at x = 1?",
        np.arctan,
        lambda x: x / (1 + np.abs(x)),
    ),
    "sinh": (
        "The denominator is missing",
        "y = (e^x − e^−x)/2, which has no upper limit",
        "Between which two numbers should y lie?",
        np.sinh,
        lambda x: 2 * np.sinh(x),
    ),
    "inverse": (
        "Numerator and denominator are swapped",
        "the sum of the two powers stands above, their difference below",
        "Which value should y have at x = 0? Which has yours?",
        lambda x: 1 / np.tanh(x),
    ),
    "overflow": (
        "Far from 0 the tanh becomes NaN",
        "y is worked out from powers of e that are infinite there, and infinity by infinity, or "
        "minus infinity, is NaN",
        "What is np.exp(1000)? Does NumPy have a tanh of its own?",
        lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
        lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1),
        lambda x: (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)),
    ),
    "clipped": (
        "This is a straight line between −1 and 1",
        "the curve is replaced by x itself, cut off at −1 and 1",
        "Which value should y have at x = 1?",
        lambda x: np.clip(x, -1, 1),
    ),
    "sign-only": (
        "Only the sign is left",
        "y jumps from −1 to 1",
        "Which value should y have at x = 1? It is not 1.",
        np.sign,
    ),
    "scaled": (
        "The tanh is stretched",
        "y = 1.7159 tanh(2x/3): a choice of some older networks, and not asked for here",
        "Between which two numbers should y lie?",
        lambda x: 1.7159 * np.tanh(2 / 3 * x),
    ),
}

_UNCHANGED = (
    "The gradient passes unchanged",
    "backward returns grad_y as it came: the slope is forgotten",
    "By how much does y change when x changes by ε? Not by ε.",
    lambda x, y: np.ones_like(x),
)
_OTHER_WAY = (
    "backward applies forward once more",
    "grad_y is multiplied with y, or the function is applied to it, where the slope is needed",
    "The chain rule asks for f′(x). What is f′?",
    lambda x, y: y,
)

_SIGMOID_SLOPES: Table = {
    "unchanged": _UNCHANGED,
    "value": _OTHER_WAY,
    "factor-missing": (
        "A factor of the slope is missing",
        "the slope is taken to be 1 − y, where it has two factors",
        "How steep is the sigmoid where y is nearly 0?",
        lambda x, y: 1 - y,
    ),
    "of-x": (
        "The slope is worked out from x",
        "x stands where y should: x (1 − x), or y (1 − x)",
        "In y (1 − y), is y what went into forward or what came out?",
        lambda x, y: x * (1 - x),
        lambda x, y: y * (1 - x),
        lambda x, y: x * (1 - y),
    ),
    "of-tanh": (
        "This is the slope of tanh",
        "the slope is taken to be 1 − y²",
        "Differentiate 1 / (1 + e^−x) on paper. How steep is it at x = 0?",
        lambda x, y: 1 - y * y,
    ),
    "plus": (
        "A sign in the slope is wrong",
        "the slope is taken to be y (1 + y)",
        "How steep is the sigmoid where y is nearly 1?",
        lambda x, y: y * (1 + y),
    ),
    "twice": (
        "The sigmoid is applied twice",
        "the slope is taken at y where it should be taken at x",
        "You have y already. Is there a sigmoid left to apply?",
        lambda x, y: _sigmoid(y) * (1 - _sigmoid(y)),
    ),
    "squared": (
        "The slope is squared",
        "a factor of the slope is taken twice",
        "How steep is the sigmoid at x = 0, where y = ½?",
        lambda x, y: (y * (1 - y)) ** 2,
        lambda x, y: y * y * (1 - y),
        lambda x, y: y * (1 - y) ** 2,
    ),
    "exponential": (
        "The quotient rule went wrong",
        "the slope of 1 / (1 + e^−x) is taken to be e^−x / (1 + e^−x), or the like: the "
        "denominator has to be squared",
        "What is the derivative of 1/u? And of u = 1 + e^−x?",
        lambda x, y: np.exp(-np.abs(x)),
        lambda x, y: y * y,
    ),
}

_TANH_SLOPES: Table = {
    "unchanged": _UNCHANGED,
    "value": _OTHER_WAY,
    "not-squared": (
        "The square is missing in the slope",
        "the slope is taken to be 1 − y",
        "How steep is tanh where y is nearly −1?",
        lambda x, y: 1 - y,
    ),
    "square-outside": (
        "The square is in the wrong place",
        "the slope is taken to be (1 − y)²",
        "In 1 − y², what is squared?",
        lambda x, y: (1 - y) ** 2,
    ),
    "of-x": (
        "The slope is worked out from x",
        "the slope is taken to be 1 − x²",
        "In 1 − y², is y what went into forward or what came out?",
        lambda x, y: 1 - x * x,
        lambda x, y: 1 - x * y,
    ),
    "of-sigmoid": (
        "This is the slope of the sigmoid",
        "the slope is taken to be y (1 − y)",
        "Differentiate tanh on paper. How steep is it at x = 0?",
        lambda x, y: y * (1 - y),
    ),
    "plus": (
        "A sign in the slope is wrong",
        "the slope is taken to be 1 + y²",
        "How steep is tanh where y is nearly 1?",
        lambda x, y: 1 + y * y,
    ),
    "twice": (
        "tanh is applied twice",
        "the slope is taken at y where it should be taken at x",
        "You have y already. Is there a tanh left to apply?",
        lambda x, y: 1 - np.tanh(y) ** 2,
    ),
    "one-missing": (
        "The 1 is missing in the slope",
        "the slope is taken to be y², or −y²",
        "How steep is tanh at x = 0?",
        lambda x, y: y * y,
        lambda x, y: -y * y,
    ),
    "cosh": (
        "The slope is 1 / cosh without the square",
        "the slope is taken to be 1 / cosh(x), or cosh(x)²",
        "How steep is tanh at x = 1? Measure it with a small step.",
        lambda x, y: np.sqrt(1 - y * y),
        lambda x, y: 1 / np.maximum(1 - y * y, 1e-300),
    ),
}

for _class, _read, _functions, _slopes, _formula in (
    (Sigmoid, SIGMOID, _SIGMOID_FORWARD, _SIGMOID_SLOPES, lambda x, y: y * (1 - y)),
    (Tanh, TANH, _TANH_FORWARD, _TANH_SLOPES, lambda x, y: 1 - y * y),
):
    enter_common(_class.__name__, _class, _read, BACK)
    enter_elementwise(_class, _functions, _slopes, _read, BACK, _formula)
    enter_marks(_class, _read, BACK, _formula)
