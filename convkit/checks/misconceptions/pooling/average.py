"""Wrong average poolings, and the wrong ways back that both poolings can take."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from convkit.checks.misconceptions.pooling.altered import (
    IDEA,
    backward_mistake,
    first_winner,
    forward_mistake,
    scattered,
    shares_of,
    windows,
)
from convkit.checks.misconceptions.pooling.relations import keeps_one
from convkit.layers import Array, AvgPool2d

AVERAGE = ("AvgPool2d",)

_forward = partial(forward_mistake, of=AVERAGE, read=IDEA)
_backward = partial(backward_mistake, of=AVERAGE)


def _area(layer: Any) -> int:
    return int(np.prod(layer.kernel_size))


@_forward(
    "sum",
    "The sum is not divided",
    "y is the sum of each window",
    "What is the average of 1, 2 and 3?",
)
def total(layer: Any, x: Array, y: Array) -> Array:
    return y * _area(layer)


@_forward(
    "divided-by-square",
    "The sum is divided by the square of one side",
    "the slides' 1/m² is taken literally: a window of h × w has not h² pixels, or w²",
    "How many pixels has a window of 2 × 3?",
    lambda layer, x, y: y * _area(layer) / layer.kernel_size[1] ** 2,
)
def divided_by_square(layer: Any, x: Array, y: Array) -> Array:
    return y * _area(layer) / layer.kernel_size[0] ** 2


@_forward(
    "divided-by-side",
    "The sum is divided by one side of the window",
    "the sum is divided by the window's height, or its width, and not by both",
    "How many pixels has a window of 2 × 3?",
    lambda layer, x, y: y * layer.kernel_size[0],
    lambda layer, x, y: y * _area(layer) / sum(layer.kernel_size),
)
def divided_by_side(layer: Any, x: Array, y: Array) -> Array:
    return y * layer.kernel_size[1]


@_forward(
    "divided-by-stride",
    "The sum is divided by the stride",
    "the sum is divided by the product of the two strides: right only where windows tile the image",
    "How many numbers have you added up?",
)
def divided_by_stride(layer: Any, x: Array, y: Array) -> Array:
    return y * _area(layer) / int(np.prod(layer.stride))


@_forward(
    "divided-twice",
    "The sum is divided twice",
    "the mean is divided by the number of pixels once more",
    "What does np.mean do, and what np.sum?",
)
def divided_twice(layer: Any, x: Array, y: Array) -> Array:
    return y / _area(layer)


@_forward(
    "divided-whole",
    "The division drops what comes after the point",
    "the sum is divided with `//`, which rounds down",
    "Python has two divisions. What is 7 // 2?",
)
def divided_whole(layer: Any, x: Array, y: Array) -> Array:
    return np.floor(y)


@_forward(
    "maximum",
    "The largest number of the window is taken",
    "y is the maximum of each window: that is the other pooling",
    "Which of the two layers is this?",
)
def maximum(layer: Any, x: Array, y: Array) -> Array:
    return windows(layer, x).max((-2, -1))


@_forward(
    "median",
    "The number in the middle is taken",
    "y is the median of each window, or halfway between its smallest and its largest number",
    "What is the average of 1, 2 and 9?",
    lambda layer, x, y: (windows(layer, x).max((-2, -1)) + windows(layer, x).min((-2, -1))) / 2,
)
def median(layer: Any, x: Array, y: Array) -> Array:
    return np.median(windows(layer, x), axis=(-2, -1))


@_forward(
    "absolute",
    "The signs are lost",
    "the sizes are averaged without their signs, or squared first, so −3 and 3 do not cancel",
    "What is the average of −3 and 3?",
    lambda layer, x, y: np.sqrt(np.square(windows(layer, x)).mean((-2, -1))),
)
def absolute(layer: Any, x: Array, y: Array) -> Array:
    return np.abs(windows(layer, x)).mean((-2, -1))


@_backward(
    "not-divided",
    "The gradient is not divided in backward",
    "every pixel of the window gets all of grad_y, and the forward's 1/(h·w) is forgotten",
    "Move one pixel of a window of four by ε. By how much does the mean move?",
)
def not_divided(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x * _area(layer)


@_backward(
    "divided-by-square",
    "The gradient is divided by the square of one side",
    "the slides' 1/m² is taken literally: a window of h × w has not h² pixels, or w²",
    "How many pixels share one gradient, if the window is 2 × 3?",
    lambda layer, grad_y, grad_x: grad_x * _area(layer) / layer.kernel_size[1] ** 2,
)
def back_divided_by_square(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x * _area(layer) / layer.kernel_size[0] ** 2


@_backward(
    "divided-by-side",
    "The gradient is divided by one side of the window",
    "grad_y is divided by the window's height, or its width, and not by both",
    "How many pixels share one gradient, if the window is 2 × 3?",
    lambda layer, grad_y, grad_x: grad_x * layer.kernel_size[0],
    lambda layer, grad_y, grad_x: grad_x * _area(layer) / sum(layer.kernel_size),
)
def back_divided_by_side(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x * layer.kernel_size[1]


@_backward(
    "divided-by-stride",
    "The gradient is divided by the stride",
    "grad_y is divided by the product of the two strides: right only where windows tile the image",
    "How many pixels share one gradient?",
)
def back_divided_by_stride(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x * _area(layer) / int(np.prod(layer.stride))


@_backward(
    "divided-twice",
    "The gradient is divided twice",
    "grad_y is divided by the number of pixels once more than it should be",
    "Add up what the pixels of one window get. Is it grad_y?",
)
def back_divided_twice(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x / _area(layer)


@_backward(
    "divided-by-windows",
    "A pixel's gradient is averaged over its windows",
    "the shares of the windows that a pixel lies in are averaged where they have to be added",
    "A pixel lies in two windows. If it grows by 1, by how much do the two means grow in all?",
)
def divided_by_windows(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    covers = scattered(layer, np.ones_like(windows(layer, layer.x)), grad_x)
    return grad_x / np.maximum(covers, 1)


@_backward(
    "winner",
    "Only one pixel of the window gets the gradient",
    "the largest pixel, or the first, gets all of grad_y: an average has no winner",
    "Move any pixel of the window by a little. What happens to the mean?",
    lambda layer, grad_y, grad_x: _to_corner(layer, grad_y, grad_x),
    lambda layer, grad_y, grad_x: _to_corner(layer, grad_y / _area(layer), grad_x),
)
def winner(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    mask = first_winner(windows(layer, layer.x))
    return scattered(layer, mask * grad_y[..., np.newaxis, np.newaxis], grad_x)


def _to_corner(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    shares = np.zeros_like(windows(layer, layer.x))
    shares[..., 0, 0] = grad_y
    return scattered(layer, shares, grad_x)


@_backward(
    "times-input",
    "The gradient is multiplied with x",
    "x is a factor of grad_x; but how fast a mean grows with a pixel does not depend on the pixel",
    "What is the derivative of (a + b)/2 with respect to a? Is there an a in it?",
)
def times_input(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x * layer.x


@_backward(
    "tiled",
    "The gradient is repeated in the wrong order",
    "grad_y as a whole is laid beside itself (np.tile), where each of its numbers has to be "
    "repeated (np.repeat)",
    "grad_y is [1, 2] and the windows are 2 wide: is the upsampled row 1 1 2 2 or 1 2 1 2?",
)
def tiled(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return np.tile(grad_y, layer.kernel_size) / _area(layer)


@_backward(
    "upsampled",
    "Upsampling works only where the windows tile the image",
    "each number of grad_y is repeated over a square of its own: with another stride, or with rows "
    "left over, that is not where the windows lie",
    "Which shape has x, and which has your upsampled grad_y?",
)
def upsampled(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    height, width = layer.kernel_size
    return grad_y.repeat(height, axis=2).repeat(width, axis=3) / _area(layer)


@_backward(
    "assigned",
    "`=` where `+=` is needed in backward",
    "a pixel that lies in several windows keeps the share of one of them, and loses the others",
    "How many means does one pixel take part in?",
    lambda layer, grad_y, grad_x: _by_offset(layer, grad_y, grad_x),
    mark=keeps_one(AvgPool2d),
)
def assigned(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return scattered(layer, shares_of(layer, grad_y, layer.x), grad_x, overwrite=True)


def _by_offset(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """The loop runs over the window's offsets, and each overwrites what was there."""
    (height, width), (down, right) = layer.kernel_size, layer.stride
    rows, columns = grad_y.shape[2:]
    result = np.zeros_like(grad_x)
    for p, q in np.ndindex(height, width):
        places = (..., slice(p, p + down * rows, down), slice(q, q + right * columns, right))
        result[places] = grad_y / _area(layer)
    return result


