"""Wrong backward passes of `LocallyConnected2d`, and memories that last too long."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions import misconception
from convkit.checks.misconceptions.common import enter_common
from convkit.checks.misconceptions.local.altered import (
    BACK,
    FORTH,
    NAME,
    altered,
    backward_mistake,
    gradient_mistake,
    handed_back,
    patches,
)
from convkit.checks.misconceptions.seeds import enter_seeds
from convkit.layers import Array, LocallyConnected2d

enter_common(NAME, LocallyConnected2d, FORTH, BACK)
enter_seeds(LocallyConnected2d, FORTH)


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


@gradient_mistake(
    "weight",
    "zeros",
    "The gradient of the weights is never filled",
    'grads["weight"] is made of zeros, and nothing is added to it',
    'Where is grads["weight"] written to, after np.zeros?',
)
def weight_zeros(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return np.zeros_like(gradient)


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


@gradient_mistake(
    "bias",
    "zeros",
    "The gradient of the bias is never filled",
    'grads["bias"] is made of zeros, and nothing is added to it',
    'Where is grads["bias"] written to, after np.zeros?',
)
def bias_zeros(layer: Any, gradient: Array, grad_y: Array) -> Array:
    return np.zeros_like(gradient)


@backward_mistake(
    "grads-missing",
    "A gradient is not kept",
    "backward does not put a parameter's gradient into `self.grads`, or under another name",
    "Under which names will the optimizer look for the gradients?",
    lambda layer, grad_y, grad_x: _without(layer, grad_x, "weight"),
    lambda layer, grad_y, grad_x: _without(layer, grad_x, "bias"),
)
def grads_missing(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _without(layer, grad_x, "weight", "bias")


def _without(layer: Any, grad_x: Array, *names: str) -> Array:
    layer.grads = {name: value for name, value in layer.grads.items() if name not in names}
    return grad_x


@backward_mistake(
    "grads-added",
    "The gradients are added to those of the last call",
    "`grads` is added to from call to call, and never starts again",
    "backward *sets* grads. Which numbers should they hold after two calls?",
)
def grads_added(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    before = getattr(layer, "before_grads", {})
    layer.grads = {name: value + before.get(name, 0) for name, value in layer.grads.items()}
    layer.before_grads = layer.grads
    return grad_x


class ParamsIgnored(LocallyConnected2d):
    """Computes with the numbers that its constructor made."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.own = dict(self.params)

    def forward(self, x: Array) -> Array:
        return altered(self, **self.own).forward(x)


class FirstParamsKept(LocallyConnected2d):
    """Computes with the numbers that it found on its first call."""

    def forward(self, x: Array) -> Array:
        if not hasattr(self, "first"):
            self.first = dict(self.params)
        now, self.params = self.params, self.first
        y = super().forward(x)
        self.params = now
        return y


for _id, _class, _title, _when, _hint in (
    (
        "params-ignored",
        ParamsIgnored,
        "The layer does not look at its params",
        "the layer computes with numbers of its own, such as a copy that the constructor made, and "
        "setting params changes nothing",
        "Where does forward read `self.params`?",
    ),
    (
        "first-params",
        FirstParamsKept,
        "The first weights are kept for ever",
        "the weights are copied on the first call, and setting params later changes nothing",
        "An optimizer sets params after every step. When does your layer look at them?",
    ),
):
    misconception(f"local-state-{_id}", NAME, title=_title, when=_when, hint=_hint, read=FORTH)(
        _class
    )
