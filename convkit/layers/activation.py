"""Element-wise functions, and the gain (slides "Parameter Sharing" and "Rectification")."""

from __future__ import annotations

import numpy as np

from convkit.layers.arguments import filled, gradient, integer, parameter, shaped
from convkit.layers.base import Array, Layer

# What these layers keep is the slope f'(x), never y itself: whoever gets y may change it.


class Sigmoid(Layer):
    """Squashes x into (0, 1): the detector sigm(0.02 x_i ∗ k_ij − 4) on the slides "Example".

        y  = sigm(x) = 1 / (1 + e^−x)
        ∇x = y (1 − y) ∇y

    Shapes:
        x, y: any.

    Raises:
        ValueError: no element, or a gradient of another shape than y.
    """

    def forward(self, x: Array) -> Array:
        x = filled(x, "x")
        # 1 / (1 + e^−x) for positive x, e^x / (1 + e^x) for negative: no power of e can overflow.
        y = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
        self._keep(y * (1 - y))
        return y

    def backward(self, grad_y: Array) -> Array:
        (slope,) = self._kept()
        return slope * gradient(grad_y, slope.shape, slope.dtype)


class Tanh(Layer):
    """Squashes x into (−1, 1): y_j = g_j tanh(Σ_i k_ij ∗ x_i), with `Gain` for g_j.

        y  = tanh(x)
        ∇x = (1 − y²) ∇y

    From the slides "Parameter Sharing" (Jarrett et al., 2009), where "g_j is the hidden layer"
    should read y_j.

    Shapes:
        x, y: any.

    Raises:
        ValueError: no element, or a gradient of another shape than y.
    """

    def forward(self, x: Array) -> Array:
        y = np.tanh(filled(x, "x"))
        slope = y * y
        self._keep(np.subtract(1, slope, out=slope))
        return y

    def backward(self, grad_y: Array) -> Array:
        (slope,) = self._kept()
        return slope * gradient(grad_y, slope.shape, slope.dtype)


class ReLU(Layer):
    """Keeps what is positive: the rectification that most networks use today.

        y  = max(0, x)
        ∇x = ∇y where x > 0, else 0

    At the kink x = 0 the gradient is 0. On no slide (Nair and Hinton, 2010); the slides rectify
    by `Abs`.

    Shapes:
        x, y: any.

    Raises:
        ValueError: no element, or a gradient of another shape than y.
    """

    def forward(self, x: Array) -> Array:
        x = filled(x, "x")
        self._keep(x > 0, x.dtype)
        return np.maximum(x, 0)

    def backward(self, grad_y: Array) -> Array:
        slope, dtype = self._kept()
        return slope * gradient(grad_y, slope.shape, dtype)


class Abs(Layer):
    """Forgets the sign, as whether an edge goes from black to white or from white to black.

        y_ijk  = |x_ijk|
        ∇x_ijk = sign(x_ijk) ∇y_ijk

    At the kink x = 0 the gradient is 0. From the slide "Rectification".

    Shapes:
        x, y: any.

    Raises:
        ValueError: no element, or a gradient of another shape than y.
    """

    def forward(self, x: Array) -> Array:
        x = filled(x, "x")
        self._keep(np.sign(x))
        return np.abs(x)

    def backward(self, grad_y: Array) -> Array:
        (slope,) = self._kept()
        return slope * gradient(grad_y, slope.shape, slope.dtype)


class Gain(Layer):
    """A learned scaling factor for each feature map.

        y_nj = g_j x_nj
        ∇x_nj = g_j ∇y_nj
        ∇g_j  = Σ_nab x_njab ∇y_njab

    From the slides "Parameter Sharing": y_j = g_j tanh(Σ_i k_ij ∗ x_i).

    Args:
        channels: the number of feature maps.

    Shapes:
        x, y (N, channels, H, W); params "gain" (channels,), which starts at 1.

    Raises:
        ValueError: a wrong argument or shape.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = integer(channels, "channels")
        self.params["gain"] = np.ones(self.channels)

    def forward(self, x: Array) -> Array:
        x = shaped(x, "x", ("N", self.channels, "H", "W"))
        gain = parameter(self.params, "gain", (self.channels,), x.dtype)
        gain = gain[:, np.newaxis, np.newaxis]
        self._keep(x, gain)
        return gain * x

    def backward(self, grad_y: Array) -> Array:
        x, gain = self._kept()
        grad_y = gradient(grad_y, x.shape, x.dtype)
        self.grads["gain"] = np.einsum("njab,njab->j", x, grad_y)
        return gain * grad_y
