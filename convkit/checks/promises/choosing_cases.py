"""Which of many cases to take, so that few of them show a mistake wherever it may hide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from convkit.checks.observing.behaviour import Case

TIMES = 2


def covering(cases: Sequence[Case]) -> list[Case]:
    """As few of the cases as show each of their traits twice, where they can.

    One after the other is taken, each time the one with the most traits that are still missing.
    """
    counts = Counter(trait for case in cases for trait in case.traits)
    missing = Counter({trait: min(count, TIMES) for trait, count in counts.items()})
    found: list[Case] = []
    while missing := +missing:
        left = (case for case in cases if case not in found)
        found.append(max(left, key=lambda case: len(missing.keys() & set(case.traits))))
        missing.subtract(dict.fromkeys(missing.keys() & set(found[-1].traits), 1))
    return found
