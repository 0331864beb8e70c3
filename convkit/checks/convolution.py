"""What `correlate2d`, `convolve2d` and `Conv2d` must do, and the cases that show it."""

from __future__ import annotations

from collections.abc import Callable
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
from convkit.layers import Array, Conv2d, convolve2d, correlate2d

Pair = tuple[int, int]


def _layer_case(
    rng: np.random.Generator,
    batch: int,
    channels: Pair,
    image: Pair,
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
) -> Case:
    """A layer, and numbers to send through it; ``channels`` are (in, out)."""
    options: dict[str, Any] = {}
    if stride != 1:
        options["stride"] = stride
    if padding != 0:
        options["padding"] = padding
    arguments = (*channels, kernel)
    layer = Conv2d(*arguments, **options)
    x = decimals(rng, batch, channels[0], *image)
    named = dict(zip(("in_channels", "out_channels", "kernel_size"), arguments, strict=True))
    call = ", ".join(f"{name}={value}" for name, value in (named | options).items())
    return Case(
        words=f"Conv2d({call}) on x of shape {x.shape}",
        traits=_traits(layer, x),
        arguments=arguments,
        options=options,
        x=x,
        params={name: decimals(rng, *value.shape) for name, value in layer.params.items()},
        grad_y=decimals(rng, *layer.forward(x).shape),
    )


def _traits(layer: Conv2d, x: Array) -> list[str]:
    (kh, kw), (sh, sw), (ph, pw) = layer.kernel_size, layer.stride, layer.padding
    height, width = x.shape[2:]
    ragged = (height + 2 * ph - kh) % sh or (width + 2 * pw - kw) % sw
    traits = {
        "the padding is 0": (ph, pw) == (0, 0),
        "the padding is 0 in some direction": 0 in (ph, pw),
        "there is padding": (ph, pw) != (0, 0),
        "the stride is 1": (sh, sw) == (1, 1),
        "the stride is not 1": (sh, sw) != (1, 1),
        "the two strides differ": sh != sw,
        "the two paddings differ": ph != pw,
        "the kernel is not square": kh != kw,
        "windows overlap": kh > sh or kw > sw,
        "the batch is a single image": len(x) == 1,
        "the batch is more than one image": len(x) > 1,
        "windows do not reach the image's edge (the size is ragged)": bool(ragged),
    }
    return holding(traits)


def _layer_cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _layer_case(rng, 2, (3, 4), (7, 8), (3, 2)),
        _layer_case(rng, 3, (2, 4), (5, 7), (2, 3), padding=(2, 1)),
        _layer_case(rng, 3, (2, 5), (10, 9), (3, 2), stride=(2, 3)),
        _layer_case(rng, 3, (4, 2), (8, 9), (3, 4), stride=(3, 2), padding=(1, 2)),
        _layer_case(rng, 1, (3, 2), (6, 7), 3, stride=2, padding=1),
        _layer_case(rng, 3, (1, 2), (4, 7), (2, 5), stride=(1, 2), padding=(0, 2)),
        _layer_case(rng, 3, (2, 1), (7, 6), (5, 5), padding=2),
    ]


def _draw_layer_cases(rng: np.random.Generator) -> list[Case]:
    """Four layers: two that pad, two that do not; two with a stride, two without; any sizes."""
    cases = []
    for padded, strided in ((True, True), (False, True), (True, False), (False, False)):
        kernel, image = two_sizes(rng, 1, 4), two_sizes(rng, 5, 9)
        stride = two_sizes(rng, 2, 3) if strided else (1, 1)
        padding = two_sizes(rng, 1, 3) if padded else (0, 0)
        batch, into, out = (int(n) for n in rng.integers(1, 5, 3))
        cases.append(_layer_case(rng, batch, (into, out), image, kernel, stride, padding))
    return cases


def _shifted(x: Array) -> Array:
    """The last image, one row down and one column to the right."""
    shifted = np.zeros_like(x[-1:])
    shifted[..., 1:, 1:] = x[-1:, :, :-1, :-1]
    return shifted


