"""Batch normalization (slide "Remember Batch Normalization"): two networks learn side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.arguments import integer, positive, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.batchnorm import BatchNorm
from convkit.layers.classifier import Linear, SoftmaxCrossEntropy
from convkit.network import Sequential
from convkit.training import SGD
from convkit.widgets.base import Widget, script
from convkit.widgets.deep_network import UNITS, both_names, deep_stages
from convkit.widgets.picture import new_figure
from convkit.widgets.training import RECENT, recent_means

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TESTED_EVERY, PICTURED = 5, 60  # steps


class TrainingRace(Widget):
    """A deep network without and one with batch normalization: same weights, same batches.

    Whatever is changed starts the race again.

    Args:
        train, test: samples (N, features) and their classes (N,).
        layer: what normalizes: a class with `BatchNorm`'s interface, such as your own.

    Raises:
        ValueError: a wrong argument or shape.
    """

    _esm = script("running.js", "training_race.js")

    steps = traitlets.Int(0).tag(sync=True, operand=True)
    lr = traitlets.Float(0.1).tag(sync=True, operand=True)
    batch_size = traitlets.Int(32).tag(sync=True, operand=True)
    scale = traitlets.Float(0.5).tag(sync=True, operand=True)
    function = traitlets.Enum(["tanh", "relu"], "tanh").tag(sync=True, operand=True)

    records = ({"steps": range(0, 151, 5)},)

    def __init__(
        self, train: tuple[Any, Any], test: tuple[Any, Any], *, layer: type[Layer] = BatchNorm
    ) -> None:
        self.train, self.test = _samples(train, "train"), _samples(test, "test")
        self.classes = int(self.train[1].max()) + 1
        self.layer = layer
        self.runs: list[_Run] = []
        self._settings: tuple[Any, ...] = ()
        super().__init__()

    def compute(self) -> dict[str, Any]:
        """step; guessing = the loss of who guesses; of both networks name, losses of all steps,
        recent, their means over the last steps, accuracy over the test samples, whether its
        numbers have become infinite; and moved (2, layers): how far a step moves the weights of
        each layer, as a share of their size, in the mean of the last steps."""
        steps = integer(self.steps, "steps", minimum=0)
        batch_size = integer(self.batch_size, "batch_size")
        settings = (self.lr, self.batch_size, self.scale, self.function)
        if settings != self._settings or steps < self.runs[0].made:
            self.runs = self._line_up()
            self._settings = settings
        for run in self.runs:
            while run.made < steps:
                run.step(batch_size)
            run.measure(*self.test)
        return {
            "step": steps,
            "names": both_names(self.layer),
            "losses": [list(run.losses) for run in self.runs],
            "recent": [recent_means(run.losses).tolist() for run in self.runs],
            "accuracies": [run.accuracy for run in self.runs],
            "diverged": [run.diverged for run in self.runs],
            "moved": np.stack([run.recently_moved() for run in self.runs]),
            "guessing": np.log(self.classes),
        }

    def picture(self) -> Figure:
        """The beginning of the race, however far it has come."""
        figure, axes = new_figure(1)
        figure.set_size_inches(6, 2.5)
        for name, run in zip(both_names(self.layer), self._line_up(), strict=True):
            for _ in range(PICTURED):
                run.step(self.batch_size)
            axes.plot(recent_means(run.losses), label=name)
        axes.set(xlabel="step", ylabel="loss", yscale="log")
        axes.legend()
        return figure

    def _line_up(self) -> list[_Run]:
        """Both networks at the start."""
        return [self._start(normalization) for normalization in (None, self.layer)]

    def _start(self, normalization: type[Layer] | None) -> _Run:
        x, classes = self.train
        positive(self.scale, "scale")
        stages = deep_stages(x.shape[1], self.function, self.scale, normalization)
        layers = [layer for stage in stages for layer in stage if layer is not None]
        output = Linear(UNITS, self.classes, rng=len(stages))
        return _Run(Sequential(*layers, output), x, classes, self.lr)


class _Run:
    """A network and how far it has come."""

    def __init__(self, network: Sequential, x: Array, classes: Array, lr: float) -> None:
        self.network, self.x, self.classes = network, x, classes
        self.loss, self.optimizer = SoftmaxCrossEntropy(), SGD(network, lr)
        self.random = np.random.default_rng(0)
        self.linear = [layer for layer in network if isinstance(layer, Linear)]
        self.losses: list[float] = []
        self.moved: list[list[float]] = []
        self.made, self.tested, self.accuracy = 0, -TESTED_EVERY, 0.0
        self.diverged = False

    def step(self, batch_size: int) -> None:
        batch = self.random.integers(len(self.x), size=batch_size)
        self.made += 1
        if self.diverged:
            return
        with np.errstate(all="ignore"):
            loss = self.loss.forward(self.network(self.x[batch]), self.classes[batch])
            if not np.isfinite(loss):
                self.diverged = True
                return
            self.losses.append(loss)
            self.network.backward(self.loss.backward())
            self.moved.append([self._share_of_a_step(layer) for layer in self.linear])
            self.optimizer.step()

    def _share_of_a_step(self, layer: Linear) -> float:
        step = self.optimizer.lr * np.linalg.norm(layer.grads["weight"])
        return float(step / np.linalg.norm(layer.params["weight"]))

    def recently_moved(self) -> Array:
        """Of each layer, over the last steps; nan where there was no step, or no number left."""
        if self.diverged or not self.moved:
            return np.full(len(self.linear), np.nan)
        return np.mean(self.moved[-RECENT:], axis=0)

    def measure(self, x: Array, classes: Array) -> None:
        """The accuracy at test time, unless it was measured a moment ago."""
        if self.made < self.tested + TESTED_EVERY:
            return
        self.tested = self.made
        self.network.eval()
        with np.errstate(all="ignore"):
            self.accuracy = float(np.mean(self.network(x).argmax(axis=1) == classes))
        self.network.train()


def _samples(pair: tuple[Any, Any], name: str) -> tuple[Array, Array]:
    x = shaped(pair[0], f"{name}[0]", ("N", "features")).astype(np.float32)
    return x, shaped(pair[1], f"{name}[1]", x.shape[:1]).astype(int)
