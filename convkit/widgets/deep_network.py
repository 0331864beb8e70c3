"""The network of lecture 10: many layers one after another, with and without normalization."""

from __future__ import annotations

from typing import Any, NamedTuple

from convkit.layers.activation import ReLU, Tanh
from convkit.layers.base import Layer
from convkit.layers.batchnorm import BatchNorm
from convkit.layers.classifier import Linear

FUNCTIONS: dict[str, type[Layer]] = {"tanh": Tanh, "relu": ReLU}
DEPTH, UNITS = 8, 64


class Stage(NamedTuple):
    """y = f(z) with z = W x + b, normalized where there is a normalization."""

    linear: Layer
    normalization: Layer | None
    function: Layer


def deep_stages(
    features: int, function: str, scale: float, normalization: type[Layer] | None
) -> list[Stage]:
    """The stages of a network, from ``features`` to `UNITS`, and its first weights times scale.

    Networks with and without normalization start from the same weights.
    """
    stages = []
    for depth in range(DEPTH):
        linear = Linear(features if depth == 0 else UNITS, UNITS, rng=depth)
        linear.params["weight"] = linear.params["weight"] * scale
        norm: Any = normalization(UNITS) if normalization else None  # type: ignore[call-arg]
        stages.append(Stage(linear, norm, FUNCTIONS[function]()))
    return stages


def both_names(layer: type[Layer]) -> list[str]:
    """What the networks without and with normalization are called."""
    return ["without", "with BN" if layer is BatchNorm else f"with your {layer.__name__}"]
