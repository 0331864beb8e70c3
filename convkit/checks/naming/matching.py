"""Matching: which entries of the catalogue behave like the learner's code, where it is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from convkit.checks.judging.judges import HEEDED, RUNS, SHAPE
from convkit.checks.judging.properties import FAILS, HOLDS, Situation, same_values
from convkit.checks.naming.look import look
from convkit.checks.naming.misconception import Misconception, told
from convkit.checks.naming.rows import Further, Row, forward_fits, only_where
from convkit.checks.naming.suspect import Suspect
from convkit.checks.naming.together import two_at_once
from convkit.checks.promises.concept import Concept, LayerConcept


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
    failing = [row for row in rows.values() if row.status == FAILS]
    failing_groups = {row.property.group for row in failing}

    def put_through(entry: Misconception, implementation: Any) -> Suspect:
        return Suspect(entry, implementation, concept, groups, situations)

    def likely(row: Row) -> list[Suspect]:
        return [s for s in wrong if s.entry.may_break(row.property.group, failing_groups)]

    wrong = [
        put_through(entry.in_way(way), implementation)
        for entry in entries
        if any(entry.may_break(group, failing_groups) for group in failing_groups)
        for way, implementation in enumerate(entry.implementations)
    ]
    found: dict[str, list[Suspect]] = {}
    for row in failing:
        needed = [rows[name] for name in row.property.requires]
        alike = [suspect for suspect in likely(row) if suspect.fails_like(row, needed)]
        equal = [suspect for suspect in alike if suspect.agrees(row, same_values)]
        throughout = [s for s in equal if s.agrees(row, same_values, throughout=True)]
        if not row.property.numbers:
            throughout = throughout or equal or alike
        found[row.property.name] = throughout
        row.only = only_where(row, further)
    for row in failing:
        if not found[row.property.name]:
            found[row.property.name] = _behind(row, rows, found, wrong)
        if not found[row.property.name]:
            row.suspects = _told(concept, row)
            arrays = row.property.numbers or row.property.test is SHAPE
            layer = isinstance(concept, LayerConcept)  # modes of a function are no second slip
            if layer and arrays and not any(told.exact for told in row.suspects):
                row.suspects = two_at_once(row, likely(row), put_through) or row.suspects
    explained = Counter(
        id for suspects in found.values() for id in {suspect.entry.id for suspect in suspects}
    )
    holding = [row for row in rows.values() if row.status == HOLDS]
    causes: dict[str, Row] = {}
    for row in failing:
        ranked = [
            (
                -explained[suspect.entry.id],
                sum(suspect.breaks(other) for other in holding),
                suspect.distance(row),
            )
            for suspect in found[row.property.name]
        ]
        if ranked:
            best = min(ranked)
            pairs = zip(found[row.property.name], ranked, strict=True)
            tied = [suspect for suspect, rank in pairs if rank == best]
            left = [s.entry for s in _told_apart(tied, row, concept, groups, further)]
            row.suspects = [each for entry in entries for each in _as_said(entry, left)]
            row.suspects.sort(key=lambda entry: entry.id not in causes)
        cause = _cause_of(row, causes, rows)
        if cause is not None and cause is not row:
            cause.also.append(row.property.name)
            row.explained = True


def _as_said(entry: Misconception, left: Sequence[Misconception]) -> list[Misconception]:
    """The entry as its suspects have it, if they all say the same."""
    said = {each.sentence: each for each in left if each.id == entry.id}
    return [entry] if len(said) > 1 else [*said.values()]


def _told_apart(
    tied: Sequence[Suspect], row: Row, concept: Concept, groups: Sequence[str], further: Further
) -> Sequence[Suspect]:
    """Those of several suspects that go on behaving like the learner's code in further cases."""
    if len({suspect.entry.id for suspect in tied}) < 2:
        return tied
    for situation, _ in further(row.property):
        again = [Suspect(s.entry, s.made, concept, groups, [situation]) for s in tied]
        alike = [
            suspect
            for suspect, anew in zip(tied, again, strict=True)
            if all(anew.is_alike(quantity, 0) for quantity in row.property.quantities)
        ]
        tied = alike or tied
        if len({suspect.entry.id for suspect in tied}) < 2:
            break
    return tied


def _behind(
    row: Row,
    rows: Mapping[str, Row],
    found: Mapping[str, Sequence[Suspect]],
    wrong: Sequence[Suspect],
) -> list[Suspect]:
    """Suspects of a row where none behaves like the learner's code throughout.

    Those of another row, if all that this one shows is broken sizes. Else those of the only entry
    that does the same wherever this row goes wrong, or that goes wrong where sizes do not fit.
    """
    same = {*row.property.quantities}
    about = [r for r in rows.values() if r.status == FAILS and same & {*r.property.quantities}]
    kept = [
        other
        for other in rows.values()
        if other.status == HOLDS
        and other.property.group in ("forward", row.property.group)
        and not same & {*other.property.quantities}
    ]

    def only_one(suspects: Iterable[Suspect]) -> list[Suspect]:
        keeping = [suspect for suspect in suspects if not any(map(suspect.breaks, kept))]
        return keeping if len({suspect.entry.id for suspect in keeping}) == 1 else []

    behind = [
        suspect
        for name, suspects in found.items()
        if rows[name].property.group == row.property.group
        for suspect in suspects
        if suspect.breaks_off_with(row)
    ]
    behind = behind or only_one(s for s in wrong if s.agrees_where_wrong(row))
    return behind or only_one(s for s in wrong if s.goes_wrong_with(about))


def _cause_of(row: Row, causes: dict[str, Row], rows: Mapping[str, Row]) -> Row | None:
    """The first row that fails for the same reason: by its suspects, else by what it rests on."""
    if row.suspects:
        return causes.setdefault(row.suspects[0].id, row)
    failing = [other for other in rows.values() if other.status == FAILS and other is not row]
    other_inputs = all(quantity.of_other_x for quantity in row.property.quantities)
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
        or not any(forward_fits(row.situations[number]) for number in row.failing())
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


def _told(concept: Concept, row: Row) -> list[Misconception]:
    """What the numbers tell where no entry behaves in the same way.

    The case that is shown comes first, so that what is said belongs to it. A backward pass is
    looked at only where its forward's result has the right shape.
    """
    shown, situations = row.shown, row.situations
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
        sizes=concept.sizes,
    )
    found = told(concept.name, seen)
    return [found] if found else []
