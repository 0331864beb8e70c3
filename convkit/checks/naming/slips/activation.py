"""Slips in the element-wise layers and in `Gain`: another function or slope than is asked for."""

from convkit.checks.naming.anatomy import OF_MAPS, Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.slip import slips
from convkit.checks.observing.quantity import GRAD_X, Y, grads
from convkit.layers import Abs, Gain, ReLU, Sigmoid, Tanh

SIGMOID = ("04-convolution", "From a filter to a detector")
GAIN = ("04-convolution", "Many feature maps")
TANH = ("08-rectification", "The non-linearities so far")
RELU = ("08-rectification", "The non-linearities so far")
ABS = ("08-rectification", "The idea")
BACK = ("07-gradients", "A number that goes to one place")
RECTIFIED_BACK = ("08-rectification", "The way back")

# fmt: off
_LAYERS = {
    "Sigmoid": ("np.where(x >= 0, 1, small) / (1 + small)", "self.y * (1 - self.y) * grad_y",
        slips("activation", "Sigmoid", forth=SIGMOID, back=BACK)),
    "Tanh": ("np.tanh(x)", "(1 - self.y**2) * grad_y",
        slips("activation", "Tanh", forth=TANH, back=BACK)),
    "ReLU": ("np.maximum(x, 0)", "grad_y * self.passes",
        slips("activation", "ReLU", forth=RELU, back=RECTIFIED_BACK)),
    "Abs": ("np.abs(x)", "self.sign * grad_y",
        slips("activation", "Abs", forth=ABS, back=RECTIFIED_BACK)),
}
"""What stands for y, and for grad_x, in the plain text; and what enters slips."""


def value(name: str, id: str, title: str, when: str, hint: str, *wrong: str) -> None:
    """Enter other formulas for y, of x."""
    right, _, enter = _LAYERS[name]
    enter(f"forward-{id}", title, when, hint, (right, *(f"({each})" for each in wrong)))


def gradient(name: str, id: str, title: str, when: str, hint: str, *wrong: str) -> None:
    """Enter other formulas for grad_x, of grad_y and what forward keeps; x is kept as well."""
    _, right, enter = _LAYERS[name]
    keeps = ("def forward(self, x):", "def forward(self, x):\n        self.x = x.copy()")
    ways = [[keeps, (right, f"({each}).astype(grad_y.dtype)")] for each in wrong]
    enter(f"backward-{id}", title, when, hint, *ways, within=name)


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
value("Sigmoid", "clipped", "x is cut off too early",
    "you cut x off before the exponential, and beyond that number your y stays the same",
    "How far is your y from 1 where you cut? Is that no more than rounding?",
    *(f"1 / (1 + np.exp(-np.clip(x, {-most}, {most})))" for most in (5, 10, 15, 20)))
value("Sigmoid", "negative-side", "The negative numbers get the value of the positive ones",
    "you compute the sigmoid of |x|, so y is never below ½",
    "Which value should y have at x = −1? It is less than ½.", "1 / (1 + small)")
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

slip = slips("activation", "Gain", forth=GAIN, back=BACK)
_USED = 'self.params["gain"].astype(x.dtype)[:, np.newaxis, np.newaxis]'
_RAW = 'self.params["gain"].astype(x.dtype)'
_SUM = "(self.x * grad_y).sum(axis=(0, 2, 3))"

slip("forward-added", "The gain is added", "you compute x + g, and the gain should be a factor",
    "What should a gain of 1 change?", ("self.factor * x", "self.factor + x"))
slip("forward-along-width", "The gain lies along the wrong axis",
    "you multiply by the gain as it is, and NumPy lines its axis up with the last axis of x",
    "Which axis of x counts the feature maps, and how many axes come after it?",
    (_USED, _RAW, f"{_RAW}[:, np.newaxis]"))
slip("forward-one-for-all", "Every feature map gets the same gain",
    "you use one number for all feature maps",
    "How many gains are there, and which one belongs to x[:, j]?",
    (_USED, f"{_RAW}[0]", *(f"{_RAW}{each}" for each in ("[-1]", ".mean()", ".sum()"))))
slip("forward-tanh", "A tanh is applied",
    "you apply tanh in this layer, and it is a layer of its own",
    "What should this layer make of x = 10, with a gain of 1?",
    ("self.factor * x", "self.factor * np.tanh(x)", "np.tanh(self.factor * x)"))
slip("forward-first-gain", "The gain does not start at 1",
    "you set another first value, so a new layer changes what goes through it",
    "What should a new layer do to x, before anything is learned?",
    ("np.ones(", "np.zeros(", *(f"{each} * np.ones(" for each in ("0.1", "0.01", "0.5"))),
    within="__init__")
slip("backward-unchanged", "The gradient passes unchanged",
    "your backward returns grad_y as it came, and the gain is forgotten",
    "x grows by ε. By how much does y grow?", ("self.factor * grad_y", "grad_y.copy()"))
slip("backward-divided", "The gradient is divided by the gain",
    "you undo in backward what forward did, but a gradient is not an inverse",
    "x grows by ε. By how much does y grow?", ("self.factor * grad_y", "grad_y / self.factor"))
slip("backward-gain-without-x", "x is missing in the gain's gradient",
    'your grads["gain"] is the sum of grad_y, as if the gain were added',
    "In y = g x, which factor is left when you differentiate with respect to g?",
    ("(self.x * grad_y)", "grad_y"))
slip("backward-gain-with-y", "y stands in the gain's gradient where x should stand",
    "you multiply grad_y by y, so the gain counts in its own gradient",
    "In y = g x, which factor is left when you differentiate with respect to g?",
    ("(self.x * grad_y)", "(self.factor * self.x * grad_y)"))
slip("backward-gain-averaged", "The gain's gradient is a mean",
    "you average x·grad_y over images and places, and it should be summed",
    "In how many numbers of y does one gain take part?",
    (_SUM, "(self.x * grad_y).mean(axis=(0, 2, 3))",
     "(self.x * grad_y).sum(axis=0).mean(axis=(1, 2))"))
slip("backward-gain-wrong-axes", "The gain's gradient is summed over the wrong axes",
    "you sum over the {}, where it should be the images, rows and columns",
    "What is the shape of the gain? Which axes of x are not in it?",
    ("axis=(0, 2, 3)", *(f"axis={axes}" for axes in ("(2, 3)", "0", "(1, 2, 3)", "(0, 1, 2)"))),
    said=("rows and columns", "images", "feature maps, rows and columns",
          "images, feature maps and rows"))
_GAIN = {Y: OF_MAPS, GRAD_X: OF_MAPS, grads("gain"): ("feature maps",)}
enter_general(
    Anatomy(Sigmoid, {}, SIGMOID, BACK),
    Anatomy(Tanh, {}, TANH, BACK),
    Anatomy(ReLU, {}, RELU, RECTIFIED_BACK),
    Anatomy(Abs, {}, ABS, RECTIFIED_BACK),
    Anatomy(Gain, _GAIN, GAIN, BACK),
)
