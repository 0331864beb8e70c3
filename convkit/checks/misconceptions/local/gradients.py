"""Wrong gradients of the parameters of `LocallyConnected2d`."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions.gradients import enter_zeros
from convkit.checks.misconceptions.local.altered import (
    gradient_mistake,
    patches,
)
from convkit.layers import Array


def _weight(layer: Any, seen: Array, grad_y: Array) -> Array:
    gradient: Array = np.einsum("njab,niabpq->jabipq", grad_y, seen)
    return gradient


@gradient_mistake(
    "weight",
    "shared",
    "The gradient of the weights is summed over the places",
    "all places get the same gradient, the sum over all of them, as in a convolution",
    "How many places does one weight take part in, if nothing is shared?",
    lambda layer, gradient, grad_y: gradient.sum(axis=(1, 2)),
    lambda layer, gradient, grad_y: np.broadcast_to(
        gradient.mean(axis=(1, 2), keepdims=True), gradient.shape
    ),
)
def weight_shared(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return np.broadcast_to(gradient.sum(axis=(1, 2), keepdims=True), gradient.shape)


@gradient_mistake(
    "weight",
    "averaged",
    "The gradient of the weights is averaged",
    "the gradient is divided by the number of images, where it has to be summed over them",
    "In how many images does one weight take part?",
    lambda layer, gradient, grad_y: gradient / grad_y[0, 0].size,
)
def weight_averaged(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return gradient / len(grad_y)


@gradient_mistake(
    "weight",
    "one-image",
    "The gradient of the weights is that of one image",
    "the gradient of the last image, or of the first, overwrites the others",
    "`=` or `+=`? A weight takes part in every image.",
    lambda layer, gradient, grad_y: _weight(layer, patches(layer, layer.x)[:1], grad_y[:1]),
)
def weight_one_image(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return _weight(layer, patches(layer, layer.x)[-1:], grad_y[-1:])


@gradient_mistake(
    "weight",
    "upstream-ignored",
    "The gradient of the weights forgets grad_y",
    "the patches are summed as they are, whatever the upstream gradient is",
    "By the chain rule, where does grad_y come in?",
)
def weight_upstream_ignored(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return _weight(layer, patches(layer, layer.x), np.ones_like(grad_y))


@gradient_mistake(
    "weight",
    "without-x",
    "The gradient of the weights forgets the image",
    "every weight of a unit gets the unit's grad_y, whatever pixel it met",
    "A weight that met a pixel of 0: does y move when it does?",
)
def weight_without_x(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return _weight(layer, np.ones_like(patches(layer, layer.x)), grad_y)


@gradient_mistake(
    "weight",
    "stride-ignored",
    "The gradient of the weights is taken with the wrong patches",
    "the patches do not move by the stride, or by the other one, as they did in forward",
    "Compare the slices of your forward with those of your backward.",
    lambda layer, gradient, grad_y: _weight(
        layer, patches(layer, layer.x, layer.stride[::-1]), grad_y
    ),
    lambda layer, gradient, grad_y: _weight(
        layer, patches(layer, layer.x, layer.kernel_size), grad_y
    ),
)
def weight_stride_ignored(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return _weight(layer, patches(layer, layer.x, (1, 1)), grad_y)


@gradient_mistake(
    "weight",
    "flipped",
    "The gradient of the weights is flipped",
    "the weights' gradient is turned by half a turn, or mirrored",
    "Which pixel of its patch does weight[…, 0, 0] multiply?",
    lambda layer, gradient, grad_y: gradient[..., ::-1, :],
    lambda layer, gradient, grad_y: gradient[..., ::-1],
)
def weight_flipped(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return gradient[..., ::-1, ::-1]


@gradient_mistake(
    "weight",
    "channels-mixed",
    "The channels of the weights' gradient are mixed",
    "all channels get the gradient of one channel, or in reverse order, or only one gets any",
    "Which channel of the patch does weight[…, i, p, q] multiply?",
    lambda layer, gradient, grad_y: gradient[:, :, :, ::-1],
    lambda layer, gradient, grad_y: _only_first(gradient, 3),
    lambda layer, gradient, grad_y: _only_first(gradient, 3, -1),
)
def weight_channels_mixed(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return np.repeat(gradient[:, :, :, :1], gradient.shape[3], axis=3)


def _only_first(gradient: Array, axis: int, index: int = 0) -> Array:
    kept = np.zeros_like(gradient)
    kept.swapaxes(0, axis)[index] = gradient.swapaxes(0, axis)[index]
    return kept


@gradient_mistake(
    "weight",
    "order",
    "The axes of the weights' gradient are in another order",
    "the gradient has the right numbers, in another shape than the weights",
    "Print the shapes of the weights and of their gradient.",
    lambda layer, gradient, grad_y: np.moveaxis(gradient, 0, 2),
    lambda layer, gradient, grad_y: gradient.reshape(len(gradient), -1),
)
def weight_order(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return np.moveaxis(gradient, 3, 1)


enter_zeros(gradient_mistake, "weight", "weights")


@gradient_mistake(
    "weight",
    "negated",
    "The gradient of the weights has the wrong sign",
    'grads["weight"] is that of −y',
    "Who goes downhill, the layer or the optimizer?",
)
def weight_negated(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return -gradient


@gradient_mistake(
    "bias",
    "shared",
    "The gradient of the bias is summed over the places",
    "all places share one gradient, as in a convolution",
    "How many places does one bias take part in, if nothing is shared?",
    lambda layer, gradient, grad_y: grad_y.sum(axis=(0, 2, 3)),
    lambda layer, gradient, grad_y: grad_y.sum(axis=(0, 1)),
)
def bias_shared(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return np.broadcast_to(gradient.sum(axis=(1, 2), keepdims=True), gradient.shape)


@gradient_mistake(
    "bias",
    "averaged",
    "The gradient of the bias is averaged",
    "grad_y is averaged over the images, and not summed",
    "In how many images does one bias take part?",
)
def bias_averaged(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return grad_y.mean(axis=0)


@gradient_mistake(
    "bias",
    "one-image",
    "The gradient of the bias is that of one image",
    "the gradient of the last image, or of the first, overwrites the others",
    "`=` or `+=`? A bias takes part in every image.",
    lambda layer, gradient, grad_y: grad_y[0],
)
def bias_one_image(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return grad_y[-1]


@gradient_mistake(
    "bias",
    "not-summed",
    "The gradient of the bias has an axis for the images",
    "grad_y is taken as it is, or summed with an axis of size 1 left over",
    "Print the shapes of the bias and of its gradient.",
    lambda layer, gradient, grad_y: gradient[np.newaxis],
)
def bias_not_summed(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return grad_y.copy()


@gradient_mistake(
    "bias",
    "upstream-ignored",
    "The gradient of the bias forgets grad_y",
    'grads["bias"] is 1 for each image, whatever the upstream gradient is',
    "By the chain rule, where does grad_y come in?",
    lambda layer, gradient, grad_y: np.ones_like(gradient),
)
def bias_upstream_ignored(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return np.full_like(gradient, len(grad_y))


enter_zeros(gradient_mistake, "bias", "bias")
