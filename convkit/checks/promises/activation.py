"""What `Sigmoid`, `Tanh`, `ReLU`, `Abs` and `Gain` must do, and the cases that show it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from convkit.checks.judging.judges import VALUES
from convkit.checks.judging.properties import Property
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.probes import forward_probe, probes
from convkit.checks.observing.quantity import first_params
from convkit.checks.promises.case_numbers import different_sizes, holding
from convkit.checks.promises.choosing_cases import covering
from convkit.checks.promises.concept import Concept, LayerConcept
from convkit.checks.promises.every_layer import backward_properties, forward_properties, structure
from convkit.layers import Abs, Array, Gain, Layer, ReLU, Sigmoid, Tanh

SQUASHING = (Sigmoid, Tanh)
"""Smooth, and flat far from 0; the others have a kink at 0."""

SQUARE = "the last two axes are equally long"

_EVERY_OTHER = "of every other number"
_MIXED = "of 2x − 3z"


def _numbers(rng: np.random.Generator, *shape: int, least: float = 0.1) -> Array:
    """Random numbers with two decimals, of either sign and not near 0."""
    sizes = least + np.abs(rng.normal(size=shape))
    return np.round(rng.choice([-1, 1], shape) * sizes, 2)


def _case(rng: np.random.Generator, kind: type[Layer], x: Array) -> Case:
    """A layer without arguments, and ``x`` to send through it."""
    traits = {
        "some numbers are 0": bool(np.any(x == 0)),
        "the batch is a single sample": len(x) == 1,
        "the numbers are far from 0": bool(np.all(np.abs(x) >= 50)),
        SQUARE: x.shape[-2:-1] == x.shape[-1:],
        f"x has {x.ndim} {'axis' if x.ndim == 1 else 'axes'}": True,
    }
    found = [trait for trait, holds in traits.items() if holds]
    return Case(
        words=", where ".join([f"{kind.__name__}(), x of shape {x.shape}", *found[:-1]]),
        traits=found,
        arguments=(),
        x=x,
        grad_y=_numbers(rng, *x.shape),
    )


def _cases(kind: type[Layer]) -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _case(rng, kind, _numbers(rng, 3, 2, 4, 5)),
        _case(rng, kind, _numbers(rng, 3, 5)),
        _plain_case(rng, kind, 7),
        _extreme_case(rng, kind, 4, 6),
        _extreme_case(rng, kind, 1, 3, 4, 4),
        _case(rng, kind, _numbers(rng, 1, 5)),
        _extreme_case(rng, kind, 6),
        _plain_case(rng, kind, 2, 3, 3),
        _extreme_case(rng, kind, 4, 2, 3),
    ]


def _draw(kind: type[Layer], rng: np.random.Generator) -> list[Case]:
    """Few arrays of any sizes that together show every trait twice."""
    return covering([_draw_case(kind, rng) for _ in range(40)])


def _draw_case(kind: type[Layer], rng: np.random.Generator) -> Case:
    first, *others = rng.permutation(np.arange(2, 7))[: rng.integers(1, 5)]
    shape = (1 if others and not rng.integers(3) else first, *others)
    if len(others) > 1 and not rng.integers(3):
        shape = (*shape[:-1], shape[-2])
    if rng.integers(2):
        return _extreme_case(rng, kind, *shape)
    if rng.integers(2):
        return _plain_case(rng, kind, *shape)
    return _case(rng, kind, _numbers(rng, *shape))


def _plain_case(rng: np.random.Generator, kind: type[Layer], *shape: int) -> Case:
    """Nothing overflows here: some 0; or, for what has a kink there, large numbers."""
    x = _some_zeros(rng, *shape) if kind in SQUASHING else _large(rng, *shape)
    return _case(rng, kind, x)


def _some_zeros(rng: np.random.Generator, *shape: int) -> Array:
    x = _numbers(rng, *shape)
    x.flat[rng.choice(x.size, min(3, x.size // 2), replace=False)] = 0
    return x


def _large(rng: np.random.Generator, *shape: int) -> Array:
    return np.round(1000 * _numbers(rng, *shape, least=1.0))


def _extreme_case(rng: np.random.Generator, kind: type[Layer], *shape: int) -> Case:
    """Numbers so far from 0 that powers of e overflow; or, for what has a kink there, some 0."""
    return _case(rng, kind, (_large if kind in SQUASHING else _some_zeros)(rng, *shape))


def _gain_case(
    rng: np.random.Generator,
    batch: int,
    channels: int,
    *image: int,
    dark: bool = False,
    zeros: bool = False,
) -> Case:
    """A layer and images; ``dark``: the last gain is 0; ``zeros``: some numbers of x are."""
    x = (_some_zeros if zeros else _numbers)(rng, batch, channels, *image)
    gain = _numbers(rng, channels)
    if dark:
        gain[-1] = 0
    traits = {
        "a gain is 0": dark,
        "some numbers are 0": zeros,
        SQUARE: image[0] == image[1],
        "there is a single feature map": channels == 1,
        "the batch is a single image": batch == 1,
        "the batch is more than one image": batch > 1,
    }
    return Case(
        words=f"Gain({channels}), x of shape {x.shape}"
        + (", where a gain is 0" if dark else "")
        + (", where some numbers are 0" if zeros else ""),
        traits=holding(traits),
        arguments=(channels,),
        x=x,
        params={"gain": gain},
        grad_y=_numbers(rng, *x.shape),
    )


def _gain_cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _gain_case(rng, 2, 3, 4, 5),
        _gain_case(rng, 3, 4, 2, 6, dark=True),
        _gain_case(rng, 1, 2, 5, 3, zeros=True),
        _gain_case(rng, 4, 1, 3, 2),
        _gain_case(rng, 1, 4, 3, 3, dark=True),
        _gain_case(rng, 5, 1, 4, 4, zeros=True),
    ]


def _draw_gain(rng: np.random.Generator) -> list[Case]:
    return covering([_draw_gain_case(rng) for _ in range(40)])


def _draw_gain_case(rng: np.random.Generator) -> Case:
    batch, channels, height, width = different_sizes(rng, 4, 1, 6)
    square, dark, zeros = (not n for n in rng.integers(3, size=3))
    if square and height > 1:
        width = height
    dark = dark and channels > 1
    return _gain_case(rng, batch, channels, height, width, dark=dark, zeros=zeros)


def _elementwise(kind: type[Layer], values: str, **options: Any) -> LayerConcept:
    return LayerConcept(
        kind.__name__,
        kind,
        [
            *forward_properties(values),
            structure("element-wise", "Each number should be treated on its own.", _EVERY_OTHER),
            *backward_properties(),
        ],
        partial(_cases, kind),
        partial(_draw, kind),
        probes=probes(forward_probe(_EVERY_OTHER, lambda x: x[..., ::2].copy())),
        **options,
    )


def _distance_from_zero(case: Case) -> Array:
    return np.abs(case.x)


CONCEPTS: dict[str, Concept] = {
    "Sigmoid": _elementwise(Sigmoid, "y should be 1 / (1 + e^−x), and never NaN."),
    "Tanh": _elementwise(Tanh, "y should be tanh(x), and never NaN."),
    "ReLU": _elementwise(
        ReLU, "y should be x where x is positive, and 0 elsewhere.", margin=_distance_from_zero
    ),
    "Abs": _elementwise(Abs, "y should be x without its sign.", margin=_distance_from_zero),
    "Gain": LayerConcept(
        "Gain",
        Gain,
        [
            *forward_properties(
                "Each feature map should be multiplied by its own gain.", ("gain",)
            ),
            Property(
                "starts at 1",
                "The gains of a new layer should be 1, so that it changes nothing.",
                "forward",
                (first_params("gain"),),
                VALUES,
                ("parameters",),
            ),
            structure(
                "linear",
                "Mixing two images should give the mix of their results.",
                _MIXED,
            ),
            *backward_properties(("gain",), linear=True),
        ],
        _gain_cases,
        _draw_gain,
        probes=probes(forward_probe(_MIXED, lambda x: 2 * x - 3 * x[::-1])),
        linear=True,
    ),
}
