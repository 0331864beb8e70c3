"""Pooling: one number for each neighbourhood of a feature map (slides "Pooling")."""

from __future__ import annotations

from functools import reduce

import numpy as np

from convkit.layers.arguments import gradient, pair, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.windows import offset_views, output_size


class _Pool2d(Layer):
    """A neighbourhood of ``kernel_size`` that moves by ``stride``."""

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.stride = self.kernel_size if stride is None else pair(stride, "stride")

    def _input(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """``x`` and the shape of what pooling it gives."""
        x = shaped(x, "x", ("N", "C", "H", "W"))
        return x, (*x.shape[:2], *output_size(x.shape[2:], self.kernel_size, self.stride))


class MaxPool2d(_Pool2d):
    """The largest value of each neighbourhood.

        y_ijk = max_pq x_{i, s·j+p, s·k+q}
        ∇x_{i, s·j+p', s·k+q'} += ∇y_ijk,   p', q' = argmax_pq x_{i, s·j+p, s·k+q}

    Only the winning unit gets the gradient: among equals the first, row by row; where
    neighbourhoods overlap, a unit collects from each that it wins. From the slides "Pooling" and
    "Gradient of Convolutional Layer" (Jarrett et al., 2009), which leave out the subsampling by s
    and assume that neighbourhoods do not overlap.

    Args:
        kernel_size: of the neighbourhood, an int or a pair (vertical, horizontal).
        stride: the step s from one to the next, likewise; the kernel's size if not given.

    Shapes:
        x (N, C, H, W); y (N, C, ⌊(H − h)/stride⌋ + 1, likewise). Ragged edges are dropped, and
        their gradient is 0.

    Raises:
        ValueError: a wrong argument or shape, or an image smaller than the neighbourhood.
    """

    def forward(self, x: Array) -> Array:
        x, y_shape = self._input(x)
        y = np.full(y_shape, -np.inf, x.dtype)
        winner = np.zeros(y_shape, np.min_scalar_type(self.kernel_size[0] * self.kernel_size[1]))
        for place, (_, _, view) in enumerate(offset_views(x, self.kernel_size, self.stride)):
            pixels = view.copy()  # to read every other number is slow: once, not twice
            # Branches on chance are slow. The latest that beats all before has the largest number.
            np.maximum(winner, (pixels > y) * winner.dtype.type(place), out=winner)
            np.maximum(y, pixels, out=y)
        self._keep(x.shape, x.dtype, winner)
        return y

    def backward(self, grad_y: Array) -> Array:
        x_shape, dtype, winner = self._kept()
        grad_y = gradient(grad_y, winner.shape, dtype)
        grad_x = np.zeros(x_shape, dtype)
        # To add to pixels by their number is several times faster than to go through all offsets.
        np.add.at(grad_x.reshape(-1), self._pixels(winner, x_shape).reshape(-1), grad_y.reshape(-1))
        return grad_x

    def _pixels(self, winner: Array, x_shape: tuple[int, ...]) -> Array:
        """The number of each winning pixel, counted through all of x from 0 on: (N, C, …)."""
        (n, channels, height, width), (h, w) = x_shape, self.kernel_size
        in_map = np.arange(height * width).reshape(1, 1, height, width)
        _, _, first = next(offset_views(in_map, self.kernel_size, self.stride))
        numbers = in_map[0, 0, :h, :w].reshape(-1).take(winner)
        numbers += first
        numbers += height * width * np.arange(n * channels).reshape(n, channels, 1, 1)
        return numbers


class AvgPool2d(_Pool2d):
    """The mean of each neighbourhood.

        y_ijk = 1/(h·w) Σ_pq x_{i, s·j+p, s·k+q}
        ∇x_{i, s·j+p, s·k+q} += ∇y_ijk / (h·w)   for every offset p, q

    The slides write 1/m² for a square of m×m, and the gradient as 1/m² upsample(∇y): that is the
    same as long as neighbourhoods neither overlap nor leave gaps. From the slides "Pooling" and
    "Gradient of Convolutional Layer".

    Args, Shapes, Raises: those of `MaxPool2d`.
    """

    def forward(self, x: Array) -> Array:
        x, y_shape = self._input(x)
        (h, w), (step_h, step_w) = self.kernel_size, self.stride
        # Σ_p, then Σ_q: h + w additions instead of h·w, and the first of whole lines.
        lines = reduce(np.add, (view for _, _, view in offset_views(x, (h, 1), (step_h, 1))))
        y = reduce(np.add, (view for _, _, view in offset_views(lines, (1, w), (1, step_w))))
        self._keep(x.shape, y_shape, x.dtype)
        return y / (h * w)

    def backward(self, grad_y: Array) -> Array:
        x_shape, y_shape, dtype = self._kept()
        (h, w), (step_h, step_w) = self.kernel_size, self.stride
        share = gradient(grad_y, y_shape, dtype) / (h * w)
        grad_lines = np.zeros((*y_shape[:3], x_shape[3]), dtype)
        for _, _, view in offset_views(grad_lines, (1, w), (1, step_w)):
            view += share
        grad_x = np.zeros(x_shape, dtype)
        for _, _, view in offset_views(grad_x, (h, 1), (step_h, 1)):
            view += grad_lines
        return grad_x
