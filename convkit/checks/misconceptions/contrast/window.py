"""Wrong windows of `LocalContrastNorm2d`: weights, sizes, and what they do at a border."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions import misconception
from convkit.checks.misconceptions.common import Forward
from convkit.checks.misconceptions.contrast.altered import (
    FORMULA,
    Matrices,
    Window,
    blur,
    deviation,
    divided,
    in_all_ways,
    matrices,
    normalised,
    over_channels,
    subtracted,
)
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, Layer, LocalContrastNorm2d


def _by_window(window: Callable[[Any], Window]) -> Forward:
    return lambda layer, x, y: normalised(layer, x, matrices(layer, x, window=window(layer)))


def _by_half(half: Callable[[Any], int]) -> Forward:
    return lambda layer, x, y: normalised(layer, x, matrices(layer, x, half=half(layer)))


def _gaussian(width: Callable[[Any], float]) -> Forward:
    def window(layer: Any) -> Window:
        return lambda offsets: np.exp(-0.5 * (offsets / width(layer)) ** 2)

    return _by_window(window)


def _padded(mode: str) -> Forward:
    """The window meets numbers beyond the border, where it should be cut off."""

    def wrong(layer: Any, x: Array, y: Array) -> Array:
        half = layer.kernel_size // 2
        frame = ((0, 0), (0, 0), (half, half), (half, half))
        inside = (..., slice(half, half + x.shape[2]), slice(half, half + x.shape[3]))

        def mean(values: Array) -> Array:
            padded = np.pad(over_channels(values), frame, mode=mode)  # type: ignore[call-overload]
            return blur(padded, matrices(layer, padded))[inside]

        v = x - mean(x)
        return divided(layer, v, np.maximum(layer.c, np.sqrt(mean(v * v))))

    return wrong


def _not_renormalised(layer: Any, x: Array, y: Array) -> Array:
    return normalised(layer, x, matrices(layer, x, renormalised=False))


def _not_divided_by_sum(layer: Any, x: Array, y: Array) -> Array:
    total = np.exp(-0.5 * (np.arange(-50, 51) / layer.sigma) ** 2)
    half = layer.kernel_size // 2
    inside = total[50 - half : 51 + half].sum()
    rows, columns = matrices(layer, x, renormalised=False)
    return normalised(layer, x, (rows * inside, columns * inside))


def _one_direction(layer: Any, x: Array, y: Array) -> Array:
    rows, _ = matrices(layer, x)
    return normalised(layer, x, (rows, np.eye(x.shape[3], dtype=x.dtype)))


def _other_direction(layer: Any, x: Array, y: Array) -> Array:
    _, columns = matrices(layer, x)
    return normalised(layer, x, (np.eye(x.shape[2], dtype=x.dtype), columns))


def _by(change: Callable[[Any, Array, Matrices], Matrices]) -> Forward:
    """y by a blur made from the right one."""
    return lambda layer, x, y: normalised(layer, x, change(layer, x, matrices(layer, x)))


def _flat_along(axis: int) -> Forward:
    """Along one axis all pixels of the window count alike."""

    def change(layer: Any, x: Array, by: Matrices) -> Matrices:
        flat = matrices(layer, x, window=lambda offsets: np.ones(np.shape(offsets)))
        return (flat[0], by[1]) if axis == 0 else (by[0], flat[1])

    return _by(change)


def _by_columns(layer: Any, x: Array, by: Matrices) -> Matrices:
    """What a pixel gives away sums to 1, and not what it gets."""
    raw = matrices(layer, x, renormalised=False)
    return tuple(matrix / matrix.sum(axis=0, keepdims=True) for matrix in raw)


def _shifted(rows: int, columns: int) -> Forward:
    """The window lies beside the pixel."""

    def shift(size: int, step: int, layer: Any) -> Array:
        pixels = np.arange(size)
        offsets = pixels - pixels[:, np.newaxis] - step
        weights = np.exp(-0.5 * (offsets / layer.sigma) ** 2)
        weights = weights * (np.abs(offsets) <= layer.kernel_size // 2)
        total: Array = weights.sum(axis=1, keepdims=True)
        return weights / np.where(total > 0, total, 1)

    def change(layer: Any, x: Array, by: Matrices) -> Matrices:
        height, width = x.shape[2:]
        return (
            shift(height, rows, layer).astype(x.dtype),
            shift(width, columns, layer).astype(x.dtype),
        )

    return _by(change)


def _cut_at_wrong_end(layer: Any, x: Array, by: Matrices) -> Matrices:
    """At the first rows and columns the window's first weights are used, and not its last."""
    half = layer.kernel_size // 2
    line = np.exp(-0.5 * (np.arange(-half, half + 1) / layer.sigma) ** 2)

    def rows(size: int) -> Array:
        matrix = np.zeros((size, size))
        for pixel in range(size):
            first, stop = max(0, pixel - half), min(size, pixel + half + 1)
            matrix[pixel, first:stop] = line[: stop - first]
        return (matrix / matrix.sum(axis=1, keepdims=True)).astype(x.dtype)

    return rows(x.shape[2]), rows(x.shape[3])


