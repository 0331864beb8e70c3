"""What wrong contrast normalizations are made of: the steps of the right one, to be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.layers import Array

FORMULA = ("09-contrast-normalization", "The formula")
COMPETE = ("09-contrast-normalization", "Neighbours compete")

Matrices = tuple[Array, Array]
"""A blur as a matrix for rows and one for columns."""

Window = Callable[[Array], Array]
"""From the offsets to the weights."""


def matrices(
    layer: Any,
    x: Array,
    *,
    window: Window | None = None,
    half: int | None = None,
    renormalised: bool = True,
) -> Matrices:
    """The blur's matrices; the window's weights and its half size may be wrong."""
    half = layer.kernel_size // 2 if half is None else half
    weigh = window or (lambda offsets: np.exp(-0.5 * (offsets / layer.sigma) ** 2))
    whole = weigh(np.arange(-half, half + 1)).sum()

    def rows(size: int) -> Array:
        pixels = np.arange(size)
        offsets = pixels - pixels[:, np.newaxis]
        weights = weigh(offsets) * (np.abs(offsets) <= half)
        total = weights.sum(axis=1, keepdims=True) if renormalised else whole
        return (weights / total).astype(x.dtype)

    return rows(x.shape[2]), rows(x.shape[3])


def blur(images: Array, by: Matrices) -> Array:
    blurred: Array = by[0] @ images @ by[1].T
    return blurred


def adjoint(images: Array, by: Matrices) -> Array:
    spread: Array = by[0].T @ images @ by[1]
    return spread


def over_channels(values: Array) -> Array:
    return values.mean(axis=1, keepdims=True)


def subtracted(x: Array, by: Matrices) -> Array:
    """v."""
    return x - blur(over_channels(x), by)


def deviation(v: Array, by: Matrices) -> Array:
    """σ, (N, 1, H, W)."""
    root: Array = np.sqrt(np.maximum(blur(over_channels(v * v), by), 0))
    return root


def normalised(layer: Any, x: Array, by: Matrices) -> Array:
    """y, by another blur."""
    v = subtracted(x, by)
    return divided(v, np.maximum(layer.c, deviation(v, by)))


def divided(v: Array, by: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return (v / by).astype(v.dtype)
