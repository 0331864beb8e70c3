"""What an implementation does: it is put through the cases, and everything it gives is recorded.

A behaviour maps the name of a quantity ("y", "grad_x", 'grads["weight"]', …) to the array that came
out, or to the `LearnerError` that came instead. The reference, the learner's code and the wrong
implementations of the catalogue are observed in the same way, so that they can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial, singledispatch
from typing import Any

import numpy as np

from convkit.checks.learner import LearnerError, LearnerTimeout, Output, WrongResult, as_array, run
from convkit.layers import Array

Observation = Array | LearnerError
_AFTER = " after backward"
Behaviour = dict[str, Observation]


@dataclass(frozen=True, eq=False)
class Case:
    """One situation an implementation is put into.

    Attributes:
        words: the situation as one would say it, for messages.
        traits: what is special about it ("the padding is 0"), to say where a mistake shows.
        arguments: of the constructor, or of the function.
        options: keyword arguments of the constructor.
        x, params, grad_y: what a layer is given; unused for functions.
        input_name: what messages call x.
        thorough: a layer is also put through the concept's probes.
        hidden: messages may name the property and the mistake, but nothing of the case.
    """

    words: str
    traits: Sequence[str]
    arguments: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    x: Array = field(default_factory=lambda: np.empty(0))
    params: Mapping[str, Array] = field(default_factory=dict)
    grad_y: Array = field(default_factory=lambda: np.empty(0))
    input_name: str = "x"
    thorough: bool = False
    hidden: bool = False

    @property
    def gradient(self) -> str:
        """The quantity that backward returns."""
        return f"grad_{self.input_name}"

    def __post_init__(self) -> None:
        """A case is used again and again: nobody may write into it, only into copies."""
        for array in (*self.arguments, self.x, self.grad_y, *self.params.values()):
            if isinstance(array, np.ndarray):
                array.flags.writeable = False


@dataclass
class Trial:
    """One implementation on one case.

    Attributes:
        behaviour: what it gave.
        layer: the layer itself, for further questions.
        stage: what was being done when it failed to give "y".
    """

    case: Case
    behaviour: Behaviour = field(default_factory=dict)
    layer: Any = None
    stage: str = "forward"


@singledispatch
def forward_each(layer: Any, settings: Sequence[Mapping[str, Array]], x: Array) -> list[Array]:
    """``layer.forward(x)`` once for each setting of the parameters, which are put back afterwards.

    A layer that lives in another process registers an implementation that asks it only once.

    Args:
        settings: each maps names to arrays that stand in for those entries of ``layer.params``.
    """
    outputs = []
    for setting in settings:
        before = {name: layer.params[name] for name in setting}
        layer.params.update(setting)
        try:
            outputs.append(layer.forward(x))
        finally:
            layer.params.update(before)
    return outputs


class LayerObserver:
    """Puts a layer's class through cases.

    Args:
        target: the class.
        backward: whether the backward pass is wanted too.
        probes: further experiments for thorough cases; each records quantities of its own.
        output: takes what the code prints.
    """

    def __init__(
        self, target: Any, *, backward: bool, probes: Sequence[Probe], output: Output
    ) -> None:
        self.target, self.backward, self.probes, self.output = target, backward, probes, output
        self._given_up: set[str] = set()

    def observe(self, case: Case) -> Trial:
        """Make the layer, set its parameters, run it forward and backward, and look around."""
        trial = Trial(case)
        self.output.silent = case.hidden
        try:
            trial.layer = self.make(case, {})
            for name in case.params if case.thorough else ():
                self._look_up(trial.layer, "params", name, trial.behaviour, "first ")
            self.set_parameters(trial.layer, case.params)
        except LearnerError as error:
            trial.behaviour["y"], trial.stage = error, "the constructor"
            return trial
        self.run(trial.layer, case, case.x, trial.behaviour)
        if case.thorough and not isinstance(trial.behaviour["y"], LearnerError):
            for probe in self.probes:
                with suppress(LearnerError):  # what a probe could not record is not judged
                    probe(self, case, trial.behaviour)
        return trial

    def make(self, case: Case, params: Mapping[str, Array]) -> Any:
        """A layer of the case, with ``params``."""
        layer = self.ask(lambda: self.target(*case.arguments, **case.options))
        self.set_parameters(layer, params)
        return layer

    def set_parameters(self, layer: Any, params: Mapping[str, Array]) -> None:
        for name, value in params.items():
            self.ask(partial(_set, layer, name, value))

    def run(
        self,
        layer: Any,
        case: Case,
        x: Array,
        behaviour: Behaviour,
        suffix: str = "",
        meanwhile: Callable[[], Any] = lambda: None,
    ) -> None:
        """Forward, ``meanwhile`` and backward; the names of the quantities end in ``suffix``."""
        if "forward" in self._given_up:
            return
        x, grad_y = x.copy(), case.grad_y.astype(x.dtype)
        try:
            behaviour["y" + suffix] = self.forward(layer, x)
            behaviour[f"{case.input_name} after forward{suffix}"] = x.copy()
            if not self.backward or "backward" in self._given_up:
                return
            meanwhile()
            behaviour[case.gradient + suffix] = self.ask(
                lambda: as_array(layer.backward(grad_y), "the result of backward")
            )
        except LearnerError as error:
            quantity, group = (
                (case.gradient, "backward") if "y" + suffix in behaviour else ("y", "forward")
            )
            behaviour[quantity + suffix] = error
            if isinstance(error, LearnerTimeout) or error.type_name == "KeyboardInterrupt":
                self._given_up.add(group)
            return
        behaviour[f"{case.input_name} after backward{suffix}"] = x
        behaviour["grad_y after backward" + suffix] = grad_y
        for name in case.params:
            self._look_up(layer, "grads", name, behaviour, suffix=suffix)
            if not suffix:
                self._look_up(layer, "params", name, behaviour, suffix=_AFTER)

    def forward(self, layer: Any, x: Array) -> Array:
        """``layer.forward(x)`` as an array of its own; the layer gets this very ``x``."""
        return self.ask(lambda: as_array(layer.forward(x), "the result of forward"))

    def ask(self, question: Callable[[], Any]) -> Any:
        """Run a question to the learner's code; raises LearnerError."""
        return run(question, output=self.output)

    def _look_up(
        self,
        layer: Any,
        dictionary: str,
        name: str,
        behaviour: Behaviour,
        prefix: str = "",
        suffix: str = "",
    ) -> None:
        quantity = f'{dictionary}["{name}"]'
        try:
            found = self.ask(lambda: as_array(getattr(layer, dictionary)[name], quantity))
        except WrongResult as error:
            found = error
        except LearnerError as error:
            found = WrongResult(error.type_name, f"{quantity} is missing.")
        behaviour[prefix + quantity + suffix] = found


