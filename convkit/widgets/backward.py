"""Backward (slides "Gradient of Convolutional Layer"): send a gradient in and watch it flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.checks import numerical_gradient
from convkit.layers.arguments import integer, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.convolution import Conv2d
from convkit.layers.pooling import AvgPool2d, MaxPool2d
from convkit.layers.windows import output_size
from convkit.widgets.base import Numbers, Widget, script, whose
from convkit.widgets.picture import draw_matrix, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LAYERS: dict[str, type[Layer]] = {layer.__name__: layer for layer in (Conv2d, MaxPool2d, AvgPool2d)}
X = ((1, 0, 2, 3, 0), (0, 9, 1, 3, 1), (2, 1, 0, 0, 6), (0, 3, 0, 8, 5), (4, 2, 1, 0, 7))
WEIGHT = ((1, 2), (3, 4))


class Backward(Widget):
    """y = f(x); below, the gradient that comes in at y and flows back; below that, the same by
    finite differences.

    Args:
        x: one channel, shape (H, W); each of its numbers can be changed.
        layer: f: `Conv2d`, `MaxPool2d`, `AvgPool2d`, or your own class of one of these names.
        weight: W of a convolution, shape (h, w).
        kernel_size: height and width m of the neighbourhoods that are pooled.
        stride, padding: as in the layers; pooling has no padding.
        grad_y: ∇y, what comes in at first, shape (rows, columns); what y has more is 0, what it
            has not is left out.

    Raises:
        ValueError: a layer of another name, or one whose outputs or gradients have wrong shapes.
    """

    _esm = script("operators.js", "operators_of_pictures.js", "backward.js")

    x = Numbers("H", "W").tag(sync=True)
    weight = Numbers("h", "w").tag(sync=True)
    grad_y = Numbers("rows", "columns").tag(sync=True)
    kernel_size = traitlets.Int().tag(sync=True, operand=True)
    stride = traitlets.Int().tag(sync=True, operand=True)
    padding = traitlets.Int().tag(sync=True, operand=True)

    def __init__(
        self,
        x: Any = X,
        *,
        layer: type[Layer] = Conv2d,
        weight: Any = WEIGHT,
        kernel_size: int = 2,
        stride: int = 1,
        padding: int = 0,
        grad_y: Any = ((0, 0), (0, 1)),
    ) -> None:
        if layer.__name__ not in LAYERS:
            raise ValueError(f"layer: expected one of {list(LAYERS)}, got {layer.__name__!r}")
        self.layer = layer
        super().__init__(
            x=x,
            weight=weight,
            grad_y=grad_y,
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
        )

    def compute(self) -> dict[str, Any]:
        """x with its padding; y; grad_y (rows, columns) as it comes in; grad_x, and so_far (units,
        H, W): what of it the units of y up to each one, row by row, have sent; paths (units, H,
        W): ∂y/∂x; numerical: grad_x by finite differences; differs: where that is another number.
        The same with ``_weight`` for a convolution. All but y and grad_y with the padding."""
        padding = integer(self.padding, "padding", minimum=0) if self._convolves else 0
        layer, x = self._new_layer(padding), self.x[None, None].astype(np.float64)
        window = self.weight.shape if self._convolves else (self.kernel_size, self.kernel_size)
        rows, columns = output_size(
            self.x.shape, window, (self.stride, self.stride), (padding,) * 2
        )
        y = shaped(layer.forward(x), "the layer's y", (1, 1, rows, columns))
        grad_y = np.zeros(y.shape)
        kept = self.grad_y[:rows, :columns]
        grad_y[0, 0, : kept.shape[0], : kept.shape[1]] = kept

        def framed(images: Any, name: str) -> Array:
            images = shaped(images, f"the layer's {name}", ("N", *x.shape[1:]))[:, 0]
            return np.pad(images, ((0, 0), (padding, padding), (padding, padding)))

        grad_x = framed(layer.backward(grad_y), "grad_x")[0]
        shown = {
            "layer": self.layer.__name__,
            "whose": whose(self.layer, LAYERS[self.layer.__name__]),
            "window": list(window),
            "stride": self.stride,
            "padding": padding,
            "x": np.pad(x[0, 0], padding),
            "y": y[0, 0],
            "grad_y": grad_y[0, 0],
        }
        if self._convolves:
            grad_weight = shaped(layer.grads["weight"], 'grads["weight"]', (1, 1, *window))[0, 0]
            shown |= _compared("weight", grad_weight, self._numerical_weight(layer, x, grad_y))
        numerical = framed(numerical_gradient(layer.forward, x, grad_y), "grad_x")[0]

        units = rows * columns
        layer.forward(np.repeat(x, units, axis=0))
        one_each = np.eye(units).reshape(units, 1, rows, columns)
        up_to = np.tri(units).reshape(one_each.shape) * grad_y
        return (
            shown
            | _compared("x", grad_x, numerical)
            | {
                "paths": framed(layer.backward(one_each), "grad_x"),
                "so_far": framed(layer.backward(up_to), "grad_x"),
            }
        )

    @property
    def _convolves(self) -> bool:
        return self.layer.__name__ == "Conv2d"

    def _new_layer(self, padding: int) -> Layer:
        if not self._convolves:
            return self.layer(self.kernel_size, self.stride)  # type: ignore[call-arg]
        layer = self.layer(1, 1, self.weight.shape, self.stride, padding)  # type: ignore[call-arg]
        layer.params["weight"] = self.weight[None, None].astype(np.float64)
        layer.params["bias"] = np.zeros(1)
        return layer

    def _numerical_weight(self, layer: Layer, x: Array, grad_y: Array) -> Array:
        weight = layer.params["weight"]

        def forward(changed: Array) -> Array:
            layer.params["weight"] = changed
            return layer.forward(x)

        numerical = numerical_gradient(forward, weight, grad_y)
        layer.params["weight"] = weight
        return numerical[0, 0]

    def picture(self) -> Figure:
        shown = self.compute()
        figure, panels = new_figure(4)
        draw_matrix(panels[0], shown["x"], "x")
        draw_matrix(panels[1], shown["y"], "y")
        draw_matrix(panels[2], shown["grad_y"], "∇y")
        draw_matrix(panels[3], shown["grad_x"], "∇x")
        return figure


def _compared(name: str, gradient: Array, numerical: Array) -> dict[str, Array]:
    tolerance = 1e-6 * max(1.0, float(np.abs(numerical).max()))
    return {
        f"grad_{name}": gradient,
        f"numerical_{name}": numerical,
        f"differs_{name}": ~np.isclose(gradient, numerical, rtol=0, atol=tolerance),
    }
