"""What `correlate2d`, `convolve2d` and `Conv2d` must do, and the cases that show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from convkit.checks.judging.judges import RESULT
from convkit.checks.judging.properties import Property
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.probes import forward_probe, probes
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
from convkit.layers import Array, Conv2d, convolve2d, correlate2d
from convkit.layers.arguments import pair

Pair = tuple[int, int]

_MOST_PRODUCTS = 1_500
"""In one pass over a drawn case: plain loops are slow."""


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
        traits=_traits(layer, x, {"kernel_size": kernel, **options}),
        arguments=arguments,
        options=options,
        x=x,
        params={name: decimals(rng, *value.shape) for name, value in layer.params.items()},
        grad_y=decimals(rng, *layer.forward(x).shape),
    )


def _traits(layer: Conv2d, x: Array, sizes: Mapping[str, int | Pair]) -> list[str]:
    """What is special; ``sizes`` are the arguments that may be a number or a pair."""
    (kh, kw), (sh, sw), (ph, pw) = layer.kernel_size, layer.stride, layer.padding
    height, width = x.shape[2:]
    rows, columns = layer.forward(x).shape[2:]
    ragged = (height + 2 * ph - kh) % sh or (width + 2 * pw - kw) % sw
    traits = {
        "the padding is 0": (ph, pw) == (0, 0),
        "the padding is 0 in some direction": 0 in (ph, pw),
        "there is padding": (ph, pw) != (0, 0),
        "there is padding above and below only": ph > 0 == pw,
        "there is padding left and right only": pw > 0 == ph,
        "the padding is as large as the kernel, or larger": ph >= kh or pw >= kw,
        "the two paddings differ": ph != pw,
        "the stride is 1": (sh, sw) == (1, 1),
        "the stride is not 1": (sh, sw) != (1, 1),
        "the two strides differ": sh != sw,
        "the kernel is not square": kh != kw,
        "the kernel is taller than wide by 2 or more": kh >= kw + 2,
        "the kernel is wider than tall": kw > kh,
        "the kernel is one pixel high": kh == 1,
        "the kernel is one pixel wide": kw == 1,
        "the kernel is a single pixel": kh == kw == 1,
        "windows overlap": (kh > sh and rows > 1) or (kw > sw and columns > 1),
        "there are gaps between the windows": (kh < sh and rows > 1) or (kw < sw and columns > 1),
        "there is only one window": rows == columns == 1,
        "windows do not reach the image's edge (the size is ragged)": bool(ragged),
        "the batch is a single image": len(x) == 1,
        "the batch is more than one image": len(x) > 1,
        "the image has a single channel": x.shape[1] == 1,
        "there is a single feature map": layer.params["bias"].size == 1,
        **{f"{name} is a number": isinstance(size, int) for name, size in sizes.items()},
    }
    return holding(traits)


def _layer_cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _layer_case(rng, 2, (3, 4), (7, 6), (5, 2)),
        _layer_case(rng, 2, (3, 1), (7, 4), (5, 2), padding=(2, 1)),
        _layer_case(rng, 1, (3, 4), (5, 4), (1, 2), (4, 2), (2, 0)),
        _layer_case(rng, 1, (2, 3), (5, 3), (1, 4), padding=1),
        _layer_case(rng, 3, (2, 1), (8, 7), (5, 4), (2, 1)),
        _layer_case(rng, 3, (2, 4), (9, 5), (1, 3), 2),
        _layer_case(rng, 4, (2, 1), (9, 6), 3, 4, 1),
        _layer_case(rng, 5, (1, 4), (8, 6), 2, (4, 3), (0, 1)),
        _layer_case(rng, 5, (3, 4), (9, 4), (2, 1), 3),
        _layer_case(rng, 1, (4, 2), (5, 8), (3, 1), padding=(0, 1)),
        _layer_case(rng, 2, (3, 1), (4, 7), 2, padding=(1, 0)),
        _layer_case(rng, 2, (1, 6), (5, 9), (4, 2), (2, 3), (2, 3)),
        _layer_case(rng, 2, (1, 3), (6, 5), 2),
        _layer_case(rng, 1, (2, 5), (8, 9), 3, 2),
        _layer_case(rng, 2, (3, 4), (5, 6), 1, padding=1),
        _layer_case(rng, 4, (2, 5), (6, 3), (6, 3)),
        _layer_case(rng, 1, (4, 6), (3, 5), 1, (3, 5)),
    ]


def _draw_layer_cases(rng: np.random.Generator) -> list[Case]:
    """Few layers of any sizes that together show every trait twice."""
    return covering([_draw_layer_case(rng) for _ in range(80)])


def _draw_layer_case(rng: np.random.Generator) -> Case:
    """No array has two sides of one length, but that of a square kernel or of only one window."""
    while True:
        batch, into, out, rows, columns = (rng.permutation(6)[:5] + 1).tolist()
        if one := not rng.integers(6):
            rows = columns = 1
        kh, kw = pair(kernel := sides(rng, 1, 4) if rng.integers(6) else 1, "")
        if (
            (not one and min(rows, columns) == 1)
            or not all_differ(out, into, *{kh, kw})
            or batch * out * rows * columns * into * kh * kw >= _MOST_PRODUCTS
        ):
            continue
        stride, padding = sides(rng, 1, 3), sides(rng, 0, 4) if rng.integers(4) else 0
        (sh, sw), (ph, pw) = pair(stride, ""), pair(padding, "", 0)
        height = (rows - 1) * sh + kh - 2 * ph + int(rng.integers(sh))
        width = (columns - 1) * sw + kw - 2 * pw + int(rng.integers(sw))
        if (
            min(height, width) > 1
            and sh <= height
            and sw <= width
            and all_differ(batch, into, height, width)
        ):
            return _layer_case(rng, batch, (into, out), (height, width), kernel, stride, padding)


def _shifted(x: Array) -> Array:
    """The last image, one row down and one column to the right."""
    shifted = np.zeros_like(x[-1:])
    shifted[..., 1:, 1:] = x[-1:, :, :-1, :-1]
    return shifted


_LAYER_PROPERTIES = [
    *forward_properties(
        "y should be the correlation of x with the weights, summed over channels, plus the bias.",
        ("weight", "bias"),
    ),
    SEEDS,
    structure(
        "batch", "Each image of a batch should be treated on its own.", "of the last image alone"
    ),
    structure(
        "linear",
        "Mixing two images should give the mix of their features, but for the bias.",
        "of 2x − 3z",
    ),
    structure(
        "equivariant", "A shifted image should give shifted features.", "of the shifted image"
    ),
    *backward_properties(("weight", "bias"), linear=True),
]


def _function_case(name: str, x: Array, k: Array, mode: str | None = None) -> Case:
    """A call; without a ``mode`` the default is asked for."""
    shown = "" if mode is None else f', "{mode}"'
    (height, width), (kh, kw) = x.shape, k.shape
    traits = {
        f"mode is {mode or 'valid'}": True,
        "the mode is left out": mode is None,
        "the kernel has an even side": kh % 2 == 0 or kw % 2 == 0,
        "the kernel is not square": kh != kw,
        "the kernel is taller than wide": kh > kw,
        "the kernel is one pixel high": kh == 1,
        "the kernel is one pixel wide": kw == 1,
        "the kernel is a single number": kh == kw == 1,
        "the kernel is taller than the image": kh > height,
        "the kernel is wider than the image": kw > width,
    }
    return Case(
        words=f"{name}(x, k{shown}) with x of shape {x.shape} and k of shape {k.shape}",
        traits=holding(traits),
        arguments=(x, k) if mode is None else (x, k, mode),
        arrays=("x", "k"),
    )


_MODES = ("valid", "full", "same")
_CALLS: list[tuple[str | None, Pair, Pair]] = [
    ("valid", (6, 5), (3, 1)),
    ("valid", (5, 7), (2, 4)),
    (None, (6, 4), (1, 3)),
    ("valid", (5, 3), (4, 3)),
    ("full", (6, 5), (1, 4)),
    ("full", (4, 7), (5, 3)),
    ("full", (2, 4), (3, 5)),
    ("full", (5, 6), (3, 1)),
    ("same", (5, 7), (2, 4)),
    ("same", (6, 5), (5, 2)),
    ("same", (3, 5), (4, 2)),
    ("same", (2, 3), (4, 4)),
    ("same", (6, 4), (1, 3)),
    ("same", (4, 6), (3, 3)),
    ("full", (5, 3), (2, 4)),
    ("valid", (4, 3), (1, 1)),
    ("same", (2, 5), (1, 1)),
]
"""Mode, shape of x and shape of k."""


def _function_cases(name: str) -> Callable[[], list[Case]]:
    def cases() -> list[Case]:
        rng = np.random.default_rng(20_09)
        slides = np.array([[0.0, 80, 40], [20, 40, 0], [0, 0, 40]])
        kernel = np.array([[0, 0.25], [0.5, 1]])
        found = [_function_case(name, slides, kernel)]
        for mode, image, size in _CALLS:
            found.append(_function_case(name, decimals(rng, *image), decimals(rng, *size), mode))
        return found

    return cases


def _draw_function_cases(name: str) -> Callable[[np.random.Generator], list[Case]]:
    def draw_one(rng: np.random.Generator) -> Case:
        mode = (None, *_MODES)[rng.integers(4)]
        while True:
            (height, width), (kh, kw) = image, kernel = two_sizes(rng, 2, 8), rng.integers(1, 6, 2)
            if not rng.integers(8):
                kh, kw = kernel = np.ones(2, int)
            if mode in ("full", "same") or (kh <= height and kw <= width):
                return _function_case(name, decimals(rng, *image), decimals(rng, *kernel), mode)

    def draw(rng: np.random.Generator) -> list[Case]:
        return covering([draw_one(rng) for _ in range(80)])

    return draw


def _function_properties(what: str) -> list[Property]:
    modes = {
        "valid": "where the kernel lies inside the image",
        "full": "wherever kernel and image touch",
        "same": "in the centre of “full”, in an array as large as x",
    }
    return [
        *(
            Property(
                mode,
                f"Mode “{mode}” should give {what} {where}.",
                "forward",
                (Y,),
                RESULT,
                (),
                f"mode is {mode}",
                numbers=True,
            )
            for mode, where in modes.items()
        ),
        *function_properties(_MODES, ("x and k", ("x", "k"))),
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
            forward_probe("of the last image alone", lambda x: x[-1:].copy()),
            forward_probe("of 2x − 3z", lambda x: 2 * x - 3 * x[::-1]),
            forward_probe("of the shifted image", _shifted),
        ),
        linear=True,
    ),
}
