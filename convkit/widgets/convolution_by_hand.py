"""Convolution by hand (slides "Discrete Convolution"): window, products, sum, output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.arguments import integer
from convkit.layers.base import Layer
from convkit.layers.convolution import Conv2d
from convkit.widgets.base import Numbers, Widget, script, whose
from convkit.widgets.picture import draw_matrix, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SLIDES_X = ((0, 80, 40), (20, 40, 0), (0, 0, 40))
SLIDES_KERNEL = ((0, 0.25), (0.5, 1))


class ConvolutionByHand(Widget):
    """A window slides over x with the kernels' weights on it; products and sums are written out.

    Point at an output: its window and all products. Point at an input: every output it feeds.

    Args:
        x: image, shape (H, W), or (C, H, W) with several channels.
        kernel: k, shape (h, w), or (maps, C, h, w): one kernel for each map and channel; at first
            x and k are those of the slides.
        flip: True convolves (k is flipped before it is laid on x), False correlates.
        stride, padding: as in `Conv2d`.
        layer: whose output to show: a class with `Conv2d`'s interface, such as your own. The
            products and their sum always come from `convkit.Conv2d`, so a layer that disagrees
            with them shows.

    Raises:
        ValueError: an argument has the wrong shape or range, or the layer gives another shape.
    """

    _esm = script("operators.js", "convolution_in_words.js", "convolution_by_hand.js")

    x = Numbers("C", "H", "W").tag(sync=True)
    kernel = Numbers("maps", "C", "h", "w").tag(sync=True)
    flip = traitlets.Bool().tag(sync=True, operand=True)
    stride = traitlets.Int().tag(sync=True, operand=True)
    padding = traitlets.Int().tag(sync=True, operand=True)

    def __init__(
        self,
        x: Any = SLIDES_X,
        kernel: Any = SLIDES_KERNEL,
        *,
        flip: bool = True,
        stride: int = 1,
        padding: int = 0,
        layer: type[Layer] = Conv2d,
    ) -> None:
        self.layer = layer
        if np.ndim(x) == 2:
            x = np.asarray(x)[None]
        if np.ndim(kernel) == 2:
            kernel = np.asarray(kernel)[None, None]
        super().__init__(x=x, kernel=kernel, flip=flip, stride=stride, padding=padding)

    def compute(self) -> dict[str, Any]:
        """padded x (C, H, W); weight = what lies on x (maps, C, h, w); products of every window
        with it (maps, rows, columns, C, h, w), their sums over the window (maps, rows, columns, C)
        and over the channels too, which is the output (maps, rows, columns), and where the layer's
        agrees with it."""
        padding = integer(self.padding, "padding", minimum=0)
        maps, channels, *window = self.kernel.shape
        if channels != len(self.x):
            raise ValueError(
                f"kernel: expected one for each of the {len(self.x)} channels of x, got {channels}"
            )
        weight = self.kernel[..., ::-1, ::-1] if self.flip else self.kernel
        # One feature map for each of a kernel's cells, with that cell's weight alone.
        cells = self.kernel[0].size
        one_cell_each = weight.reshape(maps, 1, cells) * np.eye(cells)
        products = self._convolve(Conv2d, one_cell_each.reshape(-1, channels, *window))
        size = products.shape[1:]
        products = np.moveaxis(products.reshape(maps, channels, *window, *size), (-2, -1), (1, 2))
        channel_sums = products.sum(axis=(-2, -1))
        sums = channel_sums.sum(axis=-1)
        output = np.asarray(self._convolve(self.layer, weight))
        if output.shape != sums.shape:
            raise ValueError(
                f"layer: expected {self.layer.__name__} to give an output of shape {sums.shape}, "
                f"got {output.shape}"
            )
        return {
            "flip": self.flip,
            "stride": self.stride,
            "padding": padding,
            "padded": np.pad(self.x, ((0, 0), (padding, padding), (padding, padding))),
            "weight": weight,
            "products": products,
            "channel_sums": channel_sums,
            "sums": sums,
            "output": output,
            "agrees": np.isclose(output, sums),
            "whose": whose(self.layer, Conv2d),
        }

    def _convolve(self, layer_class: Any, weight: Any) -> Any:
        maps, channels, *kernel_size = weight.shape
        layer = layer_class(channels, maps, tuple(kernel_size), self.stride, self.padding)
        layer.params["weight"], layer.params["bias"] = weight, np.zeros(maps)
        return layer.forward(self.x[None].astype(np.float64))[0]

    def picture(self) -> Figure:
        """A row for each channel and each map; the kernels are those of the first map."""
        shown = self.compute()
        operation = "∗" if self.flip else "⋆"
        maps, channels, *window = self.kernel.shape
        rows = max(channels, maps)
        figure, axes = new_figure(4, rows)
        axes = axes.reshape(rows, 4)
        for row, (x, kernel, weight, _) in enumerate(axes[:channels]):
            draw_matrix(x, shown["padded"][row], _numbered("x", row, channels), window)
            draw_matrix(kernel, self.kernel[0, row], f"{operation}  k")
            lies = "k̃, on x" if self.flip else "k, on x"
            draw_matrix(weight, shown["weight"][0, row], lies)
        for row, output in enumerate(axes[:maps, 3]):
            title = _numbered("=  y" if maps > 1 else f"=  x {operation} k", row, maps)
            draw_matrix(output, shown["output"][row], title, (1, 1))
        for empty in (*axes[channels:, :3].ravel(), *axes[maps:, 3]):
            empty.set_axis_off()
        return figure


def _numbered(name: str, number: int, of: int) -> str:
    """The name, with an index where there are several."""
    return f"{name}$_{number}$" if of > 1 else name
