"""The experiment behind the pipeline: what rectification, normalization and pooling are worth.

In kind that of Jarrett, Kavukcuoglu, Ranzato and LeCun (2009): networks of one or two stages, with
filters that are random and stay so, or that are trained with labels; all on the same images. Theirs
were 101 kinds of things on photographs; these are digits, of both polarities and in uneven light.

    python -m convkit.widgets.pipeline_experiment

measures all designs (some ten minutes) and writes them to ``pipeline_experiment.json``, and
classifiers on random filters, as the widget shows them, to ``pipeline_classifiers.npz``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from convkit.data import LabelledImages, digits, random_light, random_polarity
from convkit.layers.activation import Abs, Tanh
from convkit.layers.base import Array, Layer
from convkit.layers.classifier import Flatten, Linear
from convkit.layers.contrast import LocalContrastNorm2d
from convkit.layers.convolution import Conv2d
from convkit.layers.initialization import Rng
from convkit.layers.pooling import AvgPool2d, MaxPool2d
from convkit.network import Sequential
from convkit.training import fit
from convkit.widgets.plots import INK, ORANGE, TEAL, Plot, new_figure, style

RESULTS = Path(__file__).with_suffix(".json")
CLASSIFIERS = RESULTS.with_name("pipeline_classifiers.npz")
SIDE = 20  # pixels
CLASSES = 10
MAPS, KERNEL_SIZES = (8, 32), (5, 3)  # of the first and the second stage
SEEDS = (0, 1, 2)
EPOCHS = 15
LEARNING_RATES = (0.03, 0.1)  # the better one on held out training images is taken


LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer for layer in (Conv2d, Abs, LocalContrastNorm2d, AvgPool2d, MaxPool2d)
}


class Design(NamedTuple):
    """A network of F–R–N–P stages, all alike.

    Attributes:
        stages: 1 or 2.
        rectify, normalize: whether R (absolute values) and N (local contrast) are in.
        pooling: "average" or "max".
    """

    stages: int
    rectify: bool
    normalize: bool
    pooling: str

    def __str__(self) -> str:
        operations = ["F", "R" * self.rectify, "N" * self.normalize, f"P_{self.pooling[0].upper()}"]
        return f"{self.stages} × " + "–".join(operation for operation in operations if operation)

    def steps(self, rng: Rng, layers: Mapping[str, Any] = LAYERS) -> list[tuple[str, Layer]]:
        """The layers up to the last feature map, each with its letter; F is filters and tanh."""
        random = np.random.default_rng(rng)
        steps: list[tuple[str, Layer]] = []
        channels = 1
        for maps, kernel_size in zip(MAPS[: self.stages], KERNEL_SIZES, strict=False):
            filters = layers["Conv2d"](channels, maps, kernel_size, rng=random)
            steps.append(("F", Sequential(filters, Tanh())))
            if self.rectify:
                steps.append(("R", layers["Abs"]()))
            if self.normalize:
                steps.append(("N", layers["LocalContrastNorm2d"](5)))
            pooling = "AvgPool2d" if self.pooling == "average" else "MaxPool2d"
            steps.append(("P", layers[pooling](2)))
            channels = maps
        return steps


DESIGNS = [
    Design(*choices)
    for choices in product((1, 2), (False, True), (False, True), ("average", "max"))
]


def difficult_digits() -> tuple[LabelledImages, LabelledImages]:
    """Digits for training and for testing: ink darker or brighter than paper, in uneven light."""
    random = np.random.default_rng(0)
    train, test = (
        LabelledImages(random_light(random_polarity(images, rng=random), rng=random), labels)
        for images, labels in digits(SIDE).split()
    )
    return train, test


def measure(design: Design, *, trained: bool, seed: int = 0) -> float:
    """The share of the test images that the network gets right.

    The classifier is always trained. Random filters are as they were drawn; trained ones start
    there and are trained with it. The learning rate is that which does better on a fifth of the
    training images, held out.
    """
    train, test = difficult_digits()
    train, held_out = train.split(rng=seed)
    results = []
    for lr in LEARNING_RATES:
        features = Sequential(*(layer for _, layer in design.steps(seed)), Flatten())
        x, x_held_out, x_test = (part.x.astype(np.float32) for part in (train, held_out, test))
        units = features(x[:1]).shape[1]
        network = Sequential(features, Linear(units, CLASSES, rng=seed))
        if not trained:
            x, x_held_out, x_test = (_in_parts(features, part) for part in (x, x_held_out, x_test))
            network = Sequential(Linear(units, CLASSES, rng=seed))
        fit(
            network,
            x,
            train.labels,
            epochs=EPOCHS,
            batch_size=32,
            lr=lr,
            momentum=0.9,
            rng=seed,
        )
        right = [
            float(np.mean(_in_parts(network, part).argmax(axis=1) == labels))
            for part, labels in ((x_held_out, held_out.labels), (x_test, test.labels))
        ]
        results.append(right)
    return max(results)[1]


def _in_parts(network: Layer, x: Array) -> Array:
    """The network's outputs for many images, without needing the memory for all at once."""
    return np.concatenate([network(part) for part in np.array_split(x, len(x) // 100)])


def measured() -> dict[str, dict[str, list[float]]]:
    """What was measured: for each design (as str) and for "random" and "trained" filters the
    shares of test images that were right, one for each of `SEEDS`."""
    results: dict[str, dict[str, list[float]]] = json.loads(RESULTS.read_text())
    return results


def classifiers() -> dict[str, dict[str, Array]]:
    """For each design (as str) weight and bias of a classifier on its random filters of seed 0."""
    stored = np.load(CLASSIFIERS)
    return {
        str(design): {
            name: stored[f"{design} {name}"].astype(np.float32) for name in ("weight", "bias")
        }
        for design in DESIGNS
    }


@style()
def plot_measured() -> Plot:
    """What was measured: for each design the mean accuracies in the widget's colours, and how far
    the single measurements lie apart."""
    results = measured()
    figure, both = new_figure(2, (10.5, 4.2))
    for axes, stages in zip(both, (1, 2), strict=True):
        names = [str(design) for design in DESIGNS if design.stages == stages]
        for shift, filters, colour in ((-0.2, "random", ORANGE), (0.2, "trained", TEAL)):
            accuracies = 100 * np.array([results[name][filters] for name in names])
            places = np.arange(len(names)) + shift
            axes.bar(
                places, accuracies.mean(axis=1), 0.38, color=colour, label=f"{filters} filters"
            )
            axes.plot(places, accuracies, "_", color=INK, ms=7)
        formulas = [re.sub(r"P_(.)", r"$\\mathrm{P_\1}$", name.split("F–")[1]) for name in names]
        axes.set_xticks(np.arange(len(names)), formulas, rotation=50)
        axes.axhline(100 / CLASSES, color=INK, lw=0.8, ls=":")
        axes.set(title=f"{stages} stage{'s' * (stages > 1)}", ylim=(0, 100))
    both[0].set_ylabel("test digits read correctly, %")
    figure.legend(*both[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    best = {
        filters: max(np.mean(result[filters]) for result in results.values())
        for filters in ("random", "trained")
    }
    return Plot(
        figure,
        "Without R and with the average, random filters stay near a fifth; with R or the max they "
        f"come to {best['random']:.0%}, and trained ones to {best['trained']:.0%}.",
    )


def _measure_all() -> None:
    results: dict[str, dict[str, list[float]]] = {}
    for design in DESIGNS:
        results[str(design)] = {
            name: [measure(design, trained=name == "trained", seed=seed) for seed in SEEDS]
            for name in ("random", "trained")
        }
        print(design, results[str(design)], flush=True)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def _train_classifiers() -> None:
    train, _ = difficult_digits()
    arrays: dict[str, Array] = {}
    for design in DESIGNS:
        features = Sequential(*(layer for _, layer in design.steps(0)), Flatten())
        x = _in_parts(features, train.x.astype(np.float32))
        classifier = Linear(x.shape[1], CLASSES, rng=0)
        fit(
            classifier,
            x,
            train.labels,
            epochs=EPOCHS,
            batch_size=32,
            lr=LEARNING_RATES[0],
            momentum=0.9,
            rng=0,
        )
        for name, array in classifier.params.items():
            arrays[f"{design} {name}"] = array.astype(np.float16)
    np.savez_compressed(CLASSIFIERS, **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    _train_classifiers()
    _measure_all()
