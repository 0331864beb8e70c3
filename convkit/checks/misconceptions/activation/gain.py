"""Wrong `Gain`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import enter_common, with_backward, with_forward
from convkit.checks.misconceptions.gradients import changed_gradient
from convkit.checks.misconceptions.learning import enter_learning
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, Gain

FORTH = ("04-convolution", "Many feature maps")
BACK = ("07-gradients", "A number that goes to one place")

enter_common("Gain", Gain, FORTH, BACK)
enter_learning(Gain, BACK)


def _factor(change: Callable[[Array], Array]) -> type[Any]:
    """A gain whose forward multiplies with ``change(gain)``."""
    return with_forward(Gain, lambda layer, x, y: x * change(layer.params["gain"])[:, None, None])


_FORWARD: Table = {
    "added": (
        "The gain is added",
        "y = x + g, where it should be a factor",
        "What should a gain of 1 change?",
        with_forward(Gain, lambda layer, x, y: x + layer.params["gain"][:, None, None]),
    ),
    "divided": (
        "x is divided by the gain",
        "y = x / g",
        "A gain of 4: is the map louder or softer?",
        _factor(lambda gain: 1 / gain),
    ),
    "along-width": (
        "The gain lies along the wrong axis",
        "the gain is multiplied as it is: NumPy lines its axis up with the *last* axis of x",
        "Which axis of x counts the feature maps, and how many axes come after it?",
        with_forward(Gain, lambda layer, x, y: x * layer.params["gain"]),
        with_forward(Gain, lambda layer, x, y: x * layer.params["gain"][:, None]),
        with_forward(Gain, lambda layer, x, y: x * layer.params["gain"][:, None, None, None]),
    ),
    "one-for-all": (
        "Every feature map gets the same gain",
        "one number of the gain, or their mean, or their sum, is used for all maps",
        "How many gains are there, and which one belongs to x[:, j]?",
        _factor(lambda gain: np.full_like(gain, gain[0])),
        _factor(lambda gain: np.full_like(gain, gain[-1])),
        _factor(lambda gain: np.full_like(gain, gain.mean())),
        _factor(lambda gain: np.full_like(gain, gain.sum())),
    ),
    "reversed": (
        "The gains are in the wrong order",
        "the first map gets the last gain",
        "Which gain belongs to x[:, 0]?",
        _factor(lambda gain: gain[::-1]),
        _factor(lambda gain: np.roll(gain, 1)),
    ),
    "plus-one": (
        "1 is added to the gain",
        "y = (1 + g) x, as if a gain of 0 should change nothing",
        "What does a gain of 1 do?",
        _factor(lambda gain: gain + 1),
    ),
    "not-negative": (
        "A negative gain loses its sign",
        "the gain's size is used, or 0 for a negative one; a map may well be turned round",
        "What does a gain of −1 do?",
        _factor(np.abs),
        _factor(lambda gain: np.maximum(gain, 0)),
        _factor(np.exp),
    ),
    "squared": (
        "The gain counts twice",
        "y = g² x",
        "How often does forward multiply with the gain?",
        _factor(np.square),
    ),
    "tanh": (
        "A tanh is applied",
        "forward returns g·tanh(x), or tanh(g·x): the tanh is a layer of its own",
        "What does this layer do to x = 10, with a gain of 1?",
        with_forward(Gain, lambda layer, x, y: np.tanh(x) * layer.params["gain"][:, None, None]),
        with_forward(Gain, lambda layer, x, y: np.tanh(y)),
    ),
}


def _grad_x(change: Callable[[Array], Array]) -> type[Any]:
    """A gain whose grad_x is grad_y times ``change(gain)``."""
    return with_backward(
        Gain, lambda layer, grad_y, grad_x: grad_y * change(layer.params["gain"])[:, None, None]
    )


def _grad_gain(change: Callable[[Array, Array, Any], Any]) -> type[Any]:
    """A gain whose grads["gain"] is ``change(x, grad_y, layer)``."""
    wrong = changed_gradient("gain", lambda layer, gradient, grad_y: change(layer.x, grad_y, layer))
    return with_backward(Gain, wrong)


_BACKWARD: Table = {
    "unchanged": (
        "The gradient passes unchanged",
        "backward returns grad_y as it came: the gain is forgotten",
        "x grows by ε. By how much does y grow?",
        _grad_x(np.ones_like),
    ),
    "divided": (
        "The gradient is divided by the gain",
        "backward undoes what forward did; but the way back is not the inverse",
        "x grows by ε. By how much does y grow?",
        _grad_x(lambda gain: 1 / gain),
    ),
    "gain-squared": (
        "The gain counts twice in grad_x",
        "grad_y is multiplied with g²",
        "x grows by ε. By how much does y grow?",
        _grad_x(np.square),
    ),
    "grad-x-one-for-all": (
        "The gradients of all maps get the same factor",
        "one gain, or the mean of all, is the factor of every map's gradient",
        "Which gain is the factor between x[:, j] and y[:, j]?",
        _grad_x(lambda gain: np.full_like(gain, gain[0])),
        _grad_x(lambda gain: np.full_like(gain, gain.mean())),
        _grad_x(lambda gain: np.full_like(gain, gain.sum())),
    ),
    "times-x": (
        "grad_x and the gain's gradient are mixed up",
        "grad_x is x·grad_y: that, summed, is the gradient of the gain",
        "In y = g x, which factor is left when you differentiate with respect to x?",
        with_backward(Gain, lambda layer, grad_y, grad_x: layer.x * grad_y),
    ),
    "gain-without-x": (
        "The gain's gradient forgets x",
        'grads["gain"] is the sum of grad_y, as if the gain were added',
        "In y = g x, which factor is left when you differentiate with respect to g?",
        _grad_gain(lambda x, grad_y, layer: grad_y.sum(axis=(0, 2, 3))),
    ),
    "gain-with-y": (
        "The gain's gradient is taken with y",
        "grad_y is multiplied with y = g x, so the gain counts in its own gradient",
        "In y = g x, which factor is left when you differentiate with respect to g?",
        _grad_gain(
            lambda x, grad_y, layer: (x * grad_y).sum(axis=(0, 2, 3)) * layer.params["gain"]
        ),
    ),
    "gain-missing": (
        "backward leaves out the gain's gradient",
        'backward does not put the gradient into grads["gain"], or under another name',
        "Which entry must `grads` have after backward?",
        _grad_gain(lambda x, grad_y, layer: None),
    ),
    "gain-upstream-ignored": (
        "The gain's gradient forgets grad_y",
        'grads["gain"] is the sum of x, whatever the upstream gradient is',
        "By the chain rule, where does grad_y come in?",
        _grad_gain(lambda x, grad_y, layer: x.sum(axis=(0, 2, 3))),
    ),
    "gain-averaged": (
        "The gain's gradient is averaged",
        "x·grad_y is averaged over images or places, and not summed",
        "In how many numbers of y does one gain take part?",
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).mean(axis=(0, 2, 3))),
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).sum(axis=(0, 2, 3)) / len(x)),
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).sum(axis=0).mean(axis=(1, 2))),
    ),
    "gain-one-image": (
        "The gain's gradient is that of one image",
        "the gradient of the last image, or of the first, overwrites the others",
        "`=` or `+=`? A gain takes part in every image.",
        _grad_gain(lambda x, grad_y, layer: (x * grad_y)[-1].sum(axis=(1, 2))),
        _grad_gain(lambda x, grad_y, layer: (x * grad_y)[0].sum(axis=(1, 2))),
    ),
    "gain-wrong-axes": (
        "The gain's gradient is summed over the wrong axes",
        "the channels are summed away, or an axis that should be summed away is left",
        "Which shape has the gain? Which axes of x are not in it?",
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).sum(axis=(2, 3))),
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).sum(axis=0)),
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).sum(axis=(1, 2, 3))),
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).sum(axis=(0, 1, 2))),
        _grad_gain(lambda x, grad_y, layer: x * grad_y),
    ),
    "gain-total": (
        "All gains get the same gradient",
        'grads["gain"] is the sum over everything, the feature maps included',
        "Which numbers of y does the gain of map j take part in?",
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).sum()),
        _grad_gain(lambda x, grad_y, layer: np.full_like(layer.params["gain"], (x * grad_y).sum())),
    ),
    "gain-kept-axes": (
        "The gain's gradient has axes of size 1",
        "the gradient is right, but has a shape such as (C, 1, 1), which later broadcasts without "
        "an error",
        "Print the shapes of the gain and of its gradient.",
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).sum(axis=(0, 2, 3), keepdims=True)),
        _grad_gain(lambda x, grad_y, layer: (x * grad_y).sum(axis=(0, 2, 3))[:, None, None]),
    ),
    "gain-negated": (
        "The gain's gradient has the wrong sign",
        'grads["gain"] is that of −y',
        "Who goes downhill, the layer or the optimizer?",
        _grad_gain(lambda x, grad_y, layer: -(x * grad_y).sum(axis=(0, 2, 3))),
    ),
}


class Added(Gain):
    def backward(self, grad_y: Array) -> Array:
        before = self.grads.get("gain", 0.0)
        grad_x = super().backward(grad_y)
        self.grads = {"gain": self.grads["gain"] + before}
        return grad_x


class Ignored(Gain):
    def forward(self, x: Array) -> Array:
        now, self.params = self.params, {"gain": np.ones(self.channels)}
        y = super().forward(x)
        self.params = now
        return y


class FromZero(Gain):
    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.params["gain"] = np.zeros(channels)


class FromRandom(Gain):
    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.params["gain"] = np.random.default_rng(0).normal(size=channels)


class OtherName(Gain):
    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.params = {"g": self.params["gain"]}

    def forward(self, x: Array) -> Array:
        return x * self.params["g"][:, None, None]


class OneNumber(Gain):
    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.params["gain"] = np.ones(1)


class WithAxes(Gain):
    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.params["gain"] = np.ones((channels, 1, 1))


_STATE: Table = {
    "added-up": (
        "The gain's gradient is added to that of the last call",
        "`grads` is added to from call to call, and never starts again",
        "backward *sets* grads. Which numbers should they hold after two calls?",
        Added,
    ),
    "params-ignored": (
        "The layer does not look at its params",
        "the gain is 1, or a copy that the constructor made, and setting params changes nothing",
        "Where does forward read `self.params`?",
        Ignored,
    ),
    "not-one-at-first": (
        "A new layer's gain is not 1",
        "the gain starts as zeros, which silences every map, or at random",
        "What should a new gain change?",
        FromZero,
        FromRandom,
    ),
    "parameter-missing": (
        'There is no params["gain"]',
        "the gain is kept under another name, or is not made at all, so that nobody can set or "
        "train it",
        "Under which name is the gain looked for?",
        OtherName,
    ),
    "parameter-shape": (
        "The gain has the wrong shape",
        "there is one gain for all, or the gain has further axes of size 1",
        "How many feature maps are there? One axis is enough to count them.",
        OneNumber,
        WithAxes,
    ),
}

enter_table("Gain", FORTH, _FORWARD, prefix="gain-forward")
enter_table("Gain", BACK, _BACKWARD, prefix="gain-backward")
enter_table("Gain", FORTH, _STATE, prefix="gain-state")
