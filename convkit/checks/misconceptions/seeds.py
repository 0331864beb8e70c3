"""Mistakes that layers with random first weights can make with ``rng``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.tables import Reading, enter_table
from convkit.layers import Array, Layer


def enter_seeds(base: type[Layer], read: Reading) -> None:
    """Enter the mistakes in ``rng`` for the layer ``base``, which has a "weight"."""

    def unknown(self: Layer, *arguments: Any, **options: Any) -> None:
        if "rng" in options:
            raise TypeError("__init__() got an unexpected keyword argument 'rng'")
        base.__init__(self, *arguments, **options)

    def required(self: Layer, *arguments: Any, rng: Any, **options: Any) -> None:
        base.__init__(self, *arguments, rng=rng, **options)  # type: ignore[call-arg]

    def with_start(draw: Callable[[tuple[int, ...]], Array]) -> type[Layer]:
        def init(self: Layer, *arguments: Any, rng: Any = None, **options: Any) -> None:
            base.__init__(self, *arguments, **options)
            self.params["weight"] = draw(self.params["weight"].shape)

        return _made(base, init)

    def generator(self: Layer, *arguments: Any, rng: Any = None, **options: Any) -> None:
        rng = np.random.default_rng() if rng is None else rng
        rng.normal(size=2)
        base.__init__(self, *arguments, rng=rng, **options)  # type: ignore[call-arg]

    enter_table(
        base.__name__,
        read,
        {
            "rng-unknown": (
                "The constructor does not take rng",
                "__init__ has no parameter `rng`, or gives it another name, so nobody can choose "
                "the seed of the first weights",
                "Compare the first line of your __init__ with the one that the exercise gives.",
                _made(base, unknown),
            ),
            "rng-required": (
                "rng cannot be left out",
                "`rng` has no default: a layer cannot be made without a seed",
                "What does `*, rng=None` say about a call without rng?",
                _made(base, required),
            ),
            "rng-generator-only": (
                "rng is taken for a Generator",
                "a method of `rng` is called, but `rng` may be a number: a seed",
                "What does np.random.default_rng make of a number, and what of a Generator?",
                _made(base, generator),
            ),
            "rng-ignored": (
                "The first weights do not come from rng",
                "the weights are drawn without `rng`, so that a seed changes nothing, or does not "
                "bring the same weights back",
                "Which generator draws your first weights? Where does it get its seed?",
                with_start(lambda shape: np.random.default_rng().normal(size=shape)),
                with_start(lambda shape: np.random.default_rng(0).normal(size=shape)),
            ),
            "weights-start-alike": (
                "All weights start with the same number",
                "the first weights are zeros or ones: all units compute the same, and learn the "
                "same",
                "If two units start alike, and see the same x, how could they ever differ?",
                with_start(lambda shape: np.zeros(shape)),
                with_start(lambda shape: np.ones(shape)),
            ),
        },
    )


def _made(base: type[Layer], init: Callable[..., None]) -> type[Layer]:
    return type("Wrong", (base,), {"__init__": init})
