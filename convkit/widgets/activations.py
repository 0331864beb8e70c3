"""Batch normalization (slide "Remember Batch Normalization"): what units say, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import traitlets

from convkit.layers.arguments import integer, positive
from convkit.layers.base import Array, Layer
from convkit.layers.batchnorm import BatchNorm
from convkit.widgets.base import Numbers, Records, Widget, script
from convkit.widgets.deep_network import DEPTH, UNITS, Stage, both_names, deep_stages
from convkit.widgets.picture import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BINS = 44
RANGES = {"tanh": (-1.0, 1.0), "relu": (0.0, 4.0)}
COMPANIES = 12


class Activations(Widget):
    """What units say in eight layers, y = f(z), without and with batch normalization of z, and how
    much of a gradient comes back to them.

    One sample, the first, is followed on its way: it goes through the network in a batch with
    others, drawn at random.

    Args:
        x: samples, shape (N, features).
        layer: what normalizes: a class with `BatchNorm`'s interface, such as your own.

    Raises:
        ValueError: a wrong argument or shape.
    """

    _esm = script("layers_by_layers.js", "activations.js")

    x = Numbers("N", "features")
    scale = traitlets.Float(1.0).tag(sync=True, operand=True)
    function = traitlets.Enum(["tanh", "relu"], "tanh").tag(sync=True, operand=True)
    batch_size = traitlets.Int(64).tag(sync=True, operand=True)
    company = traitlets.Int(0).tag(sync=True, operand=True)
    gamma = traitlets.Float(1.0).tag(sync=True, operand=True)
    beta = traitlets.Float(0.0).tag(sync=True, operand=True)
    test_time = traitlets.Bool(False).tag(sync=True, operand=True)
    seen = traitlets.Int(0).tag(sync=True, operand=True)

    records: ClassVar[Records] = (
        {"scale": [2.0 ** (power / 2) for power in range(-6, 7)], "function": ["tanh", "relu"]},
        {"batch_size": [2**power for power in range(9)]},
    )

    def __init__(self, x: Any, *, layer: type[Layer] = BatchNorm) -> None:
        self.layer = layer
        super().__init__(x=x)

    def compute(self) -> dict[str, Any]:
        """For the networks without and with normalization, all (2, layers): the histograms of y,
        (2, layers, bins) as shares of the highest bin, values outside its range in the last;
        mean and deviation of y; gradient: the size of the gradient that arrives at z, as a share
        of what was sent in behind the last layer; first: y of the first sample's first unit;
        lowest and highest: the same in any of several companies."""
        positive(self.scale, "scale")
        networks = [self._network(None), self._network(self.layer)]
        measured = [self._measured(stages) for stages in networks]
        return {
            "names": both_names(self.layer),
            "range": RANGES[self.function],
            **{name: np.stack([each[name] for each in measured]) for name in measured[0]},
        }

    def picture(self) -> Figure:
        shown = self.compute()
        figure, _ = new_figure(DEPTH)
        figure.clear()
        for row, panels in enumerate(figure.subplots(2, DEPTH, sharex=True, sharey=True)):
            for depth, axes in enumerate(panels):
                low, high = shown["range"]
                places = np.linspace(low, high, BINS)
                axes.bar(places, shown["y"][row, depth], width=places[1] - places[0])
                axes.set(yticks=[], title="" if row else f"layer {depth + 1}")
            panels[0].set_ylabel(shown["names"][row])
        return figure

    def _network(self, normalization: type[Layer] | None) -> list[Stage]:
        """The network in the mode that is shown, for test time with its running statistics."""
        stages = deep_stages(self.x.shape[1], self.function, self.scale, normalization)
        norms = [stage.normalization for stage in stages if stage.normalization is not None]
        for norm in norms:
            norm.params["gamma"] = np.full(UNITS, self.gamma)
            norm.params["beta"] = np.full(UNITS, self.beta)
        if norms and self.test_time:
            for number in range(integer(self.seen, "seen", minimum=0)):
                _forward(stages, self.batch(COMPANIES + number))
            for norm in norms:
                norm.eval()
        return stages

    def batch(self, company: int) -> Array:
        """The first sample and others, drawn by the number of the company."""
        size = integer(self.batch_size, "batch_size")
        drawn = np.random.default_rng(company).integers(len(self.x), size=size - 1)
        return self.x[np.concatenate([[0], drawn])].astype(np.float64)

    def _measured(self, stages: list[Stage]) -> dict[str, Array]:
        firsts = np.array(
            [[y[0, 0] for _, y in _forward(stages, self.batch(c))] for c in range(COMPANIES)]
        )
        passed = _forward(stages, self.batch(self.company))
        y_range = RANGES[self.function]
        return {
            "y": np.stack([_histogram(y, y_range) for _, y in passed]),
            "mean": np.array([y.mean() for _, y in passed]),
            "deviation": np.array([y.std() for _, y in passed]),
            "gradient": _gradient_sizes(stages, passed[-1][1].shape),
            "first": np.array([y[0, 0] for _, y in passed]),
            "lowest": firsts.min(axis=0),
            "highest": firsts.max(axis=0),
        }


class Company(Activations):
    """The same network, one unit of it: where γ and β put it, and in what company it is."""

    _esm = script("layers_by_layers.js", "company.js")

    records = (
        {"gamma": [quarter / 4 for quarter in range(17)]},
        {"beta": [quarter / 4 for quarter in range(-12, 13)]},
        {"batch_size": [1, 2, 8, 64, 256], "company": range(COMPANIES)},
        {"test_time": [False]},
        {"test_time": [True], "seen": range(0, 61, 5)},
    )


def _forward(stages: list[Stage], x: Array) -> list[tuple[Array, Array]]:
    """z and y of each stage."""
    passed = []
    for linear, normalization, function in stages:
        z = linear.forward(x)
        z = z if normalization is None else normalization.forward(z)
        x = function.forward(z)
        passed.append((z, x))
    return passed


def _gradient_sizes(stages: list[Stage], shape: tuple[int, ...]) -> Array:
    """Of a random gradient that is sent in behind the last stage, what arrives at each z."""
    grad = np.random.default_rng(0).normal(size=shape)
    sent, sizes = np.linalg.norm(grad), []
    for linear, normalization, function in reversed(stages):
        grad = function.backward(grad)
        sizes.append(np.linalg.norm(grad) / sent)
        grad = grad if normalization is None else normalization.backward(grad)
        grad = linear.backward(grad)
    return np.array(sizes[::-1])


def _histogram(values: Array, limits: tuple[float, float]) -> Array:
    counts, _ = np.histogram(np.clip(values, *limits), BINS, limits)
    return (counts / counts.max()).astype(np.float32)
