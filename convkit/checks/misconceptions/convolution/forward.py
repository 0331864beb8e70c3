"""What wrong forward passes of `Conv2d` have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convkit.checks.misconceptions import misconception
from convkit.checks.misconceptions.convolution.altered import altered
from convkit.layers import Array, Conv2d

WEIGHTS = ("04-convolution", "Weights and kernels")
BORDER = ("04-convolution", "Going over the border")
MAPS = ("04-convolution", "Many feature maps")

Forward = Callable[[Conv2d, Array], Any]
Settings = Callable[[Conv2d], dict[str, Any]]


def layer_with(wrong: Forward) -> type[Conv2d]:
    """A layer whose forward gives ``wrong(layer, x)``, and whose backward does not notice."""

    class Wrong(Conv2d):
        def forward(self, x: Array) -> Array:
            super().forward(x)
            result: Array = wrong(self, x)
            return result

    return Wrong


def throughout(settings: Settings) -> type[Conv2d]:
    """A layer that is right for other settings than those it was asked for."""

    class Wrong(Conv2d):
        def forward(self, x: Array) -> Array:
            self.twin = altered(self, **settings(self))
            return self.twin.forward(x)

        def backward(self, grad_y: Array) -> Array:
            grad_x = self.twin.backward(grad_y)
            self.grads = self.twin.grads
            return grad_x

    return Wrong


def mistake(
    id: str,
    title: str,
    when: str,
    hint: str,
    read: tuple[str, str],
    *variants: Forward,
    settings: tuple[Settings, ...] = (),
    same_as: tuple[str, ...] = (),
) -> Callable[[Forward], Forward]:
    """Enter a wrong forward pass into the catalogue.

    ``settings``: the mistake may also be made in both passes alike, with these settings.
    """

    def enter(wrong: Forward) -> Forward:
        others = (
            *(layer_with(variant) for variant in variants),
            *(throughout(setting) for setting in settings),
        )
        misconception(
            f"conv-forward-{id}",
            "Conv2d",
            title=title,
            when=when,
            hint=hint,
            read=read,
            variants=others,
            same_as=same_as,
        )(layer_with(wrong))
        return wrong

    return enter


def right(layer: Conv2d, x: Array) -> Array:
    return altered(layer).forward(x)
