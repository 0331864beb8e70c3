"""Results: what a report holds of each property, from what was found about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np

from convkit.checks.judging.factor import said_of_factor
from convkit.checks.judging.judges import GRADIENT, RUNS
from convkit.checks.judging.properties import FAILS, NOT_TESTED, Property, Situation
from convkit.checks.naming.rows import Row
from convkit.checks.promises.concept import Concept
from convkit.checks.saying.evidence import Diagnosis, Evidence, PropertyResult
from convkit.checks.saying.smallest import smallest_failure

_ONLY_HIDDEN = "It holds on the cases you can see. Which sizes and settings do they not show?"


def result_of(
    row: Row,
    rows: Mapping[str, Row],
    situations: Sequence[Situation],
    concept: Concept,
    target: Any,
) -> PropertyResult:
    """What a property came to, with all that a message needs where it fails."""
    property_ = row.property
    credited = property_.test is GRADIENT and any(
        quantity in situation.credited
        for quantity in property_.quantities
        for situation in situations
    )
    visible = [situations[n] for n in row.problems if not situations[n].trial.case.hidden]
    left_out, total = at_kinks(property_, visible)
    notes = []
    if credited:
        notes.append("right for your own forward, which is not correct yet")
    if left_out:
        notes.append(f"{left_out} of {total} left out: x is at a kink, where there is no slope")
    return PropertyResult(
        property_.name,
        property_.sentence,
        property_.group,
        row.status,
        _share(row),
        property_.numbers,
        "; ".join(notes),
        None
        if row.status != FAILS or row.explained
        else _evidence(row, situations, concept, target),
        tuple(_waits_for(row, rows)),
    )


def _waits_for(row: Row, rows: Mapping[str, Row]) -> list[str]:
    """The failing properties that keep this one from being tested, directly or by others."""
    if row.status != NOT_TESTED:
        return []
    needed = [rows[name] for name in row.property.requires]
    failing = [other for other in needed if other.status == FAILS]
    beyond = [name for other in needed for name in _waits_for(other, rows)]
    looked_at = [
        other
        for other in rows.values()
        if other.status == FAILS
        and not {*other.property.quantities}.isdisjoint(row.property.quantities)
    ]
    breaks_off = [
        other for other in rows.values() if other.status == FAILS and other.property.test is RUNS
    ]
    found = [other.property.name for other in failing] or beyond
    found = found or [other.property.name for other in looked_at or breaks_off]
    return list(dict.fromkeys(found))


def _share(row: Row) -> float:
    """Of the cases that a property is about, the share on which it was seen to hold."""
    if row.status == NOT_TESTED:
        return 0.0
    return sum(problem is None for problem in row.problems.values()) / len(row.applicable)


def _evidence(row: Row, situations: Sequence[Situation], concept: Concept, target: Any) -> Evidence:
    number = row.shown
    problem, case = row.problems[number], situations[number].trial.case
    assert problem is not None
    if case.hidden:
        evidence = Evidence(None, _ONLY_HIDDEN)
    else:
        evidence = Evidence(
            case.words,
            problem.text,
            _only_where(row),
            problem.quantity,
            problem.index,
            problem.expected,
            problem.got,
            _factor(row, number, situations, concept),
            concept.origins(case, problem.quantity, problem.index) if problem.index else (),
            smallest=cache(partial(smallest_failure, concept, target, case, problem.quantity)),
        )
    candidates = tuple(
        Diagnosis(s.id, s.title, s.sentence, s.hint, s.lecture, s.section) for s in row.suspects
    )
    return replace(evidence, candidates=candidates, also=tuple(row.also), number=number)


def _only_where(row: Row) -> str | None:
    """What the failing cases share, where the mistake's title does not say it."""
    if row.only is None or any(row.only in suspect.title for suspect in row.suspects):
        return None
    return f"It goes wrong only where {row.only}."


def _factor(row: Row, shown: int, situations: Sequence[Situation], concept: Concept) -> str | None:
    """By what one factor the numbers are wrong in every case that can be seen."""
    numbers = [n for n in row.failing() if not situations[n].trial.case.hidden]
    numbers.sort(key=lambda n: n != shown)
    problems = [row.problems[n] for n in numbers]
    wrong = [(p.expected, p.got) for p in problems if p and p.index is not None]
    if len(wrong) < len(problems):
        return None
    sizes = [concept.sizes(situations[n].trial.case) for n in numbers]
    return said_of_factor([(e, g) for e, g in wrong if e is not None and g is not None], sizes)


def at_kinks(property_: Property, situations: Sequence[Situation]) -> tuple[int, int]:
    """Of the slopes that a property compares, how many do not exist, and how many there are."""
    if property_.test is not GRADIENT:
        return 0, 0
    slopes = [situation.expected[property_.quantities[0]] for situation in situations]
    return (
        sum(int(np.count_nonzero(expected.kinks)) for expected in slopes),
        sum(expected.value.size for expected in slopes),
    )