def _disc(layer: Any, x: Array, by: Matrices) -> Matrices:
    """The corners of the window are cut off: one matrix for all pixels."""
    half = layer.kernel_size // 2
    rows, columns = (axis.ravel() for axis in np.indices(x.shape[2:]))
    far = sum((axis - axis[:, np.newaxis]) ** 2 for axis in (rows, columns))
    weights = np.exp(-0.5 * far / layer.sigma**2) * (far <= half**2)
    return ((weights / weights.sum(axis=1, keepdims=True)).astype(x.dtype),)


def _once(of_mean: bool) -> Forward:
    """Renormalised at the border in one of the two steps only."""

    def wrong(layer: Any, x: Array, y: Array) -> Array:
        right, raw = matrices(layer, x), matrices(layer, x, renormalised=False)
        v = subtracted(x, right if of_mean else raw)
        return divided(layer, v, np.maximum(layer.c, deviation(v, raw if of_mean else right)))

    return wrong


def _default(divisor: float) -> type[Layer]:
    def init(self: Any, kernel_size: int = 7, sigma: float | None = None, c: float = 1e-2) -> None:
        LocalContrastNorm2d.__init__(self, kernel_size, sigma or kernel_size / divisor, c)

    return type("Wrong", (LocalContrastNorm2d,), {"__init__": init})


