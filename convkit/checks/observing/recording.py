"""Recording: an implementation is put through a case, and everything it gives is kept.

Questions to a layer that may live in another process are asked in few and large calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, singledispatch
from typing import Any

import numpy as np

from convkit.checks.observing.behaviour import Behaviour, Case, Observation, Trial
from convkit.checks.observing.foreign_code import (
    LearnerError,
    LearnerTimeout,
    Output,
    WrongResult,
    as_array,
    run,
)
from convkit.checks.observing.quantity import (
    ASKED_AGAIN,
    GRAD_Y_AFTER,
    KEYS,
    SECOND_TIME,
    SINGLE,
    Quantity,
    Y,
    argument_after,
    grads,
    params,
)
from convkit.layers import Array


@singledispatch
def forward_each(layer: Any, settings: Sequence[Mapping[str, Array]], x: Array) -> list[Array]:
    """``layer.forward(x)`` once for each setting of the parameters, which are put back afterwards.

    A layer that lives in another process registers an implementation that asks it only once.

    Args:
        settings: each maps names to arrays that stand in for those entries of ``layer.params``.
    """
    outputs = []
    for setting in settings:
        before = {name: np.copy(layer.params[name]) for name in setting}
        set_parameters(layer, setting)
        try:
            outputs.append(layer.forward(x))
        finally:
            set_parameters(layer, before)
    return outputs


@singledispatch
def results_of(layer: Any, calls: Sequence[tuple[Any, str, Array]]) -> list[Any]:
    """What each of these calls gave, as it is after the last one; elsewhere in one call.

    Args:
        layer: one of those that are called.
        calls: a layer, the name of a method and its argument.
    """
    return [getattr(called, method)(array) for called, method, array in calls]


@singledispatch
def set_parameters(layer: Any, params: Mapping[str, Array]) -> None:
    """Set these entries of ``layer.params``; elsewhere in one call, as in `forward_each`."""
    for name, value in params.items():
        layer.params[name] = value.copy()


@singledispatch
def entries(layer: Any, dictionary: str, names: Sequence[str]) -> dict[str, Any]:
    """Those of ``layer.params`` or ``layer.grads`` that are there; elsewhere in one call."""
    mapping, found = getattr(layer, dictionary), {}
    for name in names:
        with suppress(LookupError):
            found[name] = mapping[name]
    return found


@dataclass(frozen=True)
class Probe:
    """A further experiment on a case.

    Attributes:
        records: the quantities that it records on a case.
        make: makes it, on a trial whose forward has given an array.
    """

    records: Callable[[Case], Sequence[Quantity]]
    make: Callable[[LayerObserver, Trial], None]


class LayerObserver:
    """Puts a layer's class through cases.

    Args:
        target: the class.
        backward: whether the backward pass is wanted too.
        probes: further experiments, which are made when their quantities are asked for.
        companions: cases to choose the layer from that is alive beside the one that is observed.
        output: takes what the code prints.
    """

    def __init__(
        self,
        target: Any,
        *,
        backward: bool,
        probes: Sequence[Probe],
        companions: Sequence[Case],
        output: Output,
    ) -> None:
        self.target, self.backward, self.probes, self.output = target, backward, probes, output
        self._companions = companions
        self._given_up: dict[str, LearnerError] = {}

    def observe(self, case: Case) -> Trial:
        """Make the layer, set its parameters, run it forward and backward, and look around."""
        trial = Trial(case)
        self.output.silent = case.hidden
        try:
            trial.layer = self.make(case, {})
            self.look_up(trial.layer, "params", case, trial.behaviour, Quantity("first params"))
            self.set_parameters(trial.layer, case.params)
        except LearnerError as error:
            trial.behaviour[Y], trial.stage = error, "the constructor"
            return trial
        self.run(trial.layer, case, case.x, case.grad_y, trial.behaviour)
        if isinstance(trial.behaviour.get(case.gradient), np.ndarray):
            again = partial(self._ask_again, trial.layer, case, trial.behaviour)
            if self.output.trusted:  # few of the catalogue's layers get so far that it matters
                trial.behaviour.later([q.again(ASKED_AGAIN) for q in case.gradients], again)
            else:
                again()
        if isinstance(trial.behaviour.get(Y), np.ndarray):
            for probe in self.probes:
                records = probe.records(case)
                trial.behaviour.later(records, partial(self._make, probe, trial, records))
        return trial

    def _ask_again(self, layer: Any, case: Case, behaviour: Behaviour) -> None:
        """A second backward pass after the same forward."""
        again: Observation
        try:
            again = self.backward_of(layer, case.grad_y.copy("K"))
        except LearnerError as error:
            again = error
        behaviour[case.gradient.again(ASKED_AGAIN)] = again
        self.look_up(layer, "grads", case, behaviour, grads(how=ASKED_AGAIN))
        kept = {name: behaviour.get(params(name, after="backward")) for name in case.params}
        if not all(np.array_equal(case.params[name], array) for name, array in kept.items()):
            with suppress(LearnerError):
                self.set_parameters(layer, case.params)  # further experiments shall find them

    def _make(self, probe: Probe, trial: Trial, records: Sequence[Quantity]) -> None:
        self.output.silent = trial.case.hidden
        trial.behaviour.get(trial.case.gradient.again(ASKED_AGAIN))  # before the layer is used
        try:
            probe.make(self, trial)
        except LearnerError as error:  # whatever it kept from being recorded went wrong
            for quantity in records:
                trial.behaviour.setdefault(quantity, error)

    def companion(self, case: Case) -> Case:
        """A small case with an x of another shape, if there is one."""
        others = [other for other in self._companions if other.x.shape != case.x.shape]
        return min(others, key=lambda other: other.x.size, default=case)

    def make(self, case: Case, params: Mapping[str, Array]) -> Any:
        """A layer of the case, with ``params``."""
        layer = self.ask(lambda: self.target(*case.arguments, **case.options))
        self.set_parameters(layer, params)
        return layer

    def set_parameters(self, layer: Any, params: Mapping[str, Array]) -> None:
        if params:
            self.ask(lambda: set_parameters(layer, params))

    def run(
        self,
        layer: Any,
        case: Case,
        x: Array,
        grad_y: Array,
        behaviour: Behaviour,
        how: str = "",
        *,
        meanwhile: Callable[[], Any] = lambda: None,
        afterwards: Callable[[], Any] = lambda: None,
    ) -> None:
        """Forward, ``meanwhile``, backward, ``afterwards``, and a look at grads."""
        x, grad_y = x.copy("K"), grad_y.astype(x.dtype)
        y, grad_x = Y.again(how), case.gradient.again(how)
        if "forward" in self._given_up:
            if how:
                behaviour[y] = self._given_up["forward"]
            return
        try:
            behaviour[y] = self.forward(layer, x)
            behaviour[case.input_after("forward").again(how)] = x.copy()
            if how in ("", SINGLE):
                kept = params(after="forward", how=how)
                self.look_up(layer, "params", case, behaviour, kept)
            if not self.backward:
                return
            if "backward" in self._given_up:
                if how:
                    behaviour[grad_x] = self._given_up["backward"]
                return
            meanwhile()
            behaviour[grad_x] = self.backward_of(layer, grad_y)
            afterwards()
        except LearnerError as error:
            forward = not dict.__contains__(behaviour, y)
            behaviour[y if forward else grad_x] = error
            if isinstance(error, LearnerTimeout) or error.type_name == "KeyboardInterrupt":
                self._given_up["forward" if forward else "backward"] = error
            return
        behaviour[case.input_after("backward").again(how)] = x
        behaviour[GRAD_Y_AFTER.again(how)] = grad_y
        self.look_up(layer, "grads", case, behaviour, grads(how=how))
        self.look_up(layer, "params", case, behaviour, params(after="backward", how=how))
        if not how:
            behaviour[KEYS] = self._further_entries(layer, case)

    def forward(self, layer: Any, x: Array) -> Array:
        """``layer.forward(x)`` as an array of its own; the layer gets this very ``x``."""
        return self.ask(lambda: as_array(layer.forward(x), "the result of forward"))

    def backward_of(self, layer: Any, grad_y: Array) -> Array:
        """``layer.backward(grad_y)`` as an array of its own."""
        return self.ask(lambda: as_array(layer.backward(grad_y), "the result of backward"))

    def ask(self, question: Callable[[], Any]) -> Any:
        """Run a question to the learner's code; raises LearnerError."""
        return run(question, output=self.output)

    def look_up(
        self,
        layer: Any,
        dictionary: str,
        case: Case,
        behaviour: Behaviour,
        entry: Quantity,
    ) -> None:
        """Record what ``params`` or ``grads`` holds of the case's parameters, each an ``entry``."""
        names = list(case.params)
        found: dict[str, Any] = {}
        if names:
            with suppress(LearnerError):
                found = self.ask(lambda: entries(layer, dictionary, names))
        for name in names:
            quantity, words = entry._replace(name=name), str(Quantity(dictionary, name))
            if name not in found:
                behaviour[quantity] = WrongResult("KeyError", f"{words} is missing.")
                continue
            try:
                behaviour[quantity] = self.ask(partial(as_array, found[name], words))
            except LearnerError as error:
                behaviour[quantity] = error

    def _further_entries(self, layer: Any, case: Case) -> Observation:
        """What else there is in params and grads: an error that says so, or nothing."""
        for dictionary in ("params", "grads"):
            with suppress(LearnerError):
                for key in self.ask(partial(_keys, layer, dictionary)):
                    if key not in case.params:
                        return WrongResult(
                            "entry", f"{dictionary} has an entry {key!r}, which is no parameter."
                        )
        return np.empty(0)


