"""Broad entries: what can be said of numbers that no implementation in the catalogue gives.

A broad entry is recognised by its mark: a relation between what came and what is right that holds
on every case where something is wrong. Its implementations are examples. Specific entries are asked
first, and of the broad ones those that say more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from convkit.checks.look import Look, look
from convkit.checks.misconceptions import Mark, misconception
from convkit.checks.misconceptions.anatomy import Anatomy, pass_of
from convkit.checks.misconceptions.relations import enter_relations
from convkit.checks.misconceptions.tables import Reading
from convkit.checks.properties import Situation

Recognise = Callable[[Look, Anatomy], str | bool]
"""False where the relation does not hold; a sentence about it where there is more to say."""

Change = Callable[[Any], Any]
"""From the right numbers to wrong ones: an example."""


@dataclass(frozen=True)
class Broad:
    """A broad entry, for any name: in its words, ``{it}`` stands for y or for a gradient.

    Attributes:
        examples: changes to the right numbers; in a layer, to y or to grad_x.
    """

    id: str
    title: str
    when: str
    hint: str
    recognise: Recognise
    examples: Sequence[Change]


def enter_broad(anatomy: Anatomy, rows: Sequence[Broad]) -> None:
    enter_relations(anatomy)


def enter_broad_parameters(anatomy: Anatomy, rows: Sequence[Broad]) -> None:
    """Nothing: relations speak of parameters, too."""


def enter_mark(
    anatomy: Anatomy,
    id: str,
    title: str,
    when: str,
    hint: str,
    recognise: Recognise | None,
    *examples: Any,
    read: Reading | None = None,
    only: tuple[str, str] | None = None,
) -> None:
    """Enter one broad mistake, which its mark tells.

    Args:
        id: begins with the pass that it is about, such as "forward-", if the name has several.
        examples: implementations; there is at least one.
        only: in place of a mark; see `Misconception`.
    """
    if id in anatomy.known:
        return
    prefix = id.partition("-")[0] + "-" if anatomy.back else ""
    backward = prefix == "backward-" and anatomy.back
    first, *others = examples
    misconception(
        f"{anatomy.name.lower().replace('_', '-')}-{id}",
        anatomy.name,
        title=title,
        when=when,
        hint=hint,
        read=read or backward or anatomy.forth,
        variants=tuple(others),
        mark=recognise and mark_of(anatomy, recognise, prefix),
        broad=True,
        only=only,
    )(first)


def mark_of(anatomy: Anatomy, recognise: Recognise, prefix: str) -> Mark:
    """A mark that looks at the quantities of one pass only."""

    def mark(quantity: str, situations: Sequence[Situation]) -> str | bool:
        if prefix and f"{pass_of(quantity)}-" != prefix:
            return False
        seen = look(quantity, situations)
        return bool(seen.wrong) and recognise(seen, anatomy)

    return mark
