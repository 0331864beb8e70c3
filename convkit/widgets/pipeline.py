"""Pipeline (slides "Convolutional Network"): stages of F–R–N–P, assembled by switches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.arguments import fraction, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.classifier import Flatten, Linear, softmax
from convkit.network import Sequential
from convkit.widgets.base import Widget, packed, script
from convkit.widgets.picture import draw_image, new_figure
from convkit.widgets.pipeline_experiment import (
    CLASSES,
    DESIGNS,
    LAYERS,
    Design,
    classifiers,
    measured,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 4  # maps of each step


class Pipeline(Widget):
    """Put operations in and take them out: shapes, maps, what they make of a digit, their worth.

    The filters are random; a classifier was trained on what each design makes of 20×20 digits.

    Args:
        images: shape (N, S, S), digits from 0 to 1 say; one of them is shown.
        stages: 1 or 2; rectify, normalize: R and N; pooling: "average" or "max".
        negative: whether the image's polarity is turned.
        contrast: from 0 to 1, what it is multiplied by.
        light: from 0 to 1, the strength of light that falls in from the right.
        layers: classes that take the place of those of the same name, such as your own `Conv2d`,
            `Abs`, `LocalContrastNorm2d`, `AvgPool2d` or `MaxPool2d`.

    Raises:
        ValueError: a wrong argument, or images too small for the stages.
    """

    _esm = script("operators.js", "pipeline_pictures.js", "pipeline.js")

    known = traitlets.Dict().tag(sync=True)
    """What no operand changes: the images, the filters, and the classifier of each design."""
    stages = traitlets.Int().tag(sync=True, operand=True)
    rectify = traitlets.Bool().tag(sync=True, operand=True)
    normalize = traitlets.Bool().tag(sync=True, operand=True)
    pooling = traitlets.Unicode().tag(sync=True, operand=True)
    negative = traitlets.Bool().tag(sync=True, operand=True)
    contrast = traitlets.Float().tag(sync=True, operand=True)
    light = traitlets.Float().tag(sync=True, operand=True)

    def __init__(
        self,
        images: Any,
        *,
        stages: int = 2,
        rectify: bool = True,
        normalize: bool = True,
        pooling: str = "average",
        negative: bool = False,
        contrast: float = 1.0,
        light: float = 0.0,
        layers: Sequence[type[Layer]] = (),
    ) -> None:
        self.images = shaped(images, "images", ("N", "S", "S")).astype(np.float64)
        unknown = [layer.__name__ for layer in layers if layer.__name__ not in LAYERS]
        if unknown:
            raise ValueError(f"layers: expected classes named {sorted(LAYERS)}, got {unknown}")
        self.own = {layer.__name__: layer for layer in layers}
        filters = [layer for letter, layer in DESIGNS[-1].steps(0) if letter == "F"]
        self.filters = [layer.params["0.weight"] for layer in filters]
        self.classifiers = classifiers()
        super().__init__(
            known={
                "images": packed(self.images),
                "filters": [packed(weight) for weight in self.filters],
                "classifiers": {
                    design: {name: packed(array) for name, array in arrays.items()}
                    for design, arrays in self.classifiers.items()
                },
            },
            stages=stages,
            rectify=rectify,
            normalize=normalize,
            pooling=pooling,
            negative=negative,
            contrast=contrast,
            light=light,
        )

    def compute(self) -> dict[str, Any]:
        """x (N, S, S) as it is then; steps: for each its letter, shape of the output,
        number of parameters, and, as maps0, maps1, … the first maps (N, maps, rows, columns);
        changes (steps, N): how far these are from those of the image itself, relative to them;
        the classifier's inputs and parameters; probabilities (N, 10) that it gives, or (N, 0)
        where it was trained on other sizes; designs: of each the operations and the measured
        accuracies with random and with trained filters."""
        design = Design(self.stages, self.rectify, self.normalize, self.pooling)
        if design not in DESIGNS:
            raise ValueError(
                f'expected 1 or 2 stages and "average" or "max" pooling, got {self.stages} '
                f"and {self.pooling!r}"
            )
        ink = fraction(self.contrast, "contrast") * (-1 if self.negative else 1)
        ramp = np.linspace(-0.5, 0.5, self.images.shape[2])
        x = ink * self.images + fraction(self.light, "light") * ramp
        maps, plain = x[:, np.newaxis], self.images[:, np.newaxis]
        steps, changes = [], []
        shown: dict[str, Any] = {}
        weights = iter(self.filters)
        for number, (letter, layer) in enumerate(design.steps(0, LAYERS | self.own)):
            if letter == "F":
                layer.params["0.weight"] = next(weights)  # one's own may draw others
            maps, plain = layer.forward(maps), layer.forward(plain)
            steps.append(
                {"letter": letter, "shape": maps.shape[1:], "parameters": _parameters(layer)}
            )
            changes.append(_relative_difference(maps, plain))
            shown[f"maps{number}"] = maps[:, :SHOWN].astype(np.float32)
        features = Flatten().forward(maps)
        units = features.shape[1]
        trained = self.classifiers[str(design)]
        fits = trained["weight"].shape[1] == units
        logits = features @ trained["weight"].T + trained["bias"] if fits else None
        return shown | {
            "x": x.astype(np.float32),
            "steps": steps,
            "changes": np.array(changes),
            "probabilities": np.empty((len(x), 0)) if logits is None else softmax(logits),
            "units": units,
            "classifier": _parameters(Sequential(Linear(units, CLASSES))),
            "design": str(design),
            "designs": [
                {"name": str(each), "stages": each.stages, "rectify": each.rectify}
                | {"normalize": each.normalize, "pooling": each.pooling}
                | {name: float(np.mean(runs)) for name, runs in measured()[str(each)].items()}
                for each in DESIGNS
            ],
            "whose": ", ".join(f"your {name}" for name in self.own),
        }

    def picture(self) -> Figure:
        shown = self.compute()
        figure, panels = new_figure(1 + len(shown["steps"]))
        draw_image(panels[0], shown["x"][0], "x")
        for number, (panel, step) in enumerate(zip(panels[1:], shown["steps"], strict=True)):
            draw_image(panel, shown[f"maps{number}"][0, 0], step["letter"], signed=True)
        return figure


def _parameters(layer: Layer) -> int:
    return sum(param.size for param in layer.params.values())


def _relative_difference(maps: Array, plain: Array) -> Array:
    """For each image, how long the difference is as a part of what it differs from."""
    axes = (1, 2, 3)
    difference, length = np.square(maps - plain).sum(axes), np.square(plain).sum(axes)
    return np.sqrt(difference / np.maximum(length, 1e-12))
