"""Activations, plainly: as exercise 05 asks for them."""

import numpy as np

from convkit.layers.base import Layer


class Sigmoid(Layer):
    def forward(self, x):
        """x, any shape -> y = 1 / (1 + e^-x), of the same shape and dtype."""
        small = np.exp(-np.abs(x))
        self.y = np.where(x >= 0, 1, small) / (1 + small)
        return self.y.copy()

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x."""
        return self.y * (1 - self.y) * grad_y


class Tanh(Layer):
    def forward(self, x):
        """x, any shape -> y = tanh(x), of the same shape and dtype."""
        self.y = np.tanh(x)
        return self.y.copy()

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x."""
        return (1 - self.y**2) * grad_y


class ReLU(Layer):
    def forward(self, x):
        """x, any shape -> y = max(0, x), of the same shape and dtype."""
        self.passes = x > 0
        return np.maximum(x, 0)

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x."""
        return grad_y * self.passes


class Abs(Layer):
    def forward(self, x):
        """x, any shape -> y = |x|, of the same shape and dtype."""
        self.sign = np.sign(x)
        return np.abs(x)

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x."""
        return self.sign * grad_y


class Gain(Layer):
    """params["gain"] (channels,), which starts at 1."""

    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)

    def forward(self, x):
        """x (N, channels, H, W) -> y of the same shape and dtype."""
        self.x = x
        self.factor = self.params["gain"].astype(x.dtype)[:, np.newaxis, np.newaxis]
        return self.factor * x

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x; sets grads["gain"], (channels,)."""
        self.grads["gain"] = (self.x * grad_y).sum(axis=(0, 2, 3))
        return self.factor * grad_y
