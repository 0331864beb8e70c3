"""What can be said of a `Gain` that is none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.look import View, equal
from convkit.checks.misconceptions.activation.gain import BACK, FORTH
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.fitting import shares
from convkit.checks.misconceptions.marks import Marks, Wrong, enter_marks, samples_unlike
from convkit.layers import Array, Gain


def _each_map(of: str, parts: Callable[[Array], list[Array]]) -> Callable[[Wrong], bool]:
    """In each map, what came is made of these parts of x, or of grad_y."""

    def tells(wrong: Wrong) -> bool:
        return all(
            shares(got[:, channel], *parts(getattr(view.case, of)[:, channel])) is not None
            for view, got in wrong
            for channel in range(got.shape[1])
        )

    return tells


def _alone(values: Array) -> list[Array]:
    return [values]


def _with_one(values: Array) -> list[Array]:
    return [values, np.ones_like(values)]


def _any(wrong: Wrong) -> bool:
    return True


def _contributions(view: View) -> Array:
    products: Array = (view.case.x * view.case.grad_y).sum(axis=(2, 3))
    return products


def _sums(wrong: Wrong) -> bool:
    """Sums of grad_y, of x and of their product take part with the same factors in all maps."""
    told = 0
    for view, got in wrong:
        x, grad_y = view.case.x, view.case.grad_y
        over = (0, 2, 3)
        parts = (x * grad_y).sum(over), grad_y.sum(over), x.sum(over)
        if got.size > len(parts):
            if shares(got, *parts) is None:
                return False
            told += 1
    return told > 0


def _same_for_all(wrong: Wrong) -> bool:
    return all(equal(got, np.full_like(got, got.flat[0])) for _, got in wrong) and any(
        got.size > 1 for _, got in wrong
    )


def _wide(values: Array) -> Array:
    return values[:, None, None]


def _grads(change: Callable[[Any, Array, Array], Array]) -> type[Any]:
    def wrong(layer: Any, grad_y: Array, grad_x: Array) -> Array:
        layer.grads["gain"] = change(layer, grad_y, layer.grads["gain"])
        return grad_x

    return with_backward(Gain, wrong)


_Y: Marks = {
    "forward-other-factor": (
        "Another factor than the gain is used",
        "within each map y is a multiple of x, as it should be, but not the one that the map's "
        "gain says",
        "Divide y by x in one map. Which number do you get, and which gain has the map?",
        _each_map("x", _alone),
        with_forward(
            Gain, lambda layer, x, y: x * _wide(np.cos(layer.params["gain"])).astype(x.dtype)
        ),
    ),
    "forward-something-added-too": (
        "Something is added as well",
        "within each map y is a multiple of x plus a number; there is nothing to add in this layer",
        "What is y where x is 0?",
        _each_map("x", _with_one),
        with_forward(
            Gain, lambda layer, x, y: y + _wide(layer.params["gain"] ** 2).astype(x.dtype)
        ),
    ),
    "forward-no-multiple": (
        "y is no multiple of x",
        "within one map, two numbers of x do not have the same factor",
        "Divide y by x at two places of one map. What should both quotients be?",
        _any,
        with_forward(Gain, lambda layer, x, y: _wide(layer.params["gain"]).astype(x.dtype) / x),
    ),
}

_X: Marks = {
    "backward-other-factor": (
        "Another factor than the gain is used on the way back",
        "within each map grad_x is a multiple of grad_y, as it should be, but not the one that the "
        "map's gain says",
        "x grows by ε. By how much does y grow?",
        _each_map("grad_y", _alone),
        with_backward(
            Gain,
            lambda layer, grad_y, grad_x: (
                grad_y * _wide(np.cos(layer.params["gain"])).astype(grad_y.dtype)
            ),
        ),
    ),
    "backward-no-multiple": (
        "grad_x is no multiple of grad_y",
        "within one map, two numbers of grad_y do not have the same factor",
        "Divide grad_x by grad_y at two places of one map. What should both quotients be?",
        _any,
        with_backward(
            Gain,
            lambda layer, grad_y, grad_x: _wide(layer.params["gain"]).astype(grad_y.dtype) / grad_y,
        ),
    ),
}

_GAIN: Marks = {
    "backward-gain-all-alike": (
        "All gains get the same gradient",
        'grads["gain"] holds one number for all maps: a sum runs over the feature maps as well',
        "Which numbers of y does the gain of map j take part in?",
        _same_for_all,
        _grads(lambda layer, grad_y, right: np.full_like(right, 0.5 * right.sum())),
    ),
    "backward-gain-samples": (
        "The images do not count alike in the gain's gradient",
        "the gradient is made of the images' contributions, as it should be, but some count more "
        "than others, or not at all",
        "Every image used the same gain. How do their contributions come together?",
        samples_unlike(_contributions),
        _grads(
            lambda layer, grad_y, right: np.tensordot(
                1.0 + np.arange(len(grad_y)), (layer.x * grad_y).sum((2, 3)), axes=1
            ).astype(right.dtype)
        ),
    ),
    "backward-gain-other-sum": (
        "The gain's gradient is the wrong sum",
        "sums of x or of grad_y by themselves take part in it, and not their products",
        "In y = g x, which factor is left when you differentiate with respect to g?",
        _sums,
        _grads(
            lambda layer, grad_y, right: (
                right + (layer.x + grad_y).sum((0, 2, 3)).astype(right.dtype)
            )
        ),
    ),
}

enter_marks("Gain", FORTH, _Y, "y")
enter_marks("Gain", BACK, _X, "grad_x")
enter_marks("Gain", BACK, _GAIN, 'grads["gain"]')
