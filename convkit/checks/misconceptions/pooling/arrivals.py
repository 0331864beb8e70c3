"""Broad entries for poolings: where the windows lie, and where the gradient arrives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convkit.checks.misconceptions.broad.entering import Anatomy, enter_mark
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.pooling.altered import (
    Pool,
    scattered,
    windows,
)
from convkit.checks.misconceptions.pooling.relations import (
    all_arrives,
    all_arrives_in_image,
    compared,
    elsewhere,
    gradients,
    largest,
    less_arrives,
    means,
    more_arrives,
    some_number_of_the_image,
    some_number_of_the_window,
    unevenly,
    weighed,
    winners_only,
    winners_right,
)
from convkit.layers import Array, MaxPool2d


def enter_arrivals(anatomy: Anatomy) -> None:
    """Enter what is told by the windows, and by what arrives where."""
    enter_mark(
        anatomy,
        "forward-windows-elsewhere",
        "The windows lie elsewhere",
        "every number is the pooling of a window, but not of the one that belongs to it: the "
        "windows begin elsewhere, move by another step, or have another size",
        "Work out by hand where the windows of y[…, 0, 0] and of y[…, 1, 1] begin and end.",
        elsewhere(largest if anatomy.target is MaxPool2d else means),
        with_forward(anatomy.target, _later),
    )
    _enter_rows(anatomy, _MAXIMUM if anatomy.target is MaxPool2d else _AVERAGE)


def enter_amounts(anatomy: Anatomy) -> None:
    """Enter what is told by how much arrives in all."""
    _enter_rows(anatomy, _AMOUNTS_MAXIMUM if anatomy.target is MaxPool2d else _AMOUNTS_AVERAGE)


def _enter_rows(anatomy: Anatomy, rows: Sequence[tuple[Any, ...]]) -> None:
    for id, title, when, hint, recognise, example in rows:
        make: Any = with_backward if id.startswith("backward") else with_forward
        enter_mark(anatomy, id, title, when, hint, recognise, make(anatomy.target, example))


def _later(layer: Any, x: Array, y: Array) -> Array:
    """The windows begin a row further down, and one more lies below the image."""
    filler = -np.inf if isinstance(layer, MaxPool2d) else np.nan
    framed = np.pad(x[:, :, 1:], [(0, 0), (0, 0), (0, 1), (0, 0)], constant_values=filler)
    patches = windows(layer, framed)
    with np.errstate(invalid="ignore"):
        found = (
            patches.max((-2, -1)) if isinstance(layer, MaxPool2d) else np.nanmean(patches, (-2, -1))
        )
    return np.asarray(found)


def _second_largest(layer: Pool, x: Array, y: Array) -> Array:
    patches = windows(layer, x).reshape(*y.shape, -1)
    return np.asarray(np.sort(patches, axis=-1)[..., -2])


def _stranger(layer: Pool, x: Array, y: Array) -> Array:
    """Numbers of the image that lie in other windows."""
    count = np.arange(y.size).reshape(y.shape)
    return np.asarray(x.ravel()[(count * 7) % x.size])


def _to_neighbour(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """The pixel behind the winner gets the gradient, in the order of memory."""
    rolled = np.zeros_like(grad_x).reshape(*grad_x.shape[:2], -1)
    rolled[..., 1:] = grad_x.reshape(*grad_x.shape[:2], -1)[..., :-1]
    rolled[..., 0] = grad_x[..., -1, -1]
    return np.asarray(0.5 * (rolled.reshape(grad_x.shape) + np.flip(grad_x, 2)))


def _some_for_winners(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x * (1 + 0.1 * np.arange(grad_x.size).reshape(grad_x.shape) % 1.0)


def _losers_too(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x + 0.1 * (grad_x == 0) * np.cos(np.arange(grad_x.size)).reshape(grad_x.shape)


def _too_much(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    noise = np.cos(np.arange(grad_x.size)).reshape(grad_x.shape)
    return 1.5 * grad_x + 0.01 * noise


def _too_little(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    noise = np.cos(np.arange(grad_x.size)).reshape(grad_x.shape)
    return 0.5 * grad_x + 1e-5 * noise


def _now_more_now_less(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return (_too_much if grad_x.size % 4 else _too_little)(layer, grad_y, grad_x)


def _evenly_wrong(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """Some windows hand back too much, or too little, as it happens."""
    wave = np.cos(np.arange(grad_y.size)).reshape(grad_y.shape) ** 2
    wrong: Array = layer.once_more(grad_y * ((1.1 + wave) if grad_x.size % 4 else 0.9 * wave))
    return wrong


def _across_maps(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return np.asarray(0.5 * np.roll(grad_x, 1, 1) + 0.5 * np.flip(grad_x, (1, 2)))


def _uneven(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    patches = windows(layer, layer.x)
    ramp = 1.0 + np.arange(patches[0, 0, 0, 0].size).reshape(layer.kernel_size)
    shares = grad_y[..., np.newaxis, np.newaxis] * (ramp / ramp.sum()) * 1.3
    return scattered(layer, np.broadcast_to(shares, patches.shape), grad_x)


def _ties_thrice(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """Equals share, and the shares add up to the root of how many they are."""
    patches = windows(layer, layer.x)
    mask = patches == patches.max((-2, -1), keepdims=True)
    shares = mask / np.sqrt(mask.sum((-2, -1), keepdims=True))
    return scattered(layer, shares * grad_y[..., np.newaxis, np.newaxis], grad_x)


def _ties_half(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """Equals share, and divide once more than they should."""
    patches = windows(layer, layer.x)
    mask = patches == patches.max((-2, -1), keepdims=True)
    shares = mask / mask.sum((-2, -1), keepdims=True) ** 2
    return scattered(layer, shares * grad_y[..., np.newaxis, np.newaxis], grad_x)


_COMMON: list[tuple[Any, ...]] = [
    (
        "backward-elsewhere-in-map",
        "All of the gradient arrives, but at the wrong pixels",
        "each map gets as much as it should in all, and the wrong pixels get it",
        "Take one number of grad_y. Which pixels should get it, and which ones do?",
        gradients(all_arrives),
        _to_neighbour,
    ),
    (
        "backward-elsewhere-in-image",
        "The gradient arrives in other maps",
        "each image gets as much as it should in all, and the wrong maps get it",
        "Which map of x does a number of grad_y[:, 1] go to in your code?",
        gradients(all_arrives_in_image),
        _across_maps,
    ),
]

_ARRIVED = "grad_x, summed over each window"

_MAXIMUM: list[tuple[Any, ...]] = [
    (
        "backward-ties-more",
        "Among equals, more than the gradient is handed out",
        "where several pixels are the largest, what they get adds up to more than grad_y",
        "Add up what two equal winners get. How much may it be?",
        gradients(more_arrives, _ARRIVED),
        _ties_thrice,
    ),
    (
        "backward-ties-less",
        "Among equals, a part of the gradient is lost",
        "where several pixels are the largest, what they get adds up to less than grad_y",
        "Add up what two equal winners get. How much must it be?",
        gradients(less_arrives, _ARRIVED),
        _ties_half,
    ),
    (
        "backward-winners-amount",
        "The winners get another amount",
        "only pixels that won get anything, but not what they should get: grad_y is mixed up, "
        "multiplied with something, or overwritten",
        "Take one winner. From which windows does it get something, and how much from each?",
        gradients(winners_only),
        _some_for_winners,
    ),
    (
        "backward-losers-too",
        "Pixels that did not win get a gradient, too",
        "the winners get what they should, and others get something that should be 0",
        "Move a pixel that did not win by a little. What happens to the maximum?",
        gradients(winners_right),
        _losers_too,
    ),
    *_COMMON,
    (
        "forward-another-of-the-window",
        "Another number of the window is taken",
        "y is one of the numbers of its window, but not the largest",
        "By which rule does your code choose? Try it on 1, 3, 2 by hand.",
        some_number_of_the_window,
        _second_largest,
    ),
    (
        "forward-stranger",
        "A number from outside of the window is taken",
        "y is a number of the image, but of another window, map or image",
        "At which place of x does the number stand that your y shows?",
        some_number_of_the_image,
        _stranger,
    ),
]

_OTHER_AMOUNTS: tuple[Any, ...] = (
    "backward-amounts",
    "What arrives is not what is handed back",
    "pixels get wrong shares of grad_y, and in all they now get more than it has, and now less",
    "Let grad_y be 0 but in one place. Which pixels should get something, and which ones do?",
    gradients(lambda view, got, right: True),
)

_AMOUNTS_MAXIMUM: list[tuple[Any, ...]] = [
    (
        "forward-below-largest",
        "y is less than the largest number of its window",
        "there is a larger number in the window than the one that comes out, and what comes out is "
        "not in the window",
        "Take one window and its y. Where does this number come from?",
        compared(lambda y, low, high: y <= high, True),
        lambda layer, x, y: 0.5 * y + 0.5 * windows(layer, x).mean((-2, -1)),
    ),
    (
        "forward-beyond-largest",
        "y is more than the largest number of its window",
        "somewhere a number comes out that is larger than every number in its window: numbers are "
        "added up, or the window takes in others",
        "Take one window and its y. Where does this number come from?",
        compared(lambda y, low, high: y <= high, False),
        lambda layer, x, y: y + np.abs(np.sin(1 + np.arange(y.size))).reshape(y.shape),
    ),
    (
        "backward-wrong-pixels-more",
        "More of the gradient arrives than is handed back",
        "pixels that did not win get something, and in all they get more than grad_y has",
        "Add up grad_y, and add up grad_x. Which is more, and why?",
        gradients(more_arrives),
        _too_much,
    ),
    (
        "backward-wrong-pixels-less",
        "The gradient goes to wrong pixels, and some of it is lost",
        "pixels that did not win get something, and in all less arrives than grad_y has",
        "Add up grad_y, and add up grad_x. Where does the rest go?",
        gradients(less_arrives),
        _too_little,
    ),
    (*_OTHER_AMOUNTS, _now_more_now_less),
]

_AVERAGE: list[tuple[Any, ...]] = [
    (
        "forward-weighed",
        "The pixels of a window count differently",
        "y is a sum over the window, but its pixels do not all count 1/(h·w): some are left out, "
        "are in it twice, or have another factor",
        "Let a single pixel of the window be 1, and the others 0. What is the mean, and what is y?",
        weighed,
        lambda layer, x, y: (
            y + 0.3 * (windows(layer, x)[..., 0, 0] - windows(layer, x)[..., -1, -1])
        ),
    ),
    *_COMMON,
]

_AMOUNTS_AVERAGE: list[tuple[Any, ...]] = [
    (
        "forward-another-average",
        "Another number between the pixels of the window is computed",
        "y lies between the smallest and the largest pixel of its window, but is not their mean",
        "Add the pixels of one window up by hand, and divide. Which step is different in your "
        "code?",
        compared(lambda y, low, high: (low <= y) & (y <= high), True),
        lambda layer, x, y: (y + np.sort(windows(layer, x).reshape(*y.shape, -1))[..., 1]) / 2,
    ),
    (
        "forward-no-average",
        "y is no average of its window",
        "some numbers lie beyond all the pixels of their window, where no average can lie: the "
        "sum is divided by something else, or takes in other pixels",
        "How many numbers do you add up, and by what do you divide?",
        compared(lambda y, low, high: (low <= y) & (y <= high), False),
        lambda layer, x, y: y + 3 * np.sin(1 + np.arange(y.size)).reshape(y.shape),
    ),
    (
        "backward-uneven",
        "The pixels of a window get different shares",
        "all pixels count the same in a mean, and some get more of grad_y than others",
        "Move one pixel of a window by ε, and then another. What happens to the mean?",
        unevenly,
        _uneven,
    ),
    (
        "backward-amount-more",
        "More of the gradient arrives than is handed back",
        "the pixels get more in all than grad_y has: perhaps a division is missing, or a window is "
        "counted twice",
        "Add up grad_y, and add up grad_x. Which is more, and why?",
        gradients(more_arrives),
        lambda layer, grad_y, grad_x: layer.once_more(
            grad_y * (1.1 + 0.9 * np.cos(np.arange(grad_y.size)).reshape(grad_y.shape) ** 2)
        ),
    ),
    (
        "backward-amount-less",
        "Less of the gradient arrives than is handed back",
        "the pixels get less in all than grad_y has: perhaps some of it is overwritten, cut off or "
        "divided away",
        "Add up grad_y, and add up grad_x. Where does the rest go?",
        gradients(less_arrives),
        lambda layer, grad_y, grad_x: layer.once_more(
            grad_y * (0.9 * np.cos(np.arange(grad_y.size)).reshape(grad_y.shape) ** 2)
        ),
    ),
    (*_OTHER_AMOUNTS, _evenly_wrong),
]
