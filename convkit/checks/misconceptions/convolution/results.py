"""Wrong forward passes of `Conv2d`: what becomes of the sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions.convolution.forward import MAPS, mistake, right
from convkit.layers import Array, Conv2d


@mistake(
    "channels-last",
    "The axes of y are in another order",
    "the feature maps come last, (N, H, W, C), where they are the second axis, (N, C, H, W)",
    "Print y.shape, and name its four numbers.",
    MAPS,
)
def channels_last(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).transpose(0, 2, 3, 1)


@mistake(
    "sides-swapped",
    "Rows and columns of y are swapped",
    "y has shape (N, C, W, H): its rows are counted where its columns should be",
    "Print y.shape for an image that is not square.",
    MAPS,
    lambda layer, x: right(layer, x).reshape(*right(layer, x).shape[:2], *_sides(layer, x)),
)
def sides_swapped(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).swapaxes(2, 3)


def _sides(layer: Conv2d, x: Array) -> tuple[int, ...]:
    return right(layer, x).shape[:1:-1]


@mistake(
    "maps-first",
    "Images and feature maps of y are swapped",
    "y has shape (C, N, H, W): the feature maps come first, where the batch should",
    "Print y.shape, and name its four numbers.",
    MAPS,
)
def maps_first(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).swapaxes(0, 1)


@mistake(
    "none",
    "forward returns nothing",
    "forward ends without a `return`, and Python then returns None",
    "What does the next layer get from this one?",
    MAPS,
)
def none_returned(layer: Conv2d, x: Array) -> Any:
    return None


@mistake(
    "reshaped-not-transposed",
    "y is reshaped where it should be transposed",
    "the shape is right and the numbers are in the wrong places: reshape does not move an axis",
    "After the matrix product, which axis varies fastest: the position or the feature map?",
    MAPS,
    lambda layer, x: _refolded(right(layer, x), (1, 0, 2, 3)),
    lambda layer, x: _refolded(right(layer, x), (1, 2, 3, 0)),
    lambda layer, x: _refolded(right(layer, x), (0, 1, 3, 2)),
    lambda layer, x: _refolded(right(layer, x), (2, 3, 0, 1)),
    lambda layer, x: _samples_mixed(right(layer, x)),
)
def reshaped(layer: Conv2d, x: Array) -> Array:
    return _refolded(right(layer, x), (0, 2, 3, 1))


def _refolded(y: Array, axes: tuple[int, ...]) -> Array:
    return y.transpose(axes).reshape(y.shape)


def _samples_mixed(y: Array) -> Array:
    """Columns place by place, sample by sample, folded back sample by sample, place by place."""
    n, maps, rows, columns = y.shape
    return y.transpose(1, 2, 3, 0).reshape(maps, n, rows, columns).swapaxes(0, 1)


@mistake(
    "first-image-only",
    "Only one image of the batch is computed",
    "the first image, or the last, is right and the others are never written",
    "Is the `return` inside the loop? Which index does the loop over the images write to?",
    MAPS,
    lambda layer, x: _only_image(right(layer, x), -1),
    lambda layer, x: np.repeat(right(layer, x)[:1], len(x), axis=0),
)
def first_image_only(layer: Conv2d, x: Array) -> Array:
    return _only_image(right(layer, x), 0)


def _only_image(y: Array, image: int) -> Array:
    kept = np.zeros_like(y)
    kept[image] = y[image]
    return kept


@mistake(
    "zeros",
    "y is never filled",
    "y is made of zeros, and the sums do not find their way into it",
    "Where is y assigned to, after np.zeros?",
    MAPS,
)
def zeros(layer: Conv2d, x: Array) -> Array:
    return np.zeros_like(right(layer, x))


@mistake(
    "whole-numbers",
    "y holds whole numbers",
    "y is made with an integer dtype, which cuts off everything after the point",
    "Which dtype does your y have when it is made?",
    MAPS,
)
def whole_numbers(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).astype(np.int64)


@mistake(
    "complex",
    "y is complex",
    "the numbers that come out of an inverse Fourier transform are returned as they are",
    "What is the imaginary part of your y, and what should it be?",
    MAPS,
)
def complex_left(layer: Conv2d, x: Array) -> Array:
    return right(layer, x) + 0j


@mistake(
    "single-precision",
    "Everything is computed in float32",
    "the numbers are turned into float32 on the way, whatever came in",
    "Look for float32, np.float32 or 'f4' in your code.",
    MAPS,
)
def single_precision(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).astype(np.float32)


@mistake(
    "double-precision",
    "float32 becomes float64",
    "y is made in float64, or float32 numbers are multiplied with float64 weights: NumPy then "
    "gives float64",
    "Which dtypes have x, weight and bias? Which does their product have?",
    MAPS,
)
def double_precision(layer: Conv2d, x: Array) -> Array:
    return right(layer, x.astype(np.float64))


@mistake(
    "input-changed",
    "forward changes its input",
    "something is written into x: an array is not copied when it is passed or assigned",
    "Look for x[...] =, x += and the like, also through another name for x.",
    MAPS,
)
def input_changed(layer: Conv2d, x: Array) -> Array:
    y = right(layer, x)
    x *= 2
    return y