_TABLE: Table = {
    "window-not-renormalised": (
        "At the border the window's weights do not sum to 1",
        "what lies outside of the picture counts as black: the mean is too small at the border",
        "A picture that is 5 everywhere: what is the local mean in its corner?",
        _not_renormalised,
        _padded("constant"),
    ),
    "window-renormalised-once": (
        "At the border the weights sum to 1 in one of the two steps only",
        "the mean is renormalised at the border and the deviation is not, or the other way round",
        "The same window is used twice. Is it the same at the border both times?",
        _once(of_mean=True),
        _once(of_mean=False),
    ),
    "window-mirrored": (
        "The picture is continued beyond its border",
        "pixels are repeated or mirrored at the border, where the window should be cut off",
        "Which pixels count in a corner: only those that exist?",
        _padded("edge"),
        _padded("symmetric"),
    ),
    "window-sum-forgotten": (
        "The window's weights do not sum to 1",
        "the Gaussian is used as it is, without a division by its sum",
        "A picture that is 5 everywhere: what should its local mean be?",
        _not_divided_by_sum,
    ),
    "window-flat": (
        "The window is flat",
        "all pixels of the window count alike: a box in place of a Gaussian",
        "Which pixel of the window should count most?",
        _by_window(lambda layer: lambda offsets: np.ones(np.shape(offsets))),
    ),
    "window-two-forgotten": (
        "The 2 is missing in the Gaussian",
        "the weights are e^(−p²/σ²), where the Gaussian has 2σ² below",
        "How does the formula of a Gaussian with deviation σ go?",
        _gaussian(lambda layer: layer.sigma / np.sqrt(2)),
    ),
    "window-sigma-not-squared": (
        "sigma is not squared in the Gaussian",
        "the weights are e^(−p²/2σ): sigma is taken for a variance",
        "How does the formula of a Gaussian with deviation σ go?",
        _gaussian(lambda layer: np.sqrt(layer.sigma)),
    ),
    "window-distance-not-squared": (
        "The distance is not squared in the Gaussian",
        "the weights are e^(−|p|/…), which falls along a straight line and has a tip",
        "How does the formula of a Gaussian go?",
        _by_window(lambda layer: lambda offsets: np.exp(-np.abs(offsets) / layer.sigma)),
        _by_window(lambda layer: lambda offsets: np.exp(-np.abs(offsets) / (2 * layer.sigma**2))),
    ),
    "window-sigma-ignored": (
        "sigma is ignored",
        "the Gaussian has a width of its own, whatever `sigma` says",
        "Where in your code does `sigma` appear?",
        _gaussian(lambda layer: layer.kernel_size / 4),
        _gaussian(lambda layer: 1.0),
    ),
    "window-too-small": (
        "The window is too small",
        "its outermost rows and columns are cut off",
        "Which offsets belong to a window of 7? How many are there?",
        _by_half(lambda layer: max(0, layer.kernel_size // 2 - 1)),
    ),
    "window-too-large": (
        "The window is too large",
        "kernel_size is taken for the distance from its centre to its edge, or one row is too many",
        "Which offsets belong to a window of 7? How many are there?",
        _by_half(lambda layer: layer.kernel_size // 2 + 1),
        _by_half(lambda layer: layer.kernel_size),
        _by_half(lambda layer: 1000),
    ),
    "window-flat-along": (
        "The Gaussian falls off in one direction only",
        "only the distance in rows counts, or only that in columns",
        "Which two distances does the weight of a pixel depend on?",
        _flat_along(0),
        _flat_along(1),
    ),
    "window-columns-sum": (
        "The weights that a pixel gives away sum to 1",
        "the matrix of weights is divided by the wrong sums: at the border, what a pixel *gets* "
        "does not sum to 1",
        "A picture that is 5 everywhere: what is the local mean in its corner?",
        _by(_by_columns),
    ),
    "window-beside": (
        "The window is not centred on its pixel",
        "the window lies a pixel too far up, down, left or right",
        "Which pixel has the largest weight for y[0, 0, 3, 3]?",
        *(_shifted(*step) for step in ((1, 1), (-1, -1), (0, 1), (0, -1), (1, 0), (-1, 0))),
    ),
    "window-wrong-end": (
        "At the border the wrong part of the window is used",
        "where the window hangs over the border, it is cut at the wrong end: its weights do not "
        "belong to the pixels that they meet",
        "In the corner, which weight of the window belongs to the corner pixel itself?",
        _by(_cut_at_wrong_end),
    ),
    "window-disc": (
        "The window is a disc",
        "pixels in the corners of the window are left out",
        "How many pixels does a window of 3 × 3 have?",
        _by(_disc),
    ),
    "window-one-direction": (
        "The window has only one direction",
        "the picture is blurred down its columns or along its rows, but not both",
        "How many pixels does a window of 7 × 7 have?",
        _one_direction,
        _other_direction,
    ),
}


enter_table("LocalContrastNorm2d", FORMULA, in_all_ways(_TABLE))

misconception(
    "localcontrastnorm2d-window-sigma-default",
    "LocalContrastNorm2d",
    title="Without sigma the Gaussian has the wrong width",
    when="`sigma` is not kernel_size / 4 where it is left out",
    hint="How wide is the Gaussian of a window of 8 pixels, if nobody says so?",
    read=FORMULA,
    variants=(_default(3.0), _default(6.0)),
    only=("forward", "sigma is left out"),
)(_default(2.0))
