"""Batch normalization (slide "Remember Batch Normalization")."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.layers.arguments import fraction, gradient, integer, parameter, positive, shaped
from convkit.layers.base import Array, Layer


class BatchNorm(Layer):
    """Gives each channel mean 0 and variance 1 over the mini-batch, then a learned scale and shift.

        μ  = 1/m Σ_i x_i,   σ² = 1/m Σ_i (x_i − μ)²
        x̂_i = (x_i − μ) / √(σ² + ε)
        y_i = γ x̂_i + β

    where i runs over the m values of a channel: m = N, or N·H·W for images. In training μ and σ²
    depend on every x_i, so backwards

        ∇γ = Σ_i ∇y_i x̂_i,   ∇β = Σ_i ∇y_i
        ∇x_i = γ / √(σ² + ε) · (∇y_i − ∇β/m − x̂_i ∇γ/m)

    In evaluation μ and σ² are the running statistics, constants: ∇x_i = γ / √(σ² + ε) · ∇y_i.
    Each forward in training moves them to (1 − momentum)·old + momentum·batch, where the batch's
    variance is the unbiased one, Σ_i (x_i − μ)² / (m − 1). From the slide "Remember Batch
    Normalization" (Ioffe and Szegedy, 2015).

    Args:
        channels: C.
        eps: ε, keeps a constant channel from a division by 0.
        momentum: how much of the running statistics one batch replaces, from 0 to 1.

    Attributes:
        running_mean, running_var: (channels,), at first 0 and 1; may be set.

    Shapes:
        x, y (N, channels) or (N, channels, H, W); params "gamma" and "beta" (channels,), at first
        1 and 0.

    Raises:
        ValueError: a wrong argument or shape, or a single value per channel in training, whose
            variance says nothing.
    """

    def __init__(self, channels: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.channels = integer(channels, "channels")
        self.eps = positive(eps, "eps")
        self.momentum = fraction(momentum, "momentum")
        self.params["gamma"] = np.ones(self.channels)
        self.params["beta"] = np.zeros(self.channels)
        self.running_mean = np.zeros(self.channels)
        self.running_var = np.ones(self.channels)

    def forward(self, x: Array) -> Array:
        x = shaped(x, "x", ("N", self.channels), ("N", self.channels, "H", "W"))
        if self.training and x.size == self.channels:
            raise ValueError(
                f"x: expected more than one value per channel in training, got shape {x.shape}"
            )
        gamma = parameter(self.params, "gamma", (self.channels,), x.dtype)
        beta = parameter(self.params, "beta", (self.channels,), x.dtype)
        values = x.reshape(*x.shape[:2], -1)  # (N, C, H·W), with H·W = 1 for (N, C)
        m = x.size // self.channels
        old_mean, old_variance = self._running(x.dtype)
        mean = values.mean(axis=(0, 2)) if self.training else old_mean
        normalized = values - mean[:, np.newaxis]
        variance = _summed_products(normalized, normalized) / m if self.training else old_variance
        if self.training:
            self._move_running(mean, variance * (m / (m - 1)))
        deviation = np.sqrt(variance + self.eps)
        normalized /= deviation[:, np.newaxis]
        y = gamma[:, np.newaxis] * normalized
        y += beta[:, np.newaxis]
        self._keep(x.shape, normalized, gamma / deviation, self.training)
        return y.reshape(x.shape)

    def backward(self, grad_y: Array) -> Array:
        x_shape, normalized, slope, in_training = self._kept()
        grad_y = gradient(grad_y, x_shape, normalized.dtype).reshape(normalized.shape)
        self.grads["gamma"] = _summed_products(grad_y, normalized)
        self.grads["beta"] = grad_y.sum(axis=(0, 2))
        if not in_training:
            return (slope[:, np.newaxis] * grad_y).reshape(x_shape)
        # ∇x term by term, in one array: large ones take most of the time.
        m = normalized.size // self.channels
        grad_x = normalized * (-self.grads["gamma"] / m)[:, np.newaxis]
        grad_x -= (self.grads["beta"] / m)[:, np.newaxis]
        grad_x += grad_y
        grad_x *= slope[:, np.newaxis]
        return grad_x.reshape(x_shape)

    def _move_running(self, mean: Array, variance: Array) -> None:
        """Replace a part of the running statistics by those of a batch."""
        old_mean, old_variance = self._running(np.dtype(np.float64))
        old, new = 1 - self.momentum, self.momentum
        self.running_mean = old * old_mean + new * mean
        self.running_var = old * old_variance + new * variance

    def _running(self, dtype: np.dtype[Any]) -> tuple[Array, Array]:
        shape = (self.channels,)
        mean = shaped(self.running_mean, "running_mean", shape)
        variance = shaped(self.running_var, "running_var", shape)
        return mean.astype(dtype, copy=False), variance.astype(dtype, copy=False)


def _summed_products(a: Array, b: Array) -> Array:
    """Σ_i a_i b_i over the values of each channel, without an array of the products."""
    return np.vecdot(a, b).sum(axis=0)
