"""What is common to `correlate2d` and `convolve2d` with another kernel, or other places.

The result is a sum of terms, one for each number of the kernel: from enough numbers one can work
out how often each is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.look import Look, View, close, equal
from convkit.checks.misconceptions.broad.entering import Anatomy, enter_mark
from convkit.checks.misconceptions.broad.geometry import FRAME, layouts
from convkit.layers import Array, correlate2d

_SMALLEST = 1e-6


def _terms(view: View, anatomy: Anatomy) -> Array:
    """What each number of the kernel adds to the result, if it is 1: (h·w, rows, columns)."""
    x, k, *mode = view.case.arguments
    ones = np.eye(k.size).reshape(k.size, *k.shape)
    return np.array([anatomy.target(x.astype(float), one, *mode) for one in ones])


def _used_kernels(look: Look, anatomy: Anatomy) -> list[tuple[Array, Array]]:
    """The kernel that was used and the right one, for the failing cases that tell; flat.

    Nothing where a case is no sum of the terms, or where no case tells.
    """
    pairs = []
    for view, (got, _) in zip(look.wrong, look.finite, strict=False):
        k = view.case.arguments[1]
        matrix = _terms(view, anatomy).reshape(k.size, -1).T
        if len(matrix) >= k.size + 2:
            used, _, rank, _ = np.linalg.lstsq(matrix, got.ravel(), rcond=1e-10)
            if rank == k.size:
                if not close(matrix @ used, got.ravel()).all():
                    return []
                pairs.append((used, k.ravel().astype(float)))
    return pairs


Relation = Callable[[Array, Array], Any]


def _kernels(holds: Relation) -> Callable[[Look, Anatomy], bool]:
    def recognise(look: Look, anatomy: Anatomy) -> bool:
        pairs = _used_kernels(look, anatomy)
        return bool(pairs) and all(holds(used, right) for used, right in pairs)

    return recognise


def _permuted(used: Array, right: Array) -> bool:
    return equal(np.sort(used), np.sort(right))


def _partly(used: Array, right: Array) -> bool:
    return bool(np.all(close(used, right) | (np.abs(used) < _SMALLEST)))


def _borrowed(used: Array, right: Array) -> bool:
    known = np.append(right, 0.0)
    return bool(np.all(np.abs(used[:, np.newaxis] - known).min(axis=1) < _SMALLEST))


def _anything(used: Array, right: Array) -> bool:
    return True


def one_term(look: Look, anatomy: Anatomy) -> bool:
    """Each number is one product of its sum, or 0."""
    if not look.finite or any(view.case.arguments[1].size == 1 for view in look.wrong):
        return False
    for view, (got, _) in zip(look.wrong, look.finite, strict=True):
        k = view.case.arguments[1].astype(float)
        products = _terms(view, anatomy) * k.reshape(-1, 1, 1)
        if not close(products, got[np.newaxis]).any(axis=0).all():
            return False
    return True


def elsewhere(look: Look, anatomy: Anatomy) -> bool:
    """The right sums, of windows that lie elsewhere."""
    if not look.finite:
        return False
    for view, (got, _) in zip(look.wrong, look.finite, strict=True):
        x, k, *_ = (np.asarray(argument, float) for argument in view.case.arguments[:2])
        kernel = k if anatomy.target is correlate2d else k[::-1, ::-1]
        border = [(size - 1 + FRAME, size - 1 + FRAME + 8) for size in k.shape]
        everywhere = correlate2d(np.pad(x, border), kernel)
        told = got.size >= 3 and np.any(got)
        if not told or next(_found(got, everywhere, k.shape), None) is None:
            return False
    return True


def _found(got: Array, everywhere: Array, size: tuple[int, ...]) -> Any:
    """Layouts; places are counted from where kernel and image first touch."""
    return layouts(got[None, None], everywhere[None, None], (size[0], size[1]))


def _with(right: Callable[..., Any], change: Callable[[Array], Array]) -> Callable[..., Any]:
    return lambda x, k, mode="valid": right(x, change(k), mode)


def _shuffled(k: Array) -> Array:
    order = np.random.default_rng(1).permutation(k.size)
    return k.ravel()[order].reshape(k.shape)


def _without(k: Array) -> Array:
    return k * (np.arange(k.size).reshape(k.shape) % 3 != 1)


def _twice(k: Array) -> Array:
    return k.ravel()[np.arange(k.size) // 2 * 2].reshape(k.shape)


def _blurred(k: Array) -> Array:
    return k + 0.5 * k[::-1] + 0.1


def _in_turn(right: Callable[..., Any]) -> Callable[..., Any]:
    """The numbers of y hold one product each, another one from place to place."""

    def wrong(x: Array, k: Array, mode: str = "valid") -> Array:
        ones = np.eye(k.size).reshape(k.size, *k.shape)
        products = np.array([right(x, k * one, mode) for one in ones])
        turn = np.arange(products[0].size).reshape(products[0].shape) % k.size
        return np.take_along_axis(products, turn[None], 0)[0]

    return wrong


def _every_second(right: Callable[..., Any]) -> Callable[..., Any]:
    """The windows begin one row late and move down by two: the last lie below the image."""

    def wrong(x: Array, k: Array, mode: str = "valid") -> Array:
        rows = right(x, k, mode).shape[0]
        return np.asarray(right(np.pad(x, [(0, rows + 1), (0, 0)]), k, mode)[1::2][:rows])

    return wrong


def enter_used_kernels(anatomy: Anatomy) -> None:
    """Enter what is told by the kernel that was used, and by where."""
    right = anatomy.target
    for id, title, when, hint, recognise, example in (
        (
            "windows-elsewhere",
            "The windows lie elsewhere",
            "the sums are right, but stand at other places: the windows begin too early or too "
            "late, move by another step, or the wrong part of the result is kept",
            "Which pixels lie under the kernel for y[0, 0]? And for y[1, 1]?",
            elsewhere,
            _every_second(right),
        ),
        (
            "kernel-permuted",
            "The kernel's numbers meet the wrong pixels",
            "every number of the kernel is used once, at another place of the window than it "
            "should: two indices are mixed up, or the kernel is turned in another way",
            "Which pixel of its window does k[0, 1] meet in your code?",
            _kernels(_permuted),
            _with(right, _shuffled),
        ),
        (
            "kernel-partly",
            "Only a part of the kernel is used",
            "some products of the sum are there, and others are left out: a loop ends early, or a "
            "product overwrites another one",
            "How many products has the sum for one number? How many does your code add up?",
            _kernels(_partly),
            _with(right, _without),
        ),
        (
            "kernel-borrowed",
            "Some numbers of the kernel are used twice, and others not at all",
            "pixels are multiplied with numbers of the kernel that belong to other pixels",
            "Which two indices has the kernel in your sum? Where does each of them come from?",
            _kernels(_borrowed),
            _with(right, _twice),
        ),
        (
            "kernel-changed",
            "Another kernel is used",
            "the result is a sum over the right windows, but the factors are not the numbers of "
            "the kernel: they are scaled, summed up or mixed first",
            "Which factor does the upper left pixel of a window get in your code? Print it.",
            _kernels(_anything),
            _with(right, _blurred),
        ),
        (
            "one-product",
            "A sum keeps only one of its products",
            "each number of the result is a single product: the products overwrite each other, "
            "where they should be added",
            "`=` or `+=`? How many products come together in one number?",
            one_term,
            _in_turn(right),
        ),
    ):
        enter_mark(anatomy, id, title, when, hint, recognise, example)
