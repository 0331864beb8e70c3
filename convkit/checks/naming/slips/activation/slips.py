"""Slips in the element-wise layers: another function, or another slope, than is asked for."""

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
_GRADIENTS = {
    "Sigmoid": "self.y * (1 - self.y) * grad_y",
    "Tanh": "(1 - self.y**2) * grad_y",
    "ReLU": "grad_y * self.passes",
    "Abs": "self.sign * grad_y",
}
_ENTER = {
    "Sigmoid": slips("activation", "Sigmoid", forth=SIGMOID, back=BACK),
    "Tanh": slips("activation", "Tanh", forth=TANH, back=BACK),
    "ReLU": slips("activation", "ReLU", forth=RELU, back=RECTIFIED_BACK),
    "Abs": slips("activation", "Abs", forth=ABS, back=RECTIFIED_BACK),
}


def value(name: str, id: str, title: str, when: str, hint: str, *wrong: str) -> None:
    """Enter other formulas for y, of x."""
    formulas = (_VALUES[name], *(f"({each})" for each in wrong))
    _ENTER[name](f"forward-{id}", title, when, hint, formulas)


def gradient(name: str, id: str, title: str, when: str, hint: str, *wrong: str) -> None:
    """Enter other formulas for grad_x, of grad_y and what forward keeps; x is kept as well."""
    keeps = ("def forward(self, x):", "def forward(self, x):\n        self.x = x.copy()")
    ways = [[keeps, (_GRADIENTS[name], f"({each}).astype(grad_y.dtype)")] for each in wrong]
    _ENTER[name](f"backward-{id}", title, when, hint, *ways, within=name)


# fmt: off
value("Sigmoid", "tanh", "This is tanh",
    "your y runs from −1 to 1, and the sigmoid runs from 0 to 1",
    "Which value should y have at x = 0?", "np.tanh(x)", "np.tanh(x / 2)")
value("Sigmoid", "sign", "The minus in the exponent is missing",
    "you compute 1 / (1 + e^x), which falls where the sigmoid rises",
    "What is e^−x for a very large x, and what should y be there?", "1 / (1 + np.exp(x))")
value("Sigmoid", "parentheses", "Parentheses are missing",
    "in `1 / 1 + e^−x` you divide first and add afterwards",
    "In which order does Python work out `1 / 1 + b`?", "1 + np.exp(-x)", "1 / np.exp(-x)")
value("Sigmoid", "twice-as-steep", "The sigmoid is twice as steep as it should be",
    "you compute the sigmoid of 2x, which is (1 + tanh x) / 2",
    "The sigmoid can be had from tanh. Of which number must you take the tanh?",
    "(1 + np.tanh(x)) / 2")
value("Sigmoid", "overflow", "Far from 0 the sigmoid becomes NaN",
    "you compute e^x / (1 + e^x); for a large x both are infinite",
    "What is np.exp(1000)? Which of the two exponents, x or −x, is harmless there?",
    "np.exp(x) / (1 + np.exp(x))")
value("Sigmoid", "negative-side", "The negative numbers get the value of the positive ones",
    "you compute the sigmoid of |x|, so y is never below ½",
    "Which value should y have at x = −1? It is less than ½.", "1 / (1 + small)")
value("Tanh", "sigmoid", "This is the sigmoid",
    "your y runs from 0 to 1, and tanh runs from −1 to 1", "Which value should y have at x = 0?",
    "1 / (1 + np.exp(-x))")
value("Tanh", "half", "tanh is half as steep as it should be",
    "you compute tanh(x/2); 2·sigm(x) − 1 is that, too",
    "How steep should tanh be at x = 0? How steep is yours?", "np.tanh(x / 2)")
value("Tanh", "tan", "This is tan", "you compute the tangent of an angle, which jumps from ∞ to −∞",
    "Between which two numbers should y lie?", "np.tan(x)")
value("Tanh", "overflow", "Far from 0 the tanh becomes NaN",
    "you divide powers of e, which are infinite there",
    "What is np.exp(1000)? Does NumPy have a tanh of its own?",
    "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))",
    "(np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)", "(1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x))")
value("Tanh", "scaled", "The tanh is stretched",
    "you compute 1.7159 tanh(2x/3), a choice of some older networks",
    "Between which two numbers should y lie?", "1.7159 * np.tanh(2 / 3 * x)")
value("ReLU", "step", "This is a step",
    "your y is 1 where x is positive, and should be x itself there",
    "Which value should y have at x = 3?", "(x > 0).astype(x.dtype)")
value("ReLU", "leaky", "Negative numbers leak through",
    "you let a small part of the negative numbers through, as a leaky ReLU does",
    "Which value should y have at x = −1?",
    "np.where(x > 0, x, 0.01 * x)", "np.where(x > 0, x, 0.1 * x)")
