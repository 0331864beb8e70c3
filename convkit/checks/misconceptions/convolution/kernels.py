"""What wrong convolutions have in common that correlate with other weights, or other windows.

y is linear in the weights: from enough of it one can work out which weights were used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from convkit.checks.look import Look, View, close, equal
from convkit.checks.misconceptions.broad.entering import Anatomy, enter_mark
from convkit.checks.misconceptions.broad.geometry import (
    Layout,
    Pair,
    framed_windows,
    other_way,
    other_windows,
)
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.convolution.altered import altered, pad
from convkit.layers import Array, Conv2d


def _layer(view: View) -> Conv2d:
    layer = Conv2d(*view.case.arguments, **view.case.options)
    layer.params.update(view.case.params)
    return layer


def _everywhere(view: View, size: Pair) -> Array:
    layer = _layer(view)
    windows = framed_windows(view.case.x, size, 0.0)
    sums = np.einsum("ncabpq,jcpq->njab", windows, layer.params["weight"], optimize=True)
    return np.asarray(sums + layer.params["bias"][:, np.newaxis, np.newaxis])


def _right(view: View) -> Layout:
    layer = _layer(view)
    (top, left) = layer.padding
    return Layout((-top, -left), layer.stride, layer.kernel_size)


def elsewhere(look: Look, anatomy: Anatomy) -> str | bool:
    return other_windows(look, _everywhere, _right, lambda view: [_layer(view).kernel_size])


def _used_weights(look: Look) -> Iterator[tuple[Array, Array] | None]:
    """For each failing case, the weights that were used and those that should be, (maps, …).

    None where nothing but the weights could be wrong but other weights do not explain it either;
    cases with too few numbers to tell are left out.
    """
    for view, (got, _) in zip(look.wrong, look.finite, strict=True):
        layer = _layer(view)
        weight = layer.params["weight"]
        unknown = int(np.prod(weight.shape[1:])) + 1
        if got.size // len(weight) >= unknown + 4:
            yield _fitted(layer, view, got, unknown)


def _fitted(layer: Conv2d, view: View, got: Array, unknown: int) -> tuple[Array, Array] | None:
    (sh, sw), (ph, pw) = layer.stride, layer.padding
    weight = layer.params["weight"]
    windows = framed_windows(view.case.x, layer.kernel_size, 0.0)
    numbers = got.swapaxes(0, 1).reshape(len(weight), -1).T
    for step in ((sh, sw), (1, 1), (sw, sh), (sh, sh), (sw, sw)):
        for start in ((-ph, -pw), (0, 0)):
            seen = Layout(start, step, layer.kernel_size).of(
                np.moveaxis(windows, (4, 5), (2, 3)), got.shape[2:]
            )
            if seen is None:
                continue
            seen = np.moveaxis(seen, (1, 2, 3), (3, 4, 5)).reshape(len(numbers), -1)
            seen = np.column_stack([seen, np.ones(len(seen))])
            used, _, rank, _ = np.linalg.lstsq(seen, numbers, rcond=1e-10)
            if rank == unknown and bool(close(seen @ used, numbers).all()):
                return used[:-1].T, weight.reshape(len(weight), -1)
    return None


def _weights(look: Look) -> list[tuple[Array, Array]]:
    """What `_used_weights` finds, if it finds it in every case; at least one must tell."""
    if look.name != "y" or not look.finite:
        return []
    found = list(_used_weights(look))
    pairs = [pair for pair in found if pair is not None]
    # Where the weights are right, it is the bias that is not.
    right = all(equal(used, weight) for used, weight in pairs)
    return [] if right or None in found else pairs


def permuted(look: Look, anatomy: Anatomy) -> bool:
    """The weights of each map, each once, in another order."""
    pairs = _weights(look)
    return bool(pairs) and all(
        equal(np.sort(used, axis=1), np.sort(right, axis=1)) for used, right in pairs
    )


def exchanged(look: Look, anatomy: Anatomy) -> bool:
    """All the weights, each once, but not in the right maps."""
    pairs = _weights(look)
    return bool(pairs) and all(
        equal(np.sort(used, axis=None), np.sort(right, axis=None)) for used, right in pairs
    )


def partly(look: Look, anatomy: Anatomy) -> bool:
    """Each weight as it is, or 0."""
    pairs = _weights(look)
    return bool(pairs) and all(
        bool(np.all(close(used, right) | (np.abs(used) < 1e-6))) for used, right in pairs
    )


def borrowed(look: Look, anatomy: Anatomy) -> bool:
    """Each weight that was used is one of the right ones, or 0."""
    pairs = _weights(look)
    return bool(pairs) and all(_among(used, right) for used, right in pairs)


def _among(used: Array, right: Array) -> bool:
    known = np.append(right, 0.0)
    return bool(np.all(np.abs(used[..., np.newaxis] - known.ravel()).min(axis=-1) < 1e-6))


def others(look: Look, anatomy: Anatomy) -> bool:
    """y is a correlation; the weights have nothing to do with the right ones."""
    return bool(_weights(look))


def _scattered(view: View, layout: Layout, only_first: bool) -> Array | None:
    """grad_x through other windows; only that of the first image, if that is enough."""
    weight, grad_y = view.case.params["weight"], view.case.grad_y[: 1 if only_first else None]
    if layout.swapped:
        grad_y = grad_y.swapaxes(2, 3)
    if layout.inside:
        grad_y = _dropped(view, layout, grad_y)
    (top, left), (down, along) = layout.start, layout.step
    rows, columns = grad_y.shape[2:]
    height, width = view.case.x.shape[2:]
    reach = 8
    frame = np.zeros(
        (
            *(len(grad_y), weight.shape[1]),
            reach + max(height, top + down * rows + weight.shape[2]) + 1,
            reach + max(width, left + along * columns + weight.shape[3]) + 1,
        )
    )
    shares = np.einsum("njab,jcpq->pqncab", grad_y, weight, optimize=True)
    for p, q in np.ndindex(*weight.shape[2:]):
        first, second = reach + top + p, reach + left + q
        if min(first, second) < 0:
            return None
        frame[
            ..., first : first + down * rows : down, second : second + along * columns : along
        ] += shares[p, q]
    return frame[:, :, reach : reach + height, reach : reach + width]


def _dropped(view: View, layout: Layout, grad_y: Array) -> Array:
    """grad_y without what belongs to windows that leave the padded image."""
    kept = grad_y.copy()
    ends = zip(view.case.x.shape[2:], _layer(view).padding, layout.size, strict=True)
    last_row, last_column = (size + padding - side for size, padding, side in ends)
    for place in np.ndindex(*grad_y.shape[2:]):
        row, column = layout.corner(place)
        if row > last_row or column > last_column:
            kept[(..., *place)] = 0
    return kept


def _met(view: View, layout: Layout, only_first: bool) -> Array | None:
    """The gradient of the weights for other windows; only that of the first map."""
    grad_y = view.case.grad_y[:, : 1 if only_first else None]
    if layout.inside:
        grad_y = _dropped(view, layout, grad_y)
    windows = framed_windows(view.case.x, layout.size, 0.0)
    seen = layout.of(np.moveaxis(windows, (4, 5), (2, 3)), (grad_y.shape[2], grad_y.shape[3]))
    if seen is None:
        return None
    return np.asarray(np.einsum("njab,ncpqab->jcpq", grad_y, seen, optimize=True))


def _other_way(look: Look, anatomy: Anatomy) -> str | bool:
    ways = {"grad_x": _scattered, 'grads["weight"]': _met}
    return look.name in ways and other_way(look, ways[look.name], _right)


def enter_kernels(anatomy: Anatomy) -> None:
    """Enter what is told by the windows and the weights that were used."""
    for row in _FORWARD:
        enter_mark(anatomy, *row)
    enter_mark(
        anatomy,
        "backward-windows-elsewhere",
        "The way back leads through other windows",
        "the numbers of grad_y meet the right weights, or pixels, but of windows that begin "
        "elsewhere or move by another step than those of forward",
        "Compare the slices of your forward with those of your backward.",
        _other_way,
        with_backward(Conv2d, _further_apart),
    )


def _further_apart(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """grad_x as if the windows moved down by one row more."""
    (ph, pw), (sh, sw), (height, width) = layer.padding, layer.stride, grad_x.shape[2:]
    twin = altered(layer, padding=0, stride=(sh + 1, sw))
    rows = (grad_y.shape[2] - 1) * (sh + 1) + layer.kernel_size[0]
    twin.forward(np.zeros((*grad_x.shape[:2], rows, width + 2 * pw)))
    framed = pad(twin.backward(grad_y), 0, 0, max(0, ph + height - rows), 0)
    return framed[:, :, ph : ph + height, pw : pw + width].astype(grad_x.dtype)


def _moved(layer: Any, x: Array, y: Array) -> Array:
    """The windows begin one pixel further down."""
    (ph, pw) = layer.padding
    framed = pad(x, ph, pw, ph + 1, pw)[:, :, 1:]
    return altered(layer, padding=0).forward(framed)


def _with(change: Callable[[Array], Array]) -> type[Any]:
    """A layer whose forward uses other weights."""
    return with_forward(
        Conv2d,
        lambda layer, x, y: altered(layer, weight=change(layer.params["weight"])).forward(x),
    )


def _shuffled(weight: Array) -> Array:
    """Each map's weights in one and the same other order."""
    order = np.random.default_rng(0).permutation(weight[0].size)
    return weight.reshape(len(weight), -1)[:, order].reshape(weight.shape)


