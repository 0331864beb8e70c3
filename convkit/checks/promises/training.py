"""What `SGD` must do, and the cases that show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.judging.judges import AGAIN, DTYPE, RESULT, RUNS, UNCHANGED
from convkit.checks.judging.properties import (
    Expected,
    NotJudged,
    Problem,
    Property,
    Situation,
    Test,
    same_values,
)
from convkit.checks.observing.behaviour import Behaviour, Case, Observation, Trial
from convkit.checks.observing.foreign_code import LearnerError, Output, as_array, run
from convkit.checks.observing.quantity import SECOND_TIME, Quantity, Y, grads, params
from convkit.checks.observing.recording import entries
from convkit.checks.promises.case_numbers import decimals, different_sizes, holding
from convkit.checks.promises.choosing_cases import covering
from convkit.checks.promises.concept import Concept, FunctionConcept
from convkit.layers import Array, Layer
from convkit.training import SGD

_STEPS = 3
_PARAMETERS = ("0.weight", "0.bias", "1.weight", "1.bias")
_PLAIN = "there is no momentum"
_MOMENTUM = "there is momentum"
_SAME = "params and grads stay the same dicts"
REPLACED = "params and grads are other dicts in each step"
_REVERSED = "grads come in another order than params"

Numbers = Mapping[str, Array]


def _case(
    rng: np.random.Generator,
    inputs: int,
    units: int,
    lr: float,
    momentum: float | None = None,
    *,
    replaced: bool = False,
    backwards: bool = False,
) -> Case:
    """Two layers of like shapes, gradients for each step, and settings of the optimizer."""
    shapes = {name: (units, inputs) if "weight" in name else (units,) for name in _PARAMETERS}
    order = list(reversed(shapes)) if backwards else list(shapes)
    grads = [_numbers(rng, {name: shapes[name] for name in order}) for _ in range(_STEPS)]
    options = {"lr": lr} if momentum is None else {"lr": lr, "momentum": momentum}
    settings = ", ".join(f"{name}={value}" for name, value in options.items())
    traits = {
        _PLAIN: not momentum,
        _MOMENTUM: bool(momentum),
        _SAME: not replaced,
        REPLACED: replaced,
        _REVERSED: backwards,
        "the momentum is left out": momentum is None,
    }
    return Case(
        words=f"SGD(network, {settings}) on a network of two layers"
        + (", whose params and grads are replaced before each step" if replaced else "")
        + (", whose grads come in reverse order" if backwards else ""),
        traits=holding(traits),
        arguments=tuple(grads),
        options=options,
        params=_numbers(rng, shapes),
    )


def _numbers(rng: np.random.Generator, shapes: Mapping[str, tuple[int, ...]]) -> Numbers:
    return {name: decimals(rng, *shape) for name, shape in shapes.items()}


def _cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _case(rng, 3, 2, 0.1),
        _case(rng, 2, 4, 0.2, 0.75),
        _case(rng, 2, 3, 0.25, 0.6, replaced=True),
        _case(rng, 4, 3, 0.3, 0.0, backwards=True),
        _case(rng, 3, 5, 0.15, replaced=True),
        _case(rng, 4, 2, 0.05, 0.4, backwards=True),
    ]


def _draw(rng: np.random.Generator) -> list[Case]:
    """Few settings that together show every trait twice."""
    return covering([_draw_case(rng) for _ in range(20)])


def _draw_case(rng: np.random.Generator) -> Case:
    lr = round(float(rng.uniform(0.05, 0.5)), 3)
    some = round(float(rng.uniform(0.3, 0.9)), 2)
    inputs, units = different_sizes(rng, 2, 2, 5)
    momentum = (None, 0.0, some, some)[rng.integers(4)]
    replaced, backwards = (bool(n) for n in rng.integers(2, size=2))
    return _case(rng, inputs, units, lr, momentum, replaced=replaced, backwards=backwards)


def _observe(target: Any, name: str, case: Case, companion: Case, output: Output) -> Trial:
    """Let the optimizer take its steps on a bare layer that stands for a network.

    A further experiment: another optimizer steps between its steps, on a network of its own.
    """
    trial = Trial(case, stage="the constructor")
    trial.behaviour.later(
        _MOVED_AGAIN,
        partial(_steps, target, trial, output, SECOND_TIME, companion),
    )
    _steps(target, trial, output)
    return trial


def _steps(
    target: Any, trial: Trial, output: Output, how: str = "", companion: Case | None = None
) -> None:
    output.silent = trial.case.hidden
    case, behaviour = trial.case, trial.behaviour

    def optimizer_of(case: Case) -> tuple[Any, Any]:
        network: Any = Layer()
        network.params = _copies(case.params)
        return network, target(network, **case.options)

    def step(case: Case, network: Any, optimizer: Any, number: int) -> None:
        grads = case.arguments[number - 1]
        if REPLACED in case.traits:
            _replace(network, grads, number)
        for key, grad in grads.items():
            network.grads[key] = grad.copy()
        optimizer.step()

    def runs_alone(case: Case) -> bool:
        with suppress(Exception):
            alone = optimizer_of(case)
            for number in range(1, _STEPS + 1):
                step(case, *alone, number)
            return True
        return False

    def take_steps() -> None:
        one = optimizer_of(case)
        kept = _watch(one[0])
        another = optimizer_of(companion) if companion else None
        trial.stage = "step"
        for number in range(1, _STEPS + 1):
            step(case, *one, number)
            if companion and another:
                try:
                    step(companion, *another, number)
                except Exception:
                    if runs_alone(companion):
                        raise
                    another = None  # its case is judged by itself
            _record(one[0], number, behaviour, how)
        behaviour[_DICT.again(how)] = np.asarray(1.0 if kept() else 0.0)

    try:
        run(take_steps, output=output)
        behaviour[Y.again(how)] = np.zeros(())
    except LearnerError as error:
        behaviour[Y.again(how)] = error
        if how:
            for quantity in _MOVED_AGAIN:
                behaviour.setdefault(quantity, error)


def _watch(network: Any) -> Callable[[], bool]:
    """Whether its params are still the dict that they are now; of one that lives elsewhere: yes."""
    if type(network) is not Layer:
        return lambda: True
    params = network.params
    return lambda: network.params is params


def _replace(network: Any, grads: Numbers, number: int) -> None:
    """Other dicts, as a layer may make in every backward, and a weight set from outside."""
    network.params = {key: np.array(network.params[key]) for key in _PARAMETERS}
    network.params["0.weight"] = network.params["0.weight"] + number
    network.grads = _copies(grads)


def _record(network: Any, number: int, behaviour: Behaviour, how: str) -> None:
    for entry in (params(step=number), grads(after=f"step {number}")):
        found = entries(network, entry.what, _PARAMETERS)
        for key in _PARAMETERS:
            quantity = entry._replace(name=key)
            behaviour[quantity.again(how)] = as_array(found[key], str(quantity))


def _copies(arrays: Numbers) -> dict[str, Array]:
    return {name: array.copy() for name, array in arrays.items()}


_MOVED = tuple(params(key, step=n + 1) for n in range(_STEPS) for key in _PARAMETERS)
_MOVED_AGAIN = tuple(quantity.again(SECOND_TIME) for quantity in _MOVED)
_DICT = Quantity("the dict network.params")
_GRADS = tuple(grads(key, after=f"step {n + 1}") for n in range(_STEPS) for key in _PARAMETERS)


def _judge_dict(
    quantity: Quantity, got: Observation, expected: Expected, situation: Situation
) -> Problem | None:
    if isinstance(got, LearnerError):
        raise NotJudged
    said = "After the steps network.params is another dict, of which no layer of a network knows."
    return None if got else Problem(quantity, said)


_PROPERTIES = [
    Property(
        "runs",
        "SGD(network, lr) should be made and step without an exception.",
        "forward",
        (Y,),
        RUNS,
    ),
    Property(
        "downhill",
        "Without momentum, a step should move every parameter by −lr times its gradient.",
        "forward",
        _MOVED,
        RESULT,
        ("runs",),
        _PLAIN,
        numbers=True,
    ),
    Property(
        "momentum",
        "With momentum, v ← momentum·v − lr·grad, and every parameter should move by its own v.",
        "forward",
        _MOVED,
        RESULT,
        ("runs", "downhill"),
        _MOMENTUM,
        numbers=True,
    ),
    Property(
        "gradients unchanged",
        "A step should leave the gradients as they were.",
        "forward",
        _GRADS,
        UNCHANGED,
        ("downhill", "momentum"),
    ),
    Property(
        "dict kept",
        "A step should set the entries of network.params, and leave the dict in its place.",
        "forward",
        (_DICT,),
        Test(_judge_dict, same_values),
        ("downhill", "momentum"),
        _SAME,
    ),
    Property(
        "dtype",
        "Parameters of float64 should stay float64.",
        "forward",
        _MOVED,
        DTYPE,
        ("downhill", "momentum"),
    ),
    Property(
        "two optimizers",
        "A second optimizer on another network should change nothing.",
        "forward",
        _MOVED_AGAIN,
        AGAIN,
        ("downhill", "momentum"),
    ),
]

CONCEPTS: dict[str, Concept] = {
    "SGD": FunctionConcept("SGD", SGD, _PROPERTIES, _cases, _draw, observe=_observe),
}
