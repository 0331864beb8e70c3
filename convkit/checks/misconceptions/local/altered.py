"""What wrong locally connected layers are made of: the right one with something changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions import misconception
from convkit.checks.misconceptions.common import Backward, Forward, with_backward, with_forward
from convkit.checks.misconceptions.gradients import gradient_mistakes
from convkit.layers import Array, LocallyConnected2d

NAME = "LocallyConnected2d"
FORTH = ("02-local-connectivity", "What one unit sees")
BACK = ("07-gradients", "Through a convolution")


def forward_mistake(
    id: str,
    title: str,
    when: str,
    hint: str,
    *variants: Forward,
    classes: tuple[type[Any], ...] = (),
) -> Callable[[Forward], Forward]:
    """Enter a wrong forward pass; ``classes`` make the same mistake, perhaps in both passes."""

    def enter(wrong: Forward) -> Forward:
        misconception(
            f"local-forward-{id}",
            NAME,
            title=title,
            when=when,
            hint=hint,
            read=FORTH,
            variants=(*(with_forward(LocallyConnected2d, other) for other in variants), *classes),
        )(with_forward(LocallyConnected2d, wrong))
        return wrong

    return enter


def backward_mistake(
    id: str, title: str, when: str, hint: str, *variants: Backward
) -> Callable[[Backward], Backward]:
    """Enter a wrong backward pass."""

    def enter(wrong: Backward) -> Backward:
        misconception(
            f"local-backward-{id}",
            NAME,
            title=title,
            when=when,
            hint=hint,
            read=BACK,
            variants=tuple(with_backward(LocallyConnected2d, other) for other in variants),
        )(with_backward(LocallyConnected2d, wrong))
        return wrong

    return enter


gradient_mistake = gradient_mistakes(backward_mistake)
"""Enters a wrong gradient of the parameter that is named first."""


def altered(layer: Any, **changes: Any) -> LocallyConnected2d:
    """A right layer like ``layer``, but for ``changes`` to its stride or its parameters."""
    weight, bias = (changes.get(name, layer.params[name]) for name in ("weight", "bias"))
    twin = LocallyConnected2d(
        layer.in_channels,
        layer.out_channels,
        layer.input_size,
        layer.kernel_size,
        changes.get("stride", layer.stride),
        rng=0,
    )
    twin.params = {"weight": weight, "bias": bias}
    return twin


def patches(layer: Any, x: Array, step: tuple[int, int] | None = None) -> Array:
    """The patches of x, (N, channels, out_h, out_w, h, w).

    ``step``: how far they are apart, if wrong; a patch that leaves the image is filled with zeros.
    """
    (height, width), (down, right) = layer.kernel_size, step or layer.stride
    rows, columns = layer.output_size
    found = np.zeros((*x.shape[:2], rows, columns, height, width), x.dtype)
    for a, b in np.ndindex(rows, columns):
        patch = x[:, :, down * a : down * a + height, right * b : right * b + width]
        found[:, :, a, b, : patch.shape[2], : patch.shape[3]] = patch
    return found


def summed(layer: Any, seen: Array, weight: Array, bias: Array | None = None) -> Array:
    """y from patches and weights."""
    y: Array = np.einsum("jabipq,niabpq->njab", weight, seen)
    return y + (layer.params["bias"] if bias is None else bias)


def handed_back(
    layer: Any,
    grad_y: Array,
    grad_x: Array,
    *,
    weight: Array | None = None,
    step: tuple[int, int] | None = None,
    overwrite: bool = False,
) -> Array:
    """grad_x, patch by patch; ``overwrite``: `=` in place of `+=`."""
    (height, width), (down, right) = layer.kernel_size, step or layer.stride
    weight = layer.params["weight"] if weight is None else weight
    shares = np.einsum("jabipq,njab->niabpq", weight, grad_y)
    result = np.zeros_like(grad_x)
    for a, b in np.ndindex(*layer.output_size):
        patch = result[:, :, down * a : down * a + height, right * b : right * b + width]
        share = shares[:, :, a, b, : patch.shape[2], : patch.shape[3]]
        patch[...] = share if overwrite else patch + share
    return result
