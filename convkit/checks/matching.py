"""Matching: which entries of the catalogue behave like the learner's code, where it is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from convkit.checks.behaviour import Behaviour, Case, Trial
from convkit.checks.concept import Concept
from convkit.checks.learner import Output
from convkit.checks.misconceptions import Misconception
from convkit.checks.properties import NotJudged, Problem, Property, Situation
from convkit.checks.report import NOT_TESTED


@dataclass
class Row:
    """A property as judged on every case.

    Attributes:
        applicable: the numbers of the cases that it is about.
        problems: for the number of each case it could be judged on, the problem there or None.
        suspects: entries that behave in the same way on all these cases, likeliest first.
        also: names of later properties that fail for the same reason; those are ``explained``.
    """

    property: Property
    applicable: set[int] = field(default_factory=set)
    problems: dict[int, Problem | None] = field(default_factory=dict)
    status: str = NOT_TESTED
    suspects: list[Misconception] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    explained: bool = False

    def open_on(self, number: int) -> bool:
        """Whether properties that require this one may be looked at on a case."""
        return number not in self.applicable or self.problems.get(number, True) is None

    def shown(self, situations: Sequence[Situation]) -> int:
        """The case to show: the first failing one that is not hidden, else the first failing."""
        failing = [number for number, problem in self.problems.items() if problem]
        return min(failing, key=lambda number: situations[number].trial.case.hidden)


def name_suspects(
    failing: Sequence[Row],
    situations: Sequence[Situation],
    concept: Concept,
    entries: Sequence[Misconception],
) -> None:
    """Find each failing property's suspects, and fold together what one of them explains."""
    behaviours = [_LazyBehaviours(concept, entry, situations) for entry in entries]
    for row in failing:
        row.suspects = [
            entry
            for entry, behaviour in zip(entries, behaviours, strict=True)
            if _alike(row, situations, behaviour)
        ]
    explains = Counter(entry.id for row in failing for entry in row.suspects)
    causes: dict[str, Row] = {}
    for row in failing:
        row.suspects.sort(key=lambda entry: -explains[entry.id])  # stable: catalogue order
        if not row.suspects:
            continue
        cause = causes.setdefault(row.suspects[0].id, row)
        if cause is not row:
            cause.also.append(row.property.name)
            row.explained = True


class _LazyBehaviours:
    """An entry's behaviour on each case, observed when somebody asks."""

    def __init__(
        self, concept: Concept, entry: Misconception, situations: Sequence[Situation]
    ) -> None:
        self._observe = concept.observer(entry.implementation, ("forward", "backward"), Output())
        self._cases: list[Case] = [situation.trial.case for situation in situations]
        self._known: dict[int, Behaviour] = {}

    def __getitem__(self, number: int) -> Behaviour:
        if number not in self._known:
            self._known[number] = self._observe(self._cases[number]).behaviour
        return self._known[number]


def _alike(row: Row, situations: Sequence[Situation], behaviours: _LazyBehaviours) -> bool:
    """Whether the entry's quantity is the learner's on every case that could be judged."""
    number = row.shown(situations)
    problem = row.problems[number]
    assert problem is not None
    quantity, property_ = problem.quantity, row.property
    # The failing case first: most entries differ there, and are then observed on no other.
    for other in sorted(row.problems, key=lambda n: n != number):
        learner, suspect = situations[other].trial.behaviour, behaviours[other]
        if quantity not in suspect:
            return False
        if not property_.test.alike(learner[quantity], suspect[quantity]):
            return False
    expected = situations[number].expected
    there = Situation(Trial(situations[number].trial.case, behaviours[number]), expected)
    with suppress(NotJudged):
        judged = property_.test.judge(
            quantity, behaviours[number][quantity], expected[quantity], there
        )
        return judged is not None
    return False
