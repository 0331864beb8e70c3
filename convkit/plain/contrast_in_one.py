"""Contrast normalization, plainly, with both halves in one layer."""

import numpy as np

from convkit.layers.base import Layer
from convkit.plain.contrast import blur, blur_adjoint, gaussian_window


class LocalContrastNorm2d(Layer):
    """What stands out from the local average, over the local deviation."""

    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.window = gaussian_window(kernel_size, kernel_size / 4 if sigma is None else sigma)
        self.c = c

    def forward(self, x):
        """x (N, C, H, W) -> y of the same shape and dtype."""
        v = x - blur(x.mean(axis=1, keepdims=True), self.window)
        deviation = np.sqrt(blur((v**2).mean(axis=1, keepdims=True), self.window))
        m = np.maximum(self.c, deviation)
        self.v, self.m, self.varies = v, m, deviation > self.c
        return v / m

    def backward(self, grad_y):
        """grad_y (N, C, H, W) -> grad_x of the same shape."""
        v, m, channels = self.v, self.m, self.v.shape[1]
        grad_m = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(self.varies, grad_m / (2 * m), 0)
        grad_v = grad_y / m + 2 * v / channels * blur_adjoint(grad_s, self.window)
        return grad_v - blur_adjoint(grad_v.mean(axis=1, keepdims=True), self.window)
