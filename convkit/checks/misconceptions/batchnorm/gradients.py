"""What can be said of wrong gradients of γ and β that are none of the known ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.look import View, equal
from convkit.checks.misconceptions.batchnorm.altered import BACK, axes, wide
from convkit.checks.misconceptions.batchnorm.channels import channels
from convkit.checks.misconceptions.common import with_backward
from convkit.checks.misconceptions.fitting import shares
from convkit.checks.misconceptions.marks import (
    Marks,
    Wrong,
    enter_marks,
    samples_unlike,
)
from convkit.layers import Array, BatchNorm


def _all_alike(wrong: Wrong) -> bool:
    return all(equal(got, np.full_like(got, got.flat[0])) for _, got in wrong)


def _one_factor(wrong: Wrong) -> bool:
    return all(shares(got, view.right) is not None for view, got in wrong)


def _contributions(name: str) -> Callable[[View], Array]:
    def of(view: View) -> Array:
        grad_y = view.case.grad_y
        if name == "gamma":
            (mean, deviation) = np.array(
                [(channel.mean, channel.deviation) for channel in channels(view.case)]
            ).T
            grad_y = grad_y * (view.case.x - wide(mean, grad_y)) / wide(deviation, grad_y)
        summed: Array = grad_y.sum(axis=tuple(range(2, grad_y.ndim)))
        return summed

    return of


def _any(wrong: Wrong) -> bool:
    return True


def _grads(name: str, change: Callable[[Array, Array], Array]) -> type[Any]:
    def wrong(layer: Any, grad_y: Array, grad_x: Array) -> Array:
        layer.grads[name] = change(layer.grads[name], grad_y).astype(grad_y.dtype)
        return grad_x

    return with_backward(BatchNorm, wrong)


def _of_uneven(right: Array, grad_y: Array) -> Array:
    weights = 1.0 + np.arange(len(grad_y))
    return np.tensordot(weights, grad_y.sum(axis=tuple(range(2, grad_y.ndim))), axes=1)


def _of_gradient(name: str, letter: str, due: str) -> Marks:
    return {
        f"backward-{name}-gradient-all-alike": (
            f"All channels get the same gradient of {letter}",
            "the sum runs over the channels as well, or one channel's is used for all",
            f"Which numbers of y does the {letter} of channel 0 take part in?",
            _all_alike,
            _grads(name, lambda right, grad_y: np.full_like(right, 0.5 * right.sum())),
        ),
        f"backward-{name}-gradient-factor": (
            f"{letter}'s gradient is off by a factor",
            "it is the right one, but multiplied or divided by something",
            f"In how many numbers of y does one {letter} take part? Is their number divided by?",
            _one_factor,
            _grads(name, lambda right, grad_y: 0.37 * right),
        ),
        f"backward-{name}-gradient-samples": (
            f"The samples do not count alike in {letter}'s gradient",
            "it is made of the samples' contributions, as it should be, but some count more than "
            "others, or not at all",
            f"Every sample used the same {letter}. How do their contributions come together?",
            samples_unlike(_contributions(name)),
            _grads(name, _of_uneven) if name == "beta" else with_backward(BatchNorm, _uneven_gamma),
        ),
        f"backward-{name}-gradient-other-sum": (
            f"{letter}'s gradient is the wrong sum",
            f"in each channel, {due} is to be summed over all numbers; something else is summed, "
            "or over other numbers",
            f"y = γ·x̂ + β. What is the slope along {letter}, and who uses it?",
            _any,
            _grads(name, lambda right, grad_y: np.cos(right) + (grad_y**2).sum(axes(grad_y))),
        ),
    }


def _uneven_gamma(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    weights = (1.0 + np.arange(len(grad_y))).reshape(-1, *[1] * (grad_y.ndim - 1))
    before = layer.grads["beta"]
    layer.once_more(grad_y * weights.astype(grad_y.dtype))
    layer.grads["beta"] = before
    return grad_x


enter_marks("BatchNorm", BACK, _of_gradient("gamma", "γ", "grad_y·x̂"), 'grads["gamma"]')
enter_marks("BatchNorm", BACK, _of_gradient("beta", "β", "grad_y"), 'grads["beta"]')
