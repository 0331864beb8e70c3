"""Two slips in one pass: what explains numbers that no single mistake explains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from convkit.checks.judging.properties import Situation, same_values
from convkit.checks.naming.misconception import Misconception
from convkit.checks.naming.rows import Row
from convkit.checks.naming.slip import both_slips
from convkit.checks.naming.suspect import Suspect
from convkit.checks.observing.quantity import Quantity

MOST_PAIRS = {"forward": 400, "backward": 120}
"""So many pairs are tried at most, the likeliest first; a backward pass takes longer."""


def two_at_once(
    row: Row,
    suspects: Sequence[Suspect],
    situations: Sequence[Situation],
    put_through: Callable[[Misconception, Any], Suspect],
) -> Misconception | None:
    """Two slips that give together what came, in every case; None where there are no such two.

    A slip that does so by itself in some of the cases that go wrong is likely one of them.
    """
    (quantity, *_) = row.property.quantities
    small = sorted(
        (n for n in row.failing() if _is_wrong(situations[n], quantity)),
        key=lambda number: situations[number].trial.case.x.size,
    )
    if not small:
        return None

    def pairs() -> Iterator[tuple[Suspect, Suspect]]:
        firsts: dict[str, Suspect] = {}
        for suspect in suspects:
            if any(suspect.is_alike(quantity, number) for number in small[:3]):
                yield from ((suspect, other) for other in suspects)
            firsts.setdefault(suspect.entry.id, suspect)
        several = list(firsts.values())
        for position, suspect in enumerate(several):
            yield from ((suspect, other) for other in several[position + 1 :])

    tried = 0
    for one, other in pairs():
        implementation = one.entry.id != other.entry.id and both_slips(one.made, other.made)
        if not implementation:
            continue
        tried += 1
        if tried > MOST_PAIRS[row.property.group]:
            return None
        both = put_through(one.entry, implementation)
        if all(both.is_alike(quantity, number) for number in (small[0], *row.problems)):
            return _together(one.entry, other.entry)
    return None


def _is_wrong(situation: Situation, quantity: Quantity) -> bool:
    """Whether numbers came that are wrong by more than rounding."""
    came = situation.trial.behaviour.get(quantity)
    right = situation.expected[quantity].value
    return isinstance(came, np.ndarray) and not same_values(came, right)


def _together(one: Misconception, other: Misconception) -> Misconception:
    second = other.title if other.title[:1] in "`“" else other.title[:1].lower() + other.title[1:]
    return replace(
        one,
        title=f"Two mistakes at once: {one.title[:1].lower()}{one.title[1:]}, and {second}",
        sentence=f"First: {one.sentence} Second: {other.sentence}",
        hint=f"{one.hint} And then: {other.hint}",
        implementations=(),
    )
