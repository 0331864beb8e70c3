"""Wrong forward passes of `Conv2d`: what is multiplied and added."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions.convolution.altered import altered, flip
from convkit.checks.misconceptions.convolution.forward import MAPS, WEIGHTS, mistake, right
from convkit.layers import Array, Conv2d


@mistake(
    "flipped",
    "The kernel is flipped in forward",
    "the weights are turned by half a turn before they slide: a convolution with the weights, "
    "where the layer correlates with them",
    "Which number of `weight` should lie on the upper left pixel of the window?",
    WEIGHTS,
)
def flipped(layer: Conv2d, x: Array) -> Array:
    return altered(layer, weight=flip(layer.params["weight"])).forward(x)


@mistake(
    "flipped-rows",
    "The kernel is upside down in forward",
    "the weights' rows are reversed, and their columns are not",
    "Try a kernel with a single 1 in its upper left corner, by hand.",
    WEIGHTS,
)
def flipped_rows(layer: Conv2d, x: Array) -> Array:
    return altered(layer, weight=layer.params["weight"][..., ::-1, :]).forward(x)


@mistake(
    "flipped-columns",
    "The kernel is mirrored in forward",
    "the weights' columns are reversed, and their rows are not",
    "Try a kernel with a single 1 in its upper left corner, by hand.",
    WEIGHTS,
)
def flipped_columns(layer: Conv2d, x: Array) -> Array:
    return altered(layer, weight=layer.params["weight"][..., ::-1]).forward(x)


@mistake(
    "window-one-short",
    "Part of the window is left out",
    "the sum over the window leaves out the kernel's last row or column, or its first",
    "At which p does range(kh - 1) end, and where does range(1, kh) begin?",
    WEIGHTS,
    lambda layer, x: _without(layer, x, np.s_[..., 0, :]),
    lambda layer, x: _without(layer, x, np.s_[..., -1]),
    lambda layer, x: _without(layer, x, np.s_[..., 0]),
    lambda layer, x: _without(layer, x, np.s_[..., -1, :], np.s_[..., -1]),
    lambda layer, x: _without(layer, x, np.s_[..., 0, :], np.s_[..., 0]),
)
def window_one_short(layer: Conv2d, x: Array) -> Array:
    return _without(layer, x, np.s_[..., -1, :])


def _without(layer: Conv2d, x: Array, *parts: Any) -> Array:
    weight = layer.params["weight"].copy()
    for part in parts:
        weight[part] = 0
    return altered(layer, weight=weight).forward(x)


@mistake(
    "weights-not-transposed",
    "The axes of the weights are mixed up",
    "`weight` is read as (in, out, h, w), or reshaped where its axes have to be swapped: reshape "
    "keeps the numbers in their order and cuts them up anew",
    "The weights have shape (out_channels, in_channels, h, w). Which axis is summed away?",
    MAPS,
    lambda layer, x: altered(
        layer, weight=_regrouped(layer.params["weight"], layer.in_channels)
    ).forward(x),
)
def kernel_reshaped(layer: Conv2d, x: Array) -> Array:
    weight = layer.params["weight"]
    swapped = weight.swapaxes(2, 3).reshape(weight.shape)
    return altered(layer, weight=swapped).forward(x)


def _regrouped(weight: Array, in_channels: int) -> Array:
    return weight.reshape(in_channels, -1, *weight.shape[2:]).swapaxes(0, 1)


@mistake(
    "first-channel-only",
    "Only one channel of the input is looked at",
    "a feature map sees the first channel of x, or the last, and not the sum over all of them",
    "How many sums Σ does the formula of a feature map have, and which runs over the channels?",
    MAPS,
    lambda layer, x: right(layer, _only(x, -1)),
    lambda layer, x: right(layer, np.repeat(x[:, :1], layer.in_channels, axis=1)),
)
def first_channel_only(layer: Conv2d, x: Array) -> Array:
    return right(layer, _only(x, 0))


def _only(x: Array, channel: int) -> Array:
    kept = np.zeros_like(x)
    kept[:, channel] = x[:, channel]
    return kept


@mistake(
    "last-product-only",
    "`=` where `+=` is needed in forward",
    "each product overwrites the sum so far, and only the last one is left",
    "What does y[n, j, a, b] hold after two rounds of the innermost loop?",
    MAPS,
    lambda layer, x: _last_of_window(layer, x),
)
def last_channel_only(layer: Conv2d, x: Array) -> Array:
    return altered(layer, bias=0 * layer.params["bias"]).forward(_only(x, -1))


def _last_of_window(layer: Conv2d, x: Array) -> Array:
    weight = np.zeros_like(layer.params["weight"])
    weight[:, -1, -1, -1] = layer.params["weight"][:, -1, -1, -1]
    return altered(layer, weight=weight).forward(x)


@mistake(
    "channels-averaged",
    "The channels are averaged",
    "the contributions of the channels are averaged, not summed",
    "Look for a mean, or a division by the number of channels.",
    MAPS,
)
def channels_averaged(layer: Conv2d, x: Array) -> Array:
    return right(layer, x / layer.in_channels)


@mistake(
    "window-averaged",
    "The window is averaged",
    "the products in a window are averaged, not summed",
    "Look for a mean, or a division by the size of the kernel.",
    MAPS,
    lambda layer, x: right(layer, x / layer.params["weight"][0].size),
)
def window_averaged(layer: Conv2d, x: Array) -> Array:
    return right(layer, x / int(np.prod(layer.kernel_size)))


@mistake(
    "bias-forgotten",
    "The bias is forgotten",
    'the sums are right, and `params["bias"]` is never added',
    "What should a feature map show for an image that is 0 everywhere?",
    MAPS,
)
def bias_forgotten(layer: Conv2d, x: Array) -> Array:
    return altered(layer, bias=np.zeros_like(layer.params["bias"])).forward(x)


@mistake(
    "bias-along-width",
    "The bias is added along the wrong axis",
    "the bias is added as it is: NumPy lines its axis up with the *last* axis of y, the width",
    "Which axis of y counts the feature maps, and how many axes come after it?",
    MAPS,
    lambda layer, x: bias_forgotten(layer, x) + layer.params["bias"][:, None],
)
def bias_along_width(layer: Conv2d, x: Array) -> Array:
    return bias_forgotten(layer, x) + layer.params["bias"]


@mistake(
    "bias-per-product",
    "The bias is added more than once",
    "the bias is added inside a loop over the channels or the kernel, once in every step",
    "How many biases does one number of y have in it?",
    MAPS,
    lambda layer, x: _with_bias(layer, x, layer.params["weight"][0].size),
    lambda layer, x: _with_bias(layer, x, layer.params["weight"][0, 0].size),
    lambda layer, x: _with_bias(layer, x, 1 + layer.params["weight"][0].size),
    lambda layer, x: _with_bias(layer, x, 1 + layer.params["weight"][0, 0].size),
    lambda layer, x: _with_bias(layer, x, 1 + layer.in_channels),
)
def bias_per_channel(layer: Conv2d, x: Array) -> Array:
    return _with_bias(layer, x, layer.in_channels)


def _with_bias(layer: Conv2d, x: Array, times: int) -> Array:
    return altered(layer, bias=times * layer.params["bias"]).forward(x)


@mistake(
    "bias-one-for-all",
    "Every feature map gets the same bias",
    "one number of the bias, or their sum, is added to every feature map",
    "How many biases are there, and which one belongs to y[:, j]?",
    MAPS,
    lambda layer, x: bias_forgotten(layer, x) + layer.params["bias"].sum(),
)
def bias_one_for_all(layer: Conv2d, x: Array) -> Array:
    return bias_forgotten(layer, x) + layer.params["bias"][0]


@mistake(
    "bias-subtracted",
    "The bias is subtracted",
    "the bias enters with a minus sign",
    "What should a feature map show for an image that is 0 everywhere?",
    MAPS,
)
def bias_subtracted(layer: Conv2d, x: Array) -> Array:
    return altered(layer, bias=-layer.params["bias"]).forward(x)


@mistake(
    "activation-inside",
    "A non-linearity is applied",
    "forward returns tanh, sigm or max(0, ·) of the sums: that is the job of a layer of its own",
    "What is the pre-activation?",
    MAPS,
    lambda layer, x: np.maximum(right(layer, x), 0.0),
    lambda layer, x: 1 / (1 + np.exp(-right(layer, x))),
)
def activation_inside(layer: Conv2d, x: Array) -> Array:
    return np.tanh(right(layer, x))
