"""Wrong max poolings: what is made of a window, and who gets the gradient."""

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
from convkit.layers import Array, MaxPool2d

MAX = ("MaxPool2d",)

_forward = partial(forward_mistake, of=MAX, read=IDEA)
_backward = partial(backward_mistake, of=MAX)


@_forward(
    "minimum",
    "The smallest number of the window is taken",
    "y is the minimum of each window",
    "Which of two numbers does your comparison keep?",
)
def minimum(layer: Any, x: Array, y: Array) -> Array:
    return windows(layer, x).min((-2, -1))


@_forward(
    "mean",
    "The mean of the window is taken",
    "y is the average of each window: that is the other pooling",
    "Which of the two layers is this?",
)
def mean(layer: Any, x: Array, y: Array) -> Array:
    return windows(layer, x).mean((-2, -1))


@_forward(
    "sum",
    "The window is added up",
    "y is the sum of each window",
    "What is the maximum of 1, 2 and 3?",
)
def total(layer: Any, x: Array, y: Array) -> Array:
    return windows(layer, x).sum((-2, -1))


@_forward(
    "absolute",
    "The signs are lost",
    "numbers are compared by their size without the sign, so −3 beats 2",
    "Which is the larger one, −3 or 2?",
    lambda layer, x, y: _largest_by_size(windows(layer, x)),
)
def absolute(layer: Any, x: Array, y: Array) -> Array:
    return np.abs(windows(layer, x)).max((-2, -1))


def _largest_by_size(patches: Array) -> Array:
    flat = patches.reshape(*patches.shape[:4], -1)
    return np.take_along_axis(flat, np.abs(flat).argmax(-1)[..., np.newaxis], -1)[..., 0]


@_forward(
    "starts-at-zero",
    "A window of negative numbers gives 0",
    "the search for the largest starts at 0, or the windows lie on zeros, and nothing negative can "
    "win",
    "What is the maximum of −3, −1 and −2? Where does your search start?",
    lambda layer, x, y: np.maximum(y, -1),
)
def starts_at_zero(layer: Any, x: Array, y: Array) -> Array:
    return np.maximum(y, 0)


@_forward(
    "place",
    "The place of the maximum is returned",
    "y says at which position of its window the largest number is, and not how large it is",
    "What is the difference between np.max and np.argmax?",
)
def place(layer: Any, x: Array, y: Array) -> Array:
    patches = windows(layer, x)
    return patches.reshape(*y.shape, -1).argmax(-1)


