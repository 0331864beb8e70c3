"""Training (slides "Convolutional Network"): stochastic gradient descent, live and step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.data import LabelledImages
from convkit.layers.activation import Tanh
from convkit.layers.arguments import fraction, integer, positive, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.classifier import Flatten, Linear, SoftmaxCrossEntropy, softmax
from convkit.layers.convolution import Conv2d
from convkit.layers.pooling import MaxPool2d
from convkit.network import Sequential
from convkit.training import SGD
from convkit.widgets.base import Widget, script, whose
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILTERS = 8
RECENT = 10  # steps, over which the loss is averaged
TESTED_EVERY = 10  # steps
PICTURED = 200  # steps, in the still picture


class Training(Widget):
    """A small network learns while you watch: its filters, its maps, its loss, what it says.

    The network is a convolution, tanh, max pooling and a softmax classifier. Each step takes a
    batch of images at random, goes forward, backward, and downhill.

    Args:
        train, test: images (N, S, S) and their labels, as `convkit.data.digits` gives them.
        kernel_size: height and width of the filters.
        steps: how many have been made. Setting it higher trains on; lower starts again.
        lr, momentum: of `SGD`; they may be changed while training.
        batch_size: images a step.
        seed: decides on the first weights and on the batches.
        layer: a class with `Conv2d`'s interface, such as your own.

    Raises:
        ValueError: a wrong argument or shape.
    """

    _esm = script("running.js", "training.js")

    steps = traitlets.Int().tag(sync=True, operand=True)
    lr = traitlets.Float().tag(sync=True, operand=True)
    momentum = traitlets.Float().tag(sync=True, operand=True)
    batch_size = traitlets.Int().tag(sync=True, operand=True)

    records = ({"steps": range(0, 201, 10)},)

    def __init__(
        self,
        train: LabelledImages,
        test: LabelledImages,
        *,
        kernel_size: int = 7,
        steps: int = 0,
        lr: float = 0.1,
        momentum: float = 0.9,
        batch_size: int = 32,
        seed: int = 0,
        layer: type[Layer] = Conv2d,
    ) -> None:
        self.train, self.test = _checked(train, "train"), _checked(test, "test")
        self.kernel_size, self.seed, self.layer = kernel_size, seed, layer
        self._run: _Run | None = None
        super().__init__(steps=steps, lr=lr, momentum=momentum, batch_size=batch_size)

    def compute(self) -> dict[str, Any]:
        """step; losses of all steps, and recent, their means over the last steps; the accuracy
        over the test images, and tested, the step after which it was measured; filters and first,
        as they began, (filters, h, w); of a test image of each class the image, label, maps
        (classes, filters, rows, columns) and probabilities (classes, classes)."""
        steps = integer(self.steps, "steps", minimum=0)
        if self._run is None or steps < len(self._run.losses):
            self._run = _Run(self.train, self.layer, self.kernel_size, self.seed)
        run, batch_size = self._run, integer(self.batch_size, "batch_size")
        run.optimizer.lr = positive(self.lr, "lr")
        run.optimizer.momentum = fraction(self.momentum, "momentum")
        while len(run.losses) < steps:
            run.step(batch_size)
        run.measure(self.test)

        labels, of_each = np.unique(self.test.labels, return_index=True)
        shown = self.test.x[of_each].astype(np.float32)
        return {
            "step": steps,
            "losses": np.array(run.losses, np.float32),
            "recent": recent_means(run.losses),
            "tested": run.tested,
            "accuracy": run.accuracy,
            "filters": np.asarray(run.filters.params["weight"][:, 0], np.float32),
            "first": run.first,
            "images": shown[:, 0],
            "labels": labels.tolist(),
            "maps": np.asarray(run.nonlinearity(run.filters.forward(shown)), np.float32),
            "probabilities": softmax(run.network(shown)),
            "whose": whose(self.layer, Conv2d),
        }

    def picture(self) -> Figure:
        """The filters as they begin and as they become, however far they have come."""
        run = _Run(self.train, self.layer, self.kernel_size, self.seed)
        run.optimizer.lr, run.optimizer.momentum = self.lr, self.momentum
        for _ in range(PICTURED):
            run.step(self.batch_size)
        learned = run.filters.params["weight"][:, 0]
        figure, _ = new_figure(FILTERS)
        figure.clear()
        figure.set_size_inches(9, 2.6)
        above, below = figure.subplots(2, FILTERS)
        for row, filters in ((above, run.first), (below, learned)):
            for panel, weights in zip(row, filters, strict=True):
                draw_image(panel, weights, "", signed=True)
        above[0].set_ylabel("as they begin")
        below[0].set_ylabel(f"{PICTURED} steps later")
        return figure


class _Run:
    """A network and how far it has come."""

    def __init__(self, train: LabelledImages, layer: Any, kernel_size: int, seed: int) -> None:
        self.x, self.labels = train.x.astype(np.float32), train.labels
        random = np.random.default_rng(seed)
        self.filters = layer(1, FILTERS, kernel_size, rng=random)
        self.nonlinearity, pooling, flatten = Tanh(), MaxPool2d(2), Flatten()
        features = Sequential(self.filters, self.nonlinearity, pooling, flatten)
        units = features(self.x[:1]).shape[1]
        classes = int(self.labels.max()) + 1
        self.network = Sequential(features, Linear(units, classes, rng=random))
        self.loss = SoftmaxCrossEntropy()
        self.optimizer = SGD(self.network, lr=1.0)
        self.random = random
        self.first = np.asarray(self.filters.params["weight"][:, 0], np.float32).copy()
        self.losses: list[float] = []
        self.tested, self.accuracy = -TESTED_EVERY, 0.0

    def step(self, batch_size: int) -> None:
        batch = self.random.integers(len(self.x), size=batch_size)
        self.losses.append(self.loss.forward(self.network(self.x[batch]), self.labels[batch]))
        self.network.backward(self.loss.backward())
        self.optimizer.step()

    def measure(self, test: LabelledImages) -> None:
        """The accuracy on the test images, unless it was measured a moment ago."""
        if len(self.losses) >= self.tested + TESTED_EVERY:
            said = self.network(test.x.astype(np.float32)).argmax(axis=1)
            self.tested, self.accuracy = len(self.losses), float(np.mean(said == test.labels))


def recent_means(losses: list[float]) -> Array:
    """For each step the mean of its loss and those of the steps just before."""
    sums = np.cumsum(np.concatenate([[0.0], losses]))
    ends = np.arange(1, len(losses) + 1)
    starts = np.maximum(ends - RECENT, 0)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))


def _checked(data: LabelledImages, name: str) -> LabelledImages:
    images = shaped(data[0], f"{name}.images", ("N", "S", "S"))
    return LabelledImages(images, shaped(data[1], f"{name}.labels", images.shape[:1]).astype(int))