def _dealt(weight: Array) -> Array:
    order = np.random.default_rng(0).permutation(weight.size)
    return weight.ravel()[order].reshape(weight.shape)


_FORWARD: list[tuple[Any, ...]] = [
    (
        "forward-windows-elsewhere",
        "The windows lie elsewhere",
        "the weights are right and meet other pixels: the windows begin too early or too late, or "
        "move by another step",
        "Work out by hand where the windows of y[…, 0, 0] and of y[…, 1, 1] begin.",
        elsewhere,
        with_forward(Conv2d, _moved),
    ),
    (
        "forward-weights-permuted",
        "The weights meet the wrong pixels",
        "each feature map uses all of its weights, but in another order than the pixels of the "
        "window: one of the two is laid out with its axes in another order, or turned",
        "In which order do the window's numbers stand when they meet the weights: channel by "
        "channel, or pixel by pixel? And the weights?",
        permuted,
        _with(_shuffled),
    ),
    (
        "forward-weights-exchanged",
        "The feature maps use each other's weights",
        "all weights are used, but not in the feature map where they belong: the weights are "
        "reshaped where an axis has to be moved, or two axes are mixed up",
        "weight[j] belongs to feature map j. What does your reshape make of it?",
        exchanged,
        _with(_dealt),
    ),
    (
        "forward-weights-partly",
        "Only a part of the weights is used",
        "some products of the sum are there, and others are left out",
        "How many products has the sum for one number of y? How many does your code add up?",
        partly,
        _with(lambda weight: weight * (np.arange(weight.size).reshape(weight.shape) % 5 > 0)),
    ),
    (
        "forward-weights-borrowed",
        "Some weights are used in the place of others",
        "pixels are multiplied with weights that belong to other pixels, channels or feature maps; "
        "some weights are used twice and others not at all",
        "Which four indices has the weight of a product? Where does each of them come from?",
        borrowed,
        _with(lambda weight: weight.ravel()[np.arange(weight.size) // 2 * 2].reshape(weight.shape)),
    ),
    (
        "forward-weights-changed",
        "Other weights are used than those in params",
        "y is a sum of products of the right pixels, but with factors that are not the weights: "
        "they are scaled or mixed first, or a pixel meets several weights and another one none",
        "Which factor does the upper left pixel of a window get in your code? Print it.",
        others,
        _with(lambda weight: weight + 0.5 * np.roll(weight, 1, -1)),
    ),
]
