"""Cases and behaviours: what an implementation is put through, and what came of it.

A behaviour maps the name of a quantity ("y", "grad_x", 'grads["weight"]', …) to the array that came
out, or to the `LearnerError` that came instead. The reference, the learner's code and the wrong
implementations of the catalogue are observed in the same way, so that they can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.observing.foreign_code import LearnerError
from convkit.layers import Array

Observation = Array | LearnerError

SECOND_TIME = ", second time"
"""Ends the quantities of a case that comes again, after other data and other parameters."""

ASKED_AGAIN = ", asked again"
"""Ends the quantities of a second backward after the same forward."""

BESIDE = ", beside another layer"
"""Ends the quantities of a layer while another one of its kind is alive and at work."""

SINGLE = ", in float32"
"""Ends the quantities of a case in single precision."""


def first_time(quantity: str) -> str:
    """The quantity that this one must equal, if it is one that was asked for again."""
    for again in (SECOND_TIME, ASKED_AGAIN, BESIDE):
        quantity = quantity.removesuffix(again)
    return quantity


class Behaviour(dict[str, Observation]):
    """What an implementation gave, by quantity.

    What takes a further experiment is found out when somebody asks for it, and not before.
    """

    def __init__(self) -> None:
        super().__init__()
        self._later: dict[str, Callable[[], None]] = {}

    def later(self, quantities: Iterable[str], experiment: Callable[[], None]) -> None:
        """``experiment()`` records these quantities; it is made once, if at all."""
        made = False

        def once() -> None:
            nonlocal made
            if not made:
                made = True
                experiment()

        self._later |= dict.fromkeys(quantities, once)

    def then(self, quantities: Iterable[str], further: Callable[[], Behaviour]) -> None:
        """Where one of these quantities is asked for, take them all from a ``further`` behaviour.

        Its own experiments are still made only when somebody asks for what they record.
        """
        wanted = set(quantities)

        def take_over() -> None:
            other = further()
            self._later |= {q: partial(self._take, q, other) for q in wanted & other._later.keys()}
            self.update({q: other[q] for q in wanted & other.keys()})

        self.later(wanted, take_over)

    def _take(self, quantity: str, other: Behaviour) -> None:
        if quantity in other:
            self[quantity] = other[quantity]

    def complete(self) -> None:
        """Make every experiment."""
        for quantity in list(self._later):
            self.get(quantity)

    def get(self, quantity: str, default: Any = None) -> Any:
        while not super().__contains__(quantity) and quantity in self._later:
            self._later.pop(quantity)()
        return super().get(quantity, default)

    def __contains__(self, quantity: object) -> bool:
        return isinstance(quantity, str) and self.get(quantity) is not None

    def __missing__(self, quantity: str) -> Observation:
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
    hidden: bool = False

    @property
    def gradient(self) -> str:
        """The quantity that backward returns."""
        return f"grad_{self.input_name}"

    @property
    def gradients(self) -> tuple[str, ...]:
        """All the quantities that are gradients."""
        return (self.gradient, *(f'grads["{name}"]' for name in self.params))

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
