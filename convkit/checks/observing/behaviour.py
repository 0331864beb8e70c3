"""Cases and behaviours: what an implementation is put through, and what came of it.

A behaviour maps a quantity to the array that came out, or to the `LearnerError` that came instead.
The reference, the learner's code and the wrong implementations of the catalogue are observed in the
same way, so that they can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from convkit.checks.observing.foreign_code import LearnerError
from convkit.checks.observing.quantity import Quantity, grads
from convkit.layers import Array

Observation = Array | LearnerError


class Behaviour(dict[Quantity, Observation]):
    """What an implementation gave, by quantity.

    What takes a further experiment is found out when somebody asks for it, and not before.
    """

    def __init__(self) -> None:
        super().__init__()
        self._later: dict[Quantity, Callable[[], None]] = {}

    def later(self, quantities: Iterable[Quantity], experiment: Callable[[], None]) -> None:
        """``experiment()`` records these quantities; it is made once, if at all."""
        made = False

        def once() -> None:
            nonlocal made
            if not made:
                made = True
                experiment()

        self._later |= dict.fromkeys(quantities, once)

    def then(self, quantities: Iterable[Quantity], further: Callable[[], Behaviour]) -> None:
        """Where one of these quantities is asked for, take them all from a ``further`` behaviour.

        Its own experiments are still made only when somebody asks for what they record.
        """
        wanted = set(quantities)

        def take_over() -> None:
            other = further()
            self._later |= {q: partial(self._take, q, other) for q in wanted & other._later.keys()}
            self.update({q: other[q] for q in wanted & other.keys()})

        self.later(wanted, take_over)

    def _take(self, quantity: Quantity, other: Behaviour) -> None:
        if quantity in other:
            self[quantity] = other[quantity]

    def quantities(self) -> list[Quantity]:
        """What is recorded, and what experiments that nobody has asked for would record."""
        return [*dict.fromkeys([*self.keys(), *self._later])]

    def get(self, quantity: Quantity, default: Any = None) -> Any:
        while not super().__contains__(quantity) and quantity in self._later:
            self._later.pop(quantity)()
        return super().get(quantity, default)

    def __contains__(self, quantity: object) -> bool:
        return isinstance(quantity, Quantity) and self.get(quantity) is not None

    def __missing__(self, quantity: Quantity) -> Observation:
        if quantity in self:
            return self[quantity]
        raise KeyError(quantity)


@dataclass(frozen=True, eq=False)
class Case:
    """One situation an implementation is put into.

    Attributes:
        words: the situation as one would say it, for messages.
        traits: what is special about it ("the padding is 0"), to say where a mistake shows.
        arguments: of the constructor, or of the function.
        arrays: what a function calls its first arguments, as far as these are arrays.
        options: keyword arguments of the constructor.
        x, params, grad_y: what a layer is given; unused for functions.
        input_name: what messages call x.
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
    arrays: Sequence[str] = ()
    hidden: bool = False

    @cached_property
    def gradient(self) -> Quantity:
        """The quantity that backward returns."""
        return Quantity("grad", self.input_name)

    def input_after(self, call: str) -> Quantity:
        """What x should be after "forward" or "backward"."""
        return Quantity(self.input_name, after=call)

    @cached_property
    def gradients(self) -> tuple[Quantity, ...]:
        """All the quantities that are gradients."""
        return (self.gradient, *map(grads, self.params))

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
    behaviour: Behaviour = field(default_factory=Behaviour)
    layer: Any = None
    stage: str = "forward"
