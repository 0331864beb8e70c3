"""Wrong backward passes of `Conv2d` that take another way altogether."""

from __future__ import annotations

import numpy as np

from convkit.checks.misconceptions.convolution.altered import Remembering, altered, flip, pad
from convkit.checks.misconceptions.convolution.backward import mistake
from convkit.checks.misconceptions.convolution.parameters import gradient_mistake
from convkit.checks.misconceptions.gradients import enter_zeros
from convkit.layers import Array


def _through(layer: Remembering, weight: Array, grad_y: Array) -> Array:
    twin = altered(layer, weight=weight)
    twin.forward(layer.x)
    return twin.backward(grad_y)


@mistake(
    "times-input",
    "grad_x and the gradient of the weights are mixed up",
    "a pixel's share is multiplied with the pixel itself, where its weight is the factor",
    "In y = w·x, which factor is left when you differentiate with respect to x?",
    lambda layer, grad_y, grad_x: grad_x * layer.x,
)
def times_input(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return layer.x * _through(layer, np.ones_like(layer.params["weight"]), grad_y)


@mistake(
    "weights-forgotten",
    "The weights are forgotten in backward",
    "every pixel of a window gets all of grad_y, whatever its weight",
    "A pixel with a weight of 0: does y move when it does?",
)
def weights_forgotten(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return _through(layer, np.ones_like(layer.params["weight"]), grad_y)


@mistake(
    "inverse",
    "Forward is inverted, not transposed",
    "backward looks for an x that would have given grad_y, by an inverse or a division, where each "
    "number has to go back with the factor that it came with",
    "x went forward with a factor of 2. With which factor does the gradient come back: 2, or ½?",
)
def inverse(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    pixels = np.eye(grad_x[0].size).reshape(-1, *grad_x.shape[1:])
    twin = altered(layer, bias=np.zeros_like(layer.params["bias"]))
    matrix = twin.forward(pixels).reshape(len(pixels), -1)
    found: Array = grad_y.reshape(len(grad_y), -1) @ np.linalg.pinv(matrix)
    return found.reshape(grad_x.shape).astype(grad_x.dtype)


def _mirrored(layer: Remembering, grad_y: Array, mode: str) -> Array:
    """Windows that lie above and to the left of their corner, read from there."""
    (ph, pw), (kh, kw) = layer.padding, layer.kernel_size
    framed = pad(pad(layer.x, ph, pw, ph, pw), kh - 1, kw - 1, 0, 0, mode=mode)
    twin = altered(layer, padding=0)
    wider = np.zeros(twin.forward(framed).shape, grad_y.dtype)
    wider[:, :, : grad_y.shape[2], : grad_y.shape[3]] = grad_y
    twin.backward(wider)
    return flip(twin.grads["weight"])


@gradient_mistake(
    "weight",
    "mirrored",
    "The gradient of the weights looks to the wrong side",
    "the offset is subtracted where it should be added: weight[…, p, q] is paired with the pixel p "
    "rows above a window's corner, not below (in Fourier space: the wrong spectrum is conjugated)",
    "Which pixel of its window does weight[…, 1, 0] multiply in forward?",
    lambda layer, gradient, grad_y: _mirrored(layer, grad_y, "constant"),
)
def weight_mirrored(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return _mirrored(layer, grad_y, "wrap")


@gradient_mistake(
    "weight",
    "without-input",
    "The gradient of the weights forgets the image",
    "every weight of a feature map gets the sum of grad_y, whatever pixels it met",
    "A weight that met only pixels of 0: does y move when it does?",
)
def weight_without_input(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    total = grad_y.sum(axis=(0, 2, 3))[:, np.newaxis, np.newaxis, np.newaxis]
    return np.broadcast_to(total, gradient.shape).copy()


@gradient_mistake(
    "weight",
    "upstream-ignored",
    "The gradient of the weights forgets grad_y",
    "the windows are summed up as they are, whatever the upstream gradient is",
    "By the chain rule, where does grad_y come in?",
)
def weight_upstream_ignored(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    twin = altered(layer)
    twin.forward(layer.x)
    twin.backward(np.ones_like(grad_y))
    return twin.grads["weight"]


@gradient_mistake(
    "weight",
    "output-used",
    "The gradient of the weights is made with y",
    "the windows are paired with the numbers of y, where those of grad_y belong",
    "Which array says how much the loss changes with y?",
)
def weight_output_used(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    twin = altered(layer)
    twin.backward(twin.forward(layer.x))
    return twin.grads["weight"]


enter_zeros(gradient_mistake, "weight", "weights")


enter_zeros(gradient_mistake, "bias", "bias")


@gradient_mistake(
    "bias",
    "upstream-ignored",
    "The gradient of the bias forgets grad_y",
    'grads["bias"] counts places, or images, or is 1, whatever the upstream gradient is',
    "By the chain rule, where does grad_y come in?",
    lambda layer, gradient, grad_y: np.full_like(gradient, len(grad_y)),
    lambda layer, gradient, grad_y: np.ones_like(gradient),
)
def bias_upstream_ignored(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return np.full_like(gradient, grad_y.size // grad_y.shape[1])
