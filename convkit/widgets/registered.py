"""Registered or not (slide "Local Connectivity"): digits where training never saw one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.data import shift
from convkit.layers.arguments import integer, shaped
from convkit.layers.base import Layer
from convkit.layers.classifier import softmax
from convkit.widgets.base import Widget, script
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Registered(Widget):
    """Drag a digit off the place where all digits were in training; each network says what it sees.

    Args:
        images: shape (N, 1, S, S), values 0 to 1, as in training, with a margin of ``reach`` zeros.
        labels: shape (N,), the classes from 0.
        networks: trained ones by name, from images to logits (N, classes).
        reach: how far an image can be moved in each direction, in pixels.

    Raises:
        ValueError: a wrong shape, or no network.
    """

    _esm = script("dragging.js", "registered.js")

    def __init__(
        self, images: Any, labels: Any, networks: Mapping[str, Layer], *, reach: int = 4
    ) -> None:
        self.images = shaped(images, "images", ("N", 1, "S", "S"))
        self.labels = shaped(labels, "labels", self.images.shape[:1]).astype(int)
        if not networks:
            raise ValueError("networks: expected at least one name and network, got none")
        self.networks, self.reach = dict(networks), integer(reach, "reach")
        super().__init__()

    def compute(self) -> dict[str, Any]:
        """images; labels; for each network, and each move (down, right) numbered row by row from
        (−reach, −reach): the accuracy over all images, and the probabilities (classes) of each."""
        side = 2 * self.reach + 1
        moves = [(down - self.reach, right - self.reach) for down, right in np.ndindex(side, side)]
        accuracies, probabilities = [], []
        for network in self.networks.values():
            shares = np.stack(
                [softmax(network.forward(shift(self.images, *move))) for move in moves]
            )
            accuracies.append(np.mean(shares.argmax(axis=-1) == self.labels, axis=1))
            probabilities.append(shares.astype(np.float32))
        return {
            "images": self.images[:, 0].astype(np.float32),
            "labels": self.labels,
            "reach": self.reach,
            "names": list(self.networks),
            "accuracies": np.stack(accuracies).reshape(len(self.networks), side, side),
            "probabilities": np.stack(probabilities),
        }

    def picture(self) -> Figure:
        shown = self.compute()
        figure, panels = new_figure(1 + len(self.networks))
        draw_image(panels[0], 1 - shown["images"][0], "where they were in training")
        for axes, name, accuracy in zip(
            panels[1:], shown["names"], shown["accuracies"], strict=True
        ):
            axes.imshow(accuracy, cmap="gray", vmin=0, vmax=1)
            for (row, column), share in np.ndenumerate(accuracy):
                if row % 2 == column % 2 == 0:
                    axes.text(column, row, f"{share:.0%}", ha="center", va="center", color="C1")
            axes.set(title=name, xticks=[], yticks=[])
        return figure
