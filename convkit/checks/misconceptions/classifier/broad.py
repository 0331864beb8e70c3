"""What can be said of wrong layers and functions of a classifier in general."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.behaviour import Case
from convkit.checks.misconceptions.broad.entering import Anatomy, Change, enter_broad_parameters
from convkit.checks.misconceptions.broad.errors import ERRORS, RESULTS
from convkit.checks.misconceptions.broad.numbers import DIGITS
from convkit.checks.misconceptions.broad.shapes import PARAMETERS
from convkit.checks.misconceptions.broad.whole import FAILURES, enter_broad_simply, enter_failures
from convkit.checks.misconceptions.classifier.flatten import NETWORK
from convkit.checks.misconceptions.classifier.loss import LOGITS, with_loss
from convkit.checks.misconceptions.classifier.loss_backward import with_gradient
from convkit.layers import Flatten, Linear, SoftmaxCrossEntropy, softmax


def _no_sizes(case: Case) -> dict[str, int]:
    return {}


def _of_linear(case: Case) -> dict[str, int]:
    (n, inputs), (_, units) = case.x.shape, case.grad_y.shape
    return {
        "the number of samples": n,
        "the number of inputs": inputs,
        "the number of units": units,
    }


_LINEAR = Anatomy(
    Linear,
    {
        "y": ("samples", "units"),
        "grad_x": ("samples", "inputs"),
        'grads["weight"]': ("units", "inputs"),
        'grads["bias"]': ("units",),
    },
    _of_linear,
    NETWORK,
    NETWORK,
    (
        "forward-something-added",
        "forward-moved",
        "forward-borrowed",
        "forward-refolded",
        "forward-axes-reordered",
        "forward-axes-too-few",
        "forward-error-shapes",
        "backward-error-shapes",
    ),
)
_FLATTEN = Anatomy(
    Flatten,
    {"y": ("samples", "numbers"), "grad_x": ("samples", "channels", "rows", "columns")},
    _no_sizes,
    NETWORK,
    NETWORK,
    (
        "forward-refolded",
        "forward-axes-reordered",
        "forward-flattened",
        "backward-axes-reordered",
    ),
)
_SOFTMAX = Anatomy(
    softmax, {"y": ("samples", "classes")}, _no_sizes, LOGITS, known=("axes-reordered",)
)
_LOSS = Anatomy(
    SoftmaxCrossEntropy,
    {"grad_logits": ("samples", "classes")},
    _no_sizes,
    LOGITS,
    LOGITS,
    ("backward-axes-reordered",),
)


def _wrong_softmax(change: Change) -> Any:
    return lambda logits: change(softmax(logits))


def _wrong_loss(change: Change) -> Any:
    return with_loss(lambda logits, labels, loss: change(np.asarray(loss)))


def _wrong_gradient(change: Change) -> Any:
    return with_gradient(lambda loss, right: change(right))


enter_broad_simply(_LINEAR)
enter_broad_parameters(_LINEAR, PARAMETERS)
enter_broad_simply(_FLATTEN)
enter_failures(_SOFTMAX, "", "the result", _wrong_softmax, [*DIGITS, *FAILURES])
enter_failures(_LOSS, "forward-", "y", _wrong_loss, [*DIGITS, *RESULTS, *ERRORS])
enter_failures(_LOSS, "backward-", "the gradient", _wrong_gradient, [*DIGITS, *FAILURES])
