"""Wrong memories of `Conv2d`: what it should forget, or should not keep at all."""

from __future__ import annotations

from typing import Any

from convkit.checks.misconceptions.common import (
    first_input,
    first_weights,
    overwriting_input,
    shared_memory,
)
from convkit.checks.misconceptions.convolution.altered import Remembering, altered
from convkit.checks.misconceptions.convolution.backward import THROUGH, mistake
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, Conv2d


def _pile_up(layer: Remembering, grad_x: Array, *names: str) -> Array:
    before: dict[str, Array] = getattr(layer, "before", {})
    for name in names:
        layer.grads[name] = layer.grads[name] + before.get(name, 0)
    layer.before = dict(layer.grads)  # type: ignore[attr-defined]
    return grad_x


@mistake(
    "added",
    "The gradients are added to those of the last call",
    "`grads` is added to from call to call, and never starts again",
    "backward *sets* grads. Which numbers should they hold after two calls?",
    lambda layer, grad_y, grad_x: _pile_up(layer, grad_x, "weight"),
    lambda layer, grad_y, grad_x: _pile_up(layer, grad_x, "bias"),
)
def added(layer: Remembering, grad_y: Array, grad_x: Array) -> Array:
    return _pile_up(layer, grad_x, "weight", "bias")


class WeightIgnored(Conv2d):
    """Keeps what its constructor made of the weight."""

    kept: tuple[str, ...] = ("weight",)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.own = {name: self.params[name] for name in self.kept}

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return altered(self, **self.own).forward(x)


class ParamsIgnored(WeightIgnored):
    kept = ("weight", "bias")


_STATE: Table = {
    "first-input": first_input(Conv2d),
    "first-weights": first_weights(Conv2d),
    "params-ignored": (
        "The layer does not look at its params",
        "the layer computes with numbers of its own, such as a copy that the constructor made or "
        "other names, and setting params changes nothing",
        "Where does forward read `self.params`?",
        ParamsIgnored,
        WeightIgnored,
    ),
    "input-changed": overwriting_input(Conv2d),
    "shared": (
        "The layer remembers in a place that all layers share",
        "what backward needs is kept in a global or in the class, so the next layer overwrites it",
        "Two layers in one network: whose x does the first one's backward find?",
        shared_memory(Conv2d),
    ),
}

enter_table("Conv2d", THROUGH, _STATE, prefix="conv-state")
