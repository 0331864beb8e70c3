"""Receptive field (slides "Local Connectivity"): what a unit sees, and how it grows with depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.arguments import integer, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.local import LocallyConnected2d
from convkit.widgets.base import Widget, script, whose
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class ReceptiveField(Widget):
    """Point at a unit: its patch lights up in the layers before it and in every channel.

    Args:
        image: shape (C, S, S), values 0 to 255; one or three channels.
        depth: how many locally connected layers lie on each other.
        kernel_size, stride: of each of them.
        layer: a class with `LocallyConnected2d`'s interface, such as your own.

    Raises:
        ValueError: a wrong shape, or an image too small for so many layers.
    """

    _esm = script("operators.js", "receptive_field.js")

    depth = traitlets.Int().tag(sync=True, operand=True)
    kernel_size = traitlets.Int().tag(sync=True, operand=True)
    stride = traitlets.Int().tag(sync=True, operand=True)

    def __init__(
        self,
        image: Any,
        *,
        depth: int = 1,
        kernel_size: int = 5,
        stride: int = 1,
        layer: type[Layer] = LocallyConnected2d,
    ) -> None:
        self.image = shaped(image, "image", (1, "S", "S"), (3, "S", "S"))
        if self.image.shape[1] != self.image.shape[2]:
            raise ValueError(f"image: expected a square, got {self.image.shape[1:]}")
        self.layer = layer
        super().__init__(depth=depth, kernel_size=kernel_size, stride=stride)

    def compute(self) -> dict[str, Any]:
        """image; sees: for each pair of stages the matrix (units, pixels) of how many ways lead
        along one side from a pixel of the earlier stage to a unit of the later; stages: the side
        of the image and of each layer."""
        sides = [self.image.shape[1]]
        steps: list[Array] = []
        for _ in range(integer(self.depth, "depth")):
            steps.append(self._one_layer(sides[-1]))
            sides.append(steps[-1].shape[0])
        sees = {}
        for later in range(1, len(sides)):
            ways = np.eye(sides[later])
            for earlier in reversed(range(later)):
                ways = ways @ steps[earlier]
                sees[f"{later} {earlier}"] = ways
        return {
            "image": self.image.astype(np.float32),
            "stages": sides,
            "kernel_size": self.kernel_size,
            "stride": self.stride,
            **sees,
            "whose": whose(self.layer, LocallyConnected2d),
        }

    def _one_layer(self, side: int) -> Array:
        """Who sees whom along one side: light one pixel at a time and look which units answer."""
        layer: Any = self.layer(1, 1, (side, 1), (self.kernel_size, 1), (self.stride, 1))  # type: ignore[call-arg]
        layer.params["weight"] = np.ones_like(layer.params["weight"])
        answers = layer.forward(np.eye(side)[:, None, :, None])
        return np.asarray(answers)[:, 0, :, 0].T

    def picture(self) -> Figure:
        shown = self.compute()
        sides, channels, top = shown["stages"], len(self.image), self.depth
        figure, panels = new_figure(channels + self.depth)
        for number, panel in enumerate(panels):
            stage = max(0, number - channels + 1)
            seen = 1 if stage == top else int(np.count_nonzero(shown[f"{top} {stage}"][0]))
            picture = self.image[number] if stage == 0 else np.zeros((sides[stage], sides[stage]))
            title = f"layer {stage}" if stage else f"channel {number + 1}"
            draw_image(panel, picture, title, signed=stage > 0, window=(seen, seen))
        return figure
