"""Wrong `Linear` layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import (
    enter_common,
    first_weights,
    with_backward,
    with_forward,
)
from convkit.checks.misconceptions.gradients import changed_gradient, enter_parameter_gradients
from convkit.checks.misconceptions.learning import enter_learning
from convkit.checks.misconceptions.seeds import enter_seeds
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, Linear

NETWORK = ("06-classification", "A whole network")


class _OwnNumbers(Linear):
    """Computes with what its constructor made of some parameters."""

    names: tuple[str, ...] = ("weight", "bias")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.own = {name: self.params[name] for name in self.names}

    def forward(self, x: Array) -> Array:
        now, self.params = self.params, {**self.params, **self.own}
        y = super().forward(x)
        self.params = now
        super().forward(x)  # what it is on the way back depends on chance: let that be right
        return y


class _OwnWeight(_OwnNumbers):
    names = ("weight",)


def _weight(layer: Any, like: Array) -> Array:
    weight: Array = layer.params["weight"].astype(like.dtype)
    return weight


def _bias(layer: Any, like: Array) -> Array:
    bias: Array = layer.params["bias"].astype(like.dtype)
    return bias


_FORWARD: Table = {
    "forward-bias-forgotten": (
        "The bias is missing",
        "the weighted sum is all there is to y",
        "What is y if x is all zeros?",
        lambda layer, x, y: x @ _weight(layer, x).T,
    ),
    "forward-bias-subtracted": (
        "The bias is subtracted",
        "y is the weighted sum minus the bias",
        "What is y if x is all zeros?",
        lambda layer, x, y: y - 2 * _bias(layer, x),
    ),
    "forward-bias-in-the-sum": (
        "The bias is added once for every input",
        "the bias is added inside the loop over the inputs",
        "What is y if x is all zeros? How often is the bias added?",
        lambda layer, x, y: y + (x.shape[1] - 1) * _bias(layer, x),
        lambda layer, x, y: y + x.shape[1] * _bias(layer, x),
    ),
    "forward-bias-of-another": (
        "All units get the same bias",
        "the first bias is added for every unit, or the sum or the mean of all biases",
        "Which bias belongs to y[:, j]?",
        lambda layer, x, y: y - _bias(layer, x) + _bias(layer, x)[0],
        lambda layer, x, y: y - _bias(layer, x) + _bias(layer, x)[-1],
        lambda layer, x, y: y - _bias(layer, x) + _bias(layer, x).sum(),
        lambda layer, x, y: y - _bias(layer, x) + _bias(layer, x).mean(),
    ),
    "forward-weight-of-unit-times-input": (
        "The input is looked up by the number of the unit",
        "x[n, j] stands in place of x[n, i]: unit j sees input j alone, over and over",
        "Which of your two loops counts the inputs? Which letter belongs into x[n, …]?",
        lambda layer, x, y: _by_unit(layer, x),
    ),
    "forward-weight-not-transposed": (
        "The weights lie the wrong way",
        "x @ weight is asked for, and the inner sizes do not fit",
        "weight is (out_features, in_features). Which of its axes belongs to x?",
        lambda layer, x, y: x @ _weight(layer, x),
    ),
    "forward-weight-reshaped": (
        "The weights are reshaped where they should be transposed",
        "`reshape` makes the shape fit, but keeps the numbers in reading order",
        "Where does weight[0, 1] end up, after reshape and after `.T`?",
        lambda layer, x, y: x @ _weight(layer, x).reshape(x.shape[1], -1) + _bias(layer, x),
    ),
    "forward-averaged": (
        "The weighted inputs are averaged",
        "the sum over the inputs is divided by their number",
        "A unit sums its inputs. Is a `mean` in your code?",
        lambda layer, x, y: (x @ _weight(layer, x).T) / x.shape[1] + _bias(layer, x),
    ),
    "forward-input-left-out": (
        "One input is left out",
        "the sum over the inputs begins one too late, or ends one too early",
        "At which number does `range(n - 1)` end?",
        lambda layer, x, y: y - x[:, -1:] * _weight(layer, x)[:, -1],
        lambda layer, x, y: y - x[:, :1] * _weight(layer, x)[:, 0],
    ),
    "forward-transposed": (
        "y is transposed",
        "y has the units in its rows and the samples in its columns",
        "Samples come first. What is the shape of weight @ x.T?",
        lambda layer, x, y: y.T,
    ),
    "forward-reshaped": (
        "y is reshaped where it should be transposed",
        "weight @ x.T has the units in its rows; `reshape` makes the shape fit, but keeps the "
        "numbers in reading order",
        "Where does the number of unit 1 and sample 0 end up, after reshape and after `.T`?",
        lambda layer, x, y: y.T.reshape(y.shape),
    ),
    "forward-non-linearity": (
        "A non-linearity is applied as well",
        "y goes through tanh, or a rectifier, or a sigmoid: that is a layer of its own",
        "Which formula has this layer, up to the activation?",
        lambda layer, x, y: np.tanh(y),
        lambda layer, x, y: np.maximum(y, 0),
        lambda layer, x, y: 1 / (1 + np.exp(-y)),
    ),
    "forward-batch-summed": (
        "The samples are summed",
        "the samples of the batch are added up, or averaged, to a single row",
        "How many rows does y have?",
        lambda layer, x, y: y.sum(axis=0),
        lambda layer, x, y: y.mean(axis=0, keepdims=True),
    ),
}


def _by_unit(layer: Any, x: Array) -> Array:
    weight = _weight(layer, x)
    columns = x[:, list(range(len(weight)))]  # raises IndexError where units outnumber inputs
    return columns * weight.sum(axis=1) + _bias(layer, x)


_PARAMS: Table = {
    "state-params-ignored": (
        "The layer does not look at its params",
        "the layer computes with numbers of its own, such as a copy that the constructor made, "
        "and setting params changes nothing",
        "Where does forward read `self.params`?",
        _OwnNumbers,
        _OwnWeight,
    ),
    "state-first-weights": first_weights(Linear),
}

_BACKWARD: Table = {
    "backward-weight-transposed": (
        "On the way back the weights lie the wrong way",
        "grad_y @ weight.T is asked for, and the inner sizes do not fit",
        "Write the shapes under grad_y, weight and grad_x. Which product gives the last?",
        lambda layer, grad_y, grad_x: grad_y @ _weight(layer, grad_y).T,
    ),
    "backward-weight-reshaped": (
        "On the way back the weights are reshaped",
        "`reshape` makes the shape fit, but keeps the numbers in reading order",
        "Which weight leads from input 0 to unit 1? Which one does your product take?",
        lambda layer, grad_y, grad_x: (
            grad_y @ _weight(layer, grad_y).reshape(grad_x.shape[1], -1).T
        ),
    ),
    "backward-times-input": (
        "grad_x is multiplied with x",
        "the slope of w·x along x is taken for w·x",
        "If x grows by 1, by how much does w·x grow?",
        lambda layer, grad_y, grad_x: grad_x * layer.x,
    ),
    "backward-one-unit": (
        "Only one unit hands its gradient back",
        "grad_x comes from the last unit, or the first: each unit overwrites what was there",
        "How many units does an input feed? `=` or `+=`?",
        lambda layer, grad_y, grad_x: grad_y[:, -1:] * _weight(layer, grad_y)[-1],
        lambda layer, grad_y, grad_x: grad_y[:, :1] * _weight(layer, grad_y)[0],
    ),
    "backward-gradient-for-weight": (
        "grad_x is worked out with the weight's gradient",
        'grads["weight"] stands in place of the weight',
        "y = w·x. If x grows by 1, by how much does y grow?",
        lambda layer, grad_y, grad_x: grad_y @ layer.grads["weight"],
    ),
    "backward-inverted": (
        "The way back is taken for the inverse",
        "grad_y goes back through an inverse of the weights, as if x were to be recovered from y",
        "Is backward asked for the x that belongs to y, or for how much y changes with x?",
        lambda layer, grad_y, grad_x: (
            grad_y @ np.linalg.pinv(layer.params["weight"]).T.astype(grad_y.dtype)
        ),
    ),
    "backward-after-a-step": (
        "grad_x is worked out with weights that were just changed",
        "a step of learning is taken inside of backward: the optimizer's business, and too early",
        "Which lines of backward assign to params?",
        lambda layer, grad_y, grad_x: _after_a_step(layer, grad_y),
    ),
    "backward-bias-included": (
        "The bias takes part in grad_x",
        "the bias is added on the way back as it is on the way forth",
        "By how much does y change with x? Does the bias play a part in it?",
        lambda layer, grad_y, grad_x: (grad_y + _bias(layer, grad_y)) @ _weight(layer, grad_y),
    ),
}


def _after_a_step(layer: Any, grad_y: Array) -> Array:
    for name in layer.params:
        layer.params[name] = layer.params[name] - 0.1 * layer.grads[name]
    return grad_y @ _weight(layer, grad_y)


_GRADS: Table = {
    "backward-weight-gradient-transposed": (
        "The weight's gradient is transposed",
        'grads["weight"] has the inputs in its rows and the units in its columns',
        "What is the shape of the weight? Which of the two factors comes first?",
        changed_gradient("weight", lambda layer, gradient, grad_y: layer.x.T @ grad_y),
    ),
    "backward-weight-gradient-reshaped": (
        "The weight's gradient is reshaped where it should be transposed",
        "`reshape` makes the shape fit, but keeps the numbers in reading order",
        "Which entry belongs to unit 1 and input 0, before and after `reshape`?",
        changed_gradient(
            "weight",
            lambda layer, gradient, grad_y: (layer.x.T @ grad_y).reshape(
                layer.params["weight"].shape
            ),
        ),
    ),
    "backward-weight-gradient-of-sums": (
        "The weight's gradient is a product of sums",
        "x and grad_y are summed over the batch first and multiplied afterwards",
        "Is (1·2 + 3·4) the same as (1 + 3)·(2 + 4)?",
        changed_gradient(
            "weight",
            lambda layer, gradient, grad_y: np.outer(grad_y.sum(axis=0), layer.x.sum(axis=0)),
        ),
    ),
    "backward-weight-gradient-without-x": (
        "The weight's gradient does not use x",
        'grads["weight"] is made of grad_y alone',
        "y = w·x. If w grows by 1, by how much does y grow?",
        changed_gradient(
            "weight", lambda layer, gradient, grad_y: grad_y.T @ np.ones_like(layer.x)
        ),
    ),
    "backward-bias-gradient-axis": (
        "The bias's gradient is summed over the wrong axis",
        'grads["bias"] has a number for each sample, and not one for each unit',
        "Whom does a unit's bias reach: all samples, or all units?",
        changed_gradient("bias", lambda layer, gradient, grad_y: grad_y.sum(axis=1)),
    ),
    "backward-bias-gradient-not-summed": (
        "The bias's gradient is not summed over the batch",
        'grads["bias"] is grad_y itself, with one row for each sample',
        "How many numbers does the bias have, and how many its gradient?",
        changed_gradient("bias", lambda layer, gradient, grad_y: grad_y.copy()),
    ),
    "backward-bias-gradient-ones": (
        "The bias's gradient counts the samples",
        "the slope along the bias is 1, and the upstream gradient is forgotten",
        "By the chain rule, what is the slope 1 multiplied with?",
        changed_gradient("bias", lambda layer, gradient, grad_y: np.ones_like(grad_y[0])),
    ),
}


enter_table("Linear", NETWORK, _PARAMS)
enter_common("Linear", Linear, NETWORK, NETWORK)
enter_seeds(Linear, NETWORK)
enter_learning(Linear, NETWORK)
enter_parameter_gradients(Linear, NETWORK, ("weight", "bias"))
enter_table("Linear", NETWORK, _FORWARD, lambda wrong: with_forward(Linear, wrong))
enter_table("Linear", NETWORK, {**_BACKWARD, **_GRADS}, lambda wrong: with_backward(Linear, wrong))
