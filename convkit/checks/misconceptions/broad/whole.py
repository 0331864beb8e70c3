"""Broad entries for names that have no windows, and much to say of their own before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convkit.checks.misconceptions.any_layer import enter_any_layer
from convkit.checks.misconceptions.broad.entering import (
    Anatomy,
    Broad,
    Change,
    enter_broad,
    enter_mark,
)
from convkit.checks.misconceptions.broad.errors import ERRORS, RESULTS
from convkit.checks.misconceptions.broad.numbers import NUMBERS
from convkit.checks.misconceptions.broad.partly import PARTLY
from convkit.checks.misconceptions.broad.places import BORROWED, PLACES
from convkit.checks.misconceptions.broad.shapes import SHAPES
from convkit.checks.misconceptions.broad.state import enter_remembering

FAILURES = [*RESULTS, *SHAPES, *ERRORS]
"""What can be said where no numbers of the right shape came."""


def enter_broad_simply(anatomy: Anatomy, *, numbers: bool = True) -> None:
    """Enter all that is true of errors and shapes anywhere, and of ``numbers``.

    Numbers are left out where the name's own marks say it all, unless they are none.
    """
    enter_any_layer(anatomy)
    enter_remembering(anatomy)
    enter_broad(anatomy, [*NUMBERS, *PLACES, *PARTLY] if numbers else NUMBERS[:2])
    enter_broad(anatomy, FAILURES)
    enter_broad(anatomy, BORROWED if numbers else [])


def enter_failures(
    anatomy: Anatomy, prefix: str, it: str, make: Callable[[Change], Any], rows: Sequence[Broad]
) -> None:
    """Enter what is said of failures, for a name whose examples have to be made in its own way."""
    for row in rows:
        enter_mark(
            anatomy,
            f"{prefix}{row.id}",
            row.title.format(it=it),
            row.when.format(it=it),
            row.hint.format(it=it),
            row.recognise,
            *(make(example) for example in row.examples),
        )