def _keys(layer: Any, dictionary: str) -> list[Any]:
    return list(getattr(layer, dictionary))


def observe_function(
    target: Callable[..., Any], name: str, case: Case, companion: Case, output: Output
) -> Trial:
    """Call a function on a case; "y" is what it returned.

    Further experiments: the call once more, after one with the ``companion``'s arguments; and with
    arrays of float32.
    """
    trial = Trial(case, stage=name)
    behaviour, again, in_single = trial.behaviour, Y.again(SECOND_TIME), Y.again(SINGLE)

    def call(quantity: Quantity, arguments: Sequence[Any]) -> None:
        output.silent = case.hidden
        try:
            behaviour[quantity] = run(
                lambda: as_array(target(*arguments), f"the result of {name}"), output=output
            )
        except LearnerError as error:
            behaviour[quantity] = error

    def call_again() -> None:
        with suppress(LearnerError):  # the companion is a case of its own
            run(lambda: target(*map(_own, companion.arguments)), output=output)
        call(again, list(map(_own, case.arguments)))

    arguments = list(map(_own, case.arguments))
    call(Y, arguments)
    for given, argument in zip(case.arrays, arguments, strict=False):
        behaviour[argument_after(given)] = argument.copy()
    behaviour.later([again], call_again)
    if any(isinstance(argument, np.ndarray) for argument in arguments):
        single = [_own(argument, np.float32) for argument in case.arguments]
        behaviour.later([in_single], lambda: call(in_single, single))
    return trial


def _own(argument: Any, dtype: Any = None) -> Any:
    return np.array(argument, dtype) if isinstance(argument, np.ndarray) else argument
