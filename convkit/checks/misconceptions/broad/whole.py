"""Broad entries for names that have no windows, and much to say of their own before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convkit.checks.misconceptions.any_layer import enter_any_layer
from convkit.checks.misconceptions.broad.entering import (
    Anatomy,
    Broad,
    Change,
)
from convkit.checks.misconceptions.broad.errors import ERRORS, RESULTS
from convkit.checks.misconceptions.broad.shapes import SHAPES
from convkit.checks.misconceptions.promises import enter_promises
from convkit.checks.misconceptions.relations import enter_relations

FAILURES = [*RESULTS, *SHAPES, *ERRORS]
"""What can be said where no numbers of the right shape came."""


def enter_broad_simply(anatomy: Anatomy, *, numbers: bool = True) -> None:
    enter_any_layer(anatomy)
    enter_relations(anatomy)


def enter_failures(
    anatomy: Anatomy, prefix: str, it: str, make: Callable[[Change], Any], rows: Sequence[Broad]
) -> None:
    enter_promises(anatomy)
    enter_relations(anatomy)
