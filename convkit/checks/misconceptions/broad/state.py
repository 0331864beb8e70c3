"""Broad entries about calls: what one call leaves behind for the next."""

from __future__ import annotations

from typing import Any

from convkit.checks.behaviour import SECOND_TIME
from convkit.checks.look import Look
from convkit.checks.misconceptions.broad.entering import Anatomy, enter_mark
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.properties import same_values
from convkit.layers import Array


def enter_remembering(anatomy: Anatomy) -> None:
    """Enter, for either pass, that an earlier call leaves something behind."""
    for id, it, wrong in (
        ("forward-remembers", "y", with_forward(anatomy.target, _growing)),
        ("backward-remembers", "a gradient", with_backward(anatomy.target, _growing)),
    ):
        enter_mark(
            anatomy,
            id,
            f"Earlier calls leave something behind in {it}",
            "something from an earlier call is still there, so that the same question gets another "
            "answer the second time: an array that is not made anew, a list that grows, a flag "
            "that stays set",
            "Which attribute of `self` is set in one call and read in another? Should it be?",
            _asked_again,
            wrong,
        )


def _asked_again(look: Look, anatomy: Anatomy) -> bool:
    if look.quantity.endswith(SECOND_TIME):
        return True
    # Further questions to a layer are asked where it has been asked before.
    return look.name.startswith("y of ") and any(
        not same_values(view.behaviour["y"], view.behaviour.get("y" + SECOND_TIME, view.right))
        for view in look.wrong
    )


def _growing(layer: Any, given: Array, result: Array) -> Array:
    layer.calls = getattr(layer, "calls", 0) + 1
    return result * (1 + 0.3 * (layer.calls - 1))
