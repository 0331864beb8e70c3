"""Shuffled pixels: what the 2D topology of an image is worth (slide "Computer Vision")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.layers.arguments import shaped
from convkit.layers.base import Array, Layer
from convkit.widgets.base import Widget, script
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class ShuffledPixels(Widget):
    """An image and the same image with its pixels shuffled; where a patch goes, and who minds.

    Args:
        images: shape (N, 1, H, W), values 0 to 1, that no network was trained on.
        labels: shape (N,), the classes from 0.
        permutation: of the H·W pixels, the same for all images: the shuffled image's pixel i is
            pixel ``permutation[i]`` of the image.
        networks: by name a pair: one trained on images as they are, one on shuffled ones.

    Raises:
        ValueError: a wrong shape, something that is no permutation, or no network.
    """

    _esm = script("shuffled_pixels.js")

    def __init__(
        self,
        images: Any,
        labels: Any,
        permutation: Any,
        networks: Mapping[str, tuple[Layer, Layer]],
    ) -> None:
        self.images = shaped(images, "images", ("N", 1, "H", "W"))
        self.labels = shaped(labels, "labels", self.images.shape[:1]).astype(int)
        pixels = self.images[0].size
        self.permutation = shaped(permutation, "permutation", (pixels,)).astype(int)
        if not np.array_equal(np.sort(self.permutation), np.arange(pixels)):
            raise ValueError(
                f"permutation: expected each number from 0 to {pixels - 1} once, "
                f"got {self.permutation}"
            )
        if not networks:
            raise ValueError("networks: expected at least one name and pair, got none")
        self.networks = dict(networks)
        super().__init__()

    def compute(self) -> dict[str, Any]:
        """images and shuffled (N, H, W); labels; permutation; for each network and for images as
        they are and shuffled: guesses (networks, 2, N), accuracies (networks, 2)."""
        shuffled = self.shuffle(self.images)
        guesses = np.stack(
            [
                [
                    network.forward(x).argmax(axis=1)
                    for network, x in zip(pair, (self.images, shuffled), strict=True)
                ]
                for pair in self.networks.values()
            ]
        )
        return {
            "images": self.images[:, 0].astype(np.float32),
            "shuffled": shuffled[:, 0].astype(np.float32),
            "labels": self.labels,
            "permutation": self.permutation,
            "names": list(self.networks),
            "guesses": guesses,
            "accuracies": np.mean(guesses == self.labels, axis=-1),
        }

    def shuffle(self, images: Array) -> Array:
        """Images, (N, 1, H, W), with their pixels in the order of the permutation."""
        return images.reshape(len(images), -1)[:, self.permutation].reshape(images.shape)

    def picture(self) -> Figure:
        shown = self.compute()
        figure, (image, shuffled, bars) = new_figure(3)
        draw_image(image, 1 - shown["images"][0], "as it is")
        draw_image(shuffled, 1 - shown["shuffled"][0], "shuffled")
        names, places = shown["names"], np.arange(len(shown["names"]))
        for offset, title, accuracy in zip(
            (-0.2, 0.2), ("as it is", "shuffled"), shown["accuracies"].T, strict=True
        ):
            bars.bar(places + offset, accuracy, width=0.4, label=title)
        bars.set(xticks=places, xticklabels=names, ylim=(0, 1), title="read correctly")
        bars.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, -0.45), ncols=2)
        return figure
