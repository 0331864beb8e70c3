"""Pooling, plainly: windows in loops, as exercise 03 asks for it."""

import numpy as np

from convkit.layers.base import Layer


def places(size, window, stride):
    """At how many places a window lies inside a line of size pixels. All four are integers."""
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class MaxPool2d(Layer):
    """The largest value of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)

    def forward(self, x):
        """x (N, C, H, W) -> y (N, C, out_h, out_w), of the dtype of x."""
        self.x = x
        (h, w), (step_h, step_w) = self.kernel_size, self.stride
        out_h, out_w = places(x.shape[2], h, step_h), places(x.shape[3], w, step_w)
        y = np.zeros((*x.shape[:2], out_h, out_w), x.dtype)
        for j in range(out_h):
            for k in range(out_w):
                rows = slice(step_h * j, step_h * j + h)
                columns = slice(step_w * k, step_w * k + w)
                y[:, :, j, k] = x[:, :, rows, columns].max(axis=(2, 3))
        return y

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x. Keep what you need in forward."""
        (h, w), (step_h, step_w) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for n, i, j, k in np.ndindex(*grad_y.shape):
            top, left = step_h * j, step_w * k
            window = self.x[n, i, top : top + h, left : left + w]
            p, q = np.unravel_index(window.argmax(), window.shape)
            grad_x[n, i, top + p, left + q] += grad_y[n, i, j, k]
        return grad_x


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)

    def forward(self, x):
        """x (N, C, H, W) -> y (N, C, out_h, out_w), of the dtype of x."""
        self.x_shape = x.shape
        (h, w), (step_h, step_w) = self.kernel_size, self.stride
        out_h, out_w = places(x.shape[2], h, step_h), places(x.shape[3], w, step_w)
        y = np.zeros((*x.shape[:2], out_h, out_w), x.dtype)
        for j in range(out_h):
            for k in range(out_w):
                rows = slice(step_h * j, step_h * j + h)
                columns = slice(step_w * k, step_w * k + w)
                y[:, :, j, k] = x[:, :, rows, columns].mean(axis=(2, 3))
        return y

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x."""
        (h, w), (step_h, step_w) = self.kernel_size, self.stride
        grad_x = np.zeros(self.x_shape, grad_y.dtype)
        for j in range(grad_y.shape[2]):
            for k in range(grad_y.shape[3]):
                rows = slice(step_h * j, step_h * j + h)
                columns = slice(step_w * k, step_w * k + w)
                grad_x[:, :, rows, columns] += grad_y[:, :, j, k, np.newaxis, np.newaxis] / (h * w)
        return grad_x
