"""An image is numbers (slides "Computer Vision"): move a frame over it and read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.layers.arguments import shaped
from convkit.widgets.base import Widget, script
from convkit.widgets.picture import draw_image, draw_matrix, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FRAME = (8, 10)


class Pixels(Widget):
    """A photograph with a frame to move, and the numbers inside.

    Args:
        image: shape (H, W), from 0, black, to 255, white; at least as large as the frame.

    Raises:
        ValueError: a wrong shape.
    """

    _esm = script("pixels.js")

    def __init__(self, image: Any) -> None:
        self.image = shaped(image, "image", ("H", "W"))
        if any(side < least for side, least in zip(self.image.shape, FRAME, strict=True)):
            raise ValueError(f"image: expected at least {FRAME}, got {self.image.shape}")
        super().__init__()

    def compute(self) -> dict[str, Any]:
        """The image, rounded, and the frame's height and width."""
        return {"image": np.round(self.image).astype(np.float32), "frame": FRAME}

    def picture(self) -> Figure:
        figure, (photograph, numbers) = new_figure(2)
        figure.set_size_inches(9, 4)
        draw_image(photograph, self.image, "x", window=FRAME)
        draw_matrix(numbers, self.compute()["image"][: FRAME[0], : FRAME[1]], "the frame")
        return figure
