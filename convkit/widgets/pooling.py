"""Pooling (slides "Pooling"): max and average of the same neighbourhoods, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.arguments import shaped
from convkit.layers.base import Layer
from convkit.layers.pooling import AvgPool2d, MaxPool2d
from convkit.widgets.base import Numbers, Widget, script
from convkit.widgets.picture import draw_matrix, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEATURE_MAP = (
    (1, 0, 2, 3, 0, 0),
    (0, 9, 1, 3, 0, 1),
    (2, 1, 0, 0, 6, 0),
    (0, 3, 0, 8, 5, 1),
    (4, 4, 1, 0, 2, 0),
    (4, 4, 0, 1, 0, 7),
)


class Pooling(Widget):
    """A feature map, its neighbourhoods with the winner of each, and what pooling makes of them.

    Args:
        x: feature map, shape (H, W); each of its numbers can be changed.
        kernel_size: height and width m of the neighbourhoods.
        overlapping: False steps by m from one to the next (subsampling), True by 1.
        layer: a pooling layer to show beside max and average, such as your own.

    Raises:
        ValueError: a wrong argument, or neighbourhoods larger than x.
    """

    _esm = script("operators.js", "pooling.js")

    x = Numbers("H", "W").tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True, operand=True)
    overlapping = traitlets.Bool().tag(sync=True, operand=True)

    def __init__(
        self,
        x: Any = FEATURE_MAP,
        *,
        kernel_size: int = 2,
        overlapping: bool = False,
        layer: type[Layer] | None = None,
    ) -> None:
        self.layer = layer
        super().__init__(x=x, kernel_size=kernel_size, overlapping=overlapping)

    def compute(self) -> dict[str, Any]:
        """x; wins: in how many neighbourhoods each of its units is the largest; max, average and,
        if there is a layer, own: (rows, columns); kernel_size; step from one to the next."""
        x = self.x[None, None].astype(np.float64)
        step = 1 if self.overlapping else self.kernel_size
        largest = MaxPool2d(self.kernel_size, step)
        y = largest.forward(x)
        pooled = {"max": y[0, 0], "average": AvgPool2d(self.kernel_size, step).forward(x)[0, 0]}
        if self.layer is not None:
            own: Any = self.layer(self.kernel_size, step)  # type: ignore[call-arg]
            pooled["own"] = shaped(own.forward(x), "layer", y.shape)[0, 0]
        return {
            "x": x[0, 0],
            "wins": largest.backward(np.ones_like(y))[0, 0],
            "kernel_size": self.kernel_size,
            "step": step,
            **pooled,
            "whose": self.layer.__name__ if self.layer else "",
        }

    def picture(self) -> Figure:
        shown = self.compute()
        window = (self.kernel_size, self.kernel_size)
        figure, (x, largest, average) = new_figure(3)
        draw_matrix(x, shown["x"], "x", window=window)
        draw_matrix(largest, shown["max"], "max", window=(1, 1))
        draw_matrix(average, shown["average"], "average", window=(1, 1))
        return figure
