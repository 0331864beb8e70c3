"""Locally connected layers whose patches lie elsewhere, or whose weights are in another order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np

from convkit.checks.look import Look, View
from convkit.checks.misconceptions.broad.entering import Anatomy, enter_mark
from convkit.checks.misconceptions.broad.geometry import Layout, framed_windows, other_way
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.local.altered import (
    backward_mistake,
    forward_mistake,
    gradient_mistake,
    handed_back,
    patches,
    summed,
)
from convkit.layers import Array, LocallyConnected2d

_ORDERS = [order for order in permutations(range(3)) if order != (0, 1, 2)]


def _laid_out(weight: Array, first: int, order: tuple[int, ...]) -> Array:
    """Three axes of the weights, from ``first``, in another order in memory."""
    axes = list(range(weight.ndim))
    axes[first : first + 3] = [first + axis for axis in order]
    return weight.transpose(axes).reshape(weight.shape)


def _back(weight: Array, first: int, order: tuple[int, ...]) -> Array:
    """The other way round: memory in another order, taken as the right one."""
    axes = list(range(weight.ndim))
    axes[first : first + 3] = [first + axis for axis in order]
    shape = [weight.shape[axis] for axis in axes]
    return weight.reshape(shape).transpose(np.argsort(axes))


_LAYOUTS = [
    (change, first, order) for change in (_laid_out, _back) for first in (3, 0) for order in _ORDERS
]


def _forward(change: Any, first: int, order: tuple[int, ...]) -> Any:
    return lambda layer, x, y: summed(
        layer, patches(layer, x), change(layer.params["weight"], first, order)
    )


def _backward(change: Any, first: int, order: tuple[int, ...]) -> Any:
    return lambda layer, grad_y, grad_x: handed_back(
        layer, grad_y, grad_x, weight=change(layer.params["weight"], first, order)
    )


def _gradient(change: Any, first: int, order: tuple[int, ...]) -> Any:
    return lambda layer, gradient, grad_y: change(gradient, first, order)


forward_mistake(
    "order",
    "The weights are laid out in another order",
    "the patch is flattened in one order and the weights in another, or an axis is reshaped where "
    "it has to be moved: pixels meet weights of other pixels, channels or places",
    "In which order do the numbers of a patch stand when they meet the weights? And the weights?",
    *(_forward(*layout) for layout in _LAYOUTS[1:]),
)(_forward(*_LAYOUTS[0]))

backward_mistake(
    "order",
    "The weights are laid out in another order in backward",
    "the gradient goes back through weights that are flattened in another order than the patch",
    "Through which weight did a pixel reach its unit? Through which does the gradient go back?",
    *(_backward(*layout) for layout in _LAYOUTS[1:]),
)(_backward(*_LAYOUTS[0]))

gradient_mistake(
    "weight",
    "laid-out",
    "The gradient of the weights is laid out in another order",
    "the numbers are right and stand in the wrong places: reshape keeps the order in memory, and "
    "does not move an axis",
    "Which axis varies fastest before your reshape, and which one in the weights?",
    *(_gradient(*layout) for layout in _LAYOUTS[1:]),
)(_gradient(*_LAYOUTS[0]))


def _layer(view: View) -> LocallyConnected2d:
    return LocallyConnected2d(*view.case.arguments, **view.case.options, rng=0)


def _right(view: View) -> Layout:
    layer = _layer(view)
    return Layout((0, 0), layer.stride, layer.kernel_size)


def _seen(view: View, layout: Layout) -> Array | None:
    """The patches of x, (N, channels, h, w, out_h, out_w), where they lie according to a layout."""
    windows = framed_windows(view.case.x, layout.size, 0.0)
    rows, columns = view.case.grad_y.shape[2:]
    return layout.of(np.moveaxis(windows, (4, 5), (2, 3)), (rows, columns))


def _y(view: View, layout: Layout, only_first: bool) -> Array | None:
    seen, (weight, bias) = _seen(view, layout), view.case.params.values()
    if seen is None:
        return None
    seen = seen[: 1 if only_first else None]
    return np.asarray(np.einsum("jabipq,nipqab->njab", weight, seen) + bias)


def _grad_weight(view: View, layout: Layout, only_first: bool) -> Array | None:
    seen, grad_y = _seen(view, layout), view.case.grad_y[:, : 1 if only_first else None]
    return None if seen is None else np.asarray(np.einsum("njab,nipqab->jabipq", grad_y, seen))


def _grad_x(view: View, layout: Layout, only_first: bool) -> Array | None:
    case = view.case
    grad_y = case.grad_y[: 1 if only_first else None]
    shares = np.einsum("jabipq,njab->nabipq", case.params["weight"], grad_y)
    (height, width), reach = layout.size, 4
    frame = np.zeros((*shares.shape[:1], *case.x.shape[1:2], *(n + 40 for n in case.x.shape[2:])))
    for a, b in np.ndindex(*grad_y.shape[2:]):
        top, left = (reach + corner for corner in layout.corner((a, b)))
        patch = frame[:, :, top : top + height, left : left + width]
        if min(top, left) < 0 or patch.shape[2:] != layout.size:
            return None
        patch += shares[:, a, b]
    return frame[:, :, reach : reach + case.x.shape[2], reach : reach + case.x.shape[3]]


def forth(look: Look, anatomy: Anatomy) -> str | bool:
    return look.name == "y" and other_way(look, _y, _right)


def back(look: Look, anatomy: Anatomy) -> str | bool:
    ways = {"grad_x": _grad_x, 'grads["weight"]': _grad_weight}
    return look.name in ways and other_way(look, ways[look.name], _right)


def enter_places(anatomy: Anatomy) -> None:
    """Enter what is told by where the patches lie."""
    enter_mark(
        anatomy,
        "forward-patches-elsewhere",
        "The patches lie elsewhere",
        "the weights are right and meet other pixels: the patches begin too early or too late, or "
        "move by another step",
        "Work out by hand where the patches of y[…, 0, 0] and of y[…, 1, 1] begin.",
        forth,
        with_forward(LocallyConnected2d, _one_row_down),
    )
    enter_mark(
        anatomy,
        "backward-patches-elsewhere",
        "The way back leads through other patches",
        "the numbers of grad_y meet the right weights, or pixels, but of patches that begin "
        "elsewhere or move by another step than those of forward",
        "Compare the slices of your forward with those of your backward.",
        back,
        with_backward(LocallyConnected2d, _further_apart),
    )


def _one_row_down(layer: Any, x: Array, y: Array) -> Array:
    framed = np.pad(x[:, :, 1:], [(0, 0), (0, 0), (0, 1), (0, 0)])
    return summed(layer, patches(layer, framed), layer.params["weight"])


def _further_apart(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """The patches move down by one row more, and what falls off the image is lost."""
    return handed_back(layer, grad_y, grad_x, step=(layer.stride[0] + 1, layer.stride[1]))
