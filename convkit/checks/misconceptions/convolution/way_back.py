"""What wrong gradients of a convolution's input have in common that use other weights.

grad_x is linear in the weights: from enough of it one can work out which weights were used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.look import Look, View, close, equal
from convkit.checks.misconceptions.broad.entering import Anatomy, Recognise, enter_mark
from convkit.checks.misconceptions.common import with_backward
from convkit.checks.misconceptions.convolution.altered import altered
from convkit.layers import Array, Conv2d

_LITTLE = 1e-6


def _shares(view: View, layer: Conv2d) -> Array:
    """What a weight of 1 gives to the pixels, (maps, h, w, N, H, W)."""
    grad_y, (maps, _, h, w) = view.case.grad_y, view.case.params["weight"].shape
    (sh, sw), (ph, pw) = layer.stride, layer.padding
    height, width = view.case.x.shape[2:]
    rows, columns = grad_y.shape[2:]
    shares = np.zeros((maps, h, w, len(grad_y), height + 2 * ph, width + 2 * pw))
    for p, q in np.ndindex(h, w):
        places = np.s_[..., p : p + sh * rows : sh, q : q + sw * columns : sw]
        shares[:, p, q][places] = grad_y.swapaxes(0, 1)
    return shares[..., ph : ph + height, pw : pw + width]


def _used_weights(look: Look) -> list[tuple[Array, Array]]:
    """The weights that were used and those that should be, (channels, …), of cases that tell."""
    pairs: list[tuple[Array, Array]] = []
    if look.name != "grad_x":
        return pairs
    for view, (got, _) in zip(look.wrong, look.finite, strict=False):
        layer = Conv2d(*view.case.arguments, **view.case.options)
        right = view.case.params["weight"].swapaxes(0, 1)
        matrix = _shares(view, layer).reshape(right[0].size, -1).T
        numbers = got.swapaxes(0, 1).reshape(len(right), -1).T
        if len(matrix) >= matrix.shape[1] + 4:
            used, _, rank, _ = np.linalg.lstsq(matrix, numbers, rcond=1e-10)
            if rank == matrix.shape[1]:
                if not close(matrix @ used, numbers).all():
                    return []
                pairs.append((used.T, right.reshape(len(right), -1)))
    return pairs


def _weights(holds: Callable[[Array, Array], Any]) -> Recognise:
    def recognise(look: Look, anatomy: Anatomy) -> bool:
        pairs = _used_weights(look)
        return bool(pairs) and all(holds(used, right) for used, right in pairs)

    return recognise


def _permuted(used: Array, right: Array) -> bool:
    return equal(np.sort(used, axis=None), np.sort(right, axis=None))


def _partly(used: Array, right: Array) -> bool:
    return bool(np.all(close(used, right) | (np.abs(used) < _LITTLE)))


def _with(change: Callable[[Array], Array]) -> type[Any]:
    """A layer whose grad_x goes back through other weights."""

    def backward(layer: Any, grad_y: Array, grad_x: Array) -> Array:
        twin = altered(layer, weight=change(layer.params["weight"]))
        twin.forward(layer.x)
        return twin.backward(grad_y)

    return with_backward(Conv2d, backward)


def _shuffled(weight: Array) -> Array:
    order = np.random.default_rng(0).permutation(weight.size)
    return weight.ravel()[order].reshape(weight.shape)


def enter_way_back(anatomy: Anatomy) -> None:
    """Enter what is told by the weights that grad_x was made with."""
    for id, title, when, hint, recognise, change in (
        (
            "weights-permuted",
            "The gradient goes back through the wrong weights",
            "all weights are used on the way back, but not for the pixels and maps that they "
            "connected in forward: they are turned, reshaped, or two axes are mixed up",
            "Which weight took x[…, 0, 0] to y[…, 0, 0]? Through which does the gradient go back?",
            _weights(_permuted),
            _shuffled,
        ),
        (
            "weights-partly",
            "The gradient goes back through a part of the weights only",
            "some weights hand their share back, and others are left out",
            "Through how many weights did one pixel reach y? Through how many does its gradient "
            "come back?",
            _weights(_partly),
            lambda weight: weight * (np.arange(weight.size).reshape(weight.shape) % 5 > 0),
        ),
        (
            "weights-changed",
            "The gradient goes back through other weights than those in params",
            "the upstream gradient is spread over the right pixels, but with factors that are not "
            "the weights: they are scaled, summed up, mixed, or something else stands there",
            "Which factor takes grad_y[…, 0, 0] to grad_x[…, 0, 0] in your code? Print it.",
            _weights(lambda used, right: True),
            lambda weight: weight + 0.5 * np.roll(weight, 1, -1),
        ),
    ):
        enter_mark(anatomy, f"backward-{id}", title, when, hint, recognise, _with(change))
