"""What wrong poolings are made of: the right ones with something changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convkit.checks.misconceptions import Mark, misconception
from convkit.checks.misconceptions.common import Backward, Forward, with_backward, with_forward
from convkit.layers import Array, AvgPool2d, MaxPool2d

Pool = MaxPool2d | AvgPool2d
Pair = tuple[int, int]

CLASSES: dict[str, type[Pool]] = {"MaxPool2d": MaxPool2d, "AvgPool2d": AvgPool2d}

IDEA = ("05-pooling", "The idea")
BY_HAND = ("05-pooling", "By hand")
BACK = {
    "MaxPool2d": ("07-gradients", "Through a max"),
    "AvgPool2d": ("07-gradients", "Through an average"),
}


def forward_mistake(
    id: str,
    title: str,
    when: str,
    hint: str,
    *variants: Forward,
    of: Sequence[str] = tuple(CLASSES),
    read: tuple[str, str] = BY_HAND,
    classes: Callable[[type[Pool]], Sequence[type[Any]]] = lambda base: (),
) -> Callable[[Forward], Forward]:
    """Enter a wrong forward pass of the poolings named by ``of``.

    ``classes``: further classes that make the mistake, perhaps in both passes alike.
    """

    def enter(wrong: Forward) -> Forward:
        for name in of:
            base = CLASSES[name]
            misconception(
                f"{name.lower()}-forward-{id}",
                name,
                title=title,
                when=when,
                hint=hint,
                read=read,
                variants=(*(with_forward(base, other) for other in variants), *classes(base)),
            )(with_forward(base, wrong))
        return wrong

    return enter


def backward_mistake(
    id: str,
    title: str,
    when: str,
    hint: str,
    *variants: Backward,
    of: Sequence[str] = tuple(CLASSES),
    classes: Callable[[type[Pool]], Sequence[type[Any]]] = lambda base: (),
    mark: Mark | None = None,
) -> Callable[[Backward], Backward]:
    """Enter a wrong backward pass of the poolings named by ``of``."""

    def enter(wrong: Backward) -> Backward:
        for name in of:
            base = CLASSES[name]
            misconception(
                f"{name.lower()}-backward-{id}",
                name,
                title=title,
                when=when,
                hint=hint,
                read=BACK[name],
                variants=(*(with_backward(base, other) for other in variants), *classes(base)),
                mark=mark,
            )(with_backward(base, wrong))
        return wrong

    return enter


def throughout(*settings: Callable[[Any], dict[str, Any]]) -> Callable[[type[Pool]], list[Any]]:
    """Classes that are right, in both passes, for other settings than those asked for."""

    def classes(base: type[Pool]) -> list[Any]:
        return [_resettled(base, setting) for setting in settings]

    return classes


def _resettled(base: type[Pool], setting: Callable[[Any], dict[str, Any]]) -> type[Any]:
    def forward(self: Any, x: Array) -> Array:
        self.twin = twin(self, **setting(self))
        y: Array = self.twin.forward(x)
        return y

    def backward(self: Any, grad_y: Array) -> Array:
        grad_x: Array = self.twin.backward(grad_y)
        return grad_x

    return type("Wrong", (base,), {"forward": forward, "backward": backward})


def twin(layer: Pool, kernel_size: Pair | None = None, stride: Pair | None = None) -> Pool:
    """A right layer like ``layer``, but for what is given."""
    base = MaxPool2d if isinstance(layer, MaxPool2d) else AvgPool2d
    return base(kernel_size or layer.kernel_size, stride or layer.stride)


def reduced(layer: Pool, windows: Array, axes: tuple[int, ...] = (-2, -1)) -> Array:
    """What the layer makes of its windows."""
    result: Array = windows.max(axes) if isinstance(layer, MaxPool2d) else windows.mean(axes)
    return result


def windows(layer: Pool, x: Array) -> Array:
    """The layer's windows: (N, C, out_h, out_w, h, w)."""
    view = np.lib.stride_tricks.sliding_window_view(x, layer.kernel_size, axis=(2, 3))
    return view[:, :, :: layer.stride[0], :: layer.stride[1]]


def loops(
    layer: Pool,
    x: Array,
    *,
    window: Pair | None = None,
    step: Pair | None = None,
    size: tuple[int, int] | None = None,
) -> Array:
    """The forward pass by loops; ``window``, ``step`` and the ``size`` of y may be wrong.

    As in a learner's loops, a slice that hangs over the edge is cut off there.
    """
    (height, width), (down, right) = window or layer.kernel_size, step or layer.stride
    rows, columns = size or windows(layer, x).shape[2:4]
    y = np.zeros((*x.shape[:2], rows, columns), x.dtype)
    for j, k in np.ndindex(rows, columns):
        patch = x[:, :, down * j : down * j + height, right * k : right * k + width]
        y[:, :, j, k] = reduced(layer, patch)
    return y


def scattered(
    layer: Pool,
    shares: Array,
    grad_x: Array,
    *,
    step: Pair | None = None,
    overwrite: bool = False,
) -> Array:
    """An array like ``grad_x`` to whose windows ``shares`` (N, C, out_h, out_w, h, w) are added.

    ``step``: how far the windows move, if wrong; ``overwrite``: `=` in place of `+=`.
    """
    (height, width), (down, right) = shares.shape[4:], step or layer.stride
    result = np.zeros_like(grad_x)
    for j, k in np.ndindex(*shares.shape[2:4]):
        window = result[:, :, down * j : down * j + height, right * k : right * k + width]
        share = shares[:, :, j, k, : window.shape[2], : window.shape[3]]
        window[...] = share if overwrite else window + share
    return result


def shares_of(layer: Any, grad_y: Array, x: Array) -> Array:
    """What each window hands back to its pixels: (N, C, out_h, out_w, h, w)."""
    patches = windows(layer, x)
    upstream = grad_y[..., np.newaxis, np.newaxis]
    if isinstance(layer, AvgPool2d):
        return np.broadcast_to(upstream / patches[0, 0, 0, 0].size, patches.shape)
    return upstream * first_winner(patches)


def first_winner(patches: Array) -> Array:
    """A mask of the first largest number in each window."""
    flat = patches.reshape(*patches.shape[:4], -1)
    mask = np.arange(flat.shape[-1]) == flat.argmax(-1)[..., np.newaxis]
    return mask.reshape(patches.shape)
