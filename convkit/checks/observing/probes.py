"""Further experiments with layers: the same case again, in other company, in other numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.observing.behaviour import Behaviour, Case, Trial
from convkit.checks.observing.foreign_code import LearnerError, as_array
from convkit.checks.observing.quantity import (
    AFTER_OTHERS,
    BESIDE,
    GRAD_Y_AFTER,
    LATER,
    SECOND_TIME,
    SINGLE,
    WITH_OTHER_PARAMS,
    Quantity,
    Y,
    grads,
    params,
)
from convkit.checks.observing.recording import LayerObserver, Probe, forward_each, results_of
from convkit.layers import Array

Change = Callable[[Array], Array]


def same_size(x: Array) -> Array:
    """Other numbers, to send through a layer before a case comes again."""
    return 1.0 - x[::-1]


def other_size(x: Array) -> Array:
    """Other numbers and a larger batch, of which something may be left when the case comes."""
    return np.concatenate([1.0 - x, 0.5 - x])


def wider(x: Array) -> Array:
    """Other numbers and, if they are images, larger ones: of any size the layer may have kept."""
    return np.pad(0.5 - x, [(0, 0)] * 2 + [(0, 1), (0, 2)], mode="wrap") if x.ndim == 4 else 0.5 - x


def probes(
    *further: Probe,
    before: Change = same_size,
    first: Change = wider,
    same_in_evaluation: bool = True,
) -> tuple[Probe, ...]:
    """The experiments that every layer is put through, and ``further`` ones.

    Args:
        before: makes of a case's x (and grad_y) what the layer sees before it.
        first: makes of a case's x what may come first in a layer's life.
        same_in_evaluation: eval() makes no difference to the layer.
    """
    after = partial(_run_after_others, first, same_in_evaluation)
    return (
        Probe(_recorded_beside, partial(_run_beside, before)),
        Probe(partial(_everything, SECOND_TIME), partial(_run_again, before)),
        Probe(partial(_everything, AFTER_OTHERS), after),
        Probe(lambda case: [Y.again(LATER)], partial(_look_later, ["forward"])),
        Probe(
            lambda case: [quantity.again(LATER) for quantity in case.gradients],
            partial(_look_later, ["forward", "backward"]),
        ),
        Probe(lambda case: [other_parameter(name) for name in case.params], _other_parameters),
        *further,
    )


def forward_probe(given: str, change: Change) -> Probe:
    """Records ``forward(change(x))``, asked of the layer that has seen the case."""
    quantity = Quantity("y", given=given)
    return Probe(lambda case: [quantity], partial(_forward, quantity, change))


def other_parameter(name: str) -> Quantity:
    """The quantity that y becomes when one parameter has other numbers."""
    return Quantity(WITH_OTHER_PARAMS, name)


def _everything(how: str, case: Case) -> list[Quantity]:
    return [quantity.again(how) for quantity in (Y, *case.gradients)]


def _recorded_beside(case: Case) -> list[Quantity]:
    methods = ("forward", "backward")
    inputs = [*map(case.input_after, methods)]
    kept = [params(name, after=method) for name in case.params for method in methods]
    single = (Y, case.gradient, *inputs, GRAD_Y_AFTER, *kept)
    return [
        *_everything(BESIDE, case),
        *(quantity.again(BESIDE) for quantity in inputs),
        *(quantity.again(SINGLE) for quantity in single),
    ]


def _run_beside(before: Change, observer: LayerObserver, trial: Trial) -> None:
    """The case comes again while another layer, of another case, works between its steps."""
    case, other = trial.case, observer.companion(trial.case)
    layer = _used_layer(before, observer, case, trial.behaviour)
    another: Any = None

    def work(question: Callable[[Any], Any]) -> None:
        with suppress(LearnerError):  # its case is judged by itself
            question(another)

    with suppress(LearnerError):
        another = observer.make(other, other.params)
    observer.look_up(layer, "params", case, trial.behaviour, params(how=BESIDE))
    observer.run(
        layer,
        case,
        case.x,
        case.grad_y,
        trial.behaviour,
        BESIDE,
        meanwhile=lambda: work(lambda layer: observer.forward(layer, other.x.copy())),
        afterwards=lambda: work(lambda layer: observer.backward_of(layer, other.grad_y.copy())),
    )


def _run_again(before: Change, observer: LayerObserver, trial: Trial) -> None:
    """The case comes again to a layer that has nobody beside it."""
    case = trial.case
    layer = _used_layer(before, observer, case, Behaviour())
    observer.run(layer, case, case.x, case.grad_y, trial.behaviour, SECOND_TIME)


def _run_after_others(
    first: Change, same_in_evaluation: bool, observer: LayerObserver, trial: Trial
) -> None:
    """The case comes after data of another size.

    All that in evaluation; or, where that is another mode, the mode is switched before backward.
    """
    case, behaviour = trial.case, trial.behaviour
    layer = observer.make(case, case.params)

    def tell(mode: str) -> None:
        with suppress(LearnerError):
            observer.ask(lambda: getattr(layer, mode)())

    def meanwhile() -> None:
        if not same_in_evaluation:
            tell("train" if case.options["evaluate"] else "eval")

    if same_in_evaluation:
        tell("eval")
    with suppress(LearnerError):  # such data are a case by themselves
        observer.forward(layer, first(case.x))
    observer.run(layer, case, case.x, case.grad_y, behaviour, AFTER_OTHERS, meanwhile=meanwhile)


def _look_later(methods: Sequence[str], observer: LayerObserver, trial: Trial) -> None:
    """What the last of the methods gave, while a layer like it had as many other numbers."""
    case = trial.case
    if methods[-1] == "backward" and not observer.backward:
        return
    layer, other = (observer.make(case, case.params) for _ in range(2))
    arrays = zip((case.x.copy("K"), case.grad_y.copy("K")), _changed(case, same_size), strict=True)
    calls = [
        (called, method, array)
        for method, given in zip(methods, arrays, strict=False)
        for called, array in zip((layer, other), given, strict=True)
    ]

    def result() -> Array:
        results = results_of(layer, calls)
        return as_array(results[-2], f"the result of {methods[-1]}")

    quantity = Y if methods[-1] == "forward" else case.gradient
    trial.behaviour[quantity.again(LATER)] = observer.ask(result)
    if methods[-1] == "backward":
        observer.look_up(layer, "grads", case, trial.behaviour, grads(how=LATER))


def _used_layer(before: Change, observer: LayerObserver, case: Case, behaviour: Behaviour) -> Any:
    """A layer with the case's parameters that has seen other data, with others.

    First in float32, then a larger batch, of which something may be left, then as many as the case
    has once more, of which something may be kept because their shape is no longer new.
    """
    layer = observer.make(case, {name: 0.5 - value for name, value in case.params.items()})
    x, grad_y = _changed(case, before)
    observer.run(layer, case, x.astype(np.float32), grad_y, behaviour, SINGLE)
    for change in (other_size, before):
        observer.run(layer, case, *_changed(case, change), Behaviour())
    observer.set_parameters(layer, case.params)
    return layer


def _changed(case: Case, change: Change) -> tuple[Array, Array]:
    """Another x and its grad_y, unless that is a single number."""
    return change(case.x), change(case.grad_y) if case.grad_y.ndim else case.grad_y


def _other_parameters(observer: LayerObserver, trial: Trial) -> None:
    """y with other random numbers: one number added to all might come to nothing."""
    case, rng = trial.case, np.random.default_rng(0)
    settings = [
        {name: value + rng.choice([-1, 1], value.shape) * rng.uniform(1, 2, value.shape)}
        for name, value in case.params.items()
    ]

    def outputs() -> list[Array]:
        each = forward_each(trial.layer, settings, case.x.copy("K"))
        return [as_array(output, "the result of forward") for output in each]

    for name, output in zip(case.params, observer.ask(outputs), strict=True):
        trial.behaviour[other_parameter(name)] = output


def _forward(quantity: Quantity, change: Change, observer: LayerObserver, trial: Trial) -> None:
    trial.behaviour[quantity] = observer.forward(trial.layer, change(trial.case.x))
