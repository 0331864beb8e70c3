"""What a `LocallyConnected2d` should forget, or does not keep."""

from __future__ import annotations

from typing import Any

from convkit.checks.misconceptions.common import first_weights
from convkit.checks.misconceptions.local.altered import (
    FORTH,
    NAME,
    altered,
    backward_mistake,
)
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, LocallyConnected2d


@backward_mistake(
    "grads-missing",
    "A gradient is not kept",
    "backward does not put a parameter's gradient into `self.grads`, or under another name",
    "Under which names will the optimizer look for the gradients?",
    lambda layer, grad_y, grad_x: _without(layer, grad_x, "weight"),
    lambda layer, grad_y, grad_x: _without(layer, grad_x, "bias"),
)
def grads_missing(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _without(layer, grad_x, "weight", "bias")


def _without(layer: Any, grad_x: Array, *names: str) -> Array:
    layer.grads = {name: value for name, value in layer.grads.items() if name not in names}
    return grad_x


@backward_mistake(
    "grads-added",
    "The gradients are added to those of the last call",
    "`grads` is added to from call to call, and never starts again",
    "backward *sets* grads. Which numbers should they hold after two calls?",
)
def grads_added(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    before = getattr(layer, "before_grads", {})
    layer.grads = {name: value + before.get(name, 0) for name, value in layer.grads.items()}
    layer.before_grads = layer.grads
    return grad_x


class ParamsIgnored(LocallyConnected2d):
    """Computes with the numbers that its constructor made."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.own = dict(self.params)

    def forward(self, x: Array) -> Array:
        return altered(self, **self.own).forward(x)


_STATE: Table = {
    "params-ignored": (
        "The layer does not look at its params",
        "the layer computes with numbers of its own, such as a copy that the constructor made, and "
        "setting params changes nothing",
        "Where does forward read `self.params`?",
        ParamsIgnored,
    ),
    "first-params": first_weights(LocallyConnected2d),
}

enter_table(NAME, FORTH, _STATE, prefix="local-state")
