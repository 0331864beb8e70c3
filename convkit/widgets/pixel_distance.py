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
    """Drag an image or change its light: how far is it from itself, and what is nearest to it?

    The distance is that of vectors of pixels, ‖a − b‖ = √Σ (a_ij − b_ij)².

    Args:
        images: shape (N, H, W), values 0 (paper) to 1 (ink), of at least two classes.
        labels: shape (N,), the classes from 0.
        number: which image, counted from 0.
        light: what its ink is multiplied by.
        reach: how far it can be moved in each direction, in pixels.

    Raises:
        ValueError: a wrong shape, or no image of that number.
    """

    _esm = script("operators.js", "operators_of_pictures.js", "dragging.js", "pixel_distance.js")

    number = traitlets.Int().tag(sync=True, operand=True)
    light = traitlets.Float().tag(sync=True, operand=True)

    def __init__(
        self, images: Any, labels: Any, *, number: int = 0, light: float = 1.0, reach: int = 4
    ) -> None:
        self.images = shaped(images, "images", ("N", "H", "W"))
        self.labels = shaped(labels, "labels", self.images.shape[:1]).astype(int)
        if len(np.unique(self.labels)) < 2:
            raise ValueError("labels: expected at least two classes")
        self.reach = integer(reach, "reach")
        super().__init__(number=number, light=light)

    def compute(self) -> dict[str, Any]:
        """images; labels; reach; and for each move (down, right), numbered row by row from
        (−reach, −reach): x = the image moved and in another light; whom = the numbers of the image
        itself and of the nearest of another class; their distances to x."""
        number = integer(self.number, "number", minimum=0)
        if number >= len(self.images):
            raise ValueError(f"number: expected at most {len(self.images) - 1}, got {number}")
        steps = range(-self.reach, self.reach + 1)
        moved = [shift(self.images[number], down, right) for down in steps for right in steps]
        x = self.light * np.stack(moved)
        distances = np.stack([np.linalg.norm(self.images - each, axis=(1, 2)) for each in x])
        another_class = self.labels != self.labels[number]
        nearest = np.where(another_class, distances, np.inf).argmin(axis=1)
        whom = np.stack([np.full(len(x), number), nearest], axis=1)
        return {
            "images": self.images.astype(np.float32),
            "labels": self.labels.tolist(),
            "reach": self.reach,
            "x": x.astype(np.float32),
            "whom": whom,
            "distances": np.take_along_axis(distances, whom, axis=1),
        }

    def picture(self) -> Figure:
        shown = self.compute()
        farthest = len(shown["x"]) - 1
        own, other = shown["whom"][farthest]
        pictures = {
            "the image": self.images[own],
            "moved": shown["x"][farthest],
            "of another class": self.images[other],
        }
        figure, panels = new_figure(3)
        away = [None, *shown["distances"][farthest]]
        for axes, (title, image), distance in zip(panels, pictures.items(), away, strict=True):
            draw_image(axes, 1 - image, title if distance is None else f"{title}: {distance:.2f}")
        return figure
