"""Slips in `Gain`."""

from convkit.checks.naming.slip import slips

FORTH = ("04-convolution", "Many feature maps")
BACK = ("07-gradients", "A number that goes to one place")

slip = slips("activation", "Gain", forth=FORTH, back=BACK)

_USED = 'self.params["gain"].astype(x.dtype)[:, np.newaxis, np.newaxis]'
_RAW = 'self.params["gain"].astype(x.dtype)'
_SUM = "(self.x * grad_y).sum(axis=(0, 2, 3))"


# fmt: off
slip("forward-added", "The gain is added", "you compute x + g, and the gain should be a factor",
    "What should a gain of 1 change?", ("self.factor * x", "self.factor + x"))
slip("forward-divided", "x is divided by the gain",
    "you compute x / g, and the gain should be a factor",
    "With a gain of 4, should the map become larger or smaller?",
    ("self.factor * x", "x / self.factor"))
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
slip("backward-times-x", "grad_x is mixed up with the gain's gradient",
    "your grad_x is x·grad_y, and that, summed, is the gradient of the gain",
    "In y = g x, which factor is left when you differentiate with respect to x?",
    ("self.factor * grad_y", "self.x * grad_y"))
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
    "you sum over the feature maps, or leave an axis that should be summed over",
    "Which shape has the gain? Which axes of x are not in it?",
    ("axis=(0, 2, 3)", "axis=(2, 3)",
     *(f"axis={axes}" for axes in ("0", "(1, 2, 3)", "(0, 1, 2)"))))
slip("backward-gain-kept-axes", "The gain's gradient has axes of size 1",
    "your gradient has the right numbers in a shape such as (C, 1, 1)",
    "Print the shapes of the gain and of its gradient. What would `gain - lr * gradient` give?",
    (_SUM, f"{_SUM}[:, np.newaxis, np.newaxis]"),
    ("axis=(0, 2, 3)", "axis=(0, 2, 3), keepdims=True"))
