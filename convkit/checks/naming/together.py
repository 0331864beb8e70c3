"""Two slips in one pass: what explains numbers that no single mistake explains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain, combinations, islice, product
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
    put_through: Callable[[Misconception, Any], Suspect],
) -> list[Misconception]:
    """Two slips as one, which give together what came in every case; nothing if there are none.

    Each of them does harm by itself in some of the cases that go wrong; one that does just what
    came in some of them is likely one of the two.
    """
    (quantity, *_) = row.property.quantities
    small = sorted(
        (n for n in row.failing() if _is_wrong(row.situations[n], quantity)),
        key=lambda number: row.situations[number].trial.case.x.size,
    )[:3]
    harmful = [s for s in suspects if not all(s.is_right(quantity, n) for n in small)]
    likely = [s for s in harmful if any(s.is_alike(quantity, n) for n in small)]
    several = [*{s.entry.id: s for s in reversed(harmful)}.values()][::-1]
    made = (
        (one.entry, other.entry, implementation)
        for one, other in chain(product(likely, harmful), combinations(several, 2))
        if one.entry.id != other.entry.id
        and (implementation := both_slips(one.made, other.made)) is not None
    )
    for one, other, implementation in islice(made, MOST_PAIRS[row.property.group]):
        both = put_through(one, implementation)
        if all(both.is_alike(quantity, number) for number in (small[0], *row.problems)):
            return [_together(one, other)]
    return []


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
