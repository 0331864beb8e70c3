"""What is said in general of a name, as the concepts ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convkit.checks.misconceptions.anatomy import Anatomy
from convkit.checks.misconceptions.any_layer import enter_any_layer
from convkit.checks.misconceptions.broad.entering import enter_broad
from convkit.checks.misconceptions.promises import enter_promises
from convkit.checks.misconceptions.relations import enter_relations

__all__ = ["Anatomy", "enter_broad", "enter_broad_function", "enter_broad_layer"]


def enter_broad_layer(
    anatomy: Anatomy,
    *,
    conditions: Any = None,
    sums: Sequence[str] = (),
    narrower: Callable[[], None] = lambda: None,
    vaguer: Callable[[], None] = lambda: None,
) -> None:
    if anatomy.name.endswith("Pool2d"):
        enter_any_layer(anatomy)
    else:
        enter_promises(anatomy)
    narrower()
    enter_relations(anatomy)


def enter_broad_function(anatomy: Anatomy, *, narrower: Callable[[], None] = lambda: None) -> None:
    enter_promises(anatomy)
    narrower()
    enter_relations(anatomy)
