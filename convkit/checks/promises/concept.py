"""A concept: what a name must do, on which cases, and how an implementation of it is observed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from convkit.checks.judging.factor import layer_sizes
from convkit.checks.judging.own_forward import OwnForward
from convkit.checks.judging.properties import Credit, Expected, Property
from convkit.checks.observing.behaviour import Behaviour, Case, Trial
from convkit.checks.observing.foreign_code import LearnerError, Output
from convkit.checks.observing.numerical_gradient import estimate_gradient, steps
from convkit.checks.observing.quantity import (
    ASKED_AGAIN,
    BESIDE,
    GRAD_X,
    INNER_PRODUCT,
    SECOND_TIME,
    Quantity,
    Y,
    grads,
)
from convkit.checks.observing.recording import LayerObserver, Probe, observe_function
from convkit.checks.promises.choosing_cases import every_other_transposed
from convkit.checks.promises.origin import Origin, of_layer_gradient, of_layer_output, of_output
from convkit.layers import Array

Observe = Callable[[Case], Trial]

ROUNDING = 1e-9
"""How far a right result may be from the reference, as a share of the largest number in it."""


@dataclass
class LayerConcept:
    """A layer's class.

    Attributes:
        reference: the right class.
        visible, draw: the visible cases; further ones, by a generator.
        probes: the experiments that a layer is put through on each case.
        independent_samples: the samples of a batch do not influence one another.
        linear: forward(x) − forward(0) is linear in x, so that the adjoint identity is asked for.
        margin: for each number of a case's x, how far it is from the nearest kink.
        record: adds further quantities to a trial, which are to be seen right after its case.
        make: a layer from the class and a case's arguments, where that takes more than a call.
    """

    name: str
    reference: Any
    properties: Sequence[Property]
    visible: Callable[[], list[Case]]
    draw: Callable[[np.random.Generator], list[Case]]
    probes: Sequence[Probe]
    independent_samples: bool = True
    linear: bool = False
    margin: Callable[[Case], Array] | None = None
    record: Callable[[Trial, Output], None] = lambda trial, output: None
    make: Callable[..., Any] = lambda target, *arguments, **options: target(*arguments, **options)
    _expected: WeakKeyDictionary[Case, Mapping[Quantity, Expected]] = field(
        default_factory=WeakKeyDictionary
    )

    @cached_property
    def cases(self) -> list[Case]:
        return every_other_transposed(self.visible())

    def observer(self, target: Any, groups: Sequence[str], output: Output) -> Observe:
        observer = LayerObserver(
            partial(self.make, target),
            backward="backward" in groups,
            probes=self.probes,
            companions=self.cases,
            output=output,
        )

        def observe(case: Case) -> Trial:
            trial = observer.observe(case)
            self.record(trial, output)
            if self.linear:
                _add_inner_product(case, trial.behaviour)
            return trial

        return observe

    def credit(self, trial: Trial, output: Output) -> Credit:
        """Whether an array is the gradient of the trial's own forward, for a quantity."""
        expected, right = self.expected(trial.case), partial(self._right, trial.case)
        return OwnForward(trial, expected, right, output, linear=self.linear).credit

    def _right(self, case: Case) -> Any:
        layer = self.make(self.reference, *case.arguments, **case.options)
        layer.params.update(case.params)
        return layer

    def origins(self, case: Case, quantity: Quantity, index: tuple[int, ...]) -> tuple[Origin, ...]:
        """The numbers that one number of the quantity is made from, where these are few."""
        layer = self._right(case)
        if quantity == Y:
            return of_layer_output(layer, case.x, index)
        if quantity == case.gradient:
            return of_layer_gradient(layer, case.x, index, case.grad_y, linear=self.linear)
        return ()

    def sizes(self, case: Case) -> Mapping[str, int]:
        """What there is so many of in a case, by its name: see `said_of_factor`."""
        return layer_sizes(self._right(case), case.x, case.grad_y)

    def expected(self, case: Case) -> Mapping[Quantity, Expected]:
        if case not in self._expected:
            self._expected[case] = self._expect(case)
        return self._expected[case]

    def _expect(self, case: Case) -> Mapping[Quantity, Expected]:
        trial = self.observer(self.reference, ("forward", "backward"), Output())(case)
        trial.behaviour.complete()
        expected = {
            quantity: Expected(value, _tolerance(quantity, value))
            for quantity, value in trial.behaviour.items()
            if not isinstance(value, LearnerError)
        }
        for quantity, gradient in self._numerical_gradients(case, trial.layer).items():
            again = map(quantity.again, ("", SECOND_TIME, ASKED_AGAIN, BESIDE))
            expected |= dict.fromkeys(again, gradient)
        if self.linear:
            change = expected[Y].value - trial.layer.forward(np.zeros_like(case.x))
            product, size = change * case.grad_y, np.abs(change * case.grad_y).sum()
            expected[INNER_PRODUCT] = Expected(product.sum(), ROUNDING * size)
        return expected

    def as_the_reference(self, case: Case) -> Mapping[Quantity, Expected]:
        """What is expected, with the reference's own gradients: quick, and deciding nothing."""
        observe = self.observer(self.reference, ("forward", "backward"), Output())
        behaviour = observe(case).behaviour
        kinks = self.margin is not None and self.margin(case) <= 3 * steps(case.x)
        return _AsObserved(behaviour, {case.gradient: kinks})

    def _numerical_gradients(self, case: Case, layer: Any) -> dict[Quantity, Expected]:
        gradients = {
            case.gradient: Expected(
                *estimate_gradient(
                    layer.forward, case.x, case.grad_y, share_batch=self.independent_samples
                ),
                kinks=self.margin is not None and self.margin(case) <= 3 * steps(case.x),
            )
        }
        for name, value in case.params.items():

            def forward(parameter: Array, name: str = name) -> Array:
                layer.params[name] = parameter
                return layer.forward(case.x)

            gradients[grads(name)] = Expected(*estimate_gradient(forward, value, case.grad_y))
            layer.params[name] = value
        return gradients


