"""What the parameter counts and `LocallyConnected2d` must do, and the cases that show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.judging.judges import RESULT, RUNS
from convkit.checks.judging.properties import Property
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.probes import forward_probe, probes, same_size
from convkit.checks.observing.quantity import Y
from convkit.checks.promises.case_numbers import all_differ, decimals, holding, sides, two_sizes
from convkit.checks.promises.choosing_cases import covering
from convkit.checks.promises.concept import Concept, FunctionConcept, LayerConcept
from convkit.checks.promises.every_layer import (
    backward_properties,
    forward_properties,
    function_properties,
    structure,
)
from convkit.checks.promises.first_weights import PROBE_SEEDS, SEEDS
from convkit.layers import (
    Array,
    LocallyConnected2d,
    conv_parameters,
    dense_parameters,
    local_parameters,
)
from convkit.layers.arguments import pair

Pair = tuple[int, int]
Function = Callable[..., Any]

_MOST_PRODUCTS = 1_000
"""In one pass over a drawn case: plain loops are slow."""

PAIR = "kernel_size is a pair"
NUMBER = "kernel_size is a number"

_LAST = "of the last image alone"
_MIXED = "of 2x − 3z"


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
        traits=_traits(layer, x, {"input_size": image, "kernel_size": kernel, **options}),
        arguments=arguments,
        options=options,
        x=x,
        params={name: decimals(rng, *value.shape) for name, value in layer.params.items()},
        grad_y=decimals(rng, *layer.forward(x).shape),
    )


def _traits(layer: LocallyConnected2d, x: Array, sizes: Mapping[str, int | Pair]) -> list[str]:
    """What is special; ``sizes`` are the arguments that may be a number or a pair."""
    (kh, kw), (sh, sw), (height, width) = layer.kernel_size, layer.stride, layer.input_size
    rows, columns = layer.params["bias"].shape[1:]
    traits = {
        "the stride is 1": (sh, sw) == (1, 1),
        "the stride is not 1": (sh, sw) != (1, 1),
        "the two strides differ": sh != sw,
        "the patch is not square": kh != kw,
        "the patch is taller than wide by 2 or more": kh >= kw + 2,
        "the patch is one pixel high": kh == 1,
        "the patch is one pixel wide": kw == 1,
        "the image is not square": height != width,
        "patches overlap": (kh > sh and rows > 1) or (kw > sw and columns > 1),
        "there are gaps between the patches": (kh < sh and rows > 1) or (kw < sw and columns > 1),
        "there is only one patch": rows == columns == 1,
        "patches do not reach the image's edge (the size is ragged)": bool(
            (height - kh) % sh or (width - kw) % sw
        ),
        "the batch is a single image": len(x) == 1,
        "the batch is more than one image": len(x) > 1,
        "the image has a single channel": x.shape[1] == 1,
        "there is a single feature map": len(layer.params["bias"]) == 1,
        **{f"{name} is a number": isinstance(size, int) for name, size in sizes.items()},
    }
    return holding(traits)


def _layer_cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _layer_case(rng, 5, (3, 2), (4, 7), (2, 4)),
        _layer_case(rng, 1, (2, 4), (6, 3), (3, 1), (2, 1)),
        _layer_case(rng, 4, (2, 1), (9, 7), (1, 3), 4),
        _layer_case(rng, 6, (1, 3), (5, 3), 2),
        _layer_case(rng, 1, (2, 4), 6, (4, 1), 2),
        _layer_case(rng, 5, (3, 1), 7, 2, (3, 2)),
        _layer_case(rng, 1, (3, 2), 4, (1, 2)),
        _layer_case(rng, 1, (2, 4), (6, 9), 3, 3),
        _layer_case(rng, 5, (1, 2), (11, 3), (2, 1), (3, 1)),
        _layer_case(rng, 6, (3, 1), (5, 4), (4, 2)),
        _layer_case(rng, 1, (2, 5), (4, 6), 3, (2, 4)),
        _layer_case(rng, 2, (3, 4), (5, 6), (5, 6)),
    ]


def _draw_layer_cases(rng: np.random.Generator) -> list[Case]:
    """Few layers of any sizes that together show every trait twice."""
    return covering([_draw_layer_case(rng) for _ in range(100)])


def _draw_layer_case(rng: np.random.Generator) -> Case:
    """Neither images nor patches nor maps have two sides of one length, unless given so.

    But where there is only one patch.
    """
    while True:
        batch, into, out, rows, columns = (int(n) for n in rng.permutation(6)[:5] + 1)
        if one := not rng.integers(6):
            rows = columns = 1
        kernel, stride = sides(rng, 1, 4), sides(rng, 1, 4) if rng.integers(4) else 1
        (kh, kw), (sh, sw) = pair(kernel, ""), pair(stride, "")
        height = (rows - 1) * sh + kh + int(rng.integers(sh))
        width = (columns - 1) * sw + kw + int(rng.integers(sw))
        if (
            (one or min(rows, columns) > 1)
            and max(kh, kw) > 1
            and all_differ(batch, into, *{height, width})
            and all_differ(into, *{kh, kw})
            and batch * out * rows * columns * into * kh * kw < _MOST_PRODUCTS
        ):
            image = height if height == width else (height, width)
            return _layer_case(rng, batch, (into, out), image, kernel, stride)


_LAYER_PROPERTIES = [
    *forward_properties(
        "y should be the sum of each patch times the weights of its place, plus that place's bias.",
        ("weight", "bias"),
    ),
    SEEDS,
    structure("batch", "Each image of a batch should be treated on its own.", _LAST),
    structure(
        "linear",
        "Mixing two images should give the mix of their features, but for the bias.",
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
        (1, 9, (4, 2)),
        (1, 8, (1, 3)),
    ]
    return [_count_case(name, *call) for call in calls]


def _draw_kernel_cases(name: str, rng: np.random.Generator) -> list[Case]:
    return [
        _count_case(name, *_whole_numbers(rng, 2), kernel)
        for kernel in (
            *(int(n) for n in rng.integers(3, 9, 2)),
            *(two_sizes(rng, 1, 8) for _ in range(3)),
        )
    ]


def _whole_numbers(rng: np.random.Generator, count: int) -> list[int]:
    return [int(n) for n in rng.integers(2, 30, count)]


def _runs(name: str) -> Property:
    return Property("runs", f"{name} should return a number.", "forward", (Y,), RUNS)


def _count(where: str, sentence: str, trait: str | None = None) -> Property:
    return Property(where, sentence, "forward", (Y,), RESULT, ("runs",), trait, numbers=True)


def _kernel_count(function: Function, units: str, slide: tuple[int, int, int]) -> FunctionConcept:
    name, each = function.__name__, f"weights for each of the {units}"
    return FunctionConcept(
        name,
        function,
        [
            _runs(name),
            _count(
                "square patch",
                f"With a number as kernel_size it should count {each}, no biases.",
                NUMBER,
            ),
            _count(
                "any patch", f"With a pair as kernel_size it should count {each}, no biases.", PAIR
            ),
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
            _runs("dense_parameters"),
            _count(
                "count",
                "It should count a weight for each unit and each number of the input, no biases.",
            ),
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
            first=same_size,
        ),
        linear=True,
    ),
}
