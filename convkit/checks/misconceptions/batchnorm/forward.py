"""Wrong forward passes of `BatchNorm`: over what it averages, and the formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.batchnorm.altered import (
    BACK,
    COMPANY,
    FORMULA,
    MAPS,
    axes,
    outcome,
    statistics,
    ways,
)
from convkit.checks.misconceptions.common import enter_common
from convkit.checks.misconceptions.learning import enter_learning
from convkit.checks.misconceptions.tables import Table, enter_table, in_all_ways
from convkit.layers import Array, BatchNorm


def _in_training(change: Callable[[Any, Array], dict[str, Any]]) -> Any:
    """A forward that is changed while the batch's statistics are in use."""
    return lambda layer, x, y: outcome(layer, x, **change(layer, x)) if layer.training else y


def _over(*wrong_axes: int) -> Any:
    """Statistics over these axes, of those that x has."""

    def change(layer: Any, x: Array) -> dict[str, Any]:
        there = tuple(axis for axis in wrong_axes if axis < x.ndim)
        return {
            "mean": x.mean(there, keepdims=True),
            "variance": x.var(there, keepdims=True),
        }

    return _in_training(change)


def _reshaped(layer: Any, x: Array) -> dict[str, Any]:
    rows = x.reshape(-1, x.shape[1])
    return {"mean": rows.mean(axis=0), "variance": rows.var(axis=0)}


def _only_tables(layer: Any, x: Array, y: Array) -> Array:
    if x.ndim == 4:
        raise ValueError("operands could not be broadcast together")
    return y


_AXES: Table = {
    "forward-over-everything": (
        "All channels share one mean and one variance",
        "the statistics run over all axes, the channels included",
        "How many means does a layer with 16 channels compute?",
        _over(0, 1, 2, 3),
    ),
    "forward-over-the-sample": (
        "Each sample is normalised by itself",
        "the statistics run over the channels of a sample, and not over the batch: another layer, "
        "known as layer normalization",
        "Whose mean is it: that of a channel over many samples, or that of a sample?",
        _over(1, 2, 3),
        _over(1),
    ),
    "forward-over-the-map": (
        "Each map of each image is normalised by itself",
        "the statistics of a picture run over its rows and columns alone: the others of the "
        "batch do not count",
        "Over how many numbers does a channel's mean run?",
        lambda layer, x, y: _over(2, 3)(layer, x, y) if x.ndim == 4 else y,
    ),
    "forward-over-the-batch-only": (
        "Each pixel has a mean of its own",
        "the statistics run over the samples, but not over rows and columns of a map",
        "Over how many numbers does a channel's mean run? Does their place matter?",
        _over(0),
    ),
    "forward-reshaped": (
        "A reshape mixes the channels",
        "images are reshaped to a table of C columns without moving the channels' axis to the end",
        "Which numbers stand in the first row of your table? Are they of one place?",
        _in_training(_reshaped),
    ),
    "forward-tables-only": (
        "Feature maps are not provided for",
        "x of shape (N, C) works, and (N, C, H, W) raises an error",
        "How does an array of shape (C,) broadcast against (N, C, H, W)?",
        _only_tables,
    ),
}

_FORMULA: Table = {
    "forward-variance-unbiased": (
        "x is normalised with the unbiased variance",
        "the batch's squares are divided by m − 1, where the formula of y divides by m",
        "Which variance makes that of x̂ exactly 1?",
        _in_training(
            lambda layer, x: {"variance": x.var(axes(x), ddof=1)},
        ),
    ),
    "forward-variance-not-centred": (
        "The variance is the mean of the squares",
        "the mean is not subtracted before x is squared",
        "What is the variance of a channel that is 5 everywhere?",
        _in_training(lambda layer, x: {"variance": (x * x).mean(axes(x))}),
    ),
    "forward-mean-kept": (
        "The mean is not subtracted",
        "x is divided by the deviation, but never centred",
        "What is the mean of x̂?",
        lambda layer, x, y: outcome(layer, x, mean=np.zeros(x.shape[1])),
    ),
    "forward-only-centred": (
        "x is not divided by the deviation",
        "the mean is subtracted and that is all",
        "What is the variance of x̂?",
        lambda layer, x, y: outcome(layer, x, deviation=np.ones(x.shape[1])),
    ),
    "forward-root-forgotten": (
        "x is divided by the variance",
        "the square root is missing",
        "If x doubles, what does x̂ do?",
        lambda layer, x, y: outcome(layer, x, deviation=statistics(layer, x)[1] + layer.eps),
    ),
    "forward-eps-outside": (
        "eps is added outside of the root",
        "eps is added to the deviation, where it belongs to the variance",
        "To what does the formula add ε, to σ or to σ²?",
        lambda layer, x, y: outcome(
            layer, x, deviation=np.sqrt(statistics(layer, x)[1]) + layer.eps
        ),
    ),
    "forward-eps-ignored": (
        "eps is ignored",
        "the variance is used as it is, or with some other small number",
        "Where in forward does `eps` appear?",
        lambda layer, x, y: outcome(
            layer, x, deviation=np.sqrt(np.maximum(statistics(layer, x)[1], 1e-300))
        ),
        lambda layer, x, y: outcome(layer, x, deviation=np.sqrt(statistics(layer, x)[1])),
        lambda layer, x, y: outcome(layer, x, deviation=np.sqrt(statistics(layer, x)[1] + 1e-5)),
        lambda layer, x, y: outcome(layer, x, deviation=np.sqrt(statistics(layer, x)[1] + 1e-8)),
    ),
    "forward-eps-squared": (
        "eps is squared",
        "ε² is added to the variance, or ε is added twice",
        "To what does the formula add ε, and how often?",
        lambda layer, x, y: outcome(
            layer, x, deviation=np.sqrt(statistics(layer, x)[1] + layer.eps**2)
        ),
        lambda layer, x, y: outcome(
            layer, x, deviation=np.sqrt(statistics(layer, x)[1] + 2 * layer.eps)
        ),
    ),
    "forward-gamma-ignored": (
        "γ plays no part",
        "x̂ is shifted but not scaled",
        'Where in forward does params["gamma"] appear?',
        lambda layer, x, y: outcome(layer, x, gamma=np.ones(x.shape[1])),
    ),
    "forward-beta-ignored": (
        "β plays no part",
        "x̂ is scaled but not shifted",
        'Where in forward does params["beta"] appear?',
        lambda layer, x, y: outcome(layer, x, beta=np.zeros(x.shape[1])),
    ),
    "forward-gamma-beta-swapped": (
        "γ and β are swapped",
        "x̂ is multiplied with β, and γ is added",
        "Which of the two starts at 1? What would a scale of 0 do?",
        lambda layer, x, y: outcome(
            layer, x, gamma=layer.params["beta"], beta=layer.params["gamma"]
        ),
    ),
    "forward-shifted-first": (
        "β is added before γ multiplies",
        "y is γ (x̂ + β): the shift is scaled as well",
        "What is y where x̂ is 0?",
        lambda layer, x, y: outcome(layer, x, beta=layer.params["gamma"] * layer.params["beta"]),
    ),
    "forward-beta-subtracted": (
        "β is subtracted",
        "y is γ·x̂ − β",
        "What is y where x̂ is 0?",
        lambda layer, x, y: outcome(layer, x, beta=-layer.params["beta"]),
    ),
    "forward-gamma-divides": (
        "γ divides",
        "x̂ is divided by γ where it should be multiplied",
        "If γ doubles, what does y do?",
        lambda layer, x, y: outcome(layer, x, gamma=1 / layer.params["gamma"]),
    ),
}