@dataclass
class FunctionConcept:
    """A function of arrays, or what is used like one; all of it "forward".

    ``observe`` puts an implementation of the name through a case; between two calls comes one with
    the arguments of another case.
    """

    name: str
    reference: Any
    properties: Sequence[Property]
    visible: Callable[[], list[Case]]
    draw: Callable[[np.random.Generator], list[Case]]
    observe: Callable[[Any, str, Case, Case, Output], Trial] = observe_function

    @cached_property
    def cases(self) -> list[Case]:
        return every_other_transposed(self.visible())

    def observer(self, target: Any, groups: Sequence[str], output: Output) -> Observe:
        return lambda case: self.observe(target, self.name, case, self._companion(case), output)

    def _companion(self, case: Case) -> Case:
        """The visible case that comes before it: for the first the last, for hidden ones too."""
        position = self.cases.index(case) if case in self.cases else 0
        return self.cases[position - 1]

    def credit(self, trial: Trial, output: Output) -> Credit:
        """None: a function has no gradient."""
        return lambda quantity, gradient: "not its own"

    def origins(self, case: Case, quantity: Quantity, index: tuple[int, ...]) -> tuple[Origin, ...]:
        """The window that a number comes from, where the function is one of an array."""
        if quantity != Y or self.observe is not observe_function or not index:
            return ()
        x, *others = case.arguments
        origin = of_output(lambda x: self.reference(x, *others), x, index)
        return () if origin is None else (origin,)

    def sizes(self, case: Case) -> Mapping[str, int]:
        """What there is so many of in a case, by its name."""
        return layer_sizes(None, case.x, case.grad_y)

    def expected(self, case: Case) -> Mapping[Quantity, Expected]:
        observe = self.observer(self.reference, ("forward",), Output())
        return _AsObserved(observe(case).behaviour)

    as_the_reference = expected


class _AsObserved(Mapping[Quantity, Expected]):
    """What a right implementation gave; an experiment is made when its quantity is asked for."""

    def __init__(self, behaviour: Behaviour, kinks: Mapping[Quantity, Any] | None = None) -> None:
        self._behaviour, self._kinks = behaviour, kinks or {}

    def __getitem__(self, quantity: Quantity) -> Expected:
        value = self._behaviour[quantity]
        if isinstance(value, LearnerError):
            raise KeyError(quantity)
        kinks = self._kinks.get(quantity.first, False)
        return Expected(value, _tolerance(quantity, value), kinks)

    def __iter__(self) -> Iterator[Quantity]:
        self._behaviour.complete()
        return iter([q for q, value in self._behaviour.items() if isinstance(value, np.ndarray)])

    def __len__(self) -> int:
        return len(list(self))


Concept = LayerConcept | FunctionConcept
"""What `check` needs to know of a name that a learner implements."""


def _add_inner_product(case: Case, behaviour: Behaviour) -> None:
    grad_x = behaviour.get(GRAD_X)
    if isinstance(grad_x, np.ndarray) and grad_x.shape == case.x.shape:
        behaviour[INNER_PRODUCT] = np.asarray(np.vdot(case.x, grad_x), grad_x.dtype)


def _tolerance(quantity: Quantity, value: Array) -> float:
    if quantity.after:
        return 0.0
    return ROUNDING * float(np.max(np.abs(value), initial=0.0))
