"""The eye detector (slides "Example: Pooling", "Translation Invariance"): where was the eye?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.activation import Sigmoid
from convkit.layers.base import Array, Layer
from convkit.layers.convolution import Conv2d
from convkit.layers.pooling import AvgPool2d, MaxPool2d
from convkit.widgets.base import Numbers, Widget, script, whose
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEEPNESS = 24.0  # of sigm(24 · (share − ¾)), share = the response as a part of that on the eye
SHARE_THAT_FIRES = 0.75


class EyeDetector(Widget):
    """Move the eye: the detector's map follows it, the pooled maps only across a border.

    The kernel is the eye itself less its mean, so that it answers 0 on an even grey. Gain and bias
    of sigm(gain · x ∗ k + bias) are such that it fires from ¾ of the response to the eye on.

    Args:
        face: what the eye is put on, shape (S, S), values 0 to 255.
        eye: shape (h, w), both odd.
        kernel_size: height and width m of the neighbourhoods that are pooled.
        layer: what computes the first pooled map: a class with `MaxPool2d`'s interface, such as
            your own.

    Raises:
        ValueError: an eye that is even in size, constant, or larger than the face.
    """

    _esm = script("eye_detector.js")

    face = Numbers("S", "S")
    eye = Numbers("h", "w")
    kernel_size = traitlets.Int().tag(sync=True, operand=True)

    def __init__(
        self, face: Any, eye: Any, *, kernel_size: int = 4, layer: type[Layer] = MaxPool2d
    ) -> None:
        self.layer = layer
        super().__init__(face=face, eye=eye, kernel_size=kernel_size)

    def compute(self) -> dict[str, Any]:
        """For each place of the eye, numbered row by row: the picture x, the detection of the same
        size, and its max and average over neighbourhoods; top and left of the first place of the
        eye's middle, rows and columns of places; kernel_size."""
        x = self._pictures()
        detection = self._detect(x)
        pooling: Any = self.layer(self.kernel_size)  # type: ignore[call-arg]
        (h, w), (height, width) = self.eye.shape, self.face.shape
        return {
            "x": x[:, 0].astype(np.uint8),
            "detection": detection[:, 0].astype(np.float32),
            "max": np.asarray(pooling.forward(detection))[:, 0].astype(np.float32),
            "average": AvgPool2d(self.kernel_size).forward(detection)[:, 0].astype(np.float32),
            "first": [h // 2, w // 2],
            "places": [height - h + 1, width - w + 1],
            "kernel_size": self.kernel_size,
            "whose": whose(self.layer, MaxPool2d),
        }

    def _pictures(self) -> Array:
        """The face with the eye at every place, (places, 1, S, S)."""
        (h, w), (height, width) = self.eye.shape, self.face.shape
        if h % 2 == 0 or w % 2 == 0 or h > height or w > width:
            raise ValueError(
                f"eye: expected odd sizes of at most {self.face.shape}, got {self.eye.shape}"
            )
        corners = list(np.ndindex(height - h + 1, width - w + 1))
        x = np.tile(self.face.astype(np.float64), (len(corners), 1, 1, 1))
        for picture, (top, left) in zip(x[:, 0], corners, strict=True):
            picture[top : top + h, left : left + w] = self.eye
        return x

    def _detect(self, x: Array) -> Array:
        """sigm(gain · x ∗ k + bias), as large as x; the flip of k is the eye less its mean."""
        weight = self.eye - self.eye.mean()
        if not weight.any():
            raise ValueError("eye: expected more than one grey")
        h, w = weight.shape
        gain = STEEPNESS / np.sum(weight**2)
        detector = Conv2d(1, 1, (h, w), padding=(h // 2, w // 2))
        detector.params["weight"] = gain * weight[None, None]
        detector.params["bias"] = np.full(1, -STEEPNESS * SHARE_THAT_FIRES)
        return Sigmoid().forward(detector.forward(x))

    def picture(self) -> Figure:
        shown = self.compute()
        middle = len(shown["x"]) // 2
        figure, (x, detection, largest, average) = new_figure(4)
        draw_image(x, shown["x"][middle], "x")
        draw_image(detection, shown["detection"][middle], "detector")
        draw_image(largest, shown["max"][middle], "max")
        draw_image(average, shown["average"][middle], "average")
        return figure