Probe = Callable[[LayerObserver, Case, Behaviour], None]


def probe_again(observer: LayerObserver, case: Case, behaviour: Behaviour) -> None:
    """The case once more, after other data and other parameters went through the same layer.

    Another layer of the same kind runs between forward and backward.
    """
    _probe_again(observer, case, behaviour, elsewhere=0.5 - case.x[..., ::-1])


def probe_again_with_sizes(observer: LayerObserver, case: Case, behaviour: Behaviour) -> None:
    """`probe_again` where the layer has first seen a larger batch, and the other layer sees it.

    For layers whose gradient depends on nothing of x but its shape.
    """
    _probe_again(observer, case, behaviour, elsewhere=np.concatenate([case.x, case.x]))


def _probe_again(
    observer: LayerObserver, case: Case, behaviour: Behaviour, elsewhere: Array
) -> None:
    layer = observer.make(case, {name: 0.5 - value for name, value in case.params.items()})
    another = observer.make(case, {name: value + 0.25 for name, value in case.params.items()})
    if len(elsewhere) != len(case.x):
        observer.forward(layer, elsewhere)
    observer.run(layer, case, 1.0 - case.x[::-1], {})
    observer.set_parameters(layer, case.params)
    if case.params:
        outputs = observer.ask(lambda: _for_each_parameter(layer, case))
        behaviour.update(zip(map(other_parameter, case.params), outputs, strict=True))
    observer.run(
        layer,
        case,
        case.x,
        behaviour,
        ", second time",
        meanwhile=lambda: observer.forward(another, elsewhere),
    )


def other_parameter(name: str) -> str:
    """The quantity that y becomes when one parameter has other numbers."""
    return f'y with other params["{name}"]'


def _for_each_parameter(layer: Any, case: Case) -> list[Array]:
    """y with other random numbers: one number added to all might come to nothing."""
    rng = np.random.default_rng(0)
    settings = [{name: value + rng.normal(size=value.shape)} for name, value in case.params.items()]
    outputs = forward_each(layer, settings, case.x.copy())
    return [as_array(output, "the result of forward") for output in outputs]


def probe_single_precision(observer: LayerObserver, case: Case, behaviour: Behaviour) -> None:
    """The case with x and grad_y in float32; the parameters stay as they are."""
    layer = observer.make(case, case.params)
    observer.run(layer, case, case.x.astype(np.float32), behaviour, ", in float32")


def forward_probe(quantity: str, change: Callable[[Array], Array]) -> Probe:
    """A probe that records ``forward(change(x))`` as ``quantity``."""

    def probe(observer: LayerObserver, case: Case, behaviour: Behaviour) -> None:
        layer = observer.make(case, case.params)
        try:
            behaviour[quantity] = observer.forward(layer, change(case.x))
        except LearnerError as error:
            behaviour[quantity] = error

    return probe


def observe_function(target: Callable[..., Any], name: str, case: Case, output: Output) -> Trial:
    """Call a function on a case; "y" is what it returned."""
    output.silent = case.hidden
    arguments = [_own(argument) for argument in case.arguments]
    trial = Trial(case, stage=name)
    try:
        trial.behaviour["y"] = run(
            lambda: as_array(target(*arguments), f"the result of {name}"), output=output
        )
    except LearnerError as error:
        trial.behaviour["y"] = error
    for position, argument in enumerate(arguments):
        if isinstance(argument, np.ndarray):
            trial.behaviour[f"argument {position} after"] = argument
    return trial


def _own(argument: Any) -> Any:
    return argument.copy() if isinstance(argument, np.ndarray) else argument


def _set(layer: Any, name: str, value: Array) -> None:
    layer.params[name] = value.copy()
