"""Broad entries: what can be said of numbers that no implementation in the catalogue gives.

A broad entry is recognised by its mark: a relation between what came and what is right that holds
on every case where something is wrong. Its implementations are examples. Specific entries are asked
first, and of the broad ones those that say more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convkit.checks.look import Look, look
from convkit.checks.misconceptions import Mark, misconception
from convkit.checks.misconceptions.anatomy import Anatomy, pass_of
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.tables import Reading
from convkit.checks.properties import Situation
from convkit.layers import Layer

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


@dataclass(frozen=True)
class _Pass:
    """Where a broad entry is entered: the beginning of its id, its subject, what makes examples."""

    prefix: str
    it: str
    read: Reading
    make: Callable[[Any, Change], Any]


def enter_broad(anatomy: Anatomy, rows: Sequence[Broad]) -> None:
    """Enter each row for the forward pass, and for the backward pass of a layer."""
    if anatomy.back is None:
        passes = [_Pass("", "the result", anatomy.forth, _function)]
    else:
        passes = [
            _Pass("forward-", "y", anatomy.forth, _forward),
            _Pass("backward-", "a gradient", anatomy.back, _backward),
        ]
    for row in rows:
        for passing in passes:
            _enter(anatomy, row, passing)


def enter_broad_parameters(anatomy: Anatomy, rows: Sequence[Broad]) -> None:
    """Enter each row for the parameters of a new layer; the examples change the weight."""
    for row in rows:
        _enter(anatomy, row, _Pass("params-", "a parameter", anatomy.forth, _parameter))


def _enter(anatomy: Anatomy, row: Broad, passing: _Pass) -> None:
    enter_mark(
        anatomy,
        f"{passing.prefix}{row.id}",
        _capital(row.title.format(it=passing.it)),
        row.when.format(it=passing.it),
        _capital(row.hint.format(it=passing.it)),
        row.recognise,
        *(passing.make(anatomy.target, example) for example in row.examples),
        read=passing.read,
    )


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


def _capital(words: str) -> str:
    """A capital letter, unless it begins with a name from the code."""
    return words if words.startswith("y ") else words[:1].upper() + words[1:]


def _function(target: Callable[..., Any], change: Change) -> Callable[..., Any]:
    return lambda *arguments: change(np.asarray(target(*arguments)))


def _forward(target: type[Layer], change: Change) -> type[Layer]:
    return with_forward(target, lambda layer, x, y: change(y))


def _backward(target: type[Layer], change: Change) -> type[Layer]:
    return with_backward(target, lambda layer, grad_y, grad_x: change(grad_x))


def _parameter(target: type[Layer], change: Change) -> type[Layer]:
    def init(self: Layer, *arguments: Any, **options: Any) -> None:
        target.__init__(self, *arguments, **options)
        changed = change(self.params["weight"])
        self.params = {name: value for name, value in self.params.items() if name != "weight"}
        if changed is not None:
            self.params["weight"] = changed

    return type("Wrong", (target,), {"__init__": init})
