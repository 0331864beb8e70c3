"""Broad entries about calls: what one call leaves behind for the next."""

from __future__ import annotations

from typing import Any

from convkit.checks.look import Look
from convkit.checks.misconceptions import misconception
from convkit.checks.misconceptions.broad.entering import Anatomy, mark_of
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.properties import SECOND_TIME
from convkit.layers import Array


def enter_remembering(anatomy: Anatomy) -> None:
    """Enter, for either pass, that an earlier call leaves something behind."""
    assert anatomy.back is not None
    for prefix, it, read, wrong in (
        ("forward-", "y", anatomy.forth, with_forward(anatomy.target, _growing)),
        ("backward-", "a gradient", anatomy.back, with_backward(anatomy.target, _growing)),
    ):
        misconception(
            f"{anatomy.name.lower()}-{prefix}remembers",
            anatomy.name,
            title=f"Earlier calls leave something behind in {it}",
            when="something from an earlier call is still there, so that the same question gets "
            "another answer the second time: an array that is not made anew, a list that grows, a "
            "flag that stays set",
            hint="Which attribute of `self` is set in one call and read in another? Should it be?",
            read=read,
            mark=mark_of(anatomy, _asked_again, prefix),
            broad=True,
        )(wrong)


def _asked_again(look: Look, anatomy: Anatomy) -> bool:
    return look.quantity.endswith(SECOND_TIME)


def _growing(layer: Any, given: Array, result: Array) -> Array:
    layer.calls = getattr(layer, "calls", 0) + 1
    return result + 0.3 * (layer.calls - 1) * (result > 0)
