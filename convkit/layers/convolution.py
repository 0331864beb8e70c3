"""Discrete convolution and the convolutional layer (slides "Discrete Convolution")."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit.layers.arguments import gradient, integer, pair, parameter, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.initialization import Rng, he_normal
from convkit.layers.lines import Blocks, stacked
from convkit.layers.windows import output_size


def correlate2d(x: Array, k: Array, mode: str = "valid") -> Array:
    """Slide ``k`` over ``x`` as it is: y_ij = Σ_pq x_{i+p, j+q} k_{p, q}.

    Args:
        x: image, shape (H, W).
        k: kernel, shape (h, w).
        mode: "valid" keeps the places where the kernel lies inside the image, shape
            (H−h+1, W−w+1); "full" every place where they touch, (H+h−1, W+w−1); "same" the
            centre of "full", (H, W). As in ``scipy.signal.correlate2d``.

    Raises:
        ValueError: an unknown mode, an argument that is not 2D, or a kernel larger than the image
            in "valid".
    """
    x, k = shaped(x, "x", ("H", "W")), shaped(k, "k", ("h", "w"))
    (height, width), (h, w) = x.shape, k.shape
    if mode == "valid":
        if h > height or w > width:
            raise ValueError(
                f"k: expected a kernel no larger than the image {x.shape} in mode 'valid', "
                f"got {k.shape}"
            )
        padded = x
    elif mode == "full":
        padded = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    elif mode == "same":
        top, left = (h - 1) // 2, (w - 1) // 2
        padded = np.pad(x, ((top, h - 1 - top), (left, w - 1 - left)))
    else:
        raise ValueError(f"mode: expected 'valid', 'full' or 'same', got {mode!r}")
    return np.einsum("ijpq,pq->ij", sliding_window_view(padded, k.shape), k)


def convolve2d(x: Array, k: Array, mode: str = "valid") -> Array:
    """Slide the flipped kernel over ``x``: (x ∗ k)_ij = Σ_pq x_{i+p, j+q} k_{h−1−p, w−1−q}.

    The slides write the kernel's index as r−p, r−q; counted from 0 it is h−1−p, w−1−q. Arguments,
    modes and errors are those of `correlate2d`; equal to ``scipy.signal.convolve2d``.
    """
    k = shaped(k, "k", ("h", "w"))
    flipped = k[::-1, ::-1]
    if mode != "same":
        return correlate2d(x, flipped, mode)
    # The centre of an even kernel is not the centre of its flip, so cut "same" out of "full".
    full = correlate2d(x, flipped, "full")
    (height, width), (h, w) = np.shape(x), k.shape
    top, left = (h - 1) // 2, (w - 1) // 2
    return full[top : top + height, left : left + width]


class Conv2d(Layer):
    """Feature maps y_j = b_j + Σ_i x_i ∗ k_ij, where k_ij is W_ij flipped.

    Convolving with the flipped kernel is correlating with the weights, so with stride s and the
    input padded by zeros

        y_njab   = b_j + Σ_ipq W_jipq x_{n, i, s·a+p, s·b+q}
        ∇W_jipq  = Σ_nab x_{n, i, s·a+p, s·b+q} ∇y_njab    (correlate the input with ∇y)
        ∇x_i     = Σ_j ∇y_j ∗ W_ij, full                   (convolve ∇y with the weights)
        ∇b_j     = Σ_nab ∇y_njab

    with ∇y spread by the stride first and the padding cropped from ∇x last. How images lie in
    memory, so that these sums are products of matrices, is in docs/memory-layout.md. The gradients
    are on no slide; the forward pass is on "Multiple Feature Maps" (Jarrett et al., 2009).

    Args:
        in_channels, out_channels: C and the number of feature maps.
        kernel_size, stride, padding: an int, or a pair (vertical, horizontal).
        rng: a Generator or a seed for the first weights, which have He scaling.

    Shapes:
        x (N, in_channels, H, W); y (N, out_channels, ⌊(H + 2·padding − h)/stride⌋ + 1, likewise);
        params "weight" (out_channels, in_channels, h, w) and "bias" (out_channels,).

    Raises:
        ValueError: a wrong argument or shape, or an image smaller than the kernel.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        self.in_channels = integer(in_channels, "in_channels")
        self.out_channels = integer(out_channels, "out_channels")
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.stride = pair(stride, "stride")
        self.padding = pair(padding, "padding", minimum=0)
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        self.params["weight"] = he_normal(shape, fan_in=int(np.prod(shape[1:])), rng=rng)
        self.params["bias"] = np.zeros(self.out_channels)

    def forward(self, x: Array) -> Array:
        x = shaped(x, "x", ("N", self.in_channels, "H", "W"))
        weight, bias = self._parameters(x.dtype)
        kernels = weight.transpose(0, 2, 3, 1).reshape(self.out_channels, -1)  # of j, and p, q, i
        out_size = output_size(x.shape[2:], self.kernel_size, self.stride, self.padding)
        y = np.empty((len(x), self.out_channels, *out_size), x.dtype)
        blocks = Blocks(x, self.kernel_size, self.stride, self.padding)
        for block, lines in blocks:
            for a, windows in enumerate(lines.windows):
                # y_ja = b_j + Σ_ipq W_jipq x_{i, s·a+p, s·b+q}
                y[block, :, a] = lines.as_maps(kernels @ windows + bias[:, np.newaxis])
            del lines, windows  # or they would lie beside the next block's
        self._keep(blocks, kernels, x.shape, y.shape, y.dtype)
        return y

    def backward(self, grad_y: Array) -> Array:
        blocks, kernels, x_shape, y_shape, dtype = self._kept()
        grad_y = gradient(grad_y, y_shape, dtype)
        flipped = kernels.reshape(self.out_channels, self.kernel_size[0], -1)[:, ::-1]
        flipped = np.ascontiguousarray(flipped.swapaxes(0, 1))  # of h − 1 − p; of j, and q, i
        grad_kernels, grad_x = np.zeros_like(kernels), np.empty(x_shape, dtype)
        for block, lines in blocks:
            grad_rows = lines.as_rows(grad_y[block])
            for grad_row, windows in zip(grad_rows, lines.windows, strict=True):
                # ∇W_jipq += Σ_nb ∇y_ja x_{i, s·a+p, s·b+q}
                grad_kernels += grad_row @ windows.T
            # ∇x_i, line s·a+p, is Σ_jap ∇y_ja W_jip, moved by q
            grad_x[block] = lines.images(
                stacked(flipped[p]).T @ stacked(grad_rows[a]) for a, p in lines.seen()
            )
            del lines, windows
        grad_weight = grad_kernels.reshape(-1, *self.kernel_size, self.in_channels)
        self.grads["weight"] = np.ascontiguousarray(grad_weight.transpose(0, 3, 1, 2))
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        return grad_x

    def _parameters(self, dtype: np.dtype[Any]) -> tuple[Array, Array]:
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        weight = parameter(self.params, "weight", shape, dtype)
        return weight, parameter(self.params, "bias", shape[:1], dtype)
