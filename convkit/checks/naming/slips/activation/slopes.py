"""Slips in the way back through the element-wise layers: another slope than the function has."""

from __future__ import annotations

from convkit.checks.naming.slips.activation.slips import BACK, ENTER, RECTIFIED_BACK

_GRADIENTS = {
    "Sigmoid": "self.y * (1 - self.y) * grad_y",
    "Tanh": "(1 - self.y**2) * grad_y",
    "ReLU": "grad_y * self.passes",
    "Abs": "self.sign * grad_y",
}


def gradient(name: str, id: str, title: str, when: str, hint: str, *wrong: str) -> None:
    """Enter other formulas for grad_x, of grad_y and what forward keeps; x is kept as well."""
    keeps = ("def forward(self, x):", "def forward(self, x):\n        self.x = x.copy()")
    first, *others = [(_GRADIENTS[name], f"({each}).astype(grad_y.dtype)") for each in wrong]
    also = [[keeps, each] for each in others]
    enter = ENTER[name]
    read = RECTIFIED_BACK if name in ("ReLU", "Abs") else BACK
    enter(f"backward-{id}", title, when, hint, keeps, first, also=also, within=name, read=read)


# fmt: off
for _name, _y in (
    ("Sigmoid", "self.y"),
    ("Tanh", "self.y"),
    ("ReLU", "np.maximum(self.x, 0)"),
    ("Abs", "np.abs(self.x)"),
):
    gradient(_name, "unchanged",
             "The gradient passes unchanged",
             "your backward returns grad_y as it came, and the slope is forgotten",
             "If x grows by ε, by how much does y grow? Is that so for every x?", "grad_y")
    gradient(_name, "value",
             "y stands where the slope should stand",
             "you multiply grad_y by y itself",
             "The chain rule asks how steep your function is. How steep is it where y is large?",
             f"{_y} * grad_y")
gradient("Sigmoid", "factor-missing",
         "A factor of the slope is missing",
         "your slope is 1 − y, and it should have two factors",
         "How steep is the sigmoid where y is nearly 0?", "(1 - self.y) * grad_y")
gradient("Sigmoid", "of-x",
         "x stands in the slope where y should stand",
         "you put x into y (1 − y), in place of y",
         "In y (1 − y), is y what went into forward or what came out of it?",
         *("self.x * (1 - self.x) * grad_y", "self.y * (1 - self.x) * grad_y"))
gradient("Sigmoid", "of-tanh",
         "This is the slope of tanh",
         "your slope is 1 − y²", "Differentiate 1 / (1 + e^−x) on paper. How steep is it at x = 0?",
         "(1 - self.y**2) * grad_y")
gradient("Sigmoid", "twice",
         "The sigmoid is applied twice in backward",
         "you take the slope at y, and it should be taken at x",
         "You have y already. Is there a sigmoid left to apply?",
         "np.exp(-self.y) / (1 + np.exp(-self.y)) ** 2 * grad_y")
gradient("Tanh", "not-squared",
         "The square is missing in the slope",
         "your slope is 1 − y", "How steep is tanh where y is nearly −1?", "(1 - self.y) * grad_y")
gradient("Tanh", "square-outside",
         "The square is in the wrong place",
         "your slope is (1 − y)²", "In 1 − y², what is squared?", "(1 - self.y) ** 2 * grad_y")
gradient("Tanh", "of-x",
         "x stands in the slope where y should stand",
         "your slope is 1 − x²", "In 1 − y², is y what went into forward or what came out of it?",
         "(1 - self.x**2) * grad_y")
gradient("Tanh", "of-sigmoid",
         "This is the slope of the sigmoid",
         "your slope is y (1 − y)", "Differentiate tanh on paper. How steep is it at x = 0?",
         "self.y * (1 - self.y) * grad_y")
gradient("Tanh", "twice",
         "tanh is applied twice in backward",
         "you take the slope at y, and it should be taken at x",
         "You have y already. Is there a tanh left to apply?",
         "(1 - np.tanh(self.y) ** 2) * grad_y")
gradient("Tanh", "cosh",
         "The square is missing in 1 / cosh²",
         "your slope is 1 / cosh(x)", "How steep is tanh at x = 1? Measure it with a small step.",
         "np.sqrt(1 - self.y**2) * grad_y")
for _name, _wrong in (("ReLU", "np.maximum(grad_y, 0)"), ("Abs", "np.abs(grad_y)")):
    gradient(_name, "of-the-gradient",
             "backward looks at grad_y where it should look at x",
             "you do to grad_y what forward does to x",
             "Which numbers decide whether y grows with x: those of x or those of grad_y?", _wrong)
gradient("ReLU", "input",
         "x stands where grad_y should stand",
         "your backward returns x itself where x is positive",
         "What comes into backward, and what should be handed on where x is positive?",
         "np.maximum(self.x, 0)")
gradient("Abs", "of-relu",
         "This is the way back through ReLU",
         "your gradient is 0 where x is negative",
         "x is negative and grows by ε. By how much does |x| change?", "(self.x > 0) * grad_y")
gradient("Abs", "nan-at-zero",
         "The slope is NaN where x is 0",
         "you divide x by |x|, and at 0 that is 0 / 0", "What does np.sign give at 0?",
         "self.x / np.abs(self.x) * grad_y")
