"""Wrong running statistics of `BatchNorm`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.batchnorm.altered import COMPANY, FORMULA, axes
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, BatchNorm

Statistics = tuple[Array, Array]

Move = Callable[[Any, Array, Statistics, Statistics], Any]
"""Is given the layer, x, and old and batch (mean, unbiased variance); returns the new ones."""


def moved(momentum: float, old: Statistics, batch: Statistics) -> Statistics:
    mean, variance = (
        (1 - momentum) * before + momentum * now for before, now in zip(old, batch, strict=True)
    )
    return mean, variance


def with_move(move: Move, *, always: bool = False) -> type[BatchNorm]:
    def forward(self: BatchNorm, x: Array) -> Array:
        old = np.array(self.running_mean), np.array(self.running_var)
        y = BatchNorm.forward(self, x)
        if self.training or always:
            batch = x.mean(axes(x)), x.var(axes(x)) * _correction(x)
            self.running_mean, self.running_var = move(self, x, old, batch)
        return y

    return type("Wrong", (BatchNorm,), {"forward": forward})


def _correction(x: Array) -> float:
    """From the biased variance to the unbiased one; 1 where there is a single number."""
    m = x.size // x.shape[1]
    return m / (m - 1) if m > 1 else 1.0


def _with_start(mean: float, variance: float) -> type[BatchNorm]:
    def init(self: BatchNorm, *arguments: Any, **options: Any) -> None:
        BatchNorm.__init__(self, *arguments, **options)
        self.running_mean = np.full(self.channels, mean)
        self.running_var = np.full(self.channels, variance)

    return type("Wrong", (BatchNorm,), {"__init__": init})


def _with_parameters(
    gamma: Callable[[int], Array], beta: Callable[[int], Array]
) -> type[BatchNorm]:
    def init(self: BatchNorm, *arguments: Any, **options: Any) -> None:
        BatchNorm.__init__(self, *arguments, **options)
        self.params["gamma"], self.params["beta"] = gamma(self.channels), beta(self.channels)

    return type("Wrong", (BatchNorm,), {"__init__": init})


def _without(missing: str) -> type[BatchNorm]:
    """It works with a parameter that is kept under a name of its own."""

    def init(self: Any, *arguments: Any, **options: Any) -> None:
        BatchNorm.__init__(self, *arguments, **options)
        self.own = self.params[missing]
        self.params = {name: value for name, value in self.params.items() if name != missing}

    def forward(self: Any, x: Array) -> Array:
        now, self.params = self.params, {**self.params, missing: self.own}
        y = BatchNorm.forward(self, x)
        self.params = now
        return y

    return type("Wrong", (BatchNorm,), {"__init__": init, "forward": forward})


class _KeptAtEval(BatchNorm):
    """Copies the statistics when eval() is called."""

    def eval(self) -> None:
        super().eval()
        self.kept = self.running_mean, self.running_var

    def forward(self, x: Array) -> Array:
        if self.training:
            return super().forward(x)
        now = self.running_mean, self.running_var
        self.running_mean, self.running_var = self.kept
        y = super().forward(x)
        self.running_mean, self.running_var = now
        return y


class _NotSettable(BatchNorm):
    """Keeps statistics of its own, and writes them over what somebody sets."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.own = self.running_mean, self.running_var

    def forward(self, x: Array) -> Array:
        self.running_mean, self.running_var = self.own
        y = super().forward(x)
        self.own = self.running_mean, self.running_var
        return y


class _MovedBeforeUse(BatchNorm):
    """Moves the statistics in evaluation too, and uses the new ones there."""

    moves: tuple[str, ...] = ("running_mean", "running_var")

    def forward(self, x: Array) -> Array:
        if not self.training:
            for name in self.moves:
                batch = x.mean(axes(x)) if name == "running_mean" else x.var(axes(x))
                old = np.asarray(getattr(self, name))
                setattr(self, name, (1 - self.momentum) * old + self.momentum * batch)
        return super().forward(x)


class _MeanMovedBeforeUse(_MovedBeforeUse):
    moves = ("running_mean",)


class _Unnamed(BatchNorm):
    """The statistics are there in forward only."""

    def forward(self, x: Array) -> Array:
        vars(self).update(vars(self).pop("hidden", {}))
        y = super().forward(x)
        self.hidden = {name: vars(self).pop(name) for name in ("running_mean", "running_var")}
        return y


