"""How to speak of a name: what its arrays' axes count, and where to read about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convkit.checks.naming.look import Look
from convkit.checks.naming.misconception import Reading
from convkit.checks.observing.quantity import Quantity, grads

OF_MAPS = ("images", "feature maps", "rows", "columns")
OF_CHANNELS = ("images", "channels", "rows", "columns")
"""What the axes count of most arrays that have four."""


@dataclass(frozen=True)
class Anatomy:
    """How to speak of the arrays of a name.

    Attributes:
        target: the right class or function.
        axes: for each quantity, what its axes count; a parameter has the axes of its gradient.
        forth, back: what teaches the forward and the backward pass.
    """

    target: Any
    axes: Mapping[Quantity, Sequence[str]]
    forth: Reading
    back: Reading | None = None

    @property
    def name(self) -> str:
        name: str = self.target.__name__
        return name

    def axes_of(self, look: Look, count: int) -> Sequence[str]:
        """What the axes of a quantity count, if there are as many as there should be."""
        first = look.first
        known = grads(first.name) if first.what == "first params" else first
        axes = self.axes.get(known, ())
        return axes if len(axes) == count else [f"axis {axis}" for axis in range(count)]

    def begins(self, quantity: Quantity | None = None) -> str:
        """What the ids of mistakes begin with: "conv2d-", in a quantity "conv2d-backward-"."""
        passing = f"{pass_of(quantity)}-" if self.back and quantity else ""
        return f"{self.name.lower().replace('_', '-')}-{passing}"

    def read(self, quantity: Quantity) -> Reading:
        """What teaches the pass that a quantity comes from."""
        return (pass_of(quantity) == "backward" and self.back) or self.forth


def pass_of(quantity: Quantity) -> str:
    """ "forward", "backward", or "params" for the parameters of a new layer."""
    if quantity.what == "first params":
        return "params"
    return "backward" if quantity.backward else "forward"
