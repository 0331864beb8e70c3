"""Rectification (slide "Rectification"): one edge in both polarities, and what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.activation import Abs, ReLU, Tanh
from convkit.layers.arguments import shaped
from convkit.layers.base import Array, Layer
from convkit.layers.convolution import Conv2d
from convkit.layers.pooling import AvgPool2d, MaxPool2d
from convkit.widgets.base import Numbers, Widget, script
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EDGE = ((-1, 0, 1),) * 3
POINTS = 121  # of a curve
FUNCTIONS: dict[str, type[Layer]] = {"tanh": Tanh, "|z|": Abs, "max(0, z)": ReLU}


class Rectification(Widget):
    """A scene and the same with black and white exchanged, through tanh, |·| and max(0, ·).

    Args:
        image: the scene, shape (H, W), values 0 to 1.
        weight: W, which is laid on it, shape (h, w); k is its flip.
        layer: an element-wise layer to show beside the three, such as your own.

    Raises:
        ValueError: a wrong shape, or a layer that gives another.
    """

    _esm = script("operators.js", "operators_of_pictures.js", "rectification.js")

    image = Numbers("H", "W")
    weight = Numbers("h", "w")
    contrast = traitlets.Float(1.0).tag(sync=True, operand=True)
    pooling = traitlets.Enum(["none", "average", "max"], "none").tag(sync=True, operand=True)
    size = traitlets.Int(4).tag(sync=True, operand=True)

    def __init__(self, image: Any, weight: Any = EDGE, *, layer: type[Layer] | None = None) -> None:
        self.layers = dict(FUNCTIONS)
        if layer is not None:
            self.layers[f"your {layer.__name__}"] = layer
        super().__init__(image=image, weight=weight)

    def compute(self) -> dict[str, Any]:
        """x and z = x ∗ k, (2, rows, columns), for both polarities; image and weight, of which they
        are made; size of the pooling; limit of |z|; whose layer is beside the three; and of each
        function its name, y (2, rows, columns), the curve over −limit to limit, how much its y
        differ as a share of their size, and the largest |y|."""
        half = self.contrast * (self.image - 0.5)
        x = np.stack([0.5 + half, 0.5 - half])
        convolution = Conv2d(1, 1, self.weight.shape)
        convolution.params["weight"] = self.weight[np.newaxis, np.newaxis]
        z = convolution.forward(x[:, np.newaxis])
        limit = float(np.abs(self.weight).sum()) / 2
        functions = {name: self._function(layer, z, limit) for name, layer in self.layers.items()}
        return {
            "x": x.astype(np.float32),
            "z": z[:, 0].astype(np.float32),
            "image": self.image,
            "weight": self.weight,
            "size": 1 if self.pooling == "none" else self.size,
            "limit": limit,
            "whose": "".join(self.layers.keys() - FUNCTIONS.keys()),
            "names": list(functions),
            "differences": [_difference(*y) for y, _ in functions.values()],
            "largest": [float(np.abs(y).max()) for y, _ in functions.values()],
            "curves": np.stack([curve for _, curve in functions.values()]),
            "y": np.stack([y for y, _ in functions.values()]).astype(np.float32),
        }

    def picture(self) -> Figure:
        shown = self.compute()
        names, pairs = ["x", "z", *shown["names"]], [shown["x"], shown["z"], *shown["y"]]
        figure, panels = new_figure(len(names))
        for axes, name, pair in zip(panels, names, pairs, strict=True):
            draw_image(axes, np.concatenate(pair), name, signed=name != "x")
        return figure

    def _function(self, layer: type[Layer], z: Array, limit: float) -> tuple[Array, Array]:
        """y, pooled, and the curve."""
        y = shaped(layer().forward(z), "layer", z.shape)
        curve = layer().forward(np.linspace(-limit, limit, POINTS))
        if self.pooling != "none":
            pooling = AvgPool2d if self.pooling == "average" else MaxPool2d
            y = pooling(self.size).forward(y)
        return y[:, 0], shaped(curve, "layer", (POINTS,))


def _difference(y: Array, exchanged: Array) -> float:
    """The size of the difference, as a share of the mean size."""
    size = float(np.linalg.norm(y) + np.linalg.norm(exchanged)) / 2
    return float(np.linalg.norm(y - exchanged)) / max(size, 1e-12)
