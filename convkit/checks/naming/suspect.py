"""Suspects: wrong implementations, put through the cases that the learner's code went through."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from convkit.checks.judging.properties import Alike, NotJudged, Property, Situation, same_values
from convkit.checks.naming.misconception import Misconception
from convkit.checks.naming.rows import Row
from convkit.checks.observing.behaviour import Behaviour, Observation, Trial
from convkit.checks.observing.exception_kinds import of_sizes
from convkit.checks.observing.foreign_code import LearnerError, Output
from convkit.checks.observing.quantity import Quantity, Y
from convkit.checks.promises.concept import Concept
from convkit.layers import Array

ENOUGH_TO_TELL = 3
"""So many cases have to go wrong, and as many right."""


@lru_cache(maxsize=1)
def _known(name: str) -> dict[Any, dict[Any, Behaviour]]:
    """What wrong implementations do on visible cases: they will do so again in the next check.

    Kept for the name that was checked last, and for no other.
    """
    return {}


class Suspect:
    """A wrong implementation, put through a case only when somebody asks."""

    def __init__(
        self,
        entry: Misconception,
        implementation: Any,
        concept: Concept,
        groups: Sequence[str],
        situations: Sequence[Situation],
    ) -> None:
        self.entry, self.made, self._situations = entry, implementation, situations
        output, both = Output(trusted=True), "backward" in groups
        self._forward = concept.observer(implementation, ("forward",), output)
        self._both = concept.observer(implementation, groups, output) if both else None
        self._visible = set(concept.cases)
        self._known: dict[Any, Behaviour] = {}
        known = _known(concept.name)
        self._known_for_good = known.setdefault((implementation, "backward" in groups), {})

    def fails_like(self, row: Row, needed: Sequence[Row]) -> bool:
        """Whether it fails on the case that is shown, in the way of the learner's code."""
        shown = row.shown
        problem = row.problems[shown]
        assert problem is not None
        this_quantity = replace(row.property, quantities=(problem.quantity,))
        # What takes no probes is asked first: it rules most out.
        known = self._behaviour(shown)
        quick = [row.property for row in needed if set(row.property.quantities) <= known.keys()]
        return (
            not any(self._fails(property_, shown) for property_ in quick)
            and self._fails(this_quantity, shown)
            and self.agrees(row, row.property.test.alike)
            and not any(self._fails(other.property, shown) for other in needed)
        )

    def agrees(self, row: Row, alike: Alike, *, throughout: bool = False) -> bool:
        """Whether what fails is like the learner's, or all that the property looks at."""
        problem = row.problems[row.shown]
        assert problem is not None
        quantities = row.property.quantities if throughout else (problem.quantity,)
        return all(self._agrees_on(quantity, row, alike) for quantity in quantities)

    def _agrees_on(self, quantity: Quantity, row: Row, alike: Alike) -> bool:
        shown, alike_broken, both_broken = row.shown, 0, 0
        # The failing case first: most suspects differ there, and need no other.
        for number in sorted(row.problems, key=lambda n: n != shown):
            behaviour = self._behaviour(number)
            learner = self._situations[number].trial.behaviour.get(quantity)
            if learner is None or quantity not in behaviour:
                return False
            expected = self._situations[number].expected[quantity]
            suspect = behaviour[quantity]
            if isinstance(suspect, np.ndarray) and suspect.shape == expected.value.shape:
                suspect = expected.away_from_kinks(suspect, learner)
            if alike(learner, suspect):
                alike_broken += row.problems[number] is not None
            elif number != shown and _both_broken(learner, suspect, expected.value):
                both_broken += 1
            else:
                return False
        return 2 * both_broken <= alike_broken

    def agrees_where_wrong(self, row: Row) -> bool:
        """Whether it does the same wherever the learner's code goes wrong: a part of that makes it.

        Such as one branch of an `if`, so that it is right elsewhere.
        """
        return len(row.failing()) >= ENOUGH_TO_TELL and all(
            self._fails(row.property, number)
            and all(self.is_alike(quantity, number) for quantity in row.property.quantities)
            for number in row.failing()
        )

    def breaks_off_with(self, row: Row) -> bool:
        """Whether nothing of the right shape comes wherever the learner's sizes did not fit."""
        for number in row.failing():
            problem, situation = row.problems[number], self._situations[number]
            assert problem is not None
            learner = situation.trial.behaviour.get(problem.quantity)
            came = self._behaviour(number).get(problem.quantity)
            right = situation.expected[problem.quantity].value
            fits = isinstance(came, np.ndarray) and came.shape == right.shape
            if fits or not of_sizes(learner):
                return False
        return True

    def goes_wrong_with(self, rows: Sequence[Row]) -> bool:
        """Whether it is wrong on the very cases where one of these properties fails.

        On some of them sizes do not fit, with messages that differ from case to case, as sizes do;
        and there have to be enough of them, and of others, that this is no chance.
        """
        wrong = {n: problem for row in rows for n, problem in row.problems.items() if problem}
        judged = {number for row in rows for number in row.problems}
        quantity = next(iter(wrong.values())).quantity
        came = [self._situations[number].trial.behaviour.get(quantity) for number in wrong]
        said = [each.message for each in came if isinstance(each, LearnerError)]
        return (
            min(len(wrong), len(judged - wrong.keys())) >= ENOUGH_TO_TELL
            and (len(said) < 2 or len(set(said)) > 1)
            and not all(row.property.numbers for row in rows)
            and all(self.breaks_off_with(row) for row in rows if not row.property.numbers)
            and all(self.is_right(quantity, number) != (number in wrong) for number in judged)
        )

    def is_right(self, quantity: Quantity, number: int) -> bool:
        """Whether a quantity comes out right on a case."""
        came = self._behaviour(number, quantity).get(quantity)
        right = self._situations[number].expected
        return came is not None and same_values(came, right[quantity].value)

    def distance(self, row: Row) -> int:
        """How unlike the learner's its forward is on the case that is shown.

        0 where it gives the same y and leaves the same x, 2 where one alone gives the right y.
        """
        shown = row.shown
        situation, suspect = self._situations[shown], self._behaviour(shown)
        learner, right = situation.trial.behaviour, situation.expected
        if not (Y in learner and Y in suspect):
            return 2
        left = situation.trial.case.input_after("forward")
        if same_values(suspect[Y], learner[Y]):
            return int(left in learner and not same_values(suspect[left], learner[left]))
        one_right = any(same_values(each[Y], right[Y].value) for each in (learner, suspect))
        return 2 if one_right else 1

    def breaks(self, row: Row) -> bool:
        """Whether it fails a property on some case where it was judged."""
        return any(self._fails(row.property, number) for number in row.problems)

    def _fails(self, property_: Property, number: int) -> bool:
        behaviour = self._behaviour(number)
        situation = self._situations[number]
        with suppress(NotJudged):
            mine = Situation(Trial(situation.trial.case, behaviour), situation.expected)
            return property_.applies(mine) and property_.examine(mine) is not None
        return False

    def is_alike(self, quantity: Quantity, number: int) -> bool:
        """Whether a quantity comes out as the learner's on a case."""
        came = self._situations[number].trial.behaviour.get(quantity)
        gave = self._behaviour(number, quantity).get(quantity)
        return came is not None and gave is not None and same_values(came, gave)

    def _behaviour(self, number: int, wanted: Quantity = Y) -> Behaviour:
        """What it does on a case; its experiments are made only where one asks for them.

        So is its backward pass, unless that is ``wanted``: most suspects can be ruled out by the
        forward pass alone.
        """
        case, expected = self._situations[number].trial.case, self._situations[number].expected
        known = self._known_for_good if case in self._visible else self._known
        if case not in known and self._both and wanted.backward:
            known[case] = self._both(case).behaviour
        if case not in known:
            known[case] = behaviour = self._forward(case).behaviour
            if both := self._both:
                for quantity in behaviour.keys() - {Y, case.input_after("forward")}:
                    del behaviour[quantity]  # backward may come between it and forward
                further = expected.keys() - set(behaviour)
                behaviour.then(further, lambda: both(case).behaviour)
        return known[case]


def _both_broken(learner: Observation, suspect: Observation, right: Array) -> bool:
    """One raised where the other gave a wrong array: two ways in which one mistake may end."""
    return (
        isinstance(learner, LearnerError) != isinstance(suspect, LearnerError)
        and not same_values(learner, right)
        and not same_values(suspect, right)
    )
