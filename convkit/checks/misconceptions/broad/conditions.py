"""Broad entries about *when* something goes wrong: with which arguments, and with no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from convkit.checks.misconceptions.broad.entering import Anatomy, enter_mark
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.layers import Array

Holds = Callable[[Any, Array], bool]
"""Is given a layer and x: whether the condition holds."""

Conditions = Mapping[str, tuple[str, str, Holds]]
"""By id: the condition as the cases' traits say it, the hint, and when it holds."""

STRIDES_DIFFER: Conditions = {
    "stride-differs": (
        "the two strides differ",
        "Where in your code does `stride[1]` appear, and along which axis?",
        lambda layer, x: layer.stride[0] != layer.stride[1],
    ),
}

SIZE_OF_BATCH: Conditions = {
    "one-image": (
        "the batch is a single image",
        "What do your axes, sums and squeezes do to an axis of size 1?",
        lambda layer, x: len(x) == 1,
    ),
    "several-images": (
        "the batch is more than one image",
        "Which of your lines knows that there is more than one image?",
        lambda layer, x: len(x) > 1,
    ),
}


def not_square(window: str) -> Conditions:
    """The ``window``, as the layer calls it, has two different sides."""
    return {
        f"{window}-not-square": (
            f"the {window} is not square",
            f"Where in your code do the {window}'s height and its width appear, and along which "
            "axes?",
            lambda layer, x: layer.kernel_size[0] != layer.kernel_size[1],
        ),
    }


def overlap(windows: str) -> Conditions:
    """The ``windows`` are larger than the steps between them."""
    return {
        "overlap": (
            f"{windows} overlap",
            f"How many {windows} does one pixel lie in? What happens to the second one?",
            lambda layer, x: any(
                size > step for size, step in zip(layer.kernel_size, layer.stride, strict=True)
            ),
        ),
    }


def ragged(windows: str) -> Conditions:
    """Behind the last of the ``windows`` there are pixels left."""
    return {
        "ragged": (
            f"{windows} do not reach the image's edge (the size is ragged)",
            "What happens to the rows and columns that are left over?",
            _ragged,
        ),
    }


def _ragged(layer: Any, x: Array) -> bool:
    padding = getattr(layer, "padding", (0, 0))
    sizes = zip(x.shape[2:], layer.kernel_size, layer.stride, padding, strict=True)
    return any((size + 2 * p - k) % s for size, k, s, p in sizes)


def enter_conditions(anatomy: Anatomy, conditions: Conditions) -> None:
    """Enter, for either pass of a layer, that it goes wrong under each of the conditions."""
    for passing, wrong in (("forward", _bent_forward), ("backward", _bent_backward)):
        for id, (trait, hint, holds) in conditions.items():
            enter_mark(
                anatomy,
                f"{passing}-only-{id}",
                f"{passing.capitalize()} goes wrong only where {trait}",
                f"the {passing} pass fails wherever {trait}, and is right everywhere else",
                hint,
                None,
                wrong(anatomy, holds),
                only=(passing, trait),
            )


def _bent(value: Array) -> Array:
    """Numbers that have nothing to do with the right ones."""
    scale = float(np.abs(value).max())
    bent = scale * np.cos(1 + np.arange(value.size)).reshape(value.shape)
    return np.asarray(bent.astype(value.dtype))


def _bent_forward(anatomy: Anatomy, holds: Holds) -> type[Any]:
    return with_forward(anatomy.target, lambda layer, x, y: _bent(y) if holds(layer, x) else y)


def _bent_backward(anatomy: Anatomy, holds: Holds) -> type[Any]:
    return with_backward(
        anatomy.target,
        lambda layer, grad_y, grad_x: _bent(grad_x) if holds(layer, layer.x) else grad_x,
    )
