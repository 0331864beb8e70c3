"""Contrast normalization, plainly: in the small steps of exercise 06."""

import numpy as np

from convkit.layers.base import Layer


def gaussian_window(kernel_size, sigma):
    """kernel_size: odd; sigma: the width in pixels -> (kernel_size, kernel_size), of sum 1."""
    offsets = np.arange(kernel_size) - kernel_size // 2
    line = np.exp(-(offsets**2) / (2 * sigma**2))
    window = np.outer(line, line)
    return window / window.sum()


def weighted_sum(x, window):
    """G x: the window laid on every pixel of each channel, with zeros around the picture.

    x (N, C, H, W); window (h, h), h odd, perhaps larger than the picture -> as x.
    """
    height, width = x.shape[2:]
    middle = len(window) // 2
    padded = np.pad(x, ((0, 0), (0, 0), (middle, middle), (middle, middle)))
    y = np.zeros_like(x)
    for p, q in np.ndindex(*window.shape):
        y += window[p, q].astype(x.dtype) * padded[:, :, p : p + height, q : q + width]
    return y


def blur(x, window):
    """B x: the local average of each channel of x (N, C, H, W); same shape and dtype."""
    return weighted_sum(x, window) / weighted_sum(np.ones_like(x), window)


def blur_adjoint(grad_y, window):
    """The gradient of blur: grad_y (N, C, H, W), shaped like blur(x, window) -> grad_x."""
    return weighted_sum(grad_y / weighted_sum(np.ones_like(grad_y), window), window)


class SubtractiveNorm2d(Layer):
    """What stands out from the local average of all channels."""

    def __init__(self, kernel_size, sigma):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma)

    def forward(self, x):
        """x (N, C, H, W) -> v of the same shape and dtype."""
        return x - blur(x.mean(axis=1, keepdims=True), self.window)

    def backward(self, grad_v):
        """grad_v (N, C, H, W) -> grad_x of the same shape."""
        return grad_v - blur_adjoint(grad_v.mean(axis=1, keepdims=True), self.window)


class DivisiveNorm2d(Layer):
    """Divided by the local deviation of all channels, where it is larger than c."""

    def __init__(self, kernel_size, sigma, c):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma)
        self.c = c

    def forward(self, v):
        """v (N, C, H, W) -> y of the same shape and dtype."""
        self.v = v
        deviation = np.sqrt(blur((v**2).mean(axis=1, keepdims=True), self.window))
        self.varies = deviation > self.c
        self.m = np.maximum(self.c, deviation)
        return v / self.m

    def backward(self, grad_y):
        """grad_y (N, C, H, W) -> grad_v of the same shape."""
        grad_m = -(self.v * grad_y).sum(axis=1, keepdims=True) / self.m**2
        grad_s = np.where(self.varies, grad_m / (2 * self.m), 0)
        grad_q = blur_adjoint(grad_s, self.window)
        return grad_y / self.m + 2 * self.v / self.v.shape[1] * grad_q


class LocalContrastNorm2d(Layer):
    """Subtractive, then divisive."""

    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        sigma = kernel_size / 4 if sigma is None else sigma
        self.subtractive = SubtractiveNorm2d(kernel_size, sigma)
        self.divisive = DivisiveNorm2d(kernel_size, sigma, c)

    def forward(self, x):
        """x (N, C, H, W) -> y of the same shape and dtype."""
        return self.divisive.forward(self.subtractive.forward(x))

    def backward(self, grad_y):
        """grad_y (N, C, H, W) -> grad_x of the same shape."""
        return self.subtractive.backward(self.divisive.backward(grad_y))
