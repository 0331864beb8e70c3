"""Wrong forward passes of `LocallyConnected2d`."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions.local.altered import (
    forward_mistake,
    patches,
    summed,
)
from convkit.layers import Array


@forward_mistake(
    "shared",
    "All places use the same weights",
    "the weights of one place are used everywhere: that is a convolution",
    "Which indices does the weight have in your sum? Where are a and b?",
    lambda layer, x, y: summed(layer, patches(layer, x), _of_place(layer, "weight", -1)),
    lambda layer, x, y: summed(
        layer,
        patches(layer, x),
        layer.params["weight"].mean(axis=(1, 2), keepdims=True) + _no(layer),
    ),
)
def shared(layer: Any, x: Array, y: Array) -> Array:
    return summed(layer, patches(layer, x), _of_place(layer, "weight", 0))


def _of_place(layer: Any, name: str, place: int) -> Array:
    """A parameter with the numbers of one place at every place."""
    value = layer.params[name]
    return np.broadcast_to(value[:, place, place][:, np.newaxis, np.newaxis], value.shape)


def _no(layer: Any) -> Array:
    return np.zeros_like(layer.params["weight"])


@forward_mistake(
    "bias-forgotten",
    "The bias is forgotten",
    'the sums are right, and `params["bias"]` is never added',
    "What should the layer show for an image that is 0 everywhere?",
)
def bias_forgotten(layer: Any, x: Array, y: Array) -> Array:
    return y - layer.params["bias"]


@forward_mistake(
    "bias-shared",
    "All places use the same bias",
    "one bias is added for each map, as in a convolution; or their mean, or their sum",
    "Which shape has the bias, and why?",
    lambda layer, x, y: y - layer.params["bias"] + _of_place(layer, "bias", -1),
    lambda layer, x, y: y - layer.params["bias"] + layer.params["bias"].mean((1, 2), keepdims=True),
    lambda layer, x, y: y - layer.params["bias"] + layer.params["bias"].sum(),
)
def bias_shared(layer: Any, x: Array, y: Array) -> Array:
    return y - layer.params["bias"] + _of_place(layer, "bias", 0)


@forward_mistake(
    "bias-of-another-map",
    "All maps use the same bias",
    "the biases of one map are added to all maps, or the mean or the sum over the maps",
    "Which shape has the bias, and which of its axes counts the maps?",
    lambda layer, x, y: y - layer.params["bias"] + layer.params["bias"][-1],
    lambda layer, x, y: y - layer.params["bias"] + layer.params["bias"].mean(0),
    lambda layer, x, y: y - layer.params["bias"] + layer.params["bias"].sum(0),
)
def bias_of_another_map(layer: Any, x: Array, y: Array) -> Array:
    return y - layer.params["bias"] + layer.params["bias"][0]


@forward_mistake(
    "bias-more-than-once",
    "The bias is added more than once",
    "the bias is added inside the loop over the channels, or over the patch, once for each step",
    "How many biases does one number of y have in it?",
    lambda layer, x, y: y + (int(np.prod(layer.kernel_size)) - 1) * layer.params["bias"],
    lambda layer, x, y: y + (layer.params["weight"][0, 0, 0].size - 1) * layer.params["bias"],
)
def bias_more_than_once(layer: Any, x: Array, y: Array) -> Array:
    return y + (layer.in_channels - 1) * layer.params["bias"]


@forward_mistake(
    "bias-subtracted",
    "The bias is subtracted",
    "the bias enters with a minus sign",
    "What should the layer show for an image that is 0 everywhere?",
)
def bias_subtracted(layer: Any, x: Array, y: Array) -> Array:
    return y - 2 * layer.params["bias"]


@forward_mistake(
    "bias-a-factor",
    "The bias is a factor",
    "the sum is multiplied with the bias",
    "What should the layer show for an image that is 0 everywhere?",
)
def bias_a_factor(layer: Any, x: Array, y: Array) -> Array:
    return (y - layer.params["bias"]) * layer.params["bias"]


@forward_mistake(
    "flipped",
    "The weights are flipped",
    "the weights are turned by half a turn, or mirrored, before they meet the patch: they lie "
    "on it as they are",
    "Which number of `weight` lies on the upper left pixel of the patch?",
    lambda layer, x, y: summed(layer, patches(layer, x), layer.params["weight"][..., ::-1, :]),
    lambda layer, x, y: summed(layer, patches(layer, x), layer.params["weight"][..., ::-1]),
)
def flipped(layer: Any, x: Array, y: Array) -> Array:
    return summed(layer, patches(layer, x), layer.params["weight"][..., ::-1, ::-1])


@forward_mistake(
    "stride-ignored",
    "The patches do not move by the stride",
    "y has the right size, but the patch of place (a, b) begins at pixel (a, b), or at a multiple "
    "of the patch's own size",
    "The patch of place (1, 1): where does its upper left corner lie?",
    lambda layer, x, y: _moved(layer, x, layer.kernel_size),
)
def stride_ignored(layer: Any, x: Array, y: Array) -> Array:
    return _moved(layer, x, (1, 1))


@forward_mistake(
    "stride-swapped",
    "The two strides are mixed up",
    "the patches move down by the horizontal stride, or sideways by the vertical one",
    "A pair is (vertical, horizontal), like an array's shape: rows first.",
    lambda layer, x, y: _moved(layer, x, (layer.stride[0],) * 2),
    lambda layer, x, y: _moved(layer, x, (layer.stride[1],) * 2),
)
def stride_swapped(layer: Any, x: Array, y: Array) -> Array:
    return _moved(layer, x, layer.stride[::-1])


def _moved(layer: Any, x: Array, step: tuple[int, int]) -> Array:
    return summed(layer, patches(layer, x, step), layer.params["weight"])


@forward_mistake(
    "place-transposed",
    "Rows and columns of the places are swapped",
    "the weights of place (b, a) are used at place (a, b), or the result is written there",
    "Which of your loop's indices counts rows?",
    lambda layer, x, y: _reordered(layer, x, lambda value: value[:, ::-1, ::-1]),
)
def place_transposed(layer: Any, x: Array, y: Array) -> Array:
    return y.swapaxes(2, 3)


def _reordered(layer: Any, x: Array, order: Any) -> Array:
    return summed(layer, patches(layer, x), order(layer.params["weight"]))


@forward_mistake(
    "one-channel",
    "Only one channel is looked at",
    "the patch is cut out of the first channel only, or the last",
    "How many weights does one unit have?",
    lambda layer, x, y: _in_channels(layer, x, slice(-1, None)),
)
def one_channel(layer: Any, x: Array, y: Array) -> Array:
    return _in_channels(layer, x, slice(0, 1))


def _in_channels(layer: Any, x: Array, kept: slice) -> Array:
    seen = patches(layer, x)
    return summed(layer, seen[:, kept], layer.params["weight"][:, :, :, kept])


@forward_mistake(
    "channels-one-weight",
    "All channels use the same weights",
    "the weights of one channel meet all of them, or the channels are added up first",
    "Which index do the weight and the image share, besides p and q?",
    lambda layer, x, y: _reordered(
        layer, x, lambda value: np.broadcast_to(value[:, :, :, -1:], value.shape)
    ),
    lambda layer, x, y: _reordered(layer, x, lambda value: value[:, :, :, ::-1]),
)
def channels_one_weight(layer: Any, x: Array, y: Array) -> Array:
    return _reordered(layer, x, lambda value: np.broadcast_to(value[:, :, :, :1], value.shape))


@forward_mistake(
    "averaged",
    "The products are averaged",
    "the mean of the products is taken, over the patch or over the channels, and not their sum",
    "What does np.sum do, and what np.mean?",
    lambda layer, x, y: _divided(layer, y, layer.in_channels),
    lambda layer, x, y: _divided(layer, y, int(np.prod(layer.kernel_size))),
)
def averaged(layer: Any, x: Array, y: Array) -> Array:
    return _divided(layer, y, layer.params["weight"][0, 0, 0].size)


def _divided(layer: Any, y: Array, by: int) -> Array:
    bias = layer.params["bias"]
    return (y - bias) / by + bias


@forward_mistake(
    "not-multiplied",
    "The weights and the patch are not multiplied",
    "the patch is added to the weights, or the weights are left out",
    "A weight of 0: how much of its pixel should reach the unit?",
    lambda layer, x, y: (
        y
        + _plain(layer, x)
        + layer.params["weight"].sum(axis=(3, 4, 5))
        - summed(layer, patches(layer, x), layer.params["weight"], np.zeros(1))
    ),
)
def not_multiplied(layer: Any, x: Array, y: Array) -> Array:
    return np.zeros_like(y) + layer.params["bias"] + _plain(layer, x)


def _plain(layer: Any, x: Array) -> Array:
    """The sums of the patches, the same for each map."""
    total: Array = patches(layer, x).sum(axis=(1, 4, 5))[:, np.newaxis]
    return total


@forward_mistake(
    "patch-one-short",
    "The patches are one row and one column too small",
    "a slice or a range ends one early, and the last row and column of every patch are not seen",
    "Python's slices leave out their end. Which rows are x[2 : 2 + 3]?",
)
def patch_one_short(layer: Any, x: Array, y: Array) -> Array:
    seen = patches(layer, x).copy()
    seen[..., -1, :] = seen[..., :, -1] = 0
    return summed(layer, seen, layer.params["weight"])


@forward_mistake(
    "last-place-skipped",
    "The last places are skipped",
    "the loops over the places end one early, and the last row and column of y stay as they were "
    "made",
    "At which a does range(n - 1) end?",
)
def last_place_skipped(layer: Any, x: Array, y: Array) -> Array:
    y = y.copy()
    y[:, :, -1] = y[:, :, :, -1] = 0
    return y


@forward_mistake(
    "one-map",
    "Only one feature map is computed",
    "the first map, or the last, is right and the others are never written, or are copies of it",
    "Which index does the loop over the maps write to, and which weights does it read?",
    lambda layer, x, y: _one_map(y, -1),
    lambda layer, x, y: np.broadcast_to(y[:, :1], y.shape),
)
def one_map(layer: Any, x: Array, y: Array) -> Array:
    return _one_map(y, 0)


def _one_map(y: Array, index: int) -> Array:
    kept = np.zeros_like(y)
    kept[:, index] = y[:, index]
    return kept


@forward_mistake(
    "activation-inside",
    "A non-linearity is applied",
    "forward returns tanh, sigm or max(0, ·) of the sums: that is the job of a layer of its own",
    "What does one unit answer, according to the formula?",
    lambda layer, x, y: np.maximum(y, 0),
    lambda layer, x, y: 1 / (1 + np.exp(-y)),
)
def activation_inside(layer: Any, x: Array, y: Array) -> Array:
    return np.tanh(y)


@forward_mistake(
    "size-one-short",
    "The output is one row and one column short",
    "the + 1 is missing in the number of places",
    "A patch as large as the image: in how many places does it fit?",
)
def size_one_short(layer: Any, x: Array, y: Array) -> Array:
    return y[:, :, :-1, :-1]


@forward_mistake(
    "axes-reordered",
    "The axes of y are in another order",
    "the maps come last, as in (N, out_h, out_w, out_channels), or the batch is not first",
    "Which shape should y have?",
    lambda layer, x, y: np.moveaxis(y, 1, 3).reshape(y.shape),
    lambda layer, x, y: y.swapaxes(0, 1),
)
def axes_reordered(layer: Any, x: Array, y: Array) -> Array:
    return np.moveaxis(y, 1, 3)
