"""Wrong memories of `Conv2d`: what it should forget, or should not keep at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convkit.checks.misconceptions import misconception
from convkit.checks.misconceptions.convolution.altered import Remembering, altered
from convkit.checks.misconceptions.convolution.backward import THROUGH, mistake
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


def _state_mistake(
    id: str, title: str, when: str, hint: str, *variants: type[Conv2d]
) -> Callable[[type[Conv2d]], type[Conv2d]]:
    return misconception(
        f"conv-state-{id}",
        "Conv2d",
        title=title,
        when=when,
        hint=hint,
        read=THROUGH,
        variants=variants,
    )


@_state_mistake(
    "first-input",
    "The first input is kept for ever",
    "what backward needs is stored on the first forward only, and belongs to another x later on",
    "backward belongs to the *latest* forward. When is what it needs stored?",
)
class FirstInputKept(Conv2d):
    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        if not hasattr(self, "first"):
            self.first = x.copy()
        return y

    def backward(self, grad_y: Array) -> Array:
        super().forward(self.first)
        return super().backward(grad_y)


@_state_mistake(
    "first-weights",
    "The first weights are kept for ever",
    "the weights are copied on the first call, and setting params later changes nothing",
    "An optimizer sets params after every step. When does your layer look at them?",
)
class FirstWeightsKept(Conv2d):
    def forward(self, x: Array) -> Array:
        if not hasattr(self, "first"):
            self.first = dict(self.params)
        now, self.params = self.params, self.first
        y = super().forward(x)
        self.params = now
        return y


class WeightIgnored(Conv2d):
    """Keeps what its constructor made of the weight."""

    kept: tuple[str, ...] = ("weight",)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.own = {name: self.params[name] for name in self.kept}

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return altered(self, **self.own).forward(x)


@_state_mistake(
    "params-ignored",
    "The layer does not look at its params",
    "the layer computes with numbers of its own, such as a copy that the constructor made or other "
    "names, and setting params changes nothing",
    "Where does forward read `self.params`?",
    WeightIgnored,
)
class ParamsIgnored(WeightIgnored):
    kept = ("weight", "bias")


@_state_mistake(
    "shared",
    "The layer remembers in a place that all layers share",
    "what backward needs is kept in a global or in the class, so the next layer overwrites it",
    "Two layers in one network: whose x does the first one's backward find?",
)
class SharedMemory(Conv2d):
    latest: Conv2d | None = None

    def forward(self, x: Array) -> Array:
        type(self).latest = self
        return super().forward(x)

    def backward(self, grad_y: Array) -> Array:
        latest = type(self).latest
        assert latest is not None
        grad_x = Conv2d.backward(latest, grad_y)
        self.grads = latest.grads
        return grad_x
