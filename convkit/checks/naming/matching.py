"""Matching: which entries of the catalogue behave like the learner's code, where it is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from convkit.checks.judging.judges import HEEDED, RUNS
from convkit.checks.judging.properties import (
    FAILS,
    HOLDS,
    Alike,
    NotJudged,
    Property,
    Situation,
    same_values,
)
from convkit.checks.naming.look import look
from convkit.checks.naming.misconception import Misconception, told
from convkit.checks.naming.rows import Further, Row, forward_fits, only_where
from convkit.checks.observing.behaviour import Behaviour, Observation, Trial
from convkit.checks.observing.foreign_code import LearnerError, Output
from convkit.checks.promises.concept import Concept
from convkit.layers import Array


def name_suspects(
    rows: Mapping[str, Row],
    situations: Sequence[Situation],
    concept: Concept,
    groups: Sequence[str],
    entries: Sequence[Misconception],
    further: Further,
) -> None:
    """Find each failing property's suspects, and fold together what one of them explains.

    A suspect is put through what the learner's code was put through, which ``groups`` say;
    ``further`` situations are asked before it is said where something goes wrong.
    """
    wrong = [
        _Suspect(entry, implementation, concept, groups, situations)
        for entry in entries
        for implementation in entry.implementations
    ]
    failing = [row for row in rows.values() if row.status == FAILS]
    found: dict[str, list[_Suspect]] = {}
    for row in failing:
        needed = [rows[name] for name in row.property.requires]
        alike = [suspect for suspect in wrong if suspect.fails_like(row, needed)]
        equal = [suspect for suspect in alike if suspect.agrees(row, same_values)]
        throughout = [suspect for suspect in equal if suspect.agrees_throughout(row)]
        if not row.property.numbers:
            throughout = throughout or equal or alike
        found[row.property.name] = throughout
        row.only = only_where(row, situations, further)
        if not throughout:
            row.suspects = _told(concept.name, row, situations)
    explained = Counter(
        id for suspects in found.values() for id in {suspect.entry.id for suspect in suspects}
    )
    holding = [row for row in rows.values() if row.status == HOLDS]
    causes: dict[str, Row] = {}
    for row in failing:
        ranks: dict[str, tuple[int, int, int]] = {}
        for suspect in found[row.property.name]:
            id = suspect.entry.id
            broken = sum(suspect.breaks(other) for other in holding)
            rank = (-explained[id], broken, suspect.distance(row))
            ranks[id] = min(ranks.get(id, rank), rank)
        if ranks:
            best = min(ranks.values())
            row.suspects = [entry for entry in entries if ranks.get(entry.id) == best]
            row.suspects.sort(key=lambda entry: entry.id not in causes)
        cause = _cause_of(row, causes, rows, situations)
        if cause is not None and cause is not row:
            cause.also.append(row.property.name)
            row.explained = True


def _cause_of(
    row: Row,
    causes: dict[str, Row],
    rows: Mapping[str, Row],
    situations: Sequence[Situation],
) -> Row | None:
    """The first row that fails for the same reason: by its suspects, else by what it rests on."""
    if row.suspects:
        return causes.setdefault(row.suspects[0].id, row)
    failing = [other for other in rows.values() if other.status == FAILS and other is not row]
    other_inputs = all(name.startswith("y of ") for name in row.property.quantities)
    # Code that breaks off on some cases gives wrong numbers on others by the same mistake; and
    # what goes wrong under some condition may meet it when the layer is asked about other inputs.
    resting = [
        other
        for other in failing
        if other.property.group == row.property.group
        and (other.property.test is RUNS or (other.only and other_inputs))
    ]
    if row.property.group == "backward" and (
        _other_parameters(rows)
        or not _where_forward_fits(row, situations)
        or all(problem.refused for problem in row.problems.values() if problem)
    ):
        resting += [other for other in failing if other.property.group == "forward"]
    for other in resting:
        shown = (each for each in failing if other is each or other.property.name in each.also)
        return next((each for each in shown if not each.explained), None)
    return None


def _other_parameters(rows: Mapping[str, Row]) -> bool:
    """Whether the layer computes with other parameters than those that were set.

    Of those the first is the one that x is multiplied with.
    """
    used = [row for row in rows.values() if row.property.test is HEEDED][:1]
    made = [row for row in rows.values() if row.property.name == "parameters"]
    return any(row.status == FAILS for row in used + made)


def _where_forward_fits(row: Row, situations: Sequence[Situation]) -> list[int]:
    return [number for number in row.failing() if forward_fits(situations[number])]


def _told(name: str, row: Row, situations: Sequence[Situation]) -> list[Misconception]:
    """What the numbers tell where no entry behaves in the same way.

    The case that is shown comes first, so that what is said belongs to it. A backward pass is
    looked at only where its forward's result has the right shape.
    """
    shown = row.shown(situations)
    judged = sorted(row.problems, key=lambda number: number != shown)
    if row.property.group == "backward":
        if not forward_fits(situations[shown]):
            return []
        judged = [number for number in judged if forward_fits(situations[number])]
    problem = row.problems[shown]
    assert problem is not None
    wrong = sum(view.wrong for view in look(problem.quantity, situations).views)
    seen = replace(
        look(problem.quantity, [situations[number] for number in judged]),
        only=row.only if wrong == len(row.failing()) else None,
    )
    found = told(name, seen)
    return [found] if found else []


_KNOWN: dict[str, dict[Any, dict[Any, Behaviour]]] = {}
"""What wrong implementations do on visible cases: they will do so again in the next check.

