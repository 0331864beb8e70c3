"""Entries that are told by a mark: tables of them, and what several marks ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.look import View, look
from convkit.checks.misconceptions import Mark
from convkit.checks.misconceptions.fitting import same, shares
from convkit.checks.misconceptions.tables import Reading, enter_table
from convkit.checks.properties import Situation
from convkit.layers import Array

Wrong = list[tuple[View, Array]]
"""Each case that goes wrong, with the finite array of the right shape that came."""

Tells = Callable[[Wrong], str | bool]
"""Whether they show that this is the mistake; a sentence says more."""

Marks = Mapping[str, tuple[str, str, str, Any, Any]]
"""id: (title, when, hint, mark or what tells it, an example)."""


def enter_marks(name: str, read: Reading, marks: Marks, quantity: str | None = None) -> None:
    """Enter each row; with a ``quantity``, each tells by the cases in which that goes wrong."""
    enter_table(
        name, read, marks, mark=partial(told, quantity) if quantity else lambda tells: tells
    )


def told(quantity: str, tells: Tells) -> Mark:
    """A mark on ``quantity``."""

    def mark(asked: str, situations: Sequence[Situation]) -> str | bool:
        if asked != quantity:
            return False
        with np.errstate(all="ignore"):
            wrong = wrong_arrays(quantity, situations)
            return bool(wrong) and tells(wrong)

    return mark


def wrong_arrays(quantity: str, situations: Sequence[Situation]) -> Wrong:
    """Each case that goes wrong, with what came, where that is finite.

    None at all if somewhere it is no array of the right shape.
    """
    found = []
    for view in look(quantity, situations).wrong:
        if not isinstance(view.got, np.ndarray) or view.got.shape != view.right.shape:
            return []
        if np.isfinite(view.got).all():
            found.append((view, view.got.astype(np.float64)))
    return found


def samples_unlike(contributions: Callable[[View], Array]) -> Tells:
    """What came is a sum over samples that do not count alike; they do in the right sum.

    ``contributions`` gives those of each sample, (N, …).
    """

    def tells(wrong: Wrong) -> bool:
        told = 0
        for view, got in wrong:
            parts = contributions(view)
            if got.size > len(parts) > 1:
                factors = shares(got, *parts)
                if factors is None or all(same(factor, factors[0]) for factor in factors):
                    return False
                told += 1
        return told > 0

    return tells