@_backward(
    "ties-all",
    "Among equals, every one gets the whole gradient",
    "all pixels that equal the maximum get grad_y, so where two are the largest the gradient "
    "doubles: gradient from nowhere",
    "How much does max(5, 5) grow if *both* grow by 1? How much may they get in all?",
)
def ties_all(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    patches = windows(layer, layer.x)
    mask = patches == patches.max((-2, -1), keepdims=True)
    return scattered(layer, mask * grad_y[..., np.newaxis, np.newaxis], grad_x)


@_backward(
    "ties-none",
    "Among equals, nobody gets the gradient",
    "a pixel wins only if it is strictly larger than all others, so where two are the largest the "
    "gradient is lost",
    "In max(5, 5) one of them must be called the winner, or both share. Does grad_y arrive?",
)
def ties_none(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    patches = windows(layer, layer.x)
    mask = patches == patches.max((-2, -1), keepdims=True)
    alone = mask & (mask.sum((-2, -1), keepdims=True) == 1)
    return scattered(layer, alone * grad_y[..., np.newaxis, np.newaxis], grad_x)


@_backward(
    "spread",
    "Every pixel of the window gets a share",
    "the gradient is divided among all pixels of the window: that is the way back through an "
    "average",
    "Move a pixel that did not win by a little. What happens to the maximum?",
)
def spread(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    patches = windows(layer, layer.x)
    shares = grad_y[..., np.newaxis, np.newaxis] / patches[0, 0, 0, 0].size
    return scattered(layer, np.broadcast_to(shares, patches.shape), grad_x)


@_backward(
    "copied",
    "Every pixel of the window gets the whole gradient",
    "grad_y is copied to all pixels of the window, whether they won or not",
    "Move a pixel that did not win by a little. What happens to the maximum?",
)
def copied(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    patches = windows(layer, layer.x)
    shares = np.broadcast_to(grad_y[..., np.newaxis, np.newaxis], patches.shape)
    return scattered(layer, shares, grad_x)


@_backward(
    "fixed-place",
    "The gradient goes to the same place of every window",
    "the first pixel of the window, or the last, gets the gradient, whoever won",
    "Who won? Where do you look it up?",
    lambda layer, grad_y, grad_x: _to_place(layer, grad_y, grad_x, (-1, -1)),
)
def fixed_place(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _to_place(layer, grad_y, grad_x, (0, 0))


def _to_place(layer: Any, grad_y: Array, grad_x: Array, at: tuple[int, int]) -> Array:
    shares = np.zeros_like(windows(layer, layer.x))
    shares[..., at[0], at[1]] = grad_y
    return scattered(layer, shares, grad_x)


@_backward(
    "wrong-winner",
    "The gradient goes to a pixel that did not win",
    "the winner is searched for in another way than in forward: by the smallest number, or by the "
    "largest without its sign",
    "Print a window and its winner's position. Is it the one that forward has taken?",
    lambda layer, grad_y, grad_x: _to_winner_of(layer, np.abs(layer.x), grad_y, grad_x),
)
def wrong_winner(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _to_winner_of(layer, -layer.x, grad_y, grad_x)


def _to_winner_of(layer: Any, x: Array, grad_y: Array, grad_x: Array) -> Array:
    mask = first_winner(windows(layer, x))
    return scattered(layer, mask * grad_y[..., np.newaxis, np.newaxis], grad_x)


@_backward(
    "winner-swapped",
    "The winner's row and column are mixed up",
    "the winner's number in the window is taken apart into row and column in the wrong way",
    "In a window of 2 × 3, at which row and column is number 3? By which size do you divide?",
    lambda layer, grad_y, grad_x: _replaced(layer, grad_y, grad_x, "swapped"),
    lambda layer, grad_y, grad_x: _replaced(layer, grad_y, grad_x, "columns first"),
)
def winner_swapped(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _replaced(layer, grad_y, grad_x, "height")


def _replaced(layer: Any, grad_y: Array, grad_x: Array, how: str) -> Array:
    """Winners found by their number in the window, which is taken apart in a wrong way."""
    (height, width), (down, right) = layer.kernel_size, layer.stride
    result = np.zeros_like(grad_x)
    for n, i, j, k in np.ndindex(*grad_y.shape):
        patch = layer.x[n, i, down * j : down * j + height, right * k : right * k + width]
        winner = int(patch.argmax())
        row, column = {
            "height": divmod(winner, height),
            "swapped": divmod(winner, width)[::-1],
            "columns first": divmod(winner, height)[::-1],
        }[how]
        result[n, i, down * j + row, right * k + column] += grad_y[n, i, j, k]
    return result


@_backward(
    "place-in-window",
    "The winner's place in its window is taken for its place in the image",
    "the row and column that argmax gives are counted from the window's corner, and that corner is "
    "not added",
    "argmax says (0, 1). In which window, and where does that window begin?",
)
def place_in_window(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    mask = first_winner(windows(layer, layer.x))
    return scattered(layer, mask * grad_y[..., np.newaxis, np.newaxis], grad_x, step=(0, 0))


@_backward(
    "every-window-of-a-winner",
    "A winner is paid by every window that it lies in",
    "a pixel that wins one window gets the gradients of its other windows, too, although it did "
    "not win those",
    "A pixel lies in two windows and wins one of them. Which of the two maxima does it move?",
)
def every_window_of_a_winner(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    patches = windows(layer, layer.x)
    won = scattered(layer, first_winner(patches).astype(grad_x.dtype), grad_x) > 0
    upstream = np.broadcast_to(grad_y[..., np.newaxis, np.newaxis], patches.shape)
    return won * scattered(layer, upstream, grad_x)


@_backward(
    "times-value",
    "The gradient is multiplied with the winner's number",
    "the factor of grad_y is the maximum itself, or all of x, where it is 1 for the winner",
    "Move the winner by ε. By how much does the maximum move: by ε, or by ε times the winner?",
)
def times_value(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x * layer.x


@_backward(
    "divided",
    "The winner gets only a part of the gradient",
    "grad_y is divided by the number of pixels in the window, though one of them takes it all",
    "Move the winner by ε. By how much does the maximum move?",
)
def divided(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    height, width = layer.kernel_size
    return grad_x / (height * width)


@_backward(
    "averaged-wins",
    "A pixel that wins several windows gets their mean",
    "the gradients of the windows that a pixel wins are averaged where they have to be added",
    "A pixel wins two windows. If it grows by 1, by how much do the two maxima grow in all?",
)
def averaged_wins(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    wins = scattered(layer, first_winner(windows(layer, layer.x)).astype(grad_x.dtype), grad_x)
    return grad_x / np.maximum(wins, 1)


def _overwritten(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """`grad_x[winner] = grad_y` window by window: the losers are left alone."""
    (height, width), (down, right) = layer.kernel_size, layer.stride
    result = np.zeros_like(grad_x)
    mask = first_winner(windows(layer, layer.x))
    for j, k in np.ndindex(*grad_y.shape[2:]):
        window = result[:, :, down * j : down * j + height, right * k : right * k + width]
        np.copyto(window, grad_y[:, :, j, k, np.newaxis, np.newaxis], where=mask[:, :, j, k])
    return result


@_backward(
    "assigned",
    "`=` where `+=` is needed in backward",
    "a pixel that wins several windows keeps the gradient of one of them, and loses the others",
    "How many windows can one pixel win? And what does `grad_x[rows, columns] += …` do if a pixel "
    "is named twice in the two arrays of indices?",
    lambda layer, grad_y, grad_x: scattered(
        layer, shares_of(layer, grad_y, layer.x), grad_x, overwrite=True
    ),
    lambda layer, grad_y, grad_x: _by_offset(layer, grad_y, grad_x),
    mark=keeps_one(MaxPool2d),
)
def assigned(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _overwritten(layer, grad_y, grad_x)


def _by_offset(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """The loop runs over the window's offsets, and each overwrites the winners before it."""
    (height, width), (down, right) = layer.kernel_size, layer.stride
    rows, columns = grad_y.shape[2:]
    mask, result = first_winner(windows(layer, layer.x)), np.zeros_like(grad_x)
    for p, q in np.ndindex(height, width):
        there = result[:, :, p : p + down * rows : down, q : q + right * columns : right]
        np.copyto(there, grad_y, where=mask[..., p, q])
    return result
