"""What `softmax` and `SoftmaxCrossEntropy` must do, and the cases that show it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from convkit.checks.judging.judges import RESULT, RUNS, UNCHANGED
from convkit.checks.judging.properties import Property
from convkit.checks.observing.behaviour import Case, Trial
from convkit.checks.observing.foreign_code import Output
from convkit.checks.observing.probes import other_size, probes
from convkit.checks.observing.quantity import Quantity, Y
from convkit.checks.promises.case_numbers import batch_traits, decimals, different_sizes, holding
from convkit.checks.promises.choosing_cases import covering
from convkit.checks.promises.concept import Concept, FunctionConcept, LayerConcept
from convkit.checks.promises.every_layer import (
    backward_properties,
    forward_properties,
    function_properties,
)
from convkit.layers import Array, SoftmaxCrossEntropy, softmax

MODERATE = "the logits are moderate"
LARGE = "some logits are very large"
SMALL = "some logits are very negative, and none is positive"


_LABELS = Quantity("labels", after="the loss")


_MOST = 9_990
"""Logits are promised to be no trouble up to ±10,000."""


def _logits(rng: np.random.Generator, batch: int, classes: int, *, large: bool) -> Array:
    """Each row has a largest logit; the large ones are so far apart that e^a overflows."""
    logits = decimals(rng, batch, classes)
    if large:
        logits += 1000 * rng.permuted(np.tile(np.arange(classes) - 1, (batch, 1)), axis=1)
        logits[0] = np.round(logits[0] * (_MOST / np.abs(logits[0]).max()), 2)
    return logits


def _softmax_case(
    rng: np.random.Generator,
    batch: int,
    classes: int,
    *,
    large: bool = False,
) -> Case:
    logits = _logits(rng, batch, classes, large=large)
    traits = {
        LARGE: large,
        MODERATE: not large,
        "the batch is a single sample": batch == 1,
        "there are two classes": classes == 2,
    }
    return Case(
        words=f"softmax(logits), logits of shape {logits.shape}{_size(logits, large=large)}",
        traits=holding(traits),
        arguments=(logits,),
        arrays=("logits",),
    )


def _size(logits: Array, *, large: bool) -> str:
    return f" from {logits.min():.0f} to {logits.max():.0f}" if large else ""


def _softmax_cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _softmax_case(rng, 4, 3),
        _softmax_case(rng, 2, 6),
        _softmax_case(rng, 1, 5),
        _softmax_case(rng, 3, 5, large=True),
        _softmax_case(rng, 1, 4, large=True),
        _softmax_case(rng, 5, 2),
        _softmax_case(rng, 3, 2, large=True),
    ]


def _draw_softmax(rng: np.random.Generator) -> list[Case]:
    return covering(
        [
            _softmax_case(rng, *_batch_and_classes(rng), large=bool(rng.integers(2)))
            for _ in range(40)
        ]
    )


def _loss_case(
    rng: np.random.Generator,
    batch: int,
    classes: int,
    *,
    large: bool = False,
    negative: bool = False,
) -> Case:
    """The labels are an argument of the "constructor", which is `_Loss`."""
    logits = _logits(rng, batch, classes, large=large)
    if negative:
        logits = (logits - logits.max(axis=1, keepdims=True)) / 2
    labels = rng.permutation((np.arange(batch) + 1) % classes)  # neither 0 nor the last, if few
    return Case(
        words="y = SoftmaxCrossEntropy().forward(logits, labels) for logits of shape "
        f"{logits.shape}"
        f"{_size(logits, large=large)} and labels {labels.tolist()}",
        traits=[
            *holding({MODERATE: not large, LARGE: large and not negative, SMALL: negative}),
            *batch_traits(batch),
            *holding({"there are two classes": classes == 2}),
        ],
        arguments=(labels,),
        x=logits,
        grad_y=np.ones(()),
        input_name="logits",
    )


def _loss_cases() -> list[Case]:
    rng = np.random.default_rng(20_09)
    return [
        _loss_case(rng, 5, 3),
        _loss_case(rng, 2, 6),
        _loss_case(rng, 1, 4),
        _loss_case(rng, 4, 5, large=True),
        _loss_case(rng, 3, 5, large=True, negative=True),
        _loss_case(rng, 5, 2),
        _loss_case(rng, 1, 6, large=True),
        _loss_case(rng, 1, 2, large=True, negative=True),
    ]


def _draw_loss(rng: np.random.Generator) -> list[Case]:
    return covering([_draw_loss_case(rng) for _ in range(40)])


def _draw_loss_case(rng: np.random.Generator) -> Case:
    batch, classes = _batch_and_classes(rng)
    large = bool(rng.integers(2))
    return _loss_case(rng, batch, classes, large=large, negative=large and bool(rng.integers(2)))


def _batch_and_classes(rng: np.random.Generator) -> tuple[int, int]:
    """They differ, and there are two classes at least."""
    batch, classes = different_sizes(rng, 2, 1, 7)
    return (batch, classes) if classes > 1 else (classes, batch)


class _Loss:
    """A loss and its labels, seen as a layer: logits in, a single number out.

    A batch of another size than that of the labels has other labels.
    """

    def __init__(self, target: Any, labels: Array) -> None:
        self.params: dict[str, Array] = {}
        self.labels = labels.copy()
        self._loss = target()

    def forward(self, x: Array) -> Any:
        if len(x) != len(self.labels):
            others = (self.labels + 1) % x.shape[1]
            return self._loss.forward(x, np.resize(others, len(x)))
        return self._loss.forward(x, self.labels)

    def backward(self, grad_y: Array) -> Any:
        return self._loss.backward()


def _record_labels(trial: Trial, output: Output) -> None:
    if trial.layer is not None:
        trial.behaviour[_LABELS] = trial.layer.labels


def _loss_properties() -> list[Property]:
    forward = forward_properties(
        "y should be the mean of −log p of the right class, over the samples.", of="logits"
    )
    backward = backward_properties(of="logits")
    wording = {
        "runs": "forward should return a number.",
        "shape": "y should be a single number.",
        "repeatable": "y should depend on this call's logits and labels, not on earlier calls.",
        "grad_logits": "grad_logits should equal the slopes found by nudging the logits.",
        "arrays unchanged": "backward should leave the logits as they were.",
        "input unchanged": "forward should leave the logits as they were.",
        "gradients repeatable": "grad_logits should belong to the latest forward of this loss.",
    }
    labels_unchanged = Property(
        "labels unchanged",
        "The labels should be left as they were.",
        "forward",
        (_LABELS,),
        UNCHANGED,
        ("values",),
    )
    return [
        replace(property_, sentence=wording.get(property_.name, property_.sentence))
        for property_ in [*forward, labels_unchanged, *backward]
        if property_.name != "dtype"  # a loss may well be a Python number
    ]


def _softmax_property(name: str, sentence: str, where: str, requires: str) -> Property:
    return Property(name, sentence, "forward", (Y,), RESULT, (requires,), where, numbers=True)


_SOFTMAX_PROPERTIES = [
    Property("runs", "softmax should return an array of numbers.", "forward", (Y,), RUNS),
    _softmax_property(
        "values", "Each row of logits should become probabilities: e^a / Σ e^a.", MODERATE, "runs"
    ),
    _softmax_property(
        "stable", "Logits of ±10,000 should be no trouble: no NaN, no infinity.", LARGE, "values"
    ),
    *function_properties(("values", "stable"), ("The logits", ("logits",))),
]

CONCEPTS: dict[str, Concept] = {
    "softmax": FunctionConcept(
        "softmax", softmax, _SOFTMAX_PROPERTIES, _softmax_cases, _draw_softmax
    ),
    "SoftmaxCrossEntropy": LayerConcept(
        "SoftmaxCrossEntropy",
        SoftmaxCrossEntropy,
        _loss_properties(),
        _loss_cases,
        _draw_loss,
        probes=probes(before=other_size),
        independent_samples=False,
        record=_record_labels,
        make=_Loss,
    ),
}
