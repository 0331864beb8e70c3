"""Wrong gradients of `Conv2d`'s parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions.convolution.altered import Remembering, altered, flip
from convkit.checks.misconceptions.convolution.backward import mistake
from convkit.checks.misconceptions.gradients import gradient_mistakes
from convkit.checks.misconceptions.learning import enter_learning
from convkit.checks.misconceptions.seeds import enter_seeds
from convkit.layers import Array, Conv2d

gradient_mistake = gradient_mistakes(mistake)
"""Enters a wrong gradient of the parameter that is named first."""


def _weight_gradient(layer: Remembering, x: Array, grad_y: Array, **changes: Any) -> Array:
    twin = altered(layer, **changes)
    twin.forward(x)
    twin.backward(grad_y)
    return twin.grads["weight"]


@gradient_mistake(
    "weight",
    "flipped",
    "The gradient of the weights is flipped",
    "the weights' gradient is turned by half a turn: x is convolved with grad_y where it has to be "
    "correlated",
    "Which pixel of its window does weight[…, 0, 0] multiply?",
)
def weight_flipped(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return flip(gradient)


@gradient_mistake(
    "weight",
    "averaged",
    "The gradient of the weights is averaged",
    "the weights' gradient is divided by the number of images, or of windows; where the loss is a "
    "mean, its own gradient has that 1/N",
    "A weight takes part in every window of every image. What becomes of their gradients?",
    lambda layer, gradient, grad_y: gradient / (grad_y.size / grad_y.shape[1]),
    lambda layer, gradient, grad_y: gradient / int(np.prod(grad_y.shape[2:])),
)
def weight_averaged(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return gradient / len(grad_y)


@gradient_mistake(
    "weight",
    "one-image",
    "The gradient of the weights is that of one image",
    "the weights' gradient is that of the last image, or of the first, and not the sum over the "
    "batch",
    "`=` or `+=`? A weight takes part in every image.",
    lambda layer, gradient, grad_y: _weight_gradient(layer, layer.x[:1], grad_y[:1]),
)
def weight_one_image(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return _weight_gradient(layer, layer.x[-1:], grad_y[-1:])


@gradient_mistake(
    "weight",
    "one-window",
    "The gradient of the weights is that of one window",
    "each window overwrites the weights' gradient, and only the last one is left",
    "`=` or `+=`? A weight takes part in every window.",
    lambda layer, gradient, grad_y: _weight_gradient(
        layer, layer.x, _last_window(grad_y, slice(None))
    ),
)
def weight_one_window(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return _weight_gradient(layer, layer.x, _last_window(grad_y, slice(-1, None)))


def _last_window(grad_y: Array, images: slice) -> Array:
    kept = np.zeros_like(grad_y)
    kept[images, :, -1, -1] = grad_y[images, :, -1, -1]
    return kept


@gradient_mistake(
    "weight",
    "offsets-alike",
    "Every number of a kernel gets the same gradient",
    "the gradient is summed over the kernel's offsets too, or one offset's is used for all",
    "weight[…, 0, 0] and weight[…, 0, 1] meet different pixels. Which ones?",
    lambda layer, gradient, grad_y: _spread(gradient, gradient[:, :, -1:, -1:]),
    lambda layer, gradient, grad_y: _spread(gradient, gradient[:, :, :1, :1]),
)
def weight_offsets_alike(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return _spread(gradient, gradient.sum(axis=(2, 3), keepdims=True))


def _spread(gradient: Array, one: Array) -> Array:
    return np.broadcast_to(one, gradient.shape).copy()


@gradient_mistake(
    "weight",
    "axes-swapped",
    "The gradient of the weights has two axes swapped",
    "the weights' gradient comes out as (in, out, h, w) where the weights are (out, in, h, w)",
    "Print the two shapes side by side.",
)
def weight_axes_swapped(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return gradient.swapaxes(0, 1)


@gradient_mistake(
    "weight",
    "reshaped",
    "The gradient of the weights is reshaped where it should be transposed",
    "the shape is right and the numbers are in the wrong places: reshape does not move an axis",
    "Which axis varies fastest in your matrix product, and which in the weights?",
    lambda layer, gradient, grad_y: gradient.swapaxes(0, 1).reshape(gradient.shape),
)
def weight_reshaped(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return gradient.transpose(1, 2, 3, 0).reshape(gradient.shape)


@gradient_mistake(
    "weight",
    "padding-forgotten",
    "The gradient of the weights forgets the padding",
    "the windows for the weights' gradient are cut out of x without its frame of zeros",
    "Which image did forward slide over: x, or the padded x?",
    lambda layer, gradient, grad_y: _unpadded_windows(layer, grad_y),
)
def weight_padding_forgotten(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    shape = altered(layer, padding=0).forward(layer.x).shape
    if shape != grad_y.shape:
        raise ValueError("operands could not be broadcast together")
    return gradient


def _unpadded_windows(layer: Remembering, grad_y: Array) -> Array:
    """As far as windows fit into x, they are paired with the first numbers of grad_y."""
    rows, columns = altered(layer, padding=0).forward(layer.x).shape[2:]
    return _weight_gradient(layer, layer.x, grad_y[:, :, :rows, :columns], padding=0)


@gradient_mistake(
    "weight",
    "missing",
    "The gradient of the weights is not kept",
    'backward does not put anything into `self.grads["weight"]`',
    "Where will the optimizer look for it?",
)
def weight_missing(layer: Remembering, gradient: Array, grad_y: Array) -> Any:
    return None


@gradient_mistake(
    "bias",
    "missing",
    "The gradient of the bias is not kept",
    'backward does not put anything into `self.grads["bias"]`',
    "Where will the optimizer look for it?",
)
def bias_missing(layer: Remembering, gradient: Array, grad_y: Array) -> Any:
    return None


@gradient_mistake(
    "bias",
    "too-few-axes",
    "The gradient of the bias is summed over too few axes",
    "grad_y is summed over the images, or over the positions, and not over both",
    "One bias serves every position of every image. Which axes of grad_y does it not have?",
    lambda layer, gradient, grad_y: grad_y.sum(axis=(2, 3)),
    lambda layer, gradient, grad_y: grad_y.sum(axis=(0, 2)),
    lambda layer, gradient, grad_y: grad_y.sum(axis=(0, 3)),
    lambda layer, gradient, grad_y: grad_y,
)
def bias_too_few_axes(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return grad_y.sum(axis=0)


@gradient_mistake(
    "bias",
    "too-many-axes",
    "The gradient of the bias is summed over every axis",
    "all of grad_y is summed, so every feature map gets the same number",
    "How many biases are there, and which axis of grad_y counts them?",
    lambda layer, gradient, grad_y: grad_y.sum(),
)
def bias_too_many_axes(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return np.full_like(gradient, grad_y.sum())


@gradient_mistake(
    "bias",
    "wrong-axes",
    "The gradient of the bias is summed over the wrong axes",
    "the axis that is left over is not the one of the feature maps",
    "Which axis of (N, C, H, W) counts the feature maps?",
    lambda layer, gradient, grad_y: grad_y.sum(axis=(0, 1, 2)),
)
def bias_wrong_axes(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return grad_y.sum(axis=(1, 2, 3))


@gradient_mistake(
    "bias",
    "kept-axes",
    "The gradient of the bias has axes of size 1",
    "the gradient is right, but has a shape such as (C, 1, 1, 1) or (C, 1), which later broadcasts "
    "without an error",
    "Print the shapes of the bias and of its gradient.",
    lambda layer, gradient, grad_y: gradient[:, None],
    lambda layer, gradient, grad_y: gradient[None, :],
    lambda layer, gradient, grad_y: gradient[:, None, None, None],
)
def bias_kept_axes(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return grad_y.sum(axis=(0, 2, 3), keepdims=True)


@gradient_mistake(
    "bias",
    "averaged",
    "The gradient of the bias is averaged",
    "grad_y is averaged over images or positions, and not summed",
    "How much does y change in all when the bias grows by 1, and in how many places?",
    lambda layer, gradient, grad_y: gradient / len(grad_y),
    lambda layer, gradient, grad_y: gradient / int(np.prod(grad_y.shape[2:])),
)
def bias_averaged(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return grad_y.mean(axis=(0, 2, 3))


@gradient_mistake(
    "bias",
    "one-image",
    "The gradient of the bias is that of one image",
    "the gradient of the last image, or of the first, overwrites the others",
    "`=` or `+=`? A bias takes part in every image.",
    lambda layer, gradient, grad_y: grad_y[0].sum(axis=(1, 2)),
)
def bias_one_image(layer: Remembering, gradient: Array, grad_y: Array) -> Array:
    return grad_y[-1].sum(axis=(1, 2))


enter_seeds(Conv2d, ("04-convolution", "Weights and kernels"))
enter_learning(Conv2d, ("07-gradients", "Through a convolution"))
