"""The eye detector (slides "Example: Pooling", "Translation Invariance"): where was the eye?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit import data
from convkit.layers.activation import Sigmoid
from convkit.layers.arguments import integer
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
    """Move the face: the detector's map follows, pooled maps only where an eye crosses a border.

    The kernel is the eye itself less its mean, so that it answers 0 on an even grey. Gain and bias
    of sigm(gain · x ∗ k + bias) are such that it fires from ¾ of the response to the eye on.

    Args:
        face: what gives the picture, (H, W) with values 0 to 1, moved by (down, right).
        eye: what to look for, shape (h, w), both odd.
        reach: how far the face can be moved in each direction, in pixels.
        kernel_size: height and width m of the neighbourhoods that are pooled.
        layer: what computes the first pooled map: a class with `MaxPool2d`'s interface, such as
            your own.

    Raises:
        ValueError: an eye that is even in size or constant, or neighbourhoods larger than the face.
    """

    _esm = script("operators.js", "operators_of_pictures.js", "dragging.js", "eye_detector.js")

    eye = Numbers("h", "w")
    kernel_size = traitlets.Int().tag(sync=True, operand=True)

    def __init__(
        self,
        face: Callable[[int, int], Array] = data.face,
        eye: Any = None,
        *,
        reach: int = 4,
        kernel_size: int = 4,
        layer: type[Layer] = MaxPool2d,
    ) -> None:
        self.face, self.reach, self.layer = face, integer(reach, "reach"), layer
        super().__init__(eye=data.eye() if eye is None else eye, kernel_size=kernel_size)

    def compute(self) -> dict[str, Any]:
        """For each move of the face (down, right), numbered row by row from (−reach, −reach): the
        picture x, the detection of the same size, and its max and average over neighbourhoods."""
        moves = range(-self.reach, self.reach + 1)
        x = np.stack([self.face(down, right) for down in moves for right in moves])
        detection = self._detect(x[:, None])
        pooling: Any = self.layer(self.kernel_size)  # type: ignore[call-arg]
        return {
            "x": np.rint(255 * x).astype(np.uint8),
            "detection": detection[:, 0].astype(np.float32),
            "max": np.asarray(pooling.forward(detection))[:, 0].astype(np.float32),
            "average": AvgPool2d(self.kernel_size).forward(detection)[:, 0].astype(np.float32),
            "reach": self.reach,
            "kernel_size": self.kernel_size,
            "whose": whose(self.layer, MaxPool2d),
        }

    def _detect(self, x: Array) -> Array:
        """sigm(gain · x ∗ k + bias), as large as x; the flip of k is the eye less its mean."""
        h, w = self.eye.shape
        weight = self.eye - self.eye.mean()
        if h % 2 == 0 or w % 2 == 0 or not weight.any():
            raise ValueError(
                f"eye: expected odd sizes and more than one grey, got shape {self.eye.shape} with "
                f"values from {self.eye.min():g} to {self.eye.max():g}"
            )
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
