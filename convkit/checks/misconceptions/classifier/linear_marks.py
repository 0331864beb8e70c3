"""What can be said of a `Linear` that is none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convkit.checks.behaviour import first_time
from convkit.checks.look import View, equal
from convkit.checks.misconceptions.classifier.linear import NETWORK
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.fitting import same, shares
from convkit.checks.misconceptions.marks import (
    Marks,
    Wrong,
    enter_marks,
    samples_unlike,
    wrong_arrays,
)
from convkit.checks.properties import Situation
from convkit.layers import Array, Linear


def _other_summand(wrong: Wrong) -> bool:
    """What y has beside x Wᵀ is the same for all samples, but not the bias."""
    rests = [got - view.case.x @ view.case.params["weight"].T for view, got in wrong]
    alike = [equal(rest, np.broadcast_to(rest.mean(axis=0), rest.shape)) for rest in rests]
    return all(alike) and any(len(rest) > 1 for rest in rests)


def _by_a_matrix(values: Array, inputs: Array) -> bool | None:
    """Whether ``values`` is ``inputs`` times some matrix; None with too few samples to tell."""
    if len(inputs) <= inputs.shape[1]:
        return None
    matrix = np.linalg.lstsq(inputs, values, rcond=None)[0]
    return equal(inputs @ matrix, values)


def _other_weights(wrong: Wrong) -> bool:
    told = [_by_a_matrix(got - view.case.params["bias"], view.case.x) for view, got in wrong]
    return True in told and False not in told


def _other_weights_back(wrong: Wrong) -> bool:
    told = [_by_a_matrix(got, view.case.grad_y) for view, got in wrong]
    return True in told and False not in told


def _other_upstream(quantity: str, situations: Sequence[Situation]) -> bool:
    """All gradients are those of one other grad_y, which grad_x gives away."""
    if not quantity.startswith("grad") or first_time(quantity) != quantity:
        return False
    told = 0
    for view, got in wrong_arrays(quantity, situations):
        (situation,) = (s for s in situations if s.trial.case is view.case)
        weight, grad_x = view.case.params["weight"], situation.trial.behaviour.get("grad_x")
        if not isinstance(grad_x, np.ndarray) or grad_x.shape != view.case.x.shape:
            return False
        if weight.shape[0] >= weight.shape[1]:
            continue
        upstream = np.linalg.lstsq(weight.T, grad_x.T, rcond=None)[0].T
        gradients = {
            "grad_x": upstream @ weight,
            'grads["weight"]': upstream.T @ view.case.x,
            'grads["bias"]': upstream.sum(axis=0),
        }
        if not equal(upstream @ weight, grad_x) or not equal(got, gradients[quantity]):
            return False
        told += 1
    return told > 0


def _decayed(wrong: Wrong) -> bool:
    """The right gradient and a multiple of the weights."""
    for view, got in wrong:
        factors = shares(got, view.right, view.case.params["weight"])
        if factors is None or not same(factors[0], 1.0):
            return False
    return True


def _outer_products(view: View) -> Array:
    return np.einsum("nj,ni->nji", view.case.grad_y, view.case.x)


def _upstream(view: View) -> Array:
    return view.case.grad_y


def _grads(name: str, change: Any) -> type[Any]:
    def wrong(layer: Any, grad_y: Array, grad_x: Array) -> Array:
        layer.grads[name] = change(layer, grad_y, layer.grads[name])
        return grad_x

    return with_backward(Linear, wrong)


def _uneven(grad_y: Array) -> Array:
    return grad_y * (1 + np.arange(len(grad_y)))[:, np.newaxis].astype(grad_y.dtype)


_Y: Marks = {
    "forward-other-summand": (
        "What is added is not the bias",
        "the weighted sum is right, and each unit adds the same number for all samples, as it "
        "should: but this number is not its bias",
        "What is y[:, j] if x is all zeros?",
        _other_summand,
        with_forward(Linear, lambda layer, x, y: y + np.cos(np.arange(y.shape[1])).astype(y.dtype)),
    ),
    "forward-other-weights": (
        "The weights are not used as they stand",
        "y is a weighted sum of the inputs, plus the bias, but the weights in it are in another "
        "order, or are not those of params",
        "Take an x with a single 1 in it. Which column of the weights should y be?",
        _other_weights,
        with_forward(
            Linear,
            lambda layer, x, y: (
                x @ np.flip(layer.params["weight"]).T + layer.params["bias"]
            ).astype(x.dtype),
        ),
    ),
}

_X: Marks = {
    "backward-other-weights": (
        "On the way back other weights are used",
        "grad_x is a weighted sum of grad_y, as it should be, but not with the weights of forward",
        "Take a grad_y with a single 1 in it. Which row of the weights should grad_x be?",
        _other_weights_back,
        with_backward(
            Linear,
            lambda layer, grad_y, grad_x: (grad_y @ np.flip(layer.params["weight"])).astype(
                grad_y.dtype
            ),
        ),
    ),
}


def _bent_upstream(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    bent = (grad_y * np.cos(grad_y)).astype(grad_y.dtype)
    result: Array = layer.once_more(bent)
    return result


_UPSTREAM: Marks = {
    "backward-upstream-changed": (
        "grad_y is changed before it is used",
        "the gradients are those of another grad_y: it goes through a mask or the slope of a "
        "non-linearity first, which is not this layer's business",
        "Which line changes grad_y? Does forward do anything there that asks for it?",
        _other_upstream,
        with_backward(Linear, _bent_upstream),
    ),
}

_WEIGHT: Marks = {
    "grads-weight-decayed": (
        "The weights themselves are part of their gradient",
        "a multiple of the weight is added to its gradient, as for weight decay: nobody asked for "
        "it, and it is not the layer's business",
        "If grad_y is all zeros, what must the gradient of the weight be?",
        _decayed,
        _grads("weight", lambda layer, grad_y, right: right + 0.07 * layer.params["weight"]),
    ),
    "grads-weight-samples": (
        "The samples do not count alike in the weight's gradient",
        "the gradient is made of the samples' contributions, as it should be, but some count more "
        "than others, or not at all",
        "Every sample used the same weight. How do their contributions come together?",
        samples_unlike(_outer_products),
        _grads("weight", lambda layer, grad_y, right: _uneven(grad_y).T @ layer.x),
    ),
}

_BIAS: Marks = {
    "grads-bias-samples": (
        "The samples do not count alike in the bias's gradient",
        "the gradient is made of the samples' contributions, as it should be, but some count more "
        "than others, or not at all",
        "Every sample used the same bias. How do their contributions come together?",
        samples_unlike(_upstream),
        _grads("bias", lambda layer, grad_y, right: _uneven(grad_y).sum(axis=0)),
    ),
}

enter_marks("Linear", NETWORK, _Y, "y")
enter_marks("Linear", NETWORK, _X, "grad_x")
enter_marks("Linear", NETWORK, _UPSTREAM)
enter_marks("Linear", NETWORK, _WEIGHT, 'grads["weight"]')
enter_marks("Linear", NETWORK, _BIAS, 'grads["bias"]')
