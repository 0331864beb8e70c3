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
    """A window slides over x with the kernel's weights on it; products and sum are written out.

    Args:
        x: image, shape (H, W).
        kernel: k, shape (h, w); at first both are those of the slides.
        flip: True convolves (k is flipped before it is laid on x), False correlates.
        stride, padding: as in `Conv2d`.
        layer: whose output to show: a class with `Conv2d`'s interface, such as your own. The
            products and their sum always come from `convkit.Conv2d`, so a layer that disagrees
            with them shows.
    """

    _esm = script("convolution_by_hand.js")

    x = Numbers("H", "W")
    kernel = Numbers("h", "w").tag(sync=True)
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
        super().__init__(x=x, kernel=kernel, flip=flip, stride=stride, padding=padding)

    def compute(self) -> dict[str, Any]:
        """padded x; weight = what lies on x; products (rows, columns, h, w) of every window with
        it, their sums and the layer's output (rows, columns), and where these agree."""
        padding = integer(self.padding, "padding", minimum=0)
        weight = self.kernel[::-1, ::-1] if self.flip else self.kernel
        # One feature map for each of the kernel's cells, with that cell's weight alone.
        one_cell_each = np.diag(weight.ravel()).reshape(-1, 1, *weight.shape)
        products = np.moveaxis(self._convolve(Conv2d, one_cell_each), 0, -1)
        sums = products.sum(axis=-1)
        output = np.asarray(self._convolve(self.layer, weight[None, None])[0])
        if output.shape != sums.shape:
            raise ValueError(
                f"layer: expected {self.layer.__name__} to give an output of shape {sums.shape}, "
                f"got {output.shape}"
            )
        return {
            "flip": self.flip,
            "stride": self.stride,
            "padding": padding,
            "padded": np.pad(self.x, padding),
            "weight": weight,
            "products": products.reshape(*sums.shape, *weight.shape),
            "sums": sums,
            "output": output,
            "agrees": np.isclose(output, sums),
            "whose": whose(self.layer, Conv2d),
        }

    def _convolve(self, layer_class: Any, weight: Any) -> Any:
        maps, channels, *kernel_size = weight.shape
        layer = layer_class(channels, maps, tuple(kernel_size), self.stride, self.padding)
        layer.params["weight"], layer.params["bias"] = weight, np.zeros(maps)
        return layer.forward(self.x[None, None].astype(np.float64))[0]

    def picture(self) -> Figure:
        shown = self.compute()
        figure, (x, kernel, weight, output) = new_figure(4)
        draw_matrix(x, shown["padded"], "x", window=self.kernel.shape)
        draw_matrix(kernel, self.kernel, "∗  k" if self.flip else "⋆  k")
        draw_matrix(weight, shown["weight"], "k̃, on x" if self.flip else "k, on x")
        draw_matrix(output, shown["output"], "=  x ∗ k" if self.flip else "=  x ⋆ k", window=(1, 1))
        return figure
