"""What wrong batch normalizations are made of: the formula with something changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import Forward, with_forward
from convkit.layers import Array, BatchNorm, Layer

FORMULA = ("10-batch-normalization", "The formula")
COMPANY = ("10-batch-normalization", "In what company?")
MAPS = ("10-batch-normalization", "Feature maps")
BACK = ("10-batch-normalization", "The way back")


def axes(x: Array) -> tuple[int, ...]:
    """All axes of (N, C) or (N, C, H, W) but that of the channels."""
    return (0, *range(2, x.ndim))


def wide(values: Array, x: Array) -> Array:
    """One number for each channel, in a shape that broadcasts against ``x``."""
    return values.reshape(1, -1, *[1] * (x.ndim - 2))


def statistics(layer: Any, x: Array) -> tuple[Array, Array]:
    """The mean and the variance that the layer's mode asks for, (C,) each."""
    if layer.training:
        return x.mean(axes(x)), x.var(axes(x))
    return layer.running_mean, layer.running_var


@dataclass(frozen=True)
class Parts:
    """What a forward pass keeps for backward, each in a shape that broadcasts against x."""

    normalized: Array
    deviation: Array
    centred: Array
    variance: Array


def outcome(layer: Any, x: Array, **changes: Any) -> Array:
    """The forward pass; mean, variance, deviation, gamma and beta may differ.

    These are (C,), or broadcast against x already. The layer keeps the parts of it.
    """
    mean, variance = statistics(layer, x)
    values: dict[str, Any] = {
        "mean": mean,
        "variance": variance,
        "gamma": layer.params["gamma"],
        "beta": layer.params["beta"],
    } | changes
    values.setdefault("deviation", np.sqrt(values["variance"] + layer.eps))
    found = {
        name: wide(value, x) if np.ndim(value) == 1 else value for name, value in values.items()
    }
    centred = x - found["mean"]
    normalized = centred / found["deviation"]
    layer.parts = Parts(normalized, found["deviation"], centred, found["variance"])
    y: Array = found["gamma"] * normalized + found["beta"]
    return y.astype(x.dtype)


def ways(wrong: Forward) -> list[type[Layer]]:
    """A wrong forward, with the right backward and with the formulas that work with its parts."""
    return [with_forward(BatchNorm, wrong), *(_with_parts(wrong, back) for back in _FORMULAS)]


def _with_parts(wrong: Forward, formula: Callable[[Any, Array], Array]) -> type[BatchNorm]:
    def forward(self: Any, x: Array) -> Any:
        self.parts = None
        return wrong(self, x, BatchNorm.forward(self, x))

    def backward(self: Any, grad_y: Array) -> Array:
        grad_x = BatchNorm.backward(self, grad_y)
        if self.parts is None:
            return grad_x
        over = axes(grad_y)
        self.grads["gamma"] = (grad_y * self.parts.normalized).sum(over)
        self.grads["beta"] = grad_y.sum(over)
        return formula(self, wide(self.params["gamma"], grad_y) * grad_y).astype(grad_y.dtype)

    return type("Wrong", (BatchNorm,), {"forward": forward, "backward": backward})


def _mean(values: Array) -> Array:
    means: Array = values.mean(axes(values), keepdims=True)
    return means


def _compact(layer: Any, slope: Array) -> Array:
    """From the gradient along x̂, as the formula of the lecture has it."""
    normalized, deviation = layer.parts.normalized, layer.parts.deviation
    if layer.training:
        slope = slope - _mean(slope) - normalized * _mean(slope * normalized)
    return slope / deviation


def _step_by_step_backwards(layer: Any, slope: Array) -> Array:
    """Node by node: back through the product with 1/deviation, then through the true root."""
    centred, deviation = layer.parts.centred, layer.parts.deviation
    grad = slope / deviation
    if not layer.training:
        return grad
    root = np.sqrt(layer.parts.variance + layer.eps)
    along_inverse = (slope * centred).sum(axes(slope), keepdims=True)
    through = -along_inverse / root**2 * 0.5 / root
    grad = grad + 2 * centred * through * np.ones_like(slope) / (slope.size // slope.shape[1])
    return grad - _mean(grad)


def _step_by_step(layer: Any, slope: Array) -> Array:
    """Through the variance and the mean, with the deviation that forward divided by."""
    centred, deviation = layer.parts.centred, layer.parts.deviation
    if not layer.training:
        return slope / deviation
    over, m = axes(slope), slope.size // slope.shape[1]
    along_variance = (slope * centred * -0.5 / deviation**3).sum(over, keepdims=True)
    along_mean = -(slope / deviation).sum(over, keepdims=True)
    along_mean = along_mean - 2 * along_variance * _mean(centred)
    return slope / deviation + along_variance * 2 * centred / m + along_mean / m


_FORMULAS = (_compact, _step_by_step, _step_by_step_backwards)
