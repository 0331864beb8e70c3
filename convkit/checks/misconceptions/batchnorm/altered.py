"""What wrong batch normalizations are made of: the formula with something changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.layers import Array

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


def outcome(layer: Any, x: Array, **changes: Any) -> Array:
    """The forward pass; mean, variance, deviation, gamma and beta may differ.

    These are (C,), or broadcast against x already.
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
    normalized = (x - found["mean"]) / found["deviation"]
    y: Array = found["gamma"] * normalized + found["beta"]
    return y.astype(x.dtype)
