"""Raw pixel distance against shift and light (slide "Computer Vision": invariance)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.data import shift
from convkit.layers.arguments import integer, shaped
from convkit.widgets.base import Widget, script
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class PixelDistance(Widget):
    """Move an image or change its light: how far is it from itself, and what is nearest to it?

    The distance is that of vectors of pixels, ‖a − b‖ = √Σ (a_ij − b_ij)².

    Args:
        images: shape (N, H, W), values 0 (paper) to 1 (ink), of at least two classes.
        labels: shape (N,), the classes from 0.
        number: which image, counted from 0.
        down, right: by how many pixels it is moved.
        light: what its ink is multiplied by.

    Raises:
        ValueError: a wrong shape, or no image of that number.
    """

    _esm = script("pixel_distance.js")

    number = traitlets.Int().tag(sync=True, operand=True)
    down = traitlets.Int().tag(sync=True, operand=True)
    right = traitlets.Int().tag(sync=True, operand=True)
    light = traitlets.Float().tag(sync=True, operand=True)

    def __init__(
        self,
        images: Any,
        labels: Any,
        *,
        number: int = 0,
        down: int = 0,
        right: int = 0,
        light: float = 1.0,
    ) -> None:
        self.images = shaped(images, "images", ("N", "H", "W"))
        self.labels = shaped(labels, "labels", self.images.shape[:1]).astype(int)
        if len(np.unique(self.labels)) < 2:
            raise ValueError("labels: expected at least two classes")
        super().__init__(number=number, down=down, right=right, light=light)

    def compute(self) -> dict[str, Any]:
        """image; x = the image moved and in another light; nearest = the image nearest to x that is
        not the image itself, other = that of another class; each one's label and distance to x."""
        number = integer(self.number, "number", minimum=0)
        if number >= len(self.images):
            raise ValueError(f"number: expected at most {len(self.images) - 1}, got {number}")
        image = self.images[number]
        x = self.light * shift(image, self.down, self.right)
        distances = np.sqrt(np.sum((self.images - x) ** 2, axis=(1, 2)))
        others = np.flatnonzero(self.labels != self.labels[number])
        nearest = int(np.argmin(np.where(np.arange(len(self.images)) == number, np.inf, distances)))
        other = int(others[distances[others].argmin()])
        return {
            "images": np.stack([image, x, self.images[nearest], self.images[other]]),
            "labels": [int(self.labels[i]) for i in (number, number, nearest, other)],
            "distances": [float(distances[i]) for i in (number, nearest, other)],
            "count": len(self.images),
        }

    def picture(self) -> Figure:
        shown = self.compute()
        figure, panels = new_figure(4)
        titles = ["the image", "moved, in other light", "nearest", "nearest of another class"]
        own, nearest, other = (f"{distance:.2f}" for distance in shown["distances"])
        notes = ["", f": {own} away", f": {nearest}", f": {other}"]
        for axes, image, title, note in zip(panels, shown["images"], titles, notes, strict=True):
            draw_image(axes, 1 - image, f"{title}{note}")
            axes.title.set_fontsize(8)
        return figure
