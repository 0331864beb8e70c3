"""What wrong convolutions are made of: the reference with something changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.layers import Array, Conv2d


def altered(layer: Conv2d, **changes: Any) -> Conv2d:
    """A right layer like ``layer``, but for ``changes`` to its parameters and settings."""
    settings: dict[str, Any] = {
        "kernel_size": layer.kernel_size,
        "stride": layer.stride,
        "padding": layer.padding,
        "weight": layer.params["weight"],
        "bias": layer.params["bias"],
    } | changes
    twin = Conv2d(
        settings["weight"].shape[1],
        settings["weight"].shape[0],
        settings["kernel_size"],
        settings["stride"],
        settings["padding"],
    )
    twin.params = {"weight": settings["weight"], "bias": settings["bias"]}
    return twin


def pad(x: Array, top: int, left: int, bottom: int, right: int, **how: Any) -> Array:
    """The images with a border."""
    return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), **how)


def flip(weight: Array) -> Array:
    """Every kernel turned by 180°."""
    return weight[..., ::-1, ::-1]


class Remembering(Conv2d):
    """The right layer, which also keeps its input and how large its output is."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self.x, self.out_shape = x.copy(), y.shape
        return y


def padded_gradient(layer: Remembering, grad_y: Array) -> Array:
    """The gradient of the padded input, border included."""
    (ph, pw), unpadded = layer.padding, altered(layer, padding=0)
    unpadded.forward(pad(layer.x, ph, pw, ph, pw))
    return unpadded.backward(grad_y)


def loops(
    layer: Conv2d,
    x: Array,
    *,
    window: tuple[int, int] | None = None,
    size: tuple[int, int] | None = None,
) -> Array:
    """The forward pass, one window at a time; ``window`` and ``size`` of y may be wrong."""
    (ph, pw), (sh, sw) = layer.padding, layer.stride
    padded, weight = pad(x, ph, pw, ph, pw), layer.params["weight"]
    height, width = window or layer.kernel_size
    rows, columns = size or altered(layer).forward(x).shape[2:]
    y = np.zeros((len(x), len(weight), rows, columns), x.dtype)
    for i, j in np.ndindex(rows, columns):
        patch = padded[:, None, :, sh * i : sh * i + height, sw * j : sw * j + width]
        y[:, :, i, j] = (patch * weight).sum(axis=(2, 3, 4)) + layer.params["bias"]
    return y


def assigned_gradient(
    layer: Remembering, grad_y: Array, maps: slice, *, by_offset: bool = False
) -> Array:
    """The gradient of x where each window overwrites what the windows before it have left.

    ``by_offset``: the loop runs over the kernel's numbers instead, and each overwrites.
    """
    (ph, pw), (sh, sw), (kh, kw) = layer.padding, layer.stride, layer.kernel_size
    (height, width), (rows, columns) = layer.x.shape[2:], grad_y.shape[2:]
    grad_padded = pad(np.zeros_like(layer.x), ph, pw, ph, pw)
    patches = np.einsum("njab,jcpq->ncabpq", grad_y, layer.params["weight"][maps])
    if by_offset:
        for p, q in np.ndindex(kh, kw):
            places = (..., slice(p, p + sh * rows, sh), slice(q, q + sw * columns, sw))
            grad_padded[places] = patches[..., p, q]
    else:
        for i, j in np.ndindex(rows, columns):
            window = (..., slice(sh * i, sh * i + kh), slice(sw * j, sw * j + kw))
            grad_padded[window] = patches[:, :, i, j]
    return grad_padded[:, :, ph : ph + height, pw : pw + width]
