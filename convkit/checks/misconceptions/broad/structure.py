"""Broad entries about what a forward pass does with its input as a whole.

They compare what came with what came for another input, so they are true whatever is right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.look import Look, View, equal
from convkit.checks.misconceptions.broad.entering import Anatomy, Recognise, enter_mark
from convkit.checks.misconceptions.common import with_forward
from convkit.layers import Array

ALONE = "y of the last image alone"
MIXED = "y of 2x − 3z"
SHIFTED = "y of the shifted image"


def enter_structure(anatomy: Anatomy, *, linear: bool, equivariant: bool) -> None:
    """Enter that images influence one another, and what else is not as it should be."""
    enter_mark(
        anatomy,
        "forward-images-mixed",
        "The images of a batch influence one another",
        "an image gives other numbers alone than in a batch: something is averaged, summed or "
        "looked up over all images",
        "Which of your lines works on all images at once? Along which axis?",
        _own(ALONE, _alone_differs),
        with_forward(anatomy.target, _blended),
    )
    if linear:
        enter_mark(
            anatomy,
            "forward-not-linear",
            "y is not linear in x",
            "a mixture of two images does not give the mixture of their results: pixels are "
            "multiplied with one another, compared, cut off or squared somewhere",
            "Double x. What should happen to y, but for the bias? Which line spoils it?",
            _own(MIXED, _mixture_differs),
            with_forward(anatomy.target, _squaring),
        )
    if equivariant:
        enter_mark(
            anatomy,
            "forward-not-equivariant",
            "Places are not treated alike",
            "a shifted image does not give shifted features: the numbers depend on where a window "
            "lies, and not only on what is in it",
            "Which index of a place appears in your sum, besides that of the pixel?",
            _own(SHIFTED, _shift_differs),
            with_forward(anatomy.target, _fading),
        )


def _own(quantity: str, differs: Callable[[View, Array, Array], bool]) -> Recognise:
    """Whether the layer's own y, and what it gives for another input, do not fit together."""

    def recognise(look: Look, anatomy: Anatomy) -> bool:
        if look.name != "y":
            return False
        for view in look.wrong:
            y, other = view.behaviour.get("y"), view.behaviour.get(quantity)
            if isinstance(y, np.ndarray) and isinstance(other, np.ndarray):
                fits = other.shape[1:] == y.shape[1:] and np.isfinite(other).all()
                if fits and np.isfinite(y).all():
                    return differs(view, y, other)
        return False

    return recognise


def _alone_differs(view: View, y: Array, alone: Array) -> bool:
    return not equal(alone, y[-1:])


def _mixture_differs(view: View, y: Array, mixed: Array) -> bool:
    """What is left is the same for all images and places of a map, if only a bias is added."""
    rest = mixed - (2 * y - 3 * y[::-1])
    scale = float(np.abs(mixed).max())
    return bool(np.ptp(rest, axis=0).max() > 1e-6 * scale)


def _shift_differs(view: View, y: Array, shifted: Array) -> bool:
    """Away from the border, with stride 1, y moves along; the last image is the one shifted."""
    if view.case.options.get("stride", 1) != 1 or min(y.shape[2:]) < 4:
        return False
    return not equal(shifted[:, :, 2:, 2:], y[-1:, :, 1:-1, 1:-1])


def _blended(layer: Any, x: Array, y: Array) -> Array:
    """Into every image some of the next one is mixed."""
    return np.asarray(layer.once_more(x + 0.3 * np.roll(x, 1, axis=0)))


def _squaring(layer: Any, x: Array, y: Array) -> Array:
    return np.asarray(layer.once_more(x * np.abs(x)))


def _fading(layer: Any, x: Array, y: Array) -> Array:
    fading = 1 / np.arange(1, x[0, 0].size + 1, dtype=x.dtype).reshape(x.shape[2:])
    return np.asarray(layer.once_more(x * fading))
