"""What can be said of a pooling's numbers: of its windows, and of what arrives where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convkit.checks.look import Look, View, close, equal, look
from convkit.checks.misconceptions import Mark
from convkit.checks.misconceptions.broad.entering import Anatomy
from convkit.checks.misconceptions.broad.geometry import (
    Layout,
    Pair,
    framed_windows,
    other_windows,
)
from convkit.checks.misconceptions.pooling.altered import (
    Pool,
    scattered,
    windows,
)
from convkit.checks.properties import Situation
from convkit.layers import Array, MaxPool2d


def _layer(view: View) -> MaxPool2d:
    return MaxPool2d(*view.case.arguments)


def _right(view: View) -> Layout:
    layer = _layer(view)
    return Layout((0, 0), layer.stride, layer.kernel_size)


def largest(view: View, size: Pair) -> Array:
    """The largest numbers, where a window is cut off at the image's edge."""
    return np.asarray(framed_windows(view.case.x, size, -np.inf).max((-2, -1)))


def means(view: View, size: Pair) -> Array:
    """The means, where a window is cut off at the image's edge."""
    patches = framed_windows(view.case.x, size, np.nan)
    inside = np.isfinite(patches).sum((-2, -1))
    return np.asarray(np.nansum(patches, (-2, -1)) / np.where(inside, inside, np.nan))


def _sizes(view: View) -> list[Pair]:
    """The right size first, and what a slip may make of it."""
    (height, width), (down, along) = _layer(view).kernel_size, _layer(view).stride
    sides = {height, width, down, along, height - 1, height + 1, width - 1, width + 1} - {0}
    others = [(one, other) for one in sorted(sides) for other in sorted(sides)]
    return [(height, width), *(size for size in others if size != (height, width))]


def elsewhere(everywhere: Callable[[View, Pair], Array]) -> Callable[[Look, Anatomy], str | bool]:
    return lambda look, anatomy: other_windows(look, everywhere, _right, _sizes)


def some_number_of_the_window(look: Look, anatomy: Anatomy) -> bool:
    """y is one of the numbers of its window."""
    if look.name != "y" or not look.finite:
        return False
    for view, (got, _) in zip(look.wrong, look.finite, strict=True):
        patches = windows(_layer(view), view.case.x)
        if not np.isclose(patches, got[..., None, None], rtol=1e-9).any((-2, -1)).all():
            return False
    return True


def some_number_of_the_image(look: Look, anatomy: Anatomy) -> bool:
    """y is one of the numbers of x."""
    return (
        look.name == "y"
        and bool(look.finite)
        and all(
            bool(np.isin(np.round(got, 9), np.round(view.case.x, 9)).all())
            for view, (got, _) in zip(look.wrong, look.finite, strict=True)
        )
    )


def compared(
    holds: Callable[[Array, Array, Array], Any], expected: bool
) -> Callable[[Look, Anatomy], bool]:
    """Whether something holds of each y and the smallest and the largest pixel of its window."""

    def recognise(look: Look, anatomy: Anatomy) -> bool:
        if look.name != "y" or not look.finite:
            return False
        seen = [windows(_layer(view), view.case.x) for view in look.wrong]
        everywhere = all(
            np.all(holds(got, patches.min((-2, -1)), patches.max((-2, -1))))
            for patches, (got, _) in zip(seen, look.finite, strict=True)
        )
        return everywhere == expected

    return recognise


def gradients(
    holds: Callable[[View, Array, Array], Any], quantity: str = "grad_x"
) -> Callable[[Look, Anatomy], bool]:
    """Whether something holds of what came and what is right, in every failing case."""

    def recognise(look: Look, anatomy: Anatomy) -> bool:
        return (
            look.name == quantity
            and bool(look.finite)
            and all(
                holds(view, got, right)
                for view, (got, right) in zip(look.wrong, look.finite, strict=True)
            )
        )

    return recognise


def winners_only(view: View, got: Array, right: Array) -> bool:
    """Nobody but winners gets anything."""
    return bool(got.any()) and not bool(got[right == 0].any())


def winners_right(view: View, got: Array, right: Array) -> bool:
    """Winners get what they should; others get something, too."""
    won = right != 0
    return bool(won.any()) and bool(close(got, right)[won].all())


def all_arrives(view: View, got: Array, right: Array) -> bool:
    """In each map as much arrives as is handed back."""
    return _same_sums(got, right, (2, 3))


def all_arrives_in_image(view: View, got: Array, right: Array) -> bool:
    return _same_sums(got, right, (1, 2, 3))


def _same_sums(got: Array, right: Array, axes: tuple[int, ...]) -> bool:
    return bool(np.all(np.abs((got - right).sum(axes)) <= 1e-6 * np.abs(right).sum(axes)))


def keeps_one(pool: type[Pool]) -> Mark:
    """In grad_x each pixel keeps what one of its windows hands back to it, and loses the rest.

    Among equals any may have won.
    """

    def holds(view: View, got: Array, right: Array) -> bool:
        layer = pool(*view.case.arguments)
        patches, kept = windows(layer, view.case.x), windows(layer, got)
        grad_y = view.case.grad_y[..., np.newaxis, np.newaxis]
        if pool is MaxPool2d:
            won = patches == patches.max((-2, -1), keepdims=True)
            tied = won & (won.sum((-2, -1), keepdims=True) > 1)
            fits = close(kept, grad_y * won) | (tied & (kept == 0))
        else:
            fits = close(kept, np.broadcast_to(grad_y / patches[0, 0, 0, 0].size, kept.shape))
        covered = scattered(layer, np.ones_like(patches), got) > 0
        some_fit = scattered(layer, fits.astype(float), got) > 0
        return bool(np.where(covered, some_fit, got == 0).all())

    def mark(quantity: str, situations: Sequence[Situation]) -> bool:
        seen = look(quantity, situations)
        return (
            quantity == "grad_x"
            and bool(seen.finite)
            and all(
                holds(view, got, right)
                for view, (got, right) in zip(seen.wrong, seen.finite, strict=True)
            )
        )

    return mark


def less_arrives(view: View, got: Array, right: Array) -> bool:
    return bool(np.abs(got).sum() < 0.999 * np.abs(right).sum())


def more_arrives(view: View, got: Array, right: Array) -> bool:
    return bool(np.abs(got).sum() > 1.001 * np.abs(right).sum())


def unevenly(look: Look, anatomy: Anatomy) -> bool:
    """The pixels of a window get different shares, wherever windows do not overlap."""
    uneven = []
    for view, (got, _) in zip(look.wrong, look.finite, strict=False):
        layer = _layer(view)
        if all(k <= s for k, s in zip(layer.kernel_size, layer.stride, strict=True)):
            shares = windows(layer, got)
            uneven.append(not equal(shares, np.broadcast_to(shares[..., :1, :1], shares.shape)))
    return look.name == "grad_x" and bool(uneven) and all(uneven)


def weighed(look: Look, anatomy: Anatomy) -> bool:
    """y is a sum of the pixels of its window, each with a factor that is the same everywhere."""
    if look.name != "y" or not look.finite:
        return False
    told = False
    for view, (got, _) in zip(look.wrong, look.finite, strict=True):
        patches = windows(_layer(view), view.case.x).reshape(got.size, -1)
        if got.size >= 2 * patches.shape[1]:
            factors, *_ = np.linalg.lstsq(patches, got.ravel(), rcond=1e-10)
            told = bool(close(patches @ factors, got.ravel()).all())
            if not told:
                return False
    return told
