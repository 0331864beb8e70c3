"""A property as judged on every case, and what the cases that go wrong have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from convkit.checks.judging.properties import HOLDS, NOT_TESTED, Problem, Property, Situation
from convkit.checks.naming.misconception import Misconception
from convkit.checks.observing.quantity import Y

ENOUGH_TO_SAY_WHERE = 2
"""So many cases have to go wrong, and as many right, before anything is said of what they share."""


@dataclass
class Row:
    """A property as judged on every case.

    Attributes:
        situations: all cases.
        applicable: the numbers of the cases that it is about.
        problems: for the number of each case it could be judged on, the problem there or None.
        only: the trait of the cases where it goes wrong, if there is one that no other case has.
        suspects: entries that behave in the same way on all these cases, likeliest first.
        also: names of later properties that fail for the same reason; those are ``explained``.
    """

    property: Property
    situations: Sequence[Situation]
    applicable: set[int] = field(default_factory=set)
    problems: dict[int, Problem | None] = field(default_factory=dict)
    status: str = NOT_TESTED
    only: str | None = None
    suspects: list[Misconception] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    explained: bool = False

    def open_on(self, number: int) -> bool:
        """Whether properties that require this one may be looked at on a case."""
        if number not in self.applicable:
            return self.status == HOLDS
        return self.problems.get(number, True) is None

    def failing(self) -> list[int]:
        return [number for number, problem in self.problems.items() if problem]

    @cached_property
    def shown(self) -> int:
        """The failing case to show, once all are judged: the first that says most.

        One that is not hidden, where grad_y belongs to the right y, and that has no kinks.
        """

        def says_little(number: int) -> tuple[bool, bool, bool]:
            situation, problem = self.situations[number], self.problems[number]
            assert problem is not None
            expected = situation.expected.get(problem.quantity)
            return (
                situation.trial.case.hidden,
                self.property.group == "backward" and not forward_fits(situation),
                expected is not None and bool(np.any(expected.kinks)),
            )

        return min(self.failing(), key=says_little)


def forward_fits(situation: Situation) -> bool:
    """Whether y has the right shape: elsewhere grad_y belongs to another y."""
    y = situation.trial.behaviour.get(Y)
    return isinstance(y, np.ndarray) and y.shape == situation.expected[Y].value.shape


Further = Callable[[Property], Iterator[tuple[Situation, Row]]]
"""Further situations that nobody has asked for, and a property as judged in each of them."""


def only_where(row: Row, further: Further) -> str | None:
    """The one trait that all failing cases share and no other case has.

    Of a few cases that may be chance, so that further ones are tried before it is said. Nothing is
    said where some case could not be judged, and nothing that a hidden case would tell.
    """
    if row.applicable - row.problems.keys():
        return None
    judged = [
        (row.situations[n].trial.case.traits, problem is not None)
        for n, problem in row.problems.items()
        if not row.situations[n].trial.case.hidden
    ]
    if not _shared(judged):
        return None
    for situation, again in further(row.property):
        found = [problem is not None for problem in again.problems.values()]
        judged += [(situation.trial.case.traits, fails) for fails in found]
        if not _shared(judged):
            return None
    failing = sum(fails for _, fails in judged)
    if min(failing, len(judged) - failing) < ENOUGH_TO_SAY_WHERE:
        return None
    shared = _shared(judged)
    return shared.pop() if len(shared) == 1 else None


def _shared(judged: Sequence[tuple[Sequence[str], bool]]) -> set[str]:
    """The traits of all the cases that fail which none of the others has."""
    wrong = [set(traits) for traits, fails in judged if fails]
    right = [set(traits) for traits, fails in judged if not fails]
    return set.intersection(*wrong).difference(*right) if wrong and right else set()
