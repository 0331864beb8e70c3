"""`check`: put an implementation through the cases, judge every property, name the mistakes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from convkit.checks.judging.judges import broke_off
from convkit.checks.judging.properties import (
    FAILS,
    HOLDS,
    NOT_TESTED,
    NotJudged,
    Property,
    Situation,
)
from convkit.checks.naming.matching import name_suspects
from convkit.checks.naming.misconception import catalogue
from convkit.checks.naming.rows import Further, Row
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.foreign_code import Output
from convkit.checks.promises.concept import Concept
from convkit.checks.saying.report import CheckFailed, Report
from convkit.checks.saying.results import at_kinks, result_of

MODULES = {
    "correlate2d": "convolution",
    "convolve2d": "convolution",
    "Conv2d": "convolution",
    "MaxPool2d": "pooling",
    "AvgPool2d": "pooling",
    "Sigmoid": "activation",
    "Tanh": "activation",
    "ReLU": "activation",
    "Abs": "activation",
    "Gain": "activation",
    "dense_parameters": "local",
    "local_parameters": "local",
    "conv_parameters": "local",
    "LocallyConnected2d": "local",
    "Linear": "classifier",
    "Flatten": "classifier",
    "softmax": "classifier",
    "SoftmaxCrossEntropy": "classifier",
    "SGD": "training",
    "LocalContrastNorm2d": "contrast",
    "BatchNorm": "batchnorm",
}
"""Where each name lives, in `convkit.checks.promises` and `convkit.checks.naming.slips`."""

newcomers: list[Callable[[], Mapping[str, str]]] = []
"""Give, whenever names are looked up, those that a course has added, as MODULES does."""

ENOUGH_CASES = 0.5
"""A property that can be judged on a smaller share of its cases is not tested."""

ENOUGH_SLOPES = 0.8
"""Where a smaller share of the slopes could be compared, because of kinks, nothing is said."""

_FURTHER_SEEDS = range(3)

GROUPS = ("forward", "backward")

listeners: list[Callable[[Any, Report], None]] = []
"""Called with the target and the report after every check; the report's rows say of what groups."""


remarks: list[Callable[[Any], str | None]] = []
"""Asked before a report is shown whose version a target is, where that is a question."""

finders: list[Callable[[str], Any]] = []
"""Find the learner's own class or function by its name, or raise ImportError."""


class WrongName(ValueError):  # noqa: N818 - reads as what happened
    """A name or an object that is not what was asked for; a notebook answers in a sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(target: Any, *, only: str | None = None, cases: Iterable[Case] = ()) -> Report:
    """Hold an implementation against what its name promises, and show what was found.

    Args:
        target: the class or function, or its name; what it must do is found by its ``__name__``.
        only: "forward" or "backward", for that half of a layer's properties.
        cases: further cases beside the visible ones (see `random_cases`).

    Returns:
        The report, if every property holds.

    Raises:
        CheckFailed: some property does not; whatever the learner's code raises ends here.
        WrongName: the name is not one of the course's (a ValueError).
        ValueError: ``only`` is not a half of it.
    """
    target = _found(target)
    report = examine(target, only=only, cases=cases)
    report.remark = " ".join(filter(None, (remark(target) for remark in remarks)))
    report.show()
    for listener in listeners:
        listener(target, report)
    if not report.passed:
        raise CheckFailed(report)
    return report


def examine(target: Any, *, only: str | None = None, cases: Iterable[Case] = ()) -> Report:
    """What `check` finds out, without a word of it: nothing is shown, no failure is raised.

    Raises:
        ValueError: as `check`.
    """
    concept = find(_name_of(target))
    groups = [group for group in GROUPS if any(p.group == group for p in concept.properties)]
    if only is not None:
        if only not in groups:
            expected = " or ".join(repr(group) for group in groups)
            raise ValueError(f"only: expected {expected} for {concept.name}, got {only!r}")
        groups = [only]
    # Numbers that come in may be anything.
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        return _examine(concept, target, groups, [*concept.cases, *cases])


def random_cases(name: str, seed: int) -> list[Case]:
    """Further cases for ``name``, drawn by ``seed``: what hidden tests hand to `check`.

    Of such a case a message tells the property and the misconception, never the data.
    """
    return [replace(case, hidden=True) for case in find(name).draw(np.random.default_rng(seed))]


def work_out(name: str, cases: Iterable[Case]) -> None:
    """Have ready what checks of ``name`` compare with, for processes that are forked from here."""
    concept = find(name)
    for case in [*concept.cases, *cases]:
        concept.expected(case)
    for entry in catalogue(modules()[name], name):
        list(entry.implementations)


def find(name: Any) -> Concept:
    """The concept behind a name."""
    known = modules()
    if not isinstance(name, str) or name not in known:
        names = ", ".join(known)
        raise WrongName(
            f"target: expected a class or function named one of {names}, got {_shown(name)}"
        )
    concept: Concept = import_module(f"convkit.checks.promises.{known[name]}").CONCEPTS[name]
    return concept


def modules() -> Mapping[str, str]:
    """Where each name lives that can be checked, the course's own included."""
    return MODULES | {name: where for more in newcomers for name, where in more().items()}


