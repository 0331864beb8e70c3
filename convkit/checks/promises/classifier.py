"""What `Linear` and `Flatten` must do, and the cases that show it; softmax and the loss join in."""

from __future__ import annotations

import numpy as np

from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.probes import forward_probe, other_size, probes
from convkit.checks.promises import loss
from convkit.checks.promises.case_numbers import (
    batch_traits,
    decimals,
    different_sizes,
    holding,
)
from convkit.checks.promises.choosing_cases import covering
from convkit.checks.promises.concept import Concept, LayerConcept
from convkit.checks.promises.every_layer import (
    backward_properties,
    forward_properties,
    structure,
)
from convkit.checks.promises.first_weights import PROBE_SEEDS, SEEDS
from convkit.layers import Flatten, Linear

_LAST = "of the last sample alone"


def _linear_case(rng: np.random.Generator, batch: int, into: int, out: int) -> Case:
    return Case(
        words=f"Linear({into}, {out}), x of shape {(batch, into)}",
        traits=[
            *batch_traits(batch),
            *holding({"there is a single input": into == 1, "there is a single output": out == 1}),
        ],
        arguments=(into, out),
        x=decimals(rng, batch, into),
        params={"weight": decimals(rng, out, into), "bias": decimals(rng, out)},
        grad_y=decimals(rng, batch, out),
    )


def _linear_cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _linear_case(rng, 5, 4, 3),
        _linear_case(rng, 2, 3, 7),
        _linear_case(rng, 1, 5, 2),
        _linear_case(rng, 4, 3, 1),
        _linear_case(rng, 1, 4, 6),
        _linear_case(rng, 3, 1, 5),
        _linear_case(rng, 2, 6, 1),
        _linear_case(rng, 6, 1, 4),
    ]


def _draw_linear(rng: np.random.Generator) -> list[Case]:
    return covering([_linear_case(rng, *different_sizes(rng, 3, 1, 8)) for _ in range(40)])


def _flatten_case(rng: np.random.Generator, *shape: int) -> Case:
    batch, *image = shape
    return Case(
        words=f"Flatten(), x of shape {shape}",
        traits=[*batch_traits(batch), *holding({"there is a single channel": image[0] == 1})],
        arguments=(),
        x=decimals(rng, *shape),
        grad_y=decimals(rng, batch, int(np.prod(image))),
    )


def _flatten_cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _flatten_case(rng, 2, 3, 4, 5),
        _flatten_case(rng, 3, 1, 2, 4),
        _flatten_case(rng, 1, 4, 3, 2),
        _flatten_case(rng, 1, 2, 5, 3),
        _flatten_case(rng, 4, 1, 3, 5),
    ]


def _draw_flatten(rng: np.random.Generator) -> list[Case]:
    return covering([_flatten_case(rng, *different_sizes(rng, 4, 1, 6)) for _ in range(40)])


CONCEPTS: dict[str, Concept] = {
    "Linear": LayerConcept(
        "Linear",
        Linear,
        [
            *forward_properties(
                "y should be the sum of the inputs times the weights, plus the bias.",
                ("weight", "bias"),
            ),
            SEEDS,
            structure("batch", "Each sample of a batch should be treated on its own.", _LAST),
            *backward_properties(("weight", "bias"), linear=True),
        ],
        _linear_cases,
        _draw_linear,
        probes=probes(PROBE_SEEDS, forward_probe(_LAST, lambda x: x[-1:].copy())),
        linear=True,
    ),
    "Flatten": LayerConcept(
        "Flatten",
        Flatten,
        [
            *forward_properties(
                "Each image should become a row: its channels one after the other."
            ),
            *backward_properties(linear=True),
        ],
        _flatten_cases,
        _draw_flatten,
        probes=probes(before=other_size),
        linear=True,
    ),
    **loss.CONCEPTS,
}
