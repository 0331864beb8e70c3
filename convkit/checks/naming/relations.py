"""Relations between what came and what is right, which are true whatever made the numbers.

They are asked last, those that say most first: a relation must hold on every case that goes wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from convkit.checks.naming import numbers, partly, places
from convkit.checks.naming.anatomy import Anatomy, pass_of
from convkit.checks.naming.exceptions import Words
from convkit.checks.naming.failures import failure
from convkit.checks.naming.look import Look
from convkit.checks.naming.misconception import (
    Misconception,
    capital,
    enter_teller,
    finished,
)
from convkit.checks.naming.words import CONDITIONS, NUMBERS, RARE
from convkit.checks.observing.quantity import Y

Holds = Callable[[Look, Anatomy], str | bool]
"""False where a relation does not hold; a sentence about it where there is more to say."""


def enter_relations(anatomy: Anatomy) -> None:
    """Let them be told of a name, after all else."""
    enter_teller(anatomy.name, partial(_tell, anatomy), last=True)


def _tell(anatomy: Anatomy, look: Look) -> Misconception | None:
    id, words, more = next(_found(anatomy, look), ("", None, ""))
    if words is None:
        return None
    it = "the result" if anatomy.back is None and look.first == Y else look.first
    title, when, hint = (text.format(it=it, only=look.only) for text in words)
    read = anatomy.read(look.quantity)
    id = anatomy.begins(look.quantity) + id
    return finished(
        Misconception(id, anatomy.name, capital(title), when, capital(hint), *read, ()), more
    )


def _found(anatomy: Anatomy, look: Look) -> Iterator[tuple[str, Any, str]]:
    """Relations that hold: the id, the words, and what more there is to say."""
    if not look.wrong:
        return
    yield from _holding(NUMBERS, look, anatomy)
    if found := failure(look, anatomy):
        yield found
    if look.only:
        passing = "Backward" if pass_of(look.quantity) == "backward" else "Forward"
        for id, (pattern, hint) in CONDITIONS.items():
            if re.fullmatch(pattern, look.only):
                title = f"{passing} goes wrong only where {{only}}"
                yield f"only-{id}", (title, "everywhere else it is right", hint), ""
    yield from _holding(RARE, look, anatomy)


def _holding(relations: Words, look: Look, anatomy: Anatomy) -> Iterator[tuple[str, Any, str]]:
    for id, words in relations.items():
        if said := _HOLDS[id](look, anatomy):
            yield id, words, said if isinstance(said, str) else ""


_HOLDS: dict[str, Holds] = {
    "digits-lost": lambda look, anatomy: look.rounding,
    "not-a-number": numbers.not_finite,
    "all-zero": lambda look, anatomy: partly.everywhere(look, lambda got, right: not got.any()),
    "one-number": numbers.one_number,
    "scaled": numbers.scaled,
    "whole": numbers.whole,
    "signs": numbers.signs,
    "something-added": numbers.something_added,
    "holes": numbers.holes,
    "mirrored": places.mirrored,
    "transposed": places.transposed,
    "refolded": places.refolded,
    "scattered": places.scattered,
    "partly-right": partly.partly_right,
    "few": partly.few,
}