_LAYER_PROPERTIES = [
    *forward_properties(
        "y is the correlation of x with the weights, summed over the channels, plus the bias.",
        ("weight", "bias"),
    ),
    SEEDS,
    structure("batch", "Each image of a batch is treated on its own.", "y of the last image alone"),
    structure(
        "linear",
        "Mixing two images first, or their features afterwards, is the same but for the bias.",
        "y of 2x − 3z",
    ),
    structure("equivariant", "A shifted image gives shifted features.", "y of the shifted image"),
    *backward_properties(("weight", "bias"), linear=True),
]


def _function_case(name: str, x: Array, k: Array, mode: str | None = None) -> Case:
    """A call; without a ``mode`` the default is asked for."""
    shown = "" if mode is None else f', "{mode}"'
    traits = {
        f"mode is {mode or 'valid'}": True,
        "the mode is left out": mode is None,
        "the kernel has an even side": k.shape[0] % 2 == 0 or k.shape[1] % 2 == 0,
        "the kernel is not square": k.shape[0] != k.shape[1],
        "the kernel is larger than the image": k.shape[0] > x.shape[0] or k.shape[1] > x.shape[1],
        "the numbers are float32": x.dtype == np.float32,
    }
    return Case(
        words=f"{name}(x, k{shown}) with x of shape {x.shape} and k of shape {k.shape}",
        traits=holding(traits),
        arguments=(x, k) if mode is None else (x, k, mode),
    )


_MODES = ("valid", "full", "same")


def _function_cases(name: str) -> Callable[[], list[Case]]:
    def cases() -> list[Case]:
        rng = np.random.default_rng(20_09)
        slides = np.array([[0.0, 80, 40], [20, 40, 0], [0, 0, 40]])
        kernel = np.array([[0, 0.25], [0.5, 1]])
        found = [_function_case(name, slides, kernel)]
        for mode in _MODES:
            for image, size in (((6, 5), (3, 1)), ((5, 7), (2, 3)), ((4, 6), (3, 4))):
                found.append(
                    _function_case(name, decimals(rng, *image), decimals(rng, *size), mode)
                )
        small, large = decimals(rng, 2, 4), decimals(rng, 3, 5)
        found += [_function_case(name, small, large, mode) for mode in ("full", "same")]
        single = np.float32
        found.append(_function_case(name, large.astype(single), kernel.astype(single), "valid"))
        return found

    return cases


def _draw_function_cases(name: str) -> Callable[[np.random.Generator], list[Case]]:
    def draw(rng: np.random.Generator) -> list[Case]:
        return [
            _function_case(
                name,
                decimals(rng, *two_sizes(rng, 5, 9)),
                decimals(rng, *two_sizes(rng, 1, 5)),
                mode,
            )
            for mode in _MODES
            for _ in range(2)
        ]

    return draw


def _function_properties(what: str) -> list[Property]:
    modes = {
        "valid": "where the kernel lies inside the image",
        "full": "wherever kernel and image touch",
        "same": "in the centre of “full”, as large as x",
    }
    return [
        Property("runs", "It returns an array of numbers.", "forward", ("y",), RUNS),
        *(
            Property(
                mode,
                f"mode “{mode}” gives {what} {where}.",
                "forward",
                ("y",),
                RESULT,
                ("runs",),
                f"mode is {mode}",
                numbers=True,
            )
            for mode, where in modes.items()
        ),
        *function_properties(_MODES, ("x and k", (0, 1))),
    ]


def _function(reference: Callable[..., Any], what: str) -> FunctionConcept:
    name = reference.__name__
    return FunctionConcept(
        name,
        reference,
        _function_properties(what),
        _function_cases(name),
        _draw_function_cases(name),
    )


CONCEPTS: dict[str, Concept] = {
    "correlate2d": _function(correlate2d, "the sums Σ x[i+p, j+q]·k[p, q]"),
    "convolve2d": _function(convolve2d, "the sums with the flipped kernel"),
    "Conv2d": LayerConcept(
        "Conv2d",
        Conv2d,
        _LAYER_PROPERTIES,
        _layer_cases,
        _draw_layer_cases,
        probes=probes(
            PROBE_SEEDS,
            forward_probe("y of the last image alone", lambda x: x[-1:].copy()),
            forward_probe("y of 2x − 3z", lambda x: 2 * x - 3 * x[::-1]),
            forward_probe("y of the shifted image", _shifted),
        ),
        linear=True,
    ),
}
