"""Wrong backward passes of `Conv2d`: the gradient of x. Their forward passes are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions import misconception
from convkit.checks.misconceptions.convolution.altered import (
    Remembering,
    altered,
    assigned_gradient,
    flip,
    pad,
    padded_gradient,
)
from convkit.layers import Array, Conv2d

THROUGH = ("07-gradients", "Through a convolution")

Backward = Callable[[Remembering, Array, Array], Any]
"""Is given the layer after a right backward, grad_y and the right grad_x; returns a grad_x."""


def layer_with(wrong: Backward) -> type[Remembering]:
    """A layer whose backward gives ``wrong(layer, grad_y, grad_x)``."""

    class Wrong(Remembering):
        def backward(self, grad_y: Array) -> Array:
            result: Array = wrong(self, grad_y, super().backward(grad_y))
            return result

    return Wrong


def mistake(
    id: str, title: str, when: str, hint: str, *variants: Backward
) -> Callable[[Backward], Backward]:
    """Enter a wrong backward pass into the catalogue."""

    def enter(wrong: Backward) -> Backward:
        misconception(
            f"conv-backward-{id}",
            "Conv2d",
            title=title,
            when=when,
            hint=hint,
            read=THROUGH,
            variants=tuple(layer_with(variant) for variant in variants),
        )(layer_with(wrong))
        return wrong

    return enter


def _gradients_of(twin: Conv2d, layer: Remembering, grad_y: Array) -> Array:
    """The gradients of another layer, for the input that ``layer`` had."""
    twin.forward(layer.x)
    grad_x, layer.grads = twin.backward(grad_y), twin.grads
    return grad_x


@mistake(
    "flipped",
    "The kernel is flipped in backward",
    "the upstream gradient is spread over x with the weights turned by half a turn",
    "With stride 1, weight[…, 0, 1] took x[…, 1, 1] to y[…, 1, 0]. Which weight takes "
    "grad_y[…, 1, 0] back to grad_x[…, 1, 1]?",
)
def flipped(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return _input_gradient(altered(layer, weight=flip(layer.params["weight"])), layer, grad_y)


@mistake(
    "flipped-one-axis",
    "One axis of the kernel is flipped in backward",
    "the upstream gradient is spread over x with the weights upside down, or mirrored",
    "Half a turn reverses both axes. Does your backward reverse none, one, or both of them, and "
    "which should it be?",
    lambda layer, grad_y, grad_x: _input_gradient(
        altered(layer, weight=layer.params["weight"][..., ::-1]), layer, grad_y
    ),
)
def flipped_one_axis(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    upside_down = layer.params["weight"][..., ::-1, :]
    return _input_gradient(altered(layer, weight=upside_down), layer, grad_y)


def _input_gradient(twin: Conv2d, layer: Remembering, grad_y: Array) -> Array:
    twin.forward(layer.x)
    return twin.backward(grad_y)


@mistake(
    "stride-ignored",
    "The stride is ignored in backward",
    "the gradient of output (i, j) goes to the window at pixel (i, j), where forward's window "
    "began at (stride·i, stride·j)",
    "Compare the slices of your forward with those of your backward.",
)
def stride_ignored(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    twin = altered(layer, stride=1)
    spread = np.zeros(twin.forward(layer.x).shape, grad_y.dtype)
    spread[:, :, : grad_y.shape[2], : grad_y.shape[3]] = grad_y
    return _gradients_of(twin, layer, spread)


@mistake(
    "not-dilated",
    "The gradient is not spread by the stride",
    "grad_y is convolved with the weights as it is; with a stride, zeros have to come between its "
    "numbers first",
    "How large is the full convolution of grad_y with the kernel, and how large is x?",
)
def not_dilated(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    (ph, pw), (kh, kw) = layer.padding, layer.kernel_size
    height, width = grad_y.shape[2] + kh - 1, grad_y.shape[3] + kw - 1
    twin = altered(layer, stride=1, padding=0)
    twin.forward(np.zeros((*grad_x.shape[:2], height, width), grad_x.dtype))
    return twin.backward(grad_y)[:, :, ph : height - ph, pw : width - pw]


@mistake(
    "padding-not-cropped",
    "The padding is not cropped",
    "backward returns the gradient of the padded image, frame included",
    "Which shape has x, and which has your grad_x?",
)
def padding_not_cropped(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return padded_gradient(layer, grad_y)


@mistake(
    "cropped-by-minus-zero",
    "Cropping with [padding:-padding] leaves nothing where the padding is 0",
    "the frame is cut off by a slice such as `[p:-p]` and p is 0: -0 is 0, so the slice ends where "
    "it begins",
    "What is np.arange(5)[0:-0]? Say where the slice ends without a minus sign.",
)
def cropped_by_minus_zero(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    ph, pw = layer.padding
    return padded_gradient(layer, grad_y)[:, :, ph:-ph, pw:-pw]


@mistake(
    "cropped-from-corner",
    "The frame is cropped on the wrong side",
    "grad_x is the upper left or the lower right of the padded gradient, and not its middle",
    "At which row of the padded image does x begin?",
    lambda layer, grad_y, grad_x: padded_gradient(layer, grad_y)[
        :, :, -grad_x.shape[2] :, -grad_x.shape[3] :
    ],
)
def cropped_from_corner(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return padded_gradient(layer, grad_y)[:, :, : grad_x.shape[2], : grad_x.shape[3]]


@mistake(
    "padding-height-only",
    "The vertical padding is cropped in both directions",
    "`padding[0]` is cut off on all four sides",
    "Where in your backward does `padding[1]` appear?",
)
def padding_height_only(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    padded, ph = padded_gradient(layer, grad_y), layer.padding[0]
    return padded[:, :, ph : padded.shape[2] - ph, ph : padded.shape[3] - ph]


@mistake(
    "assigned",
    "`=` where `+=` is needed in backward",
    "a pixel that lies in several windows keeps the gradient of the last one, and loses the others",
    "How many numbers of y does one pixel of x take part in?",
    lambda layer, grad_y, grad_x: assigned_gradient(layer, grad_y[:, -1:], slice(-1, None)),
    lambda layer, grad_y, grad_x: assigned_gradient(layer, grad_y, slice(None), by_offset=True),
)
def assigned(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return assigned_gradient(layer, grad_y, slice(None))


@mistake(
    "last-map-only",
    "Only one feature map sends its gradient back",
    "grad_x is that of the last feature map, or of the first, and not the sum over all of them",
    "How many feature maps does one pixel of x take part in?",
    lambda layer, grad_y, grad_x: _from_map(layer, grad_y, 0),
)
def last_map_only(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return _from_map(layer, grad_y, -1)


def _from_map(layer: Remembering, grad_y: Array, feature_map: int) -> Array:
    kept = np.zeros_like(grad_y)
    kept[:, feature_map] = grad_y[:, feature_map]
    return _input_gradient(altered(layer), layer, kept)


@mistake(
    "one-channel",
    "The channels of x get the same gradient",
    "every channel of grad_x is computed with the weights of one channel",
    "Which weights connect x[:, i] to a feature map?",
    lambda layer, grad_y, grad_x: np.repeat(grad_x[:, -1:], grad_x.shape[1], axis=1),
)
def one_channel(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return np.repeat(grad_x[:, :1], grad_x.shape[1], axis=1)


@mistake(
    "last-image-only",
    "Only one image of the batch gets a gradient",
    "grad_x is right for the first image, or for the last, and the others are never written",
    "Is the `return` inside the loop? Which index does the loop over the images write to?",
    lambda layer, grad_y, grad_x: _of_image(grad_x, 0),
)
def last_image_only(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return _of_image(grad_x, -1)


def _of_image(grad_x: Array, image: int) -> Array:
    kept = np.zeros_like(grad_x)
    kept[image] = grad_x[image]
    return kept


@mistake(
    "last-window-skipped",
    "The last windows are skipped in backward",
    "the loops over the windows end one early, so the last row and column of grad_y go nowhere",
    "At which i does range(n - 1) end?",
)
def last_window_skipped(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    kept = np.zeros_like(grad_y)
    kept[:, :, :-1, :-1] = grad_y[:, :, :-1, :-1]
    return _gradients_of(altered(layer), layer, kept)


@mistake(
    "ragged-edge-lost",
    "The edge that no window reaches is missing from grad_x",
    "grad_x is only as large as the windows reach, (outputs − 1)·stride + kernel, and x goes on",
    "Make grad_x from the shape of x. What is the gradient of a pixel that no window sees?",
    lambda layer, grad_y, grad_x: _reached(layer, grad_y, grad_x, (0, 0)),
)
def ragged_edge_lost(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return _reached(layer, grad_y, grad_x, layer.padding)


def _reached(layer: Remembering, grad_y: Array, grad_x: Array, cropped: tuple[int, int]) -> Array:
    """As far as windows reach, less the padding before and what is cropped behind."""
    height, width = (
        (outputs - 1) * s + k - p - crop
        for outputs, s, k, p, crop in zip(
            grad_y.shape[2:], layer.stride, layer.kernel_size, layer.padding, cropped, strict=True
        )
    )
    return grad_x[:, :, :height, :width]


@mistake(
    "image-square",
    "The image's height is used for its width in backward",
    "grad_x has as many columns as x has rows",
    "Make grad_x from the shape of x.",
)
def image_square(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    height, width = grad_x.shape[2:]
    return pad(grad_x, 0, 0, 0, max(0, height - width))[:, :, :, :height]


@mistake(
    "weights-not-transposed",
    "The axes of the weights are mixed up in backward",
    "the weights are reshaped where their axes have to be swapped: reshape keeps the numbers in "
    "their order and cuts them up anew",
    "Backward goes from feature maps to channels. Which axis of the weights is summed away now?",
)
def weights_not_transposed(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    weight = layer.params["weight"]
    regrouped = weight.reshape(weight.shape[1], -1, *weight.shape[2:]).swapaxes(0, 1)
    return _input_gradient(altered(layer, weight=regrouped), layer, grad_y)


@mistake(
    "zeros",
    "grad_x is never filled",
    "grad_x is made of zeros, and no gradient finds its way into it",
    "Where is grad_x written to, after np.zeros?",
)
def zeros(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return np.zeros_like(grad_x)


@mistake(
    "upstream-ignored",
    "The upstream gradient is not used",
    "the gradients are those of the sum of y: grad_y might as well be all ones",
    "By the chain rule, where does grad_y come in?",
)
def upstream_ignored(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return _gradients_of(altered(layer), layer, np.ones_like(grad_y))


@mistake(
    "negated",
    "The gradients have the wrong sign",
    "every gradient is the negative of the right one: the optimizer subtracts it, not backward",
    "If y grows with x, is the slope positive or negative?",
)
def negated(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    layer.grads = {name: -gradient for name, gradient in layer.grads.items()}
    return -grad_x


@mistake(
    "averaged",
    "grad_x is divided by the number of images",
    "grad_x is averaged over the batch; where the loss is a mean, its own gradient has that 1/N",
    "Does the gradient of image 0 change when another image joins the batch?",
)
def averaged(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return grad_x / len(grad_x)


@mistake(
    "tuple",
    "backward returns more than grad_x",
    "backward returns a tuple of all the gradients; those of the parameters belong into self.grads",
    "What does the layer before this one expect to get?",
)
def tuple_returned(layer: Remembering, grad_y: Array, grad_x: Array) -> Any:
    return grad_x, layer.grads["weight"], layer.grads["bias"]


@mistake(
    "none",
    "backward returns nothing",
    "backward ends without a `return`, and Python then returns None",
    "What does the layer before this one expect to get?",
)
def none_returned(layer: Remembering, grad_y: Array, grad_x: Array) -> Any:
    return None


@mistake(
    "double-precision",
    "The gradient of float32 is float64",
    "grad_x is made in float64, or float32 is multiplied with float64 weights: NumPy then gives "
    "float64",
    "np.zeros makes float64 unless it is told otherwise. Which dtypes have weight and grad_y?",
)
def double_precision(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return grad_x.astype(np.float64)


@mistake(
    "single-precision",
    "The gradient is computed in float32",
    "the numbers are turned into float32 on the way, whatever came in",
    "Look for float32, np.float32 or 'f4' in your code.",
)
def single_precision(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return grad_x.astype(np.float32)


@mistake(
    "upstream-changed",
    "backward changes what it was given",
    "something is written into grad_y, or into the x that was kept: an array is not copied when it "
    "is passed or assigned",
    "Look for grad_y[...] =, grad_y *= and the like, also through another name for it.",
)
def upstream_changed(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    grad_y *= 2
    return grad_x
