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
from convkit.checks.observing.numerical_gradient import estimate_gradient, steps, typical_size
from convkit.checks.observing.quantity import (
    GRAD_X,
    INNER_PRODUCT,
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

_NOTHING = 1e-30
"""A number that is smaller is as good as 0, where all that is right is 0."""


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
        default_factory=WeakKeyDictionary, init=False
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
        return OwnForward(trial, expected, right, output).credit

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
        """What the reference gives; its gradients are held against a numerical one."""
        observe = self.observer(self.reference, ("forward", "backward"), Output(trusted=True))
        behaviour = observe(case).behaviour
        kinks = self.margin is not None and self.margin(case) <= 3 * steps(case.x)
        values = {case.gradient: case.x} | {grads(n): value for n, value in case.params.items()}
        gradients = {quantity: _array(behaviour, quantity) for quantity in values}
        self._confirm(case, gradients, values, kinks)
        y, given = _array(behaviour, Y), {}
        for quantity, gradient in gradients.items():
            # Numbers that cancel leave no slope that is exactly 0.
            size = _largest(y) * _largest(case.grad_y) / typical_size(values[quantity])
            at_kinks = kinks if quantity == case.gradient else False
            given[quantity] = Expected(
                gradient, ROUNDING * (_largest(gradient) + size) + _NOTHING, at_kinks
            )
        if self.linear:
            change = y - self._right(case).forward(np.zeros_like(case.x))
            product, size = change * case.grad_y, np.abs(change * case.grad_y).sum()
            given[INNER_PRODUCT] = Expected(product.sum(), ROUNDING * size)
        return _AsObserved(behaviour, given)

    def _confirm(
        self,
        case: Case,
        gradients: Mapping[Quantity, Array],
        values: Mapping[Quantity, Array],
        kinks: Any,
    ) -> None:
        """Hold the reference's gradients against central differences along a random direction.

        A wrong gradient hides from it with probability zero. Raises RuntimeError where they differ.
        """
        layer, rng = self._right(case), np.random.default_rng(0)
        ways: dict[Quantity, Array] = {
            q: np.asarray(typical_size(v) * rng.uniform(-1, 1, v.shape)) for q, v in values.items()
        }
        ways[case.gradient][np.broadcast_to(kinks, case.x.shape)] = 0

        def forward(step: Array) -> Array:
            x, *params = (values[quantity] + step * way for quantity, way in ways.items())
            layer.params.update(zip(case.params, params, strict=True))
            return np.asarray(layer.forward(x))

        slope, tolerance = estimate_gradient(forward, np.zeros(1), case.grad_y)
        products = np.concatenate([(gradients[q] * way).ravel() for q, way in ways.items()])
        off = abs(products.sum() - slope[0])
        if not off <= tolerance[0] + 1e-6 * np.abs(products).sum():
            raise RuntimeError(
                f"{self.name}, at the course's fault: the reference's gradient is off by {off:.2g} "
                f"from the numerical one. Is its backward right? Does `margin` know of its kinks?"
            )


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
        observe = self.observer(self.reference, ("forward",), Output(trusted=True))
        return _AsObserved(observe(case).behaviour)


class _AsObserved(Mapping[Quantity, Expected]):
    """What a right implementation gave; an experiment is made when its quantity is asked for.

    ``given`` is what is known of quantities otherwise, however often they are asked for.
    """

    def __init__(
        self, behaviour: Behaviour, given: Mapping[Quantity, Expected] | None = None
    ) -> None:
        self._behaviour, self._given = behaviour, dict(given or {})
        self._quantities = behaviour.quantities()

    def __getitem__(self, quantity: Quantity) -> Expected:
        if quantity in self._given:
            return self._given[quantity]
        if quantity.first != quantity and quantity.first in self._quantities:
            return self[quantity.first]
        value = self._behaviour[quantity]
        if isinstance(value, LearnerError):
            raise KeyError(quantity)
        self._given[quantity] = Expected(value, _tolerance(quantity, value))
        return self._given[quantity]

    def __iter__(self) -> Iterator[Quantity]:
        return iter(self._quantities)

    def __contains__(self, quantity: object) -> bool:
        return quantity in self._quantities

    def __len__(self) -> int:
        return len(self._quantities)


Concept = LayerConcept | FunctionConcept
"""What `check` needs to know of a name that a learner implements."""


def _add_inner_product(case: Case, behaviour: Behaviour) -> None:
    grad_x = behaviour.get(GRAD_X)
    if isinstance(grad_x, np.ndarray) and grad_x.shape == case.x.shape:
        behaviour[INNER_PRODUCT] = np.asarray(np.vdot(case.x, grad_x), grad_x.dtype)


def _tolerance(quantity: Quantity, value: Array) -> float:
    return 0.0 if quantity.after else ROUNDING * _largest(value) + _NOTHING


def _largest(value: Array) -> float:
    return float(np.max(np.abs(value), initial=0.0))


def _array(behaviour: Behaviour, quantity: Quantity) -> Array:
    found = behaviour[quantity]
    if isinstance(found, LearnerError):
        raise found
    return found
