"""Equivariance (slides "Parameter Sharing"): move the picture, and the feature map moves along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.data import shift
from convkit.layers.arguments import integer
from convkit.layers.base import Array, Layer
from convkit.layers.convolution import Conv2d
from convkit.layers.local import LocallyConnected2d
from convkit.widgets.base import Numbers, Widget, script, whose
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EDGE = ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1))
MOST_PADDING = 3  # that can be chosen


class Equivariance(Widget):
    """A window on a picture; f(x), and f of the window at rest, moved along; what they differ by.

    Args:
        image: the whole picture, shape (S, S), values 0 to 255. What the layer sees is its middle
            without a margin of ``reach`` on each side.
        kernel: W, shape (h, w).
        stride, padding: as in `Conv2d`.
        shared: False gives each place weights of its own: W and noise as large, from seed 0.
        reach: how far the picture can be dragged in each direction, in pixels.
        layer: what computes f where weights are shared: a class with `Conv2d`'s interface, such as
            your own.
    """

    _esm = script("operators.js", "operators_of_pictures.js", "dragging.js", "equivariance.js")

    image = Numbers("S", "S")
    kernel = Numbers("h", "w")
    stride = traitlets.Int().tag(sync=True, operand=True)
    padding = traitlets.Int().tag(sync=True, operand=True)
    shared = traitlets.Bool().tag(sync=True, operand=True)

    def __init__(
        self,
        image: Any,
        kernel: Any = EDGE,
        *,
        stride: int = 1,
        padding: int = 0,
        shared: bool = True,
        reach: int = 4,
        layer: type[Layer] = Conv2d,
    ) -> None:
        self.layer, self.reach = layer, integer(reach, "reach")
        super().__init__(image=image, kernel=kernel, stride=stride, padding=padding, shared=shared)

    def compute(self) -> dict[str, Any]:
        """image; for each drag (down, right), numbered row by row from (−reach, −reach): y = f(x);
        steps, the drag in units of y (rounded); difference = |y − f of the window at rest, moved
        along by so many units|, nan where that knows nothing; and the largest. kernel, and noise,
        which is added to it at each place where weights are not shared."""
        windows, drags = self.windows()
        y = self._layer(windows.shape[-2:])(windows)
        at_rest = y[len(y) // 2]
        steps = np.rint(drags / self.stride).astype(int)
        expected = np.stack([_moved(at_rest, down, right) for down, right in steps])
        difference = np.abs(y - expected)
        return {
            "image": self.image.astype(np.float32),
            "side": windows.shape[-1],
            "reach": self.reach,
            "stride": self.stride,
            "y": y.astype(np.float32),
            "steps": steps,
            "difference": difference.astype(np.float32),
            "largest": np.nanmax(difference, axis=(1, 2)),
            "kernel": self.kernel,
            "noise": self._noise(windows.shape[-1]).astype(np.float32),
            "whose": whose(self.layer, Conv2d) if self.shared else "",
        }

    def windows(self) -> tuple[Array, Array]:
        """What the layer sees for each drag, (drags, side, side), and the drags (down, right)."""
        side = self.image.shape[0] - 2 * self.reach
        if self.image.shape[0] != self.image.shape[1] or side < 1:
            raise ValueError(
                f"image: expected a square of more than {2 * self.reach} pixels a side, "
                f"got {self.image.shape}"
            )
        windows = np.lib.stride_tricks.sliding_window_view(self.image, (side, side))
        drags = np.indices(windows.shape[:2]).reshape(2, -1).T - self.reach
        # To drag the picture down is to look at what lies further up.
        return windows[::-1, ::-1].reshape(-1, side, side).astype(np.float64), drags

    def _layer(self, size: tuple[int, ...]) -> Any:
        """f, from windows (N, side, side) to feature maps (N, rows, columns)."""
        pad = integer(self.padding, "padding", minimum=0)
        if self.shared:
            layer: Any = self.layer(1, 1, self.kernel.shape, self.stride, pad)  # type: ignore[call-arg]
            layer.params["weight"], layer.params["bias"] = self.kernel[None, None], np.zeros(1)
            return lambda x: np.asarray(layer.forward(x[:, None]))[:, 0]
        padded = (size[0] + 2 * pad, size[1] + 2 * pad)
        local = LocallyConnected2d(1, 1, padded, self.kernel.shape, self.stride)
        rows, columns = local.params["bias"].shape[1:]
        noise = self._noise(size[0])[:rows, :columns]
        local.params["weight"] = (self.kernel + noise)[np.newaxis, :, :, np.newaxis]
        around = ((0, 0), (0, 0), (pad, pad), (pad, pad))
        return lambda x: local.forward(np.pad(x[:, None], around))[:, 0]

    def _noise(self, side: int) -> Array:
        """What the weights of each place are off W where they are not shared: (rows, columns, h, w)
        for the most places that a window has."""
        padded = side + 2 * max(self.padding, MOST_PADDING)
        places = [padded - size + 1 for size in self.kernel.shape]
        random = np.random.default_rng(0)
        return random.normal(0, np.abs(self.kernel).mean(), (*places, *self.kernel.shape))

    def picture(self) -> Figure:
        shown = self.compute()
        drag = -1  # as far as it goes
        figure, (x, y, expected, difference) = new_figure(4)
        draw_image(x, self.windows()[0][drag], "x, moved")
        draw_image(y, shown["y"][drag], "f(x)", signed=True)
        at_rest = shown["y"][len(shown["y"]) // 2]
        moved = np.nan_to_num(_moved(at_rest, *shown["steps"][drag]))
        draw_image(expected, moved, "f(x₀), moved", signed=True)
        draw_image(
            difference,
            np.nan_to_num(shown["difference"][drag]),
            f"difference ≤ {shown['largest'][drag]:.3g}",
        )
        return figure


def _moved(y: Array, down: int, right: int) -> Array:
    """A map (rows, columns) moved by so many units; nan where it has nothing to show."""
    known = shift(np.ones(y.shape), down, right)
    return np.where(known, shift(y, down, right), np.nan)
