"""What the parameter counts and `LocallyConnected2d` must do, and the cases that show it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.behaviour import Case
from convkit.checks.concept import Concept, FunctionConcept, LayerConcept
from convkit.checks.judging import RESULT, RUNS
from convkit.checks.numbers import decimals, holding, two_sizes
from convkit.checks.probes import forward_probe, probes
from convkit.checks.properties import Property
from convkit.checks.seeds import PROBE_SEEDS, SEEDS
from convkit.checks.shared import (
    backward_properties,
    forward_properties,
    function_properties,
    structure,
)
from convkit.layers import (
    Array,
    LocallyConnected2d,
    conv_parameters,
    dense_parameters,
    local_parameters,
)

Pair = tuple[int, int]
Function = Callable[..., Any]

PAIR = "kernel_size is a pair"
NUMBER = "kernel_size is a number"

_LAST = "y of the last image alone"
_MIXED = "y of 2x − 3z"


def _layer_case(
    rng: np.random.Generator,
    batch: int,
    channels: Pair,
    image: int | Pair,
    kernel: int | Pair,
    stride: int | Pair = 1,
) -> Case:
    """A layer, and numbers to send through it; ``channels`` are (in, out)."""
    options: dict[str, Any] = {} if stride == 1 else {"stride": stride}
    arguments = (*channels, image, kernel)
    layer = LocallyConnected2d(*arguments, **options, rng=0)
    x = decimals(rng, batch, channels[0], *layer.input_size)
    call = ", ".join([*map(repr, arguments), *(f"{k}={v!r}" for k, v in options.items())])
    return Case(
        words=f"LocallyConnected2d({call}), x of shape {x.shape}",
        traits=_traits(layer, x),
        arguments=arguments,
        options=options,
        x=x,
        params={name: decimals(rng, *value.shape) for name, value in layer.params.items()},
        grad_y=decimals(rng, *layer.forward(x).shape),
    )


def _traits(layer: LocallyConnected2d, x: Array) -> list[str]:
    (kh, kw), (sh, sw), (height, width) = layer.kernel_size, layer.stride, layer.input_size
    traits = {
        "the stride is not 1": (sh, sw) != (1, 1),
        "the two strides differ": sh != sw,
        "the patch is not square": kh != kw,
        "the image is not square": height != width,
        "patches overlap": kh > sh or kw > sw,
        "the batch is a single image": len(x) == 1,
        "the batch is more than one image": len(x) > 1,
        "patches do not reach the image's edge (the size is ragged)": bool(
            (height - kh) % sh or (width - kw) % sw
        ),
    }
    return holding(traits)


def _layer_cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _layer_case(rng, 2, (2, 3), (5, 4), (2, 3)),
        _layer_case(rng, 3, (2, 4), (8, 6), (3, 2), (2, 3)),
        _layer_case(rng, 2, (3, 2), (5, 8), 2, (3, 2)),
        _layer_case(rng, 1, (1, 2), 7, 3, 2),
        _layer_case(rng, 3, (3, 1), 5, (2, 3)),
    ]


def _draw_layer_cases(rng: np.random.Generator) -> list[Case]:
    """One layer without a stride and two with; any sizes."""
    cases = []
    for strided in (False, True, True):
        kernel, image = two_sizes(rng, 1, 3), two_sizes(rng, 4, 7)
        stride = two_sizes(rng, 2, 3) if strided else 1
        batch, into, out = (int(n) for n in rng.integers(1, 4, 3))
        cases.append(_layer_case(rng, batch, (into, out), image, kernel, stride))
    return cases


_LAYER_PROPERTIES = [
    *forward_properties(
        "y is the sum of each patch times the weights of its place, plus the bias of its place.",
        ("weight", "bias"),
    ),
    SEEDS,
    structure("batch", "Each image of a batch is treated on its own.", _LAST),
    structure(
        "linear",
        "Mixing two images first, or their features afterwards, is the same but for the bias.",
        _MIXED,
    ),
    *backward_properties(("weight", "bias"), linear=True),
]


def _count_case(name: str, *arguments: Any) -> Case:
    traits = {
        PAIR: isinstance(arguments[-1], tuple),
        NUMBER: name != "dense_parameters" and isinstance(arguments[-1], int),
        "the input has channels": name == "dense_parameters" and len(arguments[0]) > 2,
        "there are several channels": name != "dense_parameters" and arguments[0] > 1,
    }
    return Case(
        words=f"{name}({', '.join(map(repr, arguments))})",
        traits=holding(traits),
        arguments=arguments,
    )


def _dense_cases() -> list[Case]:
    calls = [
        ((200, 200), 40_000),
        ((3, 150, 150), 7),
        ((6,), 4),
        ((2, 3, 5, 7), 11),
        ((3, 200, 200), 40_000),
    ]
    return [_count_case("dense_parameters", *call) for call in calls]


def _draw_dense_cases(rng: np.random.Generator) -> list[Case]:
    return [
        _count_case("dense_parameters", tuple(_whole_numbers(rng, axes)), *_whole_numbers(rng, 1))
        for axes in (1, 2, 3, 3)
    ]


def _kernel_cases(name: str, slide: tuple[int, int, int]) -> list[Case]:
    calls: list[tuple[Any, ...]] = [
        slide,
        (3, 7, (2, 5)),
        (2, 5, 3),
        (4, 3, (6, 1)),
        (1, 9, (3, 4)),
    ]
    return [_count_case(name, *call) for call in calls]


def _draw_kernel_cases(name: str, rng: np.random.Generator) -> list[Case]:
    return [
        _count_case(name, *_whole_numbers(rng, 2), kernel)
        for kernel in (int(rng.integers(3, 9)), two_sizes(rng, 2, 9), two_sizes(rng, 2, 9))
    ]


def _whole_numbers(rng: np.random.Generator, count: int) -> list[int]:
    return [int(n) for n in rng.integers(2, 30, count)]


_RUNS = Property("runs", "It returns a number.", "forward", ("y",), RUNS)


def _count(where: str, sentence: str, trait: str | None = None) -> Property:
    return Property(where, sentence, "forward", ("y",), RESULT, ("runs",), trait, numbers=True)


def _kernel_count(function: Function, units: str, slide: tuple[int, int, int]) -> FunctionConcept:
    name, each = function.__name__, f"weights for each of the {units}"
    return FunctionConcept(
        name,
        function,
        [
            _RUNS,
            _count("square patch", f"With a number as kernel_size: {each}, no biases.", NUMBER),
            _count("any patch", f"With a pair as kernel_size: {each}, no biases.", PAIR),
            *function_properties(("square patch", "any patch")),
        ],
        partial(_kernel_cases, name, slide),
        partial(_draw_kernel_cases, name),
    )


CONCEPTS: dict[str, Concept] = {
    "dense_parameters": FunctionConcept(
        "dense_parameters",
        dense_parameters,
        [
            _RUNS,
            _count("count", "Every unit has a weight for every number of the input, no biases."),
            *function_properties(("count",)),
        ],
        _dense_cases,
        _draw_dense_cases,
    ),
    "local_parameters": _kernel_count(local_parameters, "units", (1, 40_000, 10)),
    "conv_parameters": _kernel_count(conv_parameters, "feature maps", (1, 100, 10)),
    "LocallyConnected2d": LayerConcept(
        "LocallyConnected2d",
        LocallyConnected2d,
        _LAYER_PROPERTIES,
        _layer_cases,
        _draw_layer_cases,
        probes=probes(
            PROBE_SEEDS,
            forward_probe(_LAST, lambda x: x[-1:].copy()),
            forward_probe(_MIXED, lambda x: 2 * x - 3 * x[::-1]),
        ),
        linear=True,
    ),
}