_TABLE: Table = {
    "running-momentum-swapped": (
        "momentum and 1 − momentum are swapped",
        "the old statistics are weighted with `momentum`, and the batch with the rest",
        "With momentum = 0.1, how much of the old mean is kept?",
        lambda layer, x, old, batch: moved(1 - layer.momentum, old, batch),
    ),
    "running-momentum-fixed": (
        "The momentum is fixed",
        "0.1 or 0.9 is used whatever `momentum` says",
        "Where does `self.momentum` appear?",
        lambda layer, x, old, batch: moved(0.1, old, batch),
        lambda layer, x, old, batch: moved(0.9, old, batch),
    ),
    "running-never-moved": (
        "The running statistics never change",
        "they stay what they were at first, and evaluation knows nothing of the data",
        "Which line of forward assigns to self.running_mean?",
        lambda layer, x, old, batch: old,
    ),
    "running-replaced": (
        "The running statistics are those of the last batch",
        "the old ones are forgotten: nothing runs",
        "How much of the old mean is kept?",
        lambda layer, x, old, batch: batch,
    ),
    "running-added-up": (
        "The running statistics only grow",
        "momentum times the batch's is added, but nothing of the old is taken away",
        "If every batch has the mean 5, where should running_mean end?",
        lambda layer, x, old, batch: (
            old[0] + layer.momentum * batch[0],
            old[1] + layer.momentum * batch[1],
        ),
    ),
    "running-variance-biased": (
        "running_var gets the biased variance",
        "the squares are divided by m where the running variance asks for m − 1",
        "y and running_var use two different variances. Which is which?",
        lambda layer, x, old, batch: moved(
            layer.momentum, old, (batch[0], batch[1] / _correction(x))
        ),
    ),
    "running-variance-by-samples": (
        "The unbiased variance counts samples, where it should count numbers",
        "N / (N − 1) corrects the variance of feature maps, though m = N·H·W numbers went into it",
        "How many numbers of a channel does a batch of feature maps have?",
        lambda layer, x, old, batch: moved(
            layer.momentum, old, (batch[0], batch[1] / _correction(x) * len(x) / (len(x) - 1))
        ),
    ),
    "running-variance-corrected-backwards": (
        "The correction of the variance is upside down",
        "the variance is multiplied with (m − 1) / m, and becomes smaller still",
        "Is the unbiased variance larger or smaller than the mean of the squares?",
        lambda layer, x, old, batch: moved(
            layer.momentum, old, (batch[0], batch[1] / _correction(x) ** 2)
        ),
        lambda layer, x, old, batch: moved(
            layer.momentum, old, (batch[0], batch[1] * _correction(x))
        ),
    ),
    "running-deviation": (
        "running_var holds a deviation",
        "the square root is taken before the statistics are kept, or ε is in it",
        "What does forward do with running_var in evaluation?",
        lambda layer, x, old, batch: moved(layer.momentum, old, (batch[0], np.sqrt(batch[1]))),
        lambda layer, x, old, batch: moved(layer.momentum, old, (batch[0], batch[1] + layer.eps)),
        lambda layer, x, old, batch: moved(
            layer.momentum, old, (batch[0], np.sqrt(batch[1] / _correction(x) + layer.eps))
        ),
    ),
    "running-mean-only": (
        "Only one of the running statistics moves",
        "running_mean is brought up to date and running_var is not, or the other way round",
        "Which two lines of forward assign to running statistics?",
        lambda layer, x, old, batch: (moved(layer.momentum, old, batch)[0], old[1]),
        lambda layer, x, old, batch: (old[0], moved(layer.momentum, old, batch)[1]),
    ),
    "running-axis-kept": (
        "The running statistics have too many axes",
        "axes of length 1 are kept by `keepdims`, so running_mean is not (channels,)",
        "What shape should running_mean have, whatever x is?",
        lambda layer, x, old, batch: tuple(
            values[np.newaxis] for values in moved(layer.momentum, old, batch)
        ),
    ),
    "running-twice": (
        "A batch moves the running statistics twice",
        "the update stands in two places, or backward repeats it",
        "How often is your update run in one forward?",
        lambda layer, x, old, batch: moved(
            layer.momentum, moved(layer.momentum, old, batch), batch
        ),
    ),
}

_CLASSES: Table = {
    "running-moved-in-evaluation": (
        "Evaluation moves the running statistics",
        "they are brought up to date whatever the mode: the test data leak into the network",
        "In which mode does the layer learn what the data are like?",
        with_move(lambda layer, x, old, batch: moved(layer.momentum, old, batch), always=True),
        _MovedBeforeUse,
        _MeanMovedBeforeUse,
    ),
    "running-not-settable": (
        "Running statistics that are set are not used",
        "the layer keeps its statistics in a place of its own, and what somebody writes to "
        "running_mean or running_var is lost",
        "A network is loaded: its running_mean is set from a file. Where does forward look?",
        _NotSettable,
    ),
    "running-start": (
        "The running statistics start elsewhere",
        "running_mean does not start at 0, or running_var not at 1",
        "Which mean and variance change nothing in evaluation?",
        _with_start(0.0, 0.0),
        _with_start(1.0, 1.0),
        _with_start(1.0, 0.0),
    ),
    "running-kept-at-eval": (
        "The statistics are copied when eval() is called",
        "whoever sets running_mean afterwards, as when a network is loaded, changes nothing",
        "When does forward look at the running statistics?",
        _KeptAtEval,
    ),
    "running-missing": (
        "The running statistics have other names",
        "there is no `running_mean` or no `running_var` to be found on the layer",
        "Under which names are the running statistics looked for?",
        _Unnamed,
    ),
}

_START: Table = {
    "state-gamma-beta-start": (
        "γ and β start with other numbers",
        "a new layer already scales or shifts: γ does not start at 1, or β not at 0",
        "Which γ and which β change nothing?",
        _with_parameters(np.zeros, np.ones),
        _with_parameters(np.zeros, np.zeros),
        _with_parameters(np.ones, np.ones),
        _with_parameters(lambda count: np.random.default_rng(0).normal(size=count), np.zeros),
        _with_parameters(lambda count: np.full(count, 0.1), np.zeros),
    ),
    "state-parameter-missing": (
        "A parameter is missing",
        'there is no params["gamma"], or no params["beta"]: they are kept under other names',
        "Under which names are the two parameters looked for?",
        _without("gamma"),
        _without("beta"),
    ),
    "state-parameter-shape": (
        "γ and β have too many axes",
        "γ and β are made in the shape that broadcasts, such as (1, C, 1, 1), and not as (C,)",
        "How many axes does it take to count the channels?",
        _with_parameters(lambda count: np.ones((1, count)), lambda count: np.zeros((1, count))),
        _with_parameters(
            lambda count: np.ones((1, count, 1, 1)), lambda count: np.zeros((1, count, 1, 1))
        ),
    ),
}

enter_table("BatchNorm", FORMULA, _START)
enter_table("BatchNorm", COMPANY, _TABLE, with_move)
enter_table("BatchNorm", COMPANY, _CLASSES)