value("ReLU", "minimum", "The negative numbers pass instead of the positive ones",
    "you compute min(x, 0)", "Which value should y have at x = −1, and at x = 1?",
    "np.minimum(x, 0)")
value("ReLU", "absolute", "This is |x|",
    "you turn negative numbers into positive ones, and they should become 0",
    "Which value should y have at x = −1?", "np.abs(x)")
value("ReLU", "capped", "y is cut off above, too",
    "your y never becomes larger than a fixed number such as 1 or 6",
    "Which value should y have at x = 100?", "np.clip(x, 0, 1)")
value("Abs", "relu", "This is ReLU", "your y is 0 where x is negative",
    "Which value should y have at x = −1?", "np.maximum(x, 0)")
value("Abs", "squared", "x is squared", "you compute x², which is never negative either",
    "Which value should y have at x = −3?", "x * x")
for _name, _y in (
    ("Sigmoid", "self.y"),
    ("Tanh", "self.y"),
    ("ReLU", "np.maximum(self.x, 0)"),
    ("Abs", "np.abs(self.x)"),
):
    gradient(_name, "unchanged", "The gradient passes unchanged",
        "your backward returns grad_y as it came, and the slope is forgotten",
        "If x grows by ε, by how much does y grow? Is that so for every x?", "grad_y")
    gradient(_name, "value", "y stands where the slope should stand",
        "you multiply grad_y by y itself",
        "The chain rule asks how steep your function is. How steep is it where y is large?",
        f"{_y} * grad_y")
gradient("Sigmoid", "factor-missing", "A factor of the slope is missing",
    "your slope is 1 − y, and it should have two factors",
    "How steep is the sigmoid where y is nearly 0?", "(1 - self.y) * grad_y")
gradient("Sigmoid", "of-x", "x stands in the slope where y should stand",
    "you put x into y (1 − y), in place of y",
    "In y (1 − y), is y what went into forward or what came out of it?",
    "self.x * (1 - self.x) * grad_y", "self.y * (1 - self.x) * grad_y")
gradient("Sigmoid", "of-tanh", "This is the slope of tanh", "your slope is 1 − y²",
    "Differentiate 1 / (1 + e^−x) on paper. How steep is it at x = 0?", "(1 - self.y**2) * grad_y")
gradient("Sigmoid", "twice", "The sigmoid is applied twice in backward",
    "you take the slope at y, and it should be taken at x",
    "You have y already. Is there a sigmoid left to apply?",
    "np.exp(-self.y) / (1 + np.exp(-self.y)) ** 2 * grad_y")
gradient("Tanh", "not-squared", "The square is missing in the slope", "your slope is 1 − y",
    "How steep is tanh where y is nearly −1?", "(1 - self.y) * grad_y")
gradient("Tanh", "square-outside", "The square is in the wrong place", "your slope is (1 − y)²",
    "In 1 − y², what is squared?", "(1 - self.y) ** 2 * grad_y")
gradient("Tanh", "of-x", "x stands in the slope where y should stand", "your slope is 1 − x²",
    "In 1 − y², is y what went into forward or what came out of it?", "(1 - self.x**2) * grad_y")
gradient("Tanh", "of-sigmoid", "This is the slope of the sigmoid", "your slope is y (1 − y)",
    "Differentiate tanh on paper. How steep is it at x = 0?", "self.y * (1 - self.y) * grad_y")
gradient("Tanh", "twice", "tanh is applied twice in backward",
    "you take the slope at y, and it should be taken at x",
    "You have y already. Is there a tanh left to apply?", "(1 - np.tanh(self.y) ** 2) * grad_y")
gradient("Tanh", "cosh", "The square is missing in 1 / cosh²", "your slope is 1 / cosh(x)",
    "How steep is tanh at x = 1? Measure it with a small step.", "np.sqrt(1 - self.y**2) * grad_y")
for _name, _wrong in (("ReLU", "np.maximum(grad_y, 0)"), ("Abs", "np.abs(grad_y)")):
    gradient(_name, "of-the-gradient", "backward looks at grad_y where it should look at x",
        "you do to grad_y what forward does to x",
        "Which numbers decide whether y grows with x: those of x or those of grad_y?", _wrong)
gradient("ReLU", "input", "x stands where grad_y should stand",
    "your backward returns x itself where x is positive",
    "What comes into backward, and what should be handed on where x is positive?",
    "np.maximum(self.x, 0)")
gradient("Abs", "of-relu", "This is the way back through ReLU",
    "your gradient is 0 where x is negative",
    "x is negative and grows by ε. By how much does |x| change?", "(self.x > 0) * grad_y")
gradient("Abs", "nan-at-zero", "The slope is NaN where x is 0",
    "you divide x by |x|, and at 0 that is 0 / 0", "What does np.sign give at 0?",
    "self.x / np.abs(self.x) * grad_y")
