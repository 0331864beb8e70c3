"""What `MaxPool2d` and `AvgPool2d` must do, and the cases that show it."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit.checks.judging.judges import ADJOINT
from convkit.checks.judging.properties import Property
from convkit.checks.observing.behaviour import Case, Trial
from convkit.checks.observing.foreign_code import Output
from convkit.checks.observing.probes import forward_probe, other_size, probes
from convkit.checks.observing.quantity import GRAD_X
from convkit.checks.promises.case_numbers import all_differ, holding, sides
from convkit.checks.promises.choosing_cases import covering
from convkit.checks.promises.concept import Concept, LayerConcept
from convkit.checks.promises.every_layer import backward_properties, forward_properties, structure
from convkit.layers import Array, AvgPool2d, MaxPool2d
from convkit.layers.arguments import pair

Pair = tuple[int, int]
Pool = type[MaxPool2d] | type[AvgPool2d]

_MOST_PIXELS = 400
"""In a drawn case: plain loops are slow."""

TIES = "several are the largest"
ALIKE = "each window holds the same numbers"

FAR = 1e6
"""So many times as large are numbers that lie far below 0: below what somebody may start from."""


def _different_numbers(rng: np.random.Generator, *shape: int) -> Array:
    """Numbers with two decimals, no two alike: it is clear who is the largest."""
    count = prod(shape)
    return (rng.permutation(count).reshape(shape) - count // 2) / 100


def _case(
    rng: np.random.Generator,
    kind: Pool,
    batch: int,
    channels: int,
    image: Pair,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    *,
    negative: bool = False,
    far: bool = False,
    ties: bool = False,
    alike: bool = False,
) -> Case:
    """A layer, and numbers to send through it: negative ones may lie far below 0.

    ``alike``: no window has two equals, but each the same numbers, in an order of its own.
    """
    arguments = (kernel,) if stride is None else (kernel, stride)
    layer = kind(*arguments)
    x = _different_numbers(rng, batch, channels, *image)
    if negative:
        x = (x - x.max() - 1.5) * (FAR if far else 1)
    if ties:
        _make_equals(rng, layer, x)
    if alike:
        _make_alike(rng, layer, x)
    y = layer.forward(x)
    return Case(
        words=f"{kind.__name__}({', '.join(map(repr, arguments))}), x of shape {x.shape}"
        + (f" whose numbers are all {'far below 0' if far else 'negative'}" if negative else "")
        + (f", where in some windows {TIES}" if ties else "")
        + (f", where {ALIKE}" if alike else ""),
        traits=[*_traits(layer, x, kernel, stride), *holding({TIES: ties, ALIKE: alike})],
        arguments=arguments,
        x=x,
        grad_y=_different_numbers(rng, *y.shape) + 0.005,
    )


def _make_equals(rng: np.random.Generator, layer: Any, x: Array) -> None:
    """In two windows of each map another number, or two, become as large as the largest."""
    patches = _windows(layer, x, writeable=True)
    rows, columns, *size = patches.shape[2:]
    for n, i in np.ndindex(*x.shape[:2]):
        for place in rng.choice(rows * columns, min(2, rows * columns), replace=False):
            patch = patches[n, i, *divmod(int(place), columns)]
            for other in rng.choice(patch.size, 2, replace=False):
                patch[divmod(int(other), size[1])] = patch.max()


def _make_alike(rng: np.random.Generator, layer: Any, x: Array) -> None:
    """Each window gets the numbers of the very first; windows must not overlap."""
    patches = _windows(layer, x, writeable=True)
    numbers = patches[0, 0, 0, 0].copy()
    for place in np.ndindex(*patches.shape[:4]):
        patches[place] = rng.permutation(numbers.ravel()).reshape(numbers.shape)


def _windows(layer: Any, x: Array, *, writeable: bool = False) -> Array:
    """The layer's windows, as views: (N, C, out_h, out_w, h, w)."""
    view = sliding_window_view(x, layer.kernel_size, axis=(2, 3), writeable=writeable)
    return view[:, :, :: layer.stride[0], :: layer.stride[1]]


def _traits(layer: Any, x: Array, kernel: int | Pair, stride: int | Pair | None) -> list[str]:
    (kh, kw), (sh, sw) = layer.kernel_size, layer.stride
    height, width = x.shape[2:]
    rows, columns = layer.forward(x).shape[2:]
    traits = {
        "kernel_size is a number": isinstance(kernel, int),
        "stride is a number": isinstance(stride, int),
        "the stride is left out": stride is None,
        "the stride is given": stride is not None,
        "the two strides differ": sh != sw,
        "windows overlap": (kh > sh and rows > 1) or (kw > sw and columns > 1),
        "there are gaps between the windows": (kh < sh and rows > 1) or (kw < sw and columns > 1),
        "there is only one window": rows == columns == 1,
        "windows do not reach the image's edge (the size is ragged)": bool(
            (height - kh) % sh or (width - kw) % sw
        ),
        "the window is not square": kh != kw,
        "the window is taller than wide by 2 or more": kh >= kw + 2,
        "the window is one pixel high": kh == 1,
        "the window is one pixel wide": kw == 1,
        "the batch is a single image": len(x) == 1,
        "the batch is more than one image": len(x) > 1,
        "there is a single feature map": x.shape[1] == 1,
        "all numbers are negative": bool(np.all(x < 0)),
        "all numbers lie far below 0": bool(np.all(x < -FAR)),
    }
    return holding(traits)