@backward_mistake(
    "stride-ignored",
    "The stride is ignored in backward",
    "the gradient of output (j, k) goes to the window at another place than forward's: one that "
    "moves by 1, or by the window's size",
    "Compare the slices of your forward with those of your backward.",
    lambda layer, grad_y, grad_x: _moved(layer, grad_y, grad_x, layer.kernel_size),
)
def stride_ignored(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _moved(layer, grad_y, grad_x, (1, 1))


@backward_mistake(
    "stride-swapped",
    "The two strides are mixed up in backward",
    "the windows move down by the horizontal stride, or sideways by the vertical one",
    "Compare the slices of your forward with those of your backward.",
    lambda layer, grad_y, grad_x: _moved(layer, grad_y, grad_x, (layer.stride[0],) * 2),
    lambda layer, grad_y, grad_x: _moved(layer, grad_y, grad_x, (layer.stride[1],) * 2),
)
def stride_swapped(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _moved(layer, grad_y, grad_x, layer.stride[::-1])


def _moved(layer: Any, grad_y: Array, grad_x: Array, step: tuple[int, int]) -> Array:
    return scattered(layer, shares_of(layer, grad_y, layer.x), grad_x, step=step)


@backward_mistake(
    "ragged-lost",
    "The edge that no window reaches is missing from grad_x",
    "grad_x is only as large as the windows reach, (outputs − 1)·stride + kernel, and x goes on",
    "Make grad_x from the shape of x. What is the gradient of a pixel that no window sees?",
)
def ragged_lost(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    height, width = (
        (n - 1) * s + k
        for n, s, k in zip(grad_y.shape[2:], layer.stride, layer.kernel_size, strict=True)
    )
    return grad_x[:, :, :height, :width]


@backward_mistake(
    "size-multiplied",
    "grad_x is as large as grad_y times the window",
    "grad_x is made from the shape of grad_y: that is the shape of x only where the windows tile "
    "the image",
    "Make grad_x from the shape of x.",
    lambda layer, grad_y, grad_x: _sized(layer, grad_y, grad_x, layer.stride),
)
def size_multiplied(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _sized(layer, grad_y, grad_x, layer.kernel_size)


def _sized(layer: Any, grad_y: Array, grad_x: Array, factors: tuple[int, int]) -> Array:
    height, width = (n * factor for n, factor in zip(grad_y.shape[2:], factors, strict=True))
    sized = np.zeros((*grad_x.shape[:2], height, width), grad_x.dtype)
    common = grad_x[:, :, :height, :width]
    sized[:, :, : common.shape[2], : common.shape[3]] = common
    return sized


@backward_mistake(
    "last-window-skipped",
    "The last windows are skipped in backward",
    "the loops over the windows end one early, so the last row and column of grad_y go nowhere",
    "At which j does range(n - 1) end?",
)
def last_window_skipped(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    shares = shares_of(layer, grad_y, layer.x)
    return scattered(layer, shares[:, :, :-1, :-1], grad_x)


@backward_mistake(
    "one-map",
    "Only one feature map gets a gradient",
    "grad_x is right for the first map, or for the last, and the others are never written",
    "Is the `return` inside the loop? Which index does the loop over the maps write to?",
    lambda layer, grad_y, grad_x: _one_map(grad_x, -1),
)
def one_map(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _one_map(grad_x, 0)


def _one_map(grad_x: Array, channel: int) -> Array:
    kept = np.zeros_like(grad_x)
    kept[:, channel] = grad_x[:, channel]
    return kept


@backward_mistake(
    "maps-mixed",
    "The gradients of the feature maps are mixed",
    "grad_x is the sum over all maps, and every map gets the same",
    "Which maps of y does a pixel of x[:, i] take part in?",
)
def maps_mixed(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return np.broadcast_to(grad_x.sum(axis=1, keepdims=True), grad_x.shape)