Kept for the name that was checked last, and for no other.
"""


def _known(name: str) -> dict[Any, dict[Any, Behaviour]]:
    if name not in _KNOWN:
        _KNOWN.clear()
    return _KNOWN.setdefault(name, {})


class _Suspect:
    """A wrong implementation, put through a case only when somebody asks."""

    def __init__(
        self,
        entry: Misconception,
        implementation: Any,
        concept: Concept,
        groups: Sequence[str],
        situations: Sequence[Situation],
    ) -> None:
        self.entry, self._situations = entry, situations
        self._observe = concept.observer(implementation, groups, Output())
        self._visible = set(concept.cases)
        self._known: dict[Any, Behaviour] = {}
        known = _known(concept.name)
        self._known_for_good = known.setdefault((implementation, "backward" in groups), {})

    def fails_like(self, row: Row, needed: Sequence[Row]) -> bool:
        """Whether it fails on the case that is shown, in the way of the learner's code."""
        shown = row.shown(self._situations)
        problem = row.problems[shown]
        assert problem is not None
        this_quantity = replace(row.property, quantities=(problem.quantity,))
        # What takes no probes is asked first: it rules most out.
        known = self._behaviour(shown)
        quick = [row.property for row in needed if set(row.property.quantities) <= known.keys()]
        return (
            not any(self._fails(property_, shown) for property_ in quick)
            and self.agrees(row, row.property.test.alike)
            and not any(self._fails(other.property, shown) for other in needed)
            and self._fails(this_quantity, shown)
        )

    def agrees(self, row: Row, alike: Alike) -> bool:
        """Whether the failing quantity is like the learner's wherever that was judged."""
        problem = row.problems[row.shown(self._situations)]
        assert problem is not None
        return self._agrees_on(problem.quantity, row, alike)

    def agrees_throughout(self, row: Row) -> bool:
        """Whether all that the property looks at equals the learner's."""
        return all(
            self._agrees_on(quantity, row, same_values) for quantity in row.property.quantities
        )

    def _agrees_on(self, quantity: str, row: Row, alike: Alike) -> bool:
        shown, alike_broken, both_broken = row.shown(self._situations), 0, 0
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

    def distance(self, row: Row) -> int:
        """How unlike the learner's its forward is on the case that is shown.

        0 where it gives the same y and leaves the same x, 2 where one alone gives the right y.
        """
        shown = row.shown(self._situations)
        situation, suspect = self._situations[shown], self._behaviour(shown)
        learner, right = situation.trial.behaviour, situation.expected
        if not ("y" in learner and "y" in suspect):
            return 2
        left = f"{situation.trial.case.input_name} after forward"
        if same_values(suspect["y"], learner["y"]):
            return int(left in learner and not same_values(suspect[left], learner[left]))
        one_right = any(same_values(each["y"], right["y"].value) for each in (learner, suspect))
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

    def _behaviour(self, number: int) -> Behaviour:
        """What it does on a case; its experiments are made only where one asks for them."""
        case = self._situations[number].trial.case
        known = self._known_for_good if case in self._visible else self._known
        if case not in known:
            known[case] = self._observe(case).behaviour
        return known[case]


def _both_broken(learner: Observation, suspect: Observation, right: Array) -> bool:
    """One raised where the other gave a wrong array: two ways in which one mistake may end."""
    return (
        isinstance(learner, LearnerError) != isinstance(suspect, LearnerError)
        and not same_values(learner, right)
        and not same_values(suspect, right)
    )
