"""Broad diagnoses, entered for a name once its specific mistakes have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convkit.checks.misconceptions.any_layer import enter_any_layer
from convkit.checks.misconceptions.broad.conditions import (
    Conditions,
    enter_conditions,
)
from convkit.checks.misconceptions.broad.entering import (
    Anatomy,
    enter_broad,
    enter_broad_parameters,
)
from convkit.checks.misconceptions.broad.errors import ERRORS, RESULTS
from convkit.checks.misconceptions.broad.numbers import NUMBERS, ZERO
from convkit.checks.misconceptions.broad.partly import PARTLY, RARE
from convkit.checks.misconceptions.broad.parts import enter_sums
from convkit.checks.misconceptions.broad.places import BORROWED, PLACES
from convkit.checks.misconceptions.broad.shapes import PARAMETERS, SHAPES
from convkit.checks.misconceptions.broad.state import enter_remembering
from convkit.checks.misconceptions.promises import enter_promises

__all__ = ["Anatomy", "enter_broad", "enter_broad_function", "enter_broad_layer"]


def enter_broad_layer(
    anatomy: Anatomy,
    *,
    conditions: Conditions,
    sums: Sequence[str] = (),
    narrower: Callable[[], None] = lambda: None,
    vaguer: Callable[[], None] = lambda: None,
) -> None:
    """Enter all that can be said of any layer, what says most first.

    Args:
        conditions: what a mistake may depend on; see `enter_conditions`.
        sums: the quantities that are sums of terms; see `enter_sums`.
        narrower, vaguer: enter what the layer has of its own, where there is no simple relation
            between single numbers, and at the very end.
    """
    if anatomy.name.endswith("Pool2d"):
        enter_any_layer(anatomy)
    else:
        enter_promises(anatomy)
    enter_remembering(anatomy)
    enter_broad(anatomy, [*NUMBERS, *PLACES, *PARTLY])
    narrower()
    enter_sums(anatomy, sums)
    enter_conditions(anatomy, conditions)
    enter_broad(anatomy, [*RESULTS, *SHAPES, *ERRORS])
    if "weight" in "".join(anatomy.axes):
        enter_broad_parameters(anatomy, PARAMETERS)
    enter_broad(anatomy, [*BORROWED, *RARE])
    vaguer()


def enter_broad_function(anatomy: Anatomy, *, narrower: Callable[[], None] = lambda: None) -> None:
    """Enter all that can be said of any function of arrays."""
    enter_promises(anatomy)
    enter_broad(anatomy, [*ZERO, *NUMBERS, *PLACES, *PARTLY])
    narrower()
    enter_broad(anatomy, [*RESULTS, *SHAPES, *ERRORS, *BORROWED, *RARE])
