"""What `LocalContrastNorm2d` must do, and the cases that show it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.probes import forward_probe, probes
from convkit.checks.promises.case_numbers import decimals, different_sizes, holding
from convkit.checks.promises.choosing_cases import covering
from convkit.checks.promises.concept import Concept, LayerConcept
from convkit.checks.promises.every_layer import backward_properties, forward_properties, structure
from convkit.layers import Array, LocalContrastNorm2d

STRONG = "σ > c everywhere"
FAINT = "σ < c everywhere"
MIXED = "σ > c here and σ < c there"
FLAT = "one of the pictures is black, and one has hardly any contrast"

_ALONE = "of the last image alone"
_BRIGHTER = "of x + 3"
_NO_DIVISION = 1e9


def _case(
    rng: np.random.Generator,
    regime: str,
    shape: tuple[int, ...],
    kernel_size: int | None = None,
    sigma: float | None = None,
) -> Case:
    """A layer whose c suits the regime; where it suits anyway, c is left to its default."""
    settings = {"kernel_size": kernel_size, "sigma": sigma}
    options: dict[str, Any] = {k: value for k, value in settings.items() if value is not None}
    x = decimals(rng, *shape) + 1
    if regime == FLAT:
        x[0], x[1] = 0, 3 + 0.002 * x[1]
    deviation = _deviation(x, options)
    if regime in (FAINT, MIXED):
        options["c"] = _floor(deviation, regime)
    elif regime == STRONG and deviation.min() < 0.05:
        options["c"] = float(f"{deviation.min() / 2:.1g}")
    call = ", ".join(f"{name}={value}" for name, value in options.items())
    size, (height, width) = options.get("kernel_size", 7), shape[2:]
    traits = {
        "the window is larger than the image": size > height and size > width,
        "the window is a single pixel": size == 1,
        "there is a single channel": shape[1] == 1,
        "there is more than one channel": shape[1] > 1,
        "the batch is a single image": shape[0] == 1,
        "kernel_size is left out": kernel_size is None,
        "sigma is left out": sigma is None and kernel_size != 1,  # one pixel has no width
        "sigma is given": sigma is not None,
    }
    return Case(
        words=f"LocalContrastNorm2d({call}), x of shape {shape}; {regime}",
        traits=[regime, *holding(traits)],
        arguments=(),
        options=options,
        x=x,
        grad_y=decimals(rng, *shape),
    )


def _deviation(x: Array, options: dict[str, Any]) -> Array:
    """σ, (N, 1, H, W): by a layer that divides by nothing but a known c."""
    layer = LocalContrastNorm2d(**{**options, "c": _NO_DIVISION})
    v = layer.forward(x) * _NO_DIVISION
    square = (v * v).mean(axis=1, keepdims=True)
    blurred = square - layer.forward(square) * _NO_DIVISION
    return np.sqrt(np.maximum(blurred, 0))


def _floor(deviation: Array, regime: str) -> float:
    """A c above all σ, or in the widest gap between the σ of middle size."""
    if regime == FAINT:
        return float(np.ceil(2 * deviation.max()))
    middle = np.sort(deviation, axis=None)[deviation.size // 4 : -(deviation.size // 4)]
    widest = int(np.argmax(np.diff(middle)))
    return round(float(middle[widest : widest + 2].mean()), 4)


def _cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    case = partial(_case, rng)
    return [
        case(STRONG, (2, 3, 6, 7), 3, 0.9),
        case(MIXED, (3, 2, 5, 6), 5),
        case(FAINT, (3, 2, 4, 5), 3),
        case(STRONG, (1, 2, 8, 9)),
        case(STRONG, (5, 4, 2, 3), 7, 1.5),
        case(FLAT, (3, 2, 4, 5), 3, 1.2),
        case(FLAT, (3, 1, 5, 4), 5),
        case(FAINT, (1, 2, 3, 4), 5, 0.8),
        case(MIXED, (2, 1, 5, 6), sigma=1.1),
        case(STRONG, (3, 1, 4, 6), 3),
        case(STRONG, (2, 4, 3, 5), 1),
        case(MIXED, (4, 3, 2, 6), 1, 0.9),
    ]


def _draw(rng: np.random.Generator) -> list[Case]:
    """Few layers of any sizes that together show every trait twice."""
    return covering([_draw_case(rng) for _ in range(60)])


def _draw_case(rng: np.random.Generator) -> Case:
    regime = (STRONG, MIXED, FAINT, FLAT)[rng.integers(4)]
    while True:
        shape = different_sizes(rng, 4, 1, 6)
        if min(shape[2:]) > 1 and (shape[0] > 2 or regime != FLAT):
            break
    # A window of one pixel leaves zeros where all channels are equal, and those are faint.
    smallest = 1 if shape[1] > 1 and regime in (MIXED, FAINT) else 3
    kernel_size = (None, smallest, smallest, 3, 5, 7)[rng.integers(6)]
    sigma = round(float(rng.uniform(0.7, 2)), 2) if rng.integers(2) else None
    return _case(rng, regime, shape, kernel_size, sigma)


def _distance_from_kink(case: Case) -> Array:
    """By how much a number of x can change before some σ of its picture passes c.

    A change by h changes every v by h at most, and so every σ, which is a mean of their squares.
    """
    c = case.options.get("c", 1e-2)
    gaps = np.abs(_deviation(case.x, dict(case.options)) - c)
    return np.broadcast_to(gaps.min(axis=(1, 2, 3), keepdims=True), case.x.shape)


CONCEPTS: dict[str, Concept] = {
    "LocalContrastNorm2d": LayerConcept(
        "LocalContrastNorm2d",
        LocalContrastNorm2d,
        [
            *forward_properties(
                "y should be v / max(c, σ): x minus its local mean, over its local deviation."
            ),
            structure("batch", "Each image of a batch should be treated on its own.", _ALONE),
            structure("brightness", "A brighter picture should give the same y.", _BRIGHTER),
            *backward_properties(),
        ],
        _cases,
        _draw,
        probes=probes(
            forward_probe(_ALONE, lambda x: x[-1:].copy()),
            forward_probe(_BRIGHTER, lambda x: x + 3),
        ),
        margin=_distance_from_kink,
    ),
}
