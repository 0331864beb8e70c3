"""Held out: what learners write at midnight (avgpool, 1 of 3)."""

# ruff: noqa
# fmt: off

# %% AvgPool2d: midnight-whole-gradient-to-each
# breaks: backward
# mistake: Forgets to divide by the window's area on the way back.
# names: avgpool2d-backward-not-divided
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
        self.shape = x.shape
        (h, w), (sh, sw) = self.kernel_size, self.stride
        rows, cols = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        y = np.zeros((*x.shape[:2], rows, cols), dtype=x.dtype)
        for j in range(rows):
            for k in range(cols):
                y[:, :, j, k] = x[:, :, j * sh : j * sh + h, k * sw : k * sw + w].mean(axis=(2, 3))
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for j in range(grad_y.shape[2]):
            for k in range(grad_y.shape[3]):
                grad_x[:, :, j * sh : j * sh + h, k * sw : k * sw + w] += grad_y[
                    :, :, j, k, None, None
                ]
        return grad_x


# %% AvgPool2d: midnight-m-squared-there-m-back
# breaks: both
# mistake: Divides by h² there and by h on the way back.
# names: avgpool2d-forward-divided-by-square, avgpool2d-backward-divided-by-side
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
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        N, C, H, W = x.shape
        out = np.zeros((N, C, 1 + (H - kh) // sh, 1 + (W - kw) // sw)).astype(x.dtype)
        for n in range(N):
            for c in range(C):
                for i in range(out.shape[2]):
                    for j in range(out.shape[3]):
                        window = x[n, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
                        out[n, c, i, j] = np.sum(window) / kh**2
        return out

    def backward(self, grad_y):
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        dx = np.zeros_like(self.x)
        for n, c, i, j in np.ndindex(grad_y.shape):
            average = grad_y[n, c, i, j] / kh
            dx[n, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += np.ones((kh, kw)) * average
        return dx


# %% AvgPool2d: midnight-m-squared
# breaks: forward
# mistake: Divides by h², the slides' m², in both passes.
# names: avgpool2d-forward-divided-by-square
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
        m = h
        self.shape = x.shape
        a, b = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        y = 0
        for p in range(h):
            for q in range(w):
                y = y + x[:, :, p : p + a * sh : sh, q : q + b * sw : sw]
        return y / m**2

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        m = h
        a, b = grad_y.shape[2:]
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for p in range(h):
            for q in range(w):
                grad_x[:, :, p : p + a * sh : sh, q : q + b * sw : sw] += grad_y / m**2
        return grad_x


# %% AvgPool2d: midnight-last-window-counts
# breaks: backward
# mistake: Shares of overlapping windows are assigned, not added.
# names: avgpool2d-backward-assigned; avgpool2d-backward-only-overlap
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
        self.input = x
        y = [
            [
                np.average(x[:, :, r : r + h, c : c + w], axis=(2, 3))
                for c in range(0, x.shape[3] - w + 1, sw)
            ]
            for r in range(0, x.shape[2] - h + 1, sh)
        ]
        return np.moveaxis(np.array(y), (0, 1), (2, 3))

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        dx = np.zeros_like(self.input)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                share = grad_y[:, :, a, b] / (h * w)
                dx[:, :, a * sh : a * sh + h, b * sw : b * sw + w] = share[..., None, None]
        return dx


# %% AvgPool2d: midnight-reshape-and-mean
# breaks: forward at least
# mistake: Reshapes to tiles and takes the mean: the stride is ignored, a ragged edge raises.
# names: avgpool2d-forward-reshape-needs-tiles; avgpool2d-forward-error-reshape
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
        n, c, hh, ww = x.shape
        h, w = self.kernel_size
        self.x_shape = x.shape
        return x.reshape(n, c, hh // h, h, ww // w, w).mean(axis=(3, 5))

    def backward(self, grad_y):
        h, w = self.kernel_size
        grad_x = grad_y[:, :, :, None, :, None] * np.ones((1, 1, 1, h, 1, w), grad_y.dtype)
        return grad_x.reshape(self.x_shape) / (h * w)


# %% AvgPool2d: midnight-sums
# breaks: forward
# mistake: Adds up the window and does not divide.
# names: avgpool2d-forward-not-divided
from numpy.lib.stride_tricks import sliding_window_view

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
        self.shape = x.shape
        view = sliding_window_view(x, self.kernel_size, axis=(2, 3))
        return np.einsum("ncabpq->ncab", view[:, :, :: self.stride[0], :: self.stride[1]])

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros(self.shape, dtype=grad_y.dtype)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                g = grad_y[:, :, i : i + 1, j : j + 1]
                grad_x[:, :, i * sh : i * sh + h, j * sw : j * sw + w] += g / (h * w)
        return grad_x


# %% AvgPool2d: midnight-upsample-by-kron
# breaks: backward
# mistake: Upsamples with np.kron, as on the slides: right for tiles that fill the image only.
# names: avgpool2d-backward-upsampled; avgpool2d-backward-error-shapes, avgpool2d-backward-another-size
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
        rows, cols = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        y = np.zeros((*x.shape[:2], rows, cols), x.dtype)
        for n, i, j, k in np.ndindex(y.shape):
            y[n, i, j, k] = x[n, i, j * sh : j * sh + h, k * sw : k * sw + w].mean()
        return y

    def backward(self, grad_y):
        h, w = self.kernel_size
        return np.kron(grad_y, np.ones((1, 1, h, w), grad_y.dtype)) / (h * w)
