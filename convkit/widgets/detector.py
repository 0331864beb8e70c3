"""A feature detector (slides "Example"): sigm(0.02 x ∗ k − 4), and where it fires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.activation import Sigmoid
from convkit.layers.base import Layer
from convkit.layers.convolution import Conv2d
from convkit.widgets.base import Numbers, Widget, script, whose
from convkit.widgets.picture import draw_image, draw_matrix, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KERNELS = {
    "edge: [−1 0 1] in each row": [[-1, 0, 1]] * 3,
    "its flip: [1 0 −1] in each row": [[1, 0, -1]] * 3,
    "edge: [−1 0 1] in each column": [[-1] * 3, [0] * 3, [1] * 3],
    "stroke /, its own flip": [[-0.5, -0.5, 1], [-0.5, 1, -0.5], [1, -0.5, -0.5]],
    "bright spot, its own flip": [[-0.5, -0.5, -0.5], [-0.5, 4, -0.5], [-0.5, -0.5, -0.5]],
}


class Detector(Widget):
    """x, x ∗ k and sigm(gain · x ∗ k + bias) side by side; it fires where the last is above ½.

    Args:
        image: x, shape (H, W), values 0 to 255.
        kernels: names and kernels to pick from, each of shape (h, w); the first is shown first,
            and each of its numbers can be changed.
        gain, bias: 0.02 and −4 on the slides.
        layer: what computes x ∗ k: a class with `Conv2d`'s interface, such as your own.
    """

    _esm = script("operators.js", "operators_of_pictures.js", "detector.js")

    image = Numbers("H", "W")
    kernel = Numbers("h", "w").tag(sync=True)
    gain = traitlets.Float().tag(sync=True, operand=True)
    bias = traitlets.Float().tag(sync=True, operand=True)

    def __init__(
        self,
        image: Any,
        kernels: Mapping[str, Any] = KERNELS,
        *,
        gain: float = 0.02,
        bias: float = -4.0,
        layer: type[Layer] = Conv2d,
    ) -> None:
        if not kernels:
            raise ValueError("kernels: expected at least one name and kernel, got none")
        self.kernels = {name: np.asarray(kernel).tolist() for name, kernel in kernels.items()}
        self.layer = layer
        first = next(iter(self.kernels.values()))
        super().__init__(image=image, kernel=first, gain=gain, bias=bias)

    def compute(self) -> dict[str, Any]:
        """image; weight = k flipped, which lies on it; response x ∗ k, detection in (0, 1), and
        fires, all (H−h+1, W−w+1); the share of places that fire; the response from which on."""
        weight = self.kernel[::-1, ::-1]
        convolution: Any = self.layer(1, 1, weight.shape)  # type: ignore[call-arg]
        convolution.params["weight"], convolution.params["bias"] = weight[None, None], np.zeros(1)
        response = convolution.forward(self.image[None, None].astype(np.float64))[0, 0]
        detection = Sigmoid().forward(self.gain * response + self.bias)
        fires = detection > 0.5
        return {
            "kernels": self.kernels,
            "gain": self.gain,
            "bias": self.bias,
            "image": self.image.astype(np.float32),
            "weight": weight,
            "response": response.astype(np.float32),
            "detection": detection.astype(np.float32),
            "fires": fires,
            "share": float(fires.mean()),
            "threshold": -self.bias / self.gain if self.gain else None,
            "whose": whose(self.layer, Conv2d),
        }

    def picture(self) -> Figure:
        shown = self.compute()
        figure, (image, kernel, response, detection) = new_figure(4)
        draw_image(image, shown["image"], "x", window=self.kernel.shape)
        draw_matrix(kernel, self.kernel, "∗  k")
        draw_image(response, shown["response"], "=  x ∗ k", signed=True)
        draw_image(detection, shown["detection"], f"sigm({self.gain:g} · x ∗ k {self.bias:+g})")
        return figure
