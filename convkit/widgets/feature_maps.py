"""Several feature maps (slides "Parameter Sharing", "Multiple Feature Maps") of one image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.layers.activation import Gain, Tanh
from convkit.layers.base import Layer
from convkit.layers.convolution import Conv2d
from convkit.widgets.base import Numbers, Widget, script, whose
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class FeatureMaps(Widget):
    """y_j = g_j tanh(Σ_i k_ij ∗ x_i + b_j): one image, many maps, the same place in all of them.

    Args:
        image: x, shape (C, H, W), values 0 to 1; shown in colour where C is 3, else its
            first channel in grey.
        weight: W_ij as ``weight[j, i]``, shape (maps, C, h, w); k_ij is its flip.
        layer: what computes the pre-activations: a class with `Conv2d`'s interface, such as your
            own.
    """

    _esm = script("operators.js", "operators_of_pictures.js", "feature_maps.js")

    image = Numbers("C", "H", "W")
    weight = Numbers("maps", "C", "h", "w")
    gain = Numbers("maps").tag(sync=True)
    bias = Numbers("maps").tag(sync=True)

    def __init__(self, image: Any, weight: Any, *, layer: type[Layer] = Conv2d) -> None:
        self.layer = layer
        maps = len(weight)
        super().__init__(image=image, weight=weight, gain=np.ones(maps), bias=np.zeros(maps))

    def compute(self) -> dict[str, Any]:
        """image, weight, gain, bias; the pre-activations and y, both (maps, H−h+1, W−w+1)."""
        maps, channels, *kernel_size = self.weight.shape
        convolution: Any = self.layer(channels, maps, tuple(kernel_size))  # type: ignore[call-arg]
        convolution.params.update(weight=self.weight, bias=self.bias)
        scaling = Gain(maps)
        scaling.params["gain"] = self.gain
        preactivation = convolution.forward(self.image[None].astype(np.float64))
        y = scaling.forward(Tanh().forward(preactivation))
        return {
            "image": self.image.astype(np.float32),
            "weight": self.weight,
            "gain": self.gain,
            "bias": self.bias,
            "preactivation": preactivation[0].astype(np.float32),
            "y": y[0].astype(np.float32),
            "whose": whose(self.layer, Conv2d),
        }

    def picture(self) -> Figure:
        y = self.compute()["y"][:5]
        colour = np.moveaxis(self.image, 0, -1) if len(self.image) == 3 else self.image[0]
        figure, (image, *maps) = new_figure(1 + len(y))
        draw_image(image, colour, "x", window=self.weight.shape[2:])
        for number, (axes, values) in enumerate(zip(maps, y, strict=True)):
            draw_image(axes, values, f"y, map {number}", signed=True)
        return figure
