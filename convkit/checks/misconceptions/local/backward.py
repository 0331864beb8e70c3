"""Wrong backward passes of `LocallyConnected2d`: the gradient of x."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import enter_common
from convkit.checks.misconceptions.learning import enter_learning
from convkit.checks.misconceptions.local.altered import (
    BACK,
    FORTH,
    NAME,
    altered,
    backward_mistake,
    handed_back,
)
from convkit.checks.misconceptions.seeds import enter_seeds
from convkit.layers import Array, LocallyConnected2d

enter_common(NAME, LocallyConnected2d, FORTH, BACK)
enter_seeds(LocallyConnected2d, FORTH)
enter_learning(LocallyConnected2d, BACK)


@backward_mistake(
    "assigned",
    "`=` where `+=` is needed in backward",
    "a pixel that lies in several patches keeps the gradient of the last one, and loses the others",
    "How many units does one pixel feed?",
    lambda layer, grad_y, grad_x: _last_map_overwrites(layer, grad_y, grad_x),
)
def assigned(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return handed_back(layer, grad_y, grad_x, overwrite=True)


def _last_map_overwrites(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """The loop over the maps is inside, and the last of them overwrites the patch."""
    kept = np.zeros_like(grad_y)
    kept[:, -1] = grad_y[:, -1]
    return handed_back(layer, kept, grad_x, overwrite=True)


@backward_mistake(
    "stride-ignored",
    "The stride is ignored in backward",
    "the gradient of place (a, b) goes to the patch at another place than forward's: one that is "
    "1 pixel on, or the patch's size",
    "Compare the slices of your forward with those of your backward.",
    lambda layer, grad_y, grad_x: handed_back(layer, grad_y, grad_x, step=layer.kernel_size),
)
def stride_ignored(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return handed_back(layer, grad_y, grad_x, step=(1, 1))


@backward_mistake(
    "stride-swapped",
    "The two strides are mixed up in backward",
    "the patches move down by the horizontal stride, or sideways by the vertical one",
    "Compare the slices of your forward with those of your backward.",
    lambda layer, grad_y, grad_x: handed_back(layer, grad_y, grad_x, step=(layer.stride[0],) * 2),
    lambda layer, grad_y, grad_x: handed_back(layer, grad_y, grad_x, step=(layer.stride[1],) * 2),
)
def stride_swapped(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return handed_back(layer, grad_y, grad_x, step=layer.stride[::-1])


@backward_mistake(
    "flipped",
    "The weights are flipped in backward",
    "the gradient is spread over the patch with the weights turned by half a turn, or mirrored",
    "weight[…, 0, 0] met the upper left pixel of the patch. Which pixel does it give its share to?",
    lambda layer, grad_y, grad_x: _with(layer, grad_y, grad_x, lambda w: w[..., ::-1, :]),
    lambda layer, grad_y, grad_x: _with(layer, grad_y, grad_x, lambda w: w[..., ::-1]),
)
def flipped(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _with(layer, grad_y, grad_x, lambda w: w[..., ::-1, ::-1])


def _with(layer: Any, grad_y: Array, grad_x: Array, change: Any) -> Array:
    weight = np.broadcast_to(change(layer.params["weight"]), layer.params["weight"].shape)
    return handed_back(layer, grad_y, grad_x, weight=weight)


@backward_mistake(
    "shared",
    "All places use the same weights in backward",
    "the gradient goes back through the weights of one place, as in a convolution",
    "Through which weights did the pixel reach the unit at (a, b)?",
    lambda layer, grad_y, grad_x: _with(layer, grad_y, grad_x, lambda w: w[:, -1:, -1:]),
    lambda layer, grad_y, grad_x: _with(
        layer, grad_y, grad_x, lambda w: w.mean(axis=(1, 2), keepdims=True)
    ),
)
def shared(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _with(layer, grad_y, grad_x, lambda w: w[:, :1, :1])


@backward_mistake(
    "weights-forgotten",
    "The weights are forgotten in backward",
    "every pixel of the patch gets all of grad_y, whatever its weight",
    "A pixel with a weight of 0: does y move when it does?",
)
def weights_forgotten(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _with(layer, grad_y, grad_x, np.ones_like)


@backward_mistake(
    "times-x",
    "grad_x and the gradient of the weights are mixed up",
    "the share of a pixel is multiplied with the pixel, where its weight is the factor",
    "In y = w x, which factor is left when you differentiate with respect to x?",
)
def times_x(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return grad_x * layer.x


@backward_mistake(
    "one-channel",
    "The channels of x get the same gradient",
    "every channel of grad_x is computed with the weights of one channel",
    "Which weights connect x[:, i] to a unit?",
    lambda layer, grad_y, grad_x: np.repeat(grad_x[:, -1:], grad_x.shape[1], axis=1),
    lambda layer, grad_y, grad_x: grad_x[:, ::-1].copy(),
)
def one_channel(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return np.repeat(grad_x[:, :1], grad_x.shape[1], axis=1)


@backward_mistake(
    "one-map",
    "Only one feature map sends its gradient back",
    "grad_x is that of the first map, or of the last, and not the sum over all of them",
    "How many maps does one pixel take part in?",
    lambda layer, grad_y, grad_x: _from_map(layer, grad_y, grad_x, -1),
)
def one_map(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _from_map(layer, grad_y, grad_x, 0)


def _from_map(layer: Any, grad_y: Array, grad_x: Array, index: int) -> Array:
    kept = np.zeros_like(grad_y)
    kept[:, index] = grad_y[:, index]
    return handed_back(layer, kept, grad_x)


@backward_mistake(
    "last-place-skipped",
    "The last places are skipped in backward",
    "the loops over the places end one early, so the last row and column of grad_y go nowhere",
    "At which a does range(n - 1) end?",
)
def last_place_skipped(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    kept = np.zeros_like(grad_y)
    kept[:, :, :-1, :-1] = grad_y[:, :, :-1, :-1]
    altered_layer = altered(layer)
    altered_layer.forward(layer.x)
    grad_x = altered_layer.backward(kept)
    layer.grads = altered_layer.grads
    return grad_x


@backward_mistake(
    "ragged-lost",
    "The edge that no patch reaches is missing from grad_x",
    "grad_x is only as large as the patches reach, (places − 1)·stride + patch, and x goes on",
    "Make grad_x from the shape of x. What is the gradient of a pixel that no unit sees?",
)
def ragged_lost(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    height, width = (
        (n - 1) * s + k
        for n, s, k in zip(layer.output_size, layer.stride, layer.kernel_size, strict=True)
    )
    return grad_x[:, :, :height, :width]
