"""Held out: what learners write at midnight (avgpool, 2 of 3)."""

# ruff: noqa
# fmt: off

# %% AvgPool2d: midnight-mean-of-all-channels
# breaks: forward
# mistake: The mean runs over the channels too.
# names: avgpool2d-forward-mixed; avgpool2d-forward-copies
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        self.x = x
        (h, w), (sh, sw) = self.kernel_size, self.stride
        y = np.zeros((*x.shape[:2], places(x.shape[2], h, sh), places(x.shape[3], w, sw)), x.dtype)
        for n in range(len(x)):
            for j in range(y.shape[2]):
                for k in range(y.shape[3]):
                    y[n, :, j, k] = x[n, :, j * sh : j * sh + h, k * sw : k * sw + w].mean()
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        dx = np.zeros_like(self.x)
        for n in range(len(dx)):
            for j in range(grad_y.shape[2]):
                for k in range(grad_y.shape[3]):
                    window = dx[n, :, j * sh : j * sh + h, k * sw : k * sw + w]
                    window += grad_y[n, :, j, k, None, None] / (h * w)
        return dx


# %% AvgPool2d: midnight-tiles-on-the-way-back
# breaks: backward
# mistake: The window's place in backward is (a·h, b·w), not (a·sh, b·sw).
# names: avgpool2d-backward-stride-is-kernel
from numpy.lib.stride_tricks import as_strided

import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        self.shape = n, c, H, W = x.shape
        s0, s1, s2, s3 = x.strides
        shape = (n, c, (H - h) // sh + 1, (W - w) // sw + 1, h, w)
        return as_strided(x, shape, (s0, s1, s2 * sh, s3 * sw, s2, s3)).mean(axis=(4, 5))

    def backward(self, grad_y):
        h, w = self.kernel_size
        dx = np.zeros(self.shape, grad_y.dtype)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                dx[:, :, a * h : (a + 1) * h, b * w : (b + 1) * w] += (
                    grad_y[:, :, a, b][:, :, None, None] / (h * w)
                )
        return dx


# %% AvgPool2d: midnight-strides-exchanged
# breaks: forward
# mistake: sw, sh = self.stride: the rows move by the horizontal stride.
# names: avgpool2d-forward-strides-mixed-up; avgpool2d-forward-only-stride-differs
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        (h, w), (sw, sh) = self.kernel_size, self.stride
        self.shape = x.shape
        out = (places(x.shape[2], h, self.stride[0]), places(x.shape[3], w, self.stride[1]))
        y = np.zeros((*x.shape[:2], *out), x.dtype)
        for a in range(out[0]):
            for b in range(out[1]):
                y[:, :, a, b] = x[:, :, a * sh : a * sh + h, b * sw : b * sw + w].sum((2, 3))
        return y / (h * w)

    def backward(self, grad_y):
        (h, w), (sw, sh) = self.kernel_size, self.stride
        dx = np.zeros(self.shape, grad_y.dtype)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                dx[:, :, a * sh : a * sh + h, b * sw : b * sw + w] += grad_y[
                    :, :, a : a + 1, b : b + 1
                ] / (h * w)
        return dx


# %% AvgPool2d: midnight-averages-the-ragged-edge
# breaks: forward
# mistake: Rounds up: what is left over at the edge is averaged in smaller windows.
# names: avgpool2d-forward-size-rounded-up; avgpool2d-forward-only-ragged
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        self.shape = x.shape
        out_h = int(np.ceil((x.shape[2] - h) / sh)) + 1
        out_w = int(np.ceil((x.shape[3] - w) / sw)) + 1
        y = np.zeros((*x.shape[:2], out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                y[:, :, a, b] = x[:, :, a * sh : a * sh + h, b * sw : b * sw + w].mean((2, 3))
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        dx = np.zeros(self.shape, grad_y.dtype)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                window = dx[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                count = window.shape[2] * window.shape[3]
                window += grad_y[:, :, a, b, None, None] / count
        return dx


# %% AvgPool2d: midnight-no-share-there-by-the-stride-back
# breaks: both
# mistake: Does not divide the sum; divides the gradient by the stride's area.
# names: avgpool2d-forward-not-divided, avgpool2d-backward-divided-by-stride
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        self.x_shape, (h, w), (sh, sw) = x.shape, self.kernel_size, self.stride
        a, b = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        parts = [
            x[:, :, p : p + sh * a : sh, q : q + sw * b : sw] for p in range(h) for q in range(w)
        ]
        return sum(parts)

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        a, b = grad_y.shape[2:]
        dx = np.zeros(self.x_shape, dtype=grad_y.dtype)
        for p in range(h):
            for q in range(w):
                dx[:, :, p : p + sh * a : sh, q : q + sw * b : sw] += grad_y / (sh * sw)
        return dx


# %% AvgPool2d: midnight-the-copy-of-the-maximum
# breaks: backward
# mistake: A copy of MaxPool2d where only forward was changed: the largest pixel gets the gradient.
# names: avgpool2d-backward-winner
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        self.x = x
        (h, w), (sh, sw) = self.kernel_size, self.stride
        rows, cols = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        y = np.zeros((*x.shape[:2], rows, cols), dtype=x.dtype)
        for j in range(rows):
            for k in range(cols):
                y[:, :, j, k] = x[:, :, j * sh : j * sh + h, k * sw : k * sw + w].mean(axis=(2, 3))
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for n, i, j, k in np.ndindex(grad_y.shape):
            window = self.x[n, i, j * sh : j * sh + h, k * sw : k * sw + w]
            p, q = np.unravel_index(window.argmax(), window.shape)
            grad_x[n, i, j * sh + p, k * sw + q] += grad_y[n, i, j, k] / (h * w)
        return grad_x
