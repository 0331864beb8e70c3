"""Slips in the element-wise layers: another function than the one that is asked for."""

from __future__ import annotations

from convkit.checks.naming.slip import slips

SIGMOID = ("04-convolution", "From a filter to a detector")
TANH = ("08-rectification", "The non-linearities so far")
RELU = ("08-rectification", "The non-linearities so far")
ABS = ("08-rectification", "The idea")
BACK = ("07-gradients", "A number that goes to one place")
RECTIFIED_BACK = ("08-rectification", "The way back")

_VALUES = {
    "Sigmoid": "np.where(x >= 0, 1, small) / (1 + small)",
    "Tanh": "np.tanh(x)",
    "ReLU": "np.maximum(x, 0)",
    "Abs": "np.abs(x)",
}
ENTER = {
    "Sigmoid": slips("activation", "Sigmoid", forth=SIGMOID, back=BACK),
    "Tanh": slips("activation", "Tanh", forth=TANH, back=BACK),
    "ReLU": slips("activation", "ReLU", forth=RELU, back=RECTIFIED_BACK),
    "Abs": slips("activation", "Abs", forth=ABS, back=RECTIFIED_BACK),
}


def value(name: str, id: str, title: str, when: str, hint: str, *wrong: str) -> None:
    """Enter other formulas for y, of x."""
    first, *others = [(_VALUES[name], f"({each})") for each in wrong]
    ENTER[name](f"forward-{id}", title, when, hint, first, also=[[each] for each in others])


# fmt: off
value("Sigmoid", "tanh",
      "This is tanh",
      "your y runs from −1 to 1, and the sigmoid runs from 0 to 1",
      "Which value should y have at x = 0?", *("np.tanh(x)", "np.tanh(x / 2)"))
value("Sigmoid", "sign",
      "The minus in the exponent is missing",
      "you compute 1 / (1 + e^x), which falls where the sigmoid rises",
      "What is e^−x for a very large x, and what should y be there?", "1 / (1 + np.exp(x))")
value("Sigmoid", "parentheses",
      "Parentheses are missing",
      "in `1 / 1 + e^−x` you divide first and add afterwards",
      "In which order does Python work out `1 / 1 + b`?", *("1 + np.exp(-x)", "1 / np.exp(-x)"))
value("Sigmoid", "twice-as-steep",
      "The sigmoid is twice as steep as it should be",
      "you compute the sigmoid of 2x, which is (1 + tanh x) / 2",
      "The sigmoid can be had from tanh. Of which number must you take the tanh?",
      "(1 + np.tanh(x)) / 2")
value("Sigmoid", "overflow",
      "Far from 0 the sigmoid becomes NaN",
      "you compute e^x / (1 + e^x); for a large x both are infinite",
      "What is np.exp(1000)? Which of the two exponents, x or −x, is harmless there?",
      "np.exp(x) / (1 + np.exp(x))")
value("Sigmoid", "negative-side",
      "The negative numbers get the value of the positive ones",
      "you compute the sigmoid of |x|, so y is never below ½",
      "Which value should y have at x = −1? It is less than ½.", "1 / (1 + small)")
value("Tanh", "sigmoid",
      "This is the sigmoid",
      "your y runs from 0 to 1, and tanh runs from −1 to 1", "Which value should y have at x = 0?",
      "1 / (1 + np.exp(-x))")
value("Tanh", "half",
      "tanh is half as steep as it should be",
      "you compute tanh(x/2); 2·sigm(x) − 1 is that, too",
      "How steep should tanh be at x = 0? How steep is yours?", "np.tanh(x / 2)")
value("Tanh", "tan",
      "This is tan",
      "you compute the tangent of an angle, which jumps from ∞ to −∞",
      "Between which two numbers should y lie?", "np.tan(x)")
value("Tanh", "overflow",
      "Far from 0 the tanh becomes NaN",
      "you divide powers of e, which are infinite there",
      "What is np.exp(1000)? Does NumPy have a tanh of its own?",
      "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))",
      "(np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)", "(1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x))")
value("Tanh", "scaled",
      "The tanh is stretched",
      "you compute 1.7159 tanh(2x/3), a choice of some older networks",
      "Between which two numbers should y lie?", "1.7159 * np.tanh(2 / 3 * x)")
value("ReLU", "step",
      "This is a step",
      "your y is 1 where x is positive, and should be x itself there",
      "Which value should y have at x = 3?", "(x > 0).astype(x.dtype)")
value("ReLU", "leaky",
      "Negative numbers leak through",
      "you let a small part of the negative numbers through, as a leaky ReLU does",
      "Which value should y have at x = −1?",
      *("np.where(x > 0, x, 0.01 * x)", "np.where(x > 0, x, 0.1 * x)"))
value("ReLU", "minimum",
      "The negative numbers pass instead of the positive ones",
      "you compute min(x, 0)", "Which value should y have at x = −1, and at x = 1?",
      "np.minimum(x, 0)")
value("ReLU", "absolute",
      "This is |x|",
      "you turn negative numbers into positive ones, and they should become 0",
      "Which value should y have at x = −1?", "np.abs(x)")
value("ReLU", "capped",
      "y is cut off above, too",
      "your y never becomes larger than a fixed number such as 1 or 6",
      "Which value should y have at x = 100?", "np.clip(x, 0, 1)")
value("Abs", "relu",
      "This is ReLU",
      "your y is 0 where x is negative", "Which value should y have at x = −1?", "np.maximum(x, 0)")
value("Abs", "squared",
      "x is squared",
      "you compute x², which is never negative either", "Which value should y have at x = −3?",
      "x * x")