def _as_in_training(layer: Any, x: Array, y: Array) -> Array:
    return outcome(layer, x, mean=x.mean(axes(x)), variance=x.var(axes(x)))


def _in_evaluation(change: Callable[[Any, Array], dict[str, Any]]) -> Any:
    return lambda layer, x, y: y if layer.training else outcome(layer, x, **change(layer, x))


_MODES: Table = {
    "forward-batch-in-evaluation": (
        "In evaluation the batch's own statistics are used",
        "the layer does in evaluation what it does in training: a sample's result depends on its "
        "company",
        "What should y be for a batch of a single sample, after training?",
        _as_in_training,
    ),
    "forward-running-in-training": (
        "In training the running statistics are used",
        "x is normalised with the running mean and variance in training, too",
        "Which statistics make the mean of x̂ exactly 0 in training?",
        lambda layer, x, y: outcome(layer, x, mean=layer.running_mean, variance=layer.running_var),
    ),
    "forward-plain-in-evaluation": (
        "In evaluation γ and β are left out",
        "x̂ is returned as it is, though the network has learned with γ and β",
        "Which parts of the formula change from training to evaluation?",
        _in_evaluation(
            lambda layer, x: {"gamma": np.ones(x.shape[1]), "beta": np.zeros(x.shape[1])}
        ),
    ),
    "forward-nothing-in-evaluation": (
        "In evaluation nothing happens",
        "x goes through unchanged, as if the layer were a matter of training alone",
        "What would the next layer, which has learned from normalised numbers, make of it?",
        lambda layer, x, y: y if layer.training else x.copy(),
    ),
    "forward-root-forgotten-in-evaluation": (
        "In evaluation x is divided by the variance",
        "the running variance is used without its square root",
        "Is running_var a variance or a deviation?",
        _in_evaluation(lambda layer, x: {"deviation": layer.running_var + layer.eps}),
        _in_evaluation(lambda layer, x: {"deviation": layer.running_var}),
    ),
    "forward-eps-ignored-in-evaluation": (
        "In evaluation eps is ignored",
        "ε is added in training only",
        "Which parts of the formula change from training to evaluation?",
        _in_evaluation(lambda layer, x: {"deviation": np.sqrt(layer.running_var)}),
    ),
}


class _NeverSwitches(BatchNorm):
    """Looks at ``training`` once, in its constructor."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.count = 0

    def forward(self, x: Array) -> Array:
        now, self.training = self.training, True
        y = super().forward(x)
        self.training = now
        return y


class _SwitchesOnce(BatchNorm):
    """Stays in evaluation for ever."""

    def train(self) -> None:
        self.training = False


_SWITCHES: Table = {
    "forward-mode-never-changes": (
        "The layer is in training for ever",
        "`training` is looked at too early, or not at all: eval() changes nothing",
        "When does your code look at `self.training`?",
        _NeverSwitches,
    ),
    "forward-no-way-back": (
        "train() does not lead back to training",
        "once in evaluation, the layer stays there",
        "What does train() do to your layer after eval()?",
        _SwitchesOnce,
    ),
}


enter_common("BatchNorm", BatchNorm, FORMULA, BACK)
enter_learning(BatchNorm, BACK)
enter_table("BatchNorm", MAPS, in_all_ways(_AXES, ways))
enter_table("BatchNorm", FORMULA, in_all_ways(_FORMULA, ways))
enter_table("BatchNorm", COMPANY, in_all_ways(_MODES, ways))
enter_table("BatchNorm", COMPANY, _SWITCHES)
