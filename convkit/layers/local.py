"""Local connectivity: each unit sees a patch of the image (slides "Local Connectivity")."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit.layers.arguments import gradient, integer, pair, parameter, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.initialization import Rng, he_normal
from convkit.layers.windows import offset_views, output_size


def dense_parameters(input_shape: Sequence[int], units: int) -> int:
    """Weights, without biases, of ``units`` that each see the whole input.

    A 200×200 image and 40K units take 1.6·10⁹, which the slides round to "~2B":

    >>> dense_parameters((200, 200), 40_000)
    1600000000
    """
    if not isinstance(input_shape, Sequence) or not input_shape:
        raise ValueError(f"input_shape: expected a tuple of integers, got {input_shape!r}")
    inputs = prod(integer(size, "input_shape") for size in input_shape)
    return inputs * integer(units, "units")


def local_parameters(input_channels: int, units: int, kernel_size: int | tuple[int, int]) -> int:
    """Weights, without biases, of ``units`` that each see a patch of all channels.

    40K units with patches of 10×10 take 4M. (On a 200×200 image that needs padding: without it
    there are places for 191×191 = 36,481 units.)

    >>> local_parameters(1, 40_000, 10)
    4000000
    """
    inputs = integer(input_channels, "input_channels") * prod(pair(kernel_size, "kernel_size"))
    return inputs * integer(units, "units")


def conv_parameters(
    input_channels: int, feature_maps: int, kernel_size: int | tuple[int, int]
) -> int:
    """Weights, without biases, of ``feature_maps`` whose units share one kernel for each channel.

    100 filters of 10×10 take 10K, whatever the size of the image (slide "Multiple Feature Maps").

    >>> conv_parameters(1, 100, 10)
    10000
    """
    inputs = integer(input_channels, "input_channels") * prod(pair(kernel_size, "kernel_size"))
    return inputs * integer(feature_maps, "feature_maps")


class LocallyConnected2d(Layer):
    """Units that see a patch of all channels, each through weights of its own.

    It is a convolution whose kernel may differ from place to place: nothing is shared, which is
    good when the images are registered. With stride s, for the unit of map j at place a, b

        y_njab    = b_jab + Σ_ipq W_jabipq x_{n, i, s·a+p, s·b+q}
        ∇W_jabipq = Σ_n x_{n, i, s·a+p, s·b+q} ∇y_njab
        ∇b_jab    = Σ_n ∇y_njab
        ∇x        : each unit hands W_jab ∇y_njab back to its patch; patches that overlap add up

    From the slides "Local Connectivity".

    Args:
        in_channels, out_channels: channels of the input, and units at each place.
        input_size: the images' size, for each place has weights of its own.
        kernel_size, stride: of the patches. These three are an int, or a pair (vertical,
            horizontal); ragged edges are dropped.
        rng: a Generator or a seed for the first weights, which have He scaling.

    Shapes:
        x (N, in_channels, H, W) with (H, W) = input_size; y (N, out_channels, out_h, out_w) with
        out_h = ⌊(H − h)/stride⌋ + 1, out_w likewise; params "weight" (out_channels, out_h, out_w,
        in_channels, h, w) and "bias" (out_channels, out_h, out_w).

    Raises:
        ValueError: a wrong argument or shape, or images smaller than the patch.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        input_size: int | tuple[int, int],
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        self.in_channels = integer(in_channels, "in_channels")
        self.out_channels = integer(out_channels, "out_channels")
        self.input_size = pair(input_size, "input_size")
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.stride = pair(stride, "stride")
        self.output_size = output_size(
            self.input_size, self.kernel_size, self.stride, name="input_size"
        )
        patch = (self.in_channels, *self.kernel_size)
        shape = (self.out_channels, *self.output_size, *patch)
        self.params["weight"] = he_normal(shape, fan_in=prod(patch), rng=rng)
        self.params["bias"] = np.zeros(shape[:3])

    def forward(self, x: Array) -> Array:
        x = shaped(x, "x", ("N", self.in_channels, *self.input_size))
        weight, bias = self._parameters(x.dtype)
        step_h, step_w = self.stride
        patches = sliding_window_view(x, self.kernel_size, (2, 3))[:, :, ::step_h, ::step_w]
        self._keep(x.shape, patches, weight)
        return np.einsum("jabipq,niabpq->njab", weight, patches, optimize=True) + bias

    def backward(self, grad_y: Array) -> Array:
        x_shape, patches, weight = self._kept()
        grad_y = gradient(grad_y, (x_shape[0], self.out_channels, *self.output_size), weight.dtype)
        self.grads["weight"] = np.einsum("njab,niabpq->jabipq", grad_y, patches, optimize=True)
        self.grads["bias"] = grad_y.sum(axis=0)
        grad_patches = np.einsum("jabipq,njab->niabpq", weight, grad_y, optimize=True)
        grad_x = np.zeros(x_shape, weight.dtype)
        for p, q, view in offset_views(grad_x, self.kernel_size, self.stride):
            view += grad_patches[..., p, q]
        return grad_x

    def _parameters(self, dtype: np.dtype[Any]) -> tuple[Array, Array]:
        shape = (self.out_channels, *self.output_size, self.in_channels, *self.kernel_size)
        weight = parameter(self.params, "weight", shape, dtype)
        return weight, parameter(self.params, "bias", shape[:3], dtype)