def _cases(kind: Pool) -> list[Case]:
    rng = np.random.default_rng(20_09)
    case = partial(_case, rng, kind)
    cases = [
        case(4, 3, (6, 10), (3, 2)),
        case(2, 1, (5, 6), (1, 2)),
        case(3, 1, (6, 5), 2, (4, 1)),
        case(1, 3, (8, 5), 2, negative=True, far=True),
        case(2, 3, (7, 4), (2, 1), 1, negative=True, far=True),
        case(4, 1, (9, 6), (3, 1), 3),
        case(4, 1, (6, 7), (4, 2), (1, 3), negative=True),
        case(1, 2, (9, 4), (3, 1)),
        case(1, 2, (4, 5), 2, 1),
        case(1, 3, (9, 8), (1, 5), 2, negative=True),
    ]
    if kind is MaxPool2d:
        cases.append(case(3, 1, (6, 10), (3, 2), ties=True))
        cases.append(case(1, 3, (6, 11), 2, 3, ties=True))
        cases.append(case(3, 1, (4, 10), 2, alike=True))
        cases.append(case(1, 2, (9, 11), (3, 2), 3, alike=True))
    cases.append(case(2, 3, (5, 4), (5, 4)))
    cases.append(case(1, 2, (4, 5), 3, (2, 3)))
    return cases


def _draw(kind: Pool, rng: np.random.Generator) -> list[Case]:
    """Few layers of any sizes that together show every trait twice."""
    return covering([_draw_case(kind, rng) for _ in range(60)])


def _draw_case(kind: Pool, rng: np.random.Generator) -> Case:
    """No array has two sides of one length, but where there is only one window.

    Equals are for the maximum, where no windows overlap.
    """
    while True:
        batch, channels, rows, columns = (int(n) for n in rng.permutation(5)[:4] + 1)
        if one := not rng.integers(6):
            rows = columns = 1
        kernel, stride = sides(rng, 1, 4), sides(rng, 1, 4) if rng.integers(3) else None
        (kh, kw), (sh, sw) = pair(kernel, ""), pair(stride or kernel, "")
        height = (rows - 1) * sh + kh + int(rng.integers(sh))
        width = (columns - 1) * sw + kw + int(rng.integers(sw))
        if (
            (one or min(rows, columns) > 1)
            and max(kh, kw) > 1
            and kernel != stride
            and all_differ(batch, channels, height, width)
            and batch * channels * height * width < _MOST_PIXELS
        ):
            apart = kind is MaxPool2d and not one and kh <= sh and kw <= sw
            equals = apart and not rng.integers(3)
            return _case(
                rng,
                kind,
                batch,
                channels,
                (height, width),
                kernel,
                stride,
                negative=not rng.integers(3),
                far=bool(rng.integers(2)),
                ties=equals,
                alike=apart and not equals and bool(rng.integers(2)),
            )


def _margin(case: Case) -> Array:
    """How far each number of x is from changing who wins in one of its windows."""
    layer = MaxPool2d(*case.arguments)
    margin = np.full(case.x.shape, np.inf)
    patches, margins = _windows(layer, case.x), _windows(layer, margin, writeable=True)
    for place in np.ndindex(*patches.shape[:4]):
        second, first = np.sort(patches[place], axis=None)[-2:]
        below = first - patches[place]
        below[below == 0] = first - second
        np.minimum(margins[place], below, out=margins[place])
    return margin


def _sum_over_windows(trial: Trial, output: Output) -> None:
    """What arrives in each window of grad_x, in cases of equals, whose windows do not overlap."""
    case, grad_x = trial.case, trial.behaviour.get(GRAD_X)
    if TIES in case.traits and isinstance(grad_x, np.ndarray) and grad_x.shape == case.x.shape:
        layer = MaxPool2d(*case.arguments)
        trial.behaviour[_ARRIVED] = _windows(layer, grad_x).sum(axis=(-2, -1))


_ARRIVED = GRAD_X.again("summed over each window")
_ALONE = "of the last map of the last image alone"
_MIXED = "of 2x − 3z"

_apart = structure("maps and images", "Each map of each image should be pooled by itself.", _ALONE)
_linear = structure("linear", "Mixing two images should give the mix of their pooled maps.", _MIXED)
_ties = Property(
    "ties",
    "Where several numbers are the largest, one should get grad_y or they should share it: all of "
    "it, and no more.",
    "backward",
    (_ARRIVED,),
    ADJOINT,
    ("grad_x",),
)

_PROBE_ALONE = forward_probe(_ALONE, lambda x: x[-1:, -1:].copy())

CONCEPTS: dict[str, Concept] = {
    "MaxPool2d": LayerConcept(
        "MaxPool2d",
        MaxPool2d,
        [
            *forward_properties("y should be the largest number of each window."),
            _apart,
            *backward_properties(),
            _ties,
        ],
        partial(_cases, MaxPool2d),
        partial(_draw, MaxPool2d),
        probes=probes(_PROBE_ALONE),
        margin=_margin,
        record=_sum_over_windows,
    ),
    "AvgPool2d": LayerConcept(
        "AvgPool2d",
        AvgPool2d,
        [
            *forward_properties("y should be the mean of each window."),
            _apart,
            _linear,
            *backward_properties(linear=True),
        ],
        partial(_cases, AvgPool2d),
        partial(_draw, AvgPool2d),
        probes=probes(
            _PROBE_ALONE,
            forward_probe(_MIXED, lambda x: 2 * x - 3 * x[::-1]),
            before=other_size,
        ),
        linear=True,
    ),
}