def _found(target: Any) -> Any:
    """The learner's own class or function, where only its name was handed over."""
    if isinstance(target, str) and target in modules():
        for finder in finders:
            with suppress(ImportError):
                return finder(target)
    return target


def _name_of(target: Any) -> Any:
    """What a target is called; itself, where it has no name.

    Raises WrongName for what stands for a class and is none.
    """
    name = target if isinstance(target, str) else type(target).__name__
    if name in modules():
        kind = "class" if name[:1].isupper() else "function"
        raise WrongName(f"target: hand over the {kind} itself, check({name}), got {_shown(target)}")
    try:
        return target.__name__
    except Exception:
        return target


def _shown(target: Any) -> str:
    return repr(target) if isinstance(target, str | int) else f"a {type(target).__name__}"


def _examine(concept: Concept, target: Any, groups: Sequence[str], cases: Sequence[Case]) -> Report:
    output = Output()
    observe = concept.observer(target, groups, output)
    properties = [p for p in concept.properties if p.group in groups]

    def situate(case: Case) -> Situation:
        expected, trial = concept.expected(case), observe(case)
        return Situation(trial, expected, concept.credit(trial, output))

    @cache
    def once_more(case: Case) -> Situation:
        return Situation(observe(case), concept.expected(case))

    def further(property_: Property) -> Iterator[tuple[Situation, Row]]:
        asked = _with_required(property_, properties)
        for situation in map(once_more, _further_cases(concept.name)):
            yield situation, _judge(asked, [situation])[property_.name]

    situations = [situate(case) for case in cases]
    rows = _judge(properties, situations)
    idle = [name for name, row in rows.items() if not row.applicable]
    if idle:
        raise RuntimeError(f"{concept.name}, at the course's fault: no case is about {idle}")
    if any(row.status == FAILS for row in rows.values()):
        _name(rows, situations, concept, groups, further)
    else:
        _blame_forward(rows.values(), situations, concept, groups, further)
    results = [result_of(row, rows, situations, concept, target) for row in rows.values()]
    return Report(concept.name, results, output.shown())


def _further_cases(name: str) -> Iterator[Case]:
    """Cases that decide nothing: they are for second thoughts about where something goes wrong."""
    for seed in _FURTHER_SEEDS:
        yield from _drawn(name, seed)


_drawn = cache(random_cases)


def _with_required(property_: Property, properties: Sequence[Property]) -> list[Property]:
    """A property behind those that it requires, and that these require."""
    required = [p for p in properties if p.name in property_.requires]
    found = [each for other in required for each in _with_required(other, properties)]
    return [*dict.fromkeys(found), property_]


def _judge(properties: Sequence[Property], situations: Sequence[Situation]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for property_ in properties:
        row = rows[property_.name] = Row(property_, situations)
        needed = [rows[name] for name in property_.requires]
        row.applicable = {n for n, s in enumerate(situations) if property_.applies(s)}
        for number in sorted(row.applicable):
            if all(other.open_on(number) for other in needed):
                with suppress(NotJudged):
                    row.problems[number] = property_.examine(situations[number])
        if any(row.problems.values()):
            row.status = FAILS
        elif len(row.problems) >= ENOUGH_CASES * len(row.applicable):
            left_out, total = at_kinks(row.property, [situations[n] for n in row.problems])
            if total - left_out >= ENOUGH_SLOPES * total:
                row.status = HOLDS
    return rows


def _name(
    rows: Mapping[str, Row],
    situations: Sequence[Situation],
    concept: Concept,
    groups: Sequence[str],
    further: Further,
) -> None:
    entries = catalogue(modules()[concept.name], concept.name)
    name_suspects(rows, situations, concept, groups, entries, further)


def _blame_forward(
    rows: Iterable[Row],
    situations: Sequence[Situation],
    concept: Concept,
    groups: Sequence[str],
    further: Further,
) -> None:
    """Where a backward pass alone was asked for, and no forward pass came before it: say so."""
    for row in rows:
        missing = row.applicable - row.problems.keys()
        if row.status == NOT_TESTED and missing:
            row.status = FAILS
            for number in missing:
                row.problems[number] = broke_off(situations[number].trial)
            forward = _judge(concept.properties[:1], situations)  # whether forward runs
            _name(forward, situations, concept, groups, further)
            (cause,) = forward.values()
            row.suspects = cause.suspects
            return
