"""Held out: what learners write at midnight (maxpool, 3 of 4)."""

# ruff: noqa
# fmt: off

# %% MaxPool2d: midnight-repeats-the-map
# breaks: backward
# mistake: Upsamples the pooled map with np.repeat and compares, which fits only tiles that fill the image.
# names: maxpool2d-backward-upsampled; maxpool2d-backward-error-shapes
import numpy as np

from convkit import Layer


def places(size, window, stride):
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
        (h, w), (sh, sw) = self.kernel_size, self.stride
        self.x = x
        a, b = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        self.y = np.stack(
            [
                x[:, :, p : p + a * sh : sh, q : q + b * sw : sw]
                for p in range(h)
                for q in range(w)
            ]
        ).max(axis=0)
        return self.y

    def backward(self, grad_y):
        (h, w) = self.kernel_size
        y_big = self.y.repeat(h, axis=2).repeat(w, axis=3)
        g_big = grad_y.repeat(h, axis=2).repeat(w, axis=3)
        return np.where(self.x == y_big, g_big, 0)


# %% MaxPool2d: midnight-keeps-the-leftovers
# breaks: forward at least
# mistake: Rounds the output size up; the last windows are cut off by the slice and pooled all the same.
# names: maxpool2d-forward-size-rounded-up; maxpool2d-forward-only-ragged
from math import ceil

import numpy as np

from convkit import Layer


def places(size, window, stride):
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
        (h, w), (sh, sw) = self.kernel_size, self.stride
        self.x = x
        n_h = ceil((x.shape[2] - h) / sh) + 1
        n_w = ceil((x.shape[3] - w) / sw) + 1
        y = np.zeros((*x.shape[:2], n_h, n_w), x.dtype)
        for j in range(n_h):
            for k in range(n_w):
                y[:, :, j, k] = x[:, :, j * sh : j * sh + h, k * sw : k * sw + w].max(axis=(2, 3))
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for n, i, j, k in np.ndindex(grad_y.shape):
            window = self.x[n, i, j * sh : j * sh + h, k * sw : k * sw + w]
            p, q = np.unravel_index(window.argmax(), window.shape)
            grad_x[n, i, j * sh + p, k * sw + q] += grad_y[n, i, j, k]
        return grad_x


# %% MaxPool2d: midnight-strikes-the-winners-out
# breaks: forward
# mistake: Marks the winners in x itself while it looks for them.
# names: maxpool2d-forward-changes-input
import numpy as np

from convkit import Layer


def places(size, window, stride):
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
        (h, w), (sh, sw) = self.kernel_size, self.stride
        N, C, H, W = x.shape
        y = np.zeros((N, C, (H - h) // sh + 1, (W - w) // sw + 1), dtype=x.dtype)
        self.shape, self.winners = x.shape, {}
        for n, c, j, k in np.ndindex(y.shape):
            window = x[n, c, j * sh : j * sh + h, k * sw : k * sw + w]
            p, q = np.unravel_index(window.argmax(), (h, w))
            y[n, c, j, k] = window[p, q]
            self.winners[n, c, j, k] = j * sh + p, k * sw + q
        for (n, c, _, _), (r, s) in self.winners.items():
            x[n, c, r, s] = 0
        return y

    def backward(self, grad_y):
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for (n, c, j, k), (r, s) in self.winners.items():
            grad_x[n, c, r, s] += grad_y[n, c, j, k]
        return grad_x


# %% MaxPool2d: midnight-window-s-axes-mistaken
# breaks: forward
# mistake: Takes the maximum over axes 2 and 3 of the strided view, which are the places, not the offsets.
# names: maxpool2d-forward-over-places; maxpool2d-forward-another-size, maxpool2d-forward-too-large, maxpool2d-forward-too-small
from numpy.lib.stride_tricks import as_strided

import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class MaxPool2d(Layer):
    """The largest value of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def view(self, x):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        a, b = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        s0, s1, s2, s3 = x.strides
        return as_strided(x, (*x.shape[:2], a, b, h, w), (s0, s1, s2 * sh, s3 * sw, s2, s3))

    def forward(self, x):
        self.x = x
        return self.view(x).max(axis=(2, 3))

    def backward(self, grad_y):
        grad_x = np.zeros_like(self.x)
        windows, target = self.view(self.x), self.view(grad_x)
        for a in range(windows.shape[2]):
            for b in range(windows.shape[3]):
                window = windows[:, :, a, b]
                mask = window == window.max(axis=(2, 3), keepdims=True)
                mask = mask / mask.sum(axis=(2, 3), keepdims=True).astype(grad_y.dtype)
                target[:, :, a, b] += mask * grad_y[:, :, a, b, None, None]
        return grad_x


# %% MaxPool2d: midnight-stride-of-one-by-default
# breaks: both
# mistake: Rewrote the constructor, where stride defaults to 1.
# names: maxpool2d-forward-stride-default
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=1):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)

    def forward(self, x):
        self.x = x
        (h, w), (sh, sw) = self.kernel_size, self.stride
        rows = range(0, x.shape[2] - h + 1, sh)
        cols = range(0, x.shape[3] - w + 1, sw)
        y = np.zeros((*x.shape[:2], len(rows), len(cols)), x.dtype)
        for a, r in enumerate(rows):
            for b, c in enumerate(cols):
                y[:, :, a, b] = x[:, :, r : r + h, c : c + w].max(axis=2).max(axis=2)
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for n, c, a, b in np.ndindex(grad_y.shape):
            window = self.x[n, c, a * sh : a * sh + h, b * sw : b * sw + w]
            p, q = np.unravel_index(np.argmax(window), window.shape)
            grad_x[n, c, a * sh + p, b * sw + q] += grad_y[n, c, a, b]
        return grad_x


# %% MaxPool2d: midnight-columns-of-a-batch-misread
# breaks: backward
# mistake: im2col pooling: the winners' gradients are put back as if the rows ran (n, a, b, c).
# names: ; maxpool2d-backward-refolded, maxpool2d-backward-scattered, maxpool2d-backward-elsewhere, maxpool2d-backward-mixed-up
import numpy as np

from convkit import Layer


def places(size, window, stride):
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
        N, C, H, W = x.shape
        (h, w), (sh, sw) = self.kernel_size, self.stride
        out_h, out_w = places(H, h, sh), places(W, w, sw)
        col = np.zeros((N, C, h, w, out_h, out_w), x.dtype)
        for i in range(h):
            for j in range(w):
                col[:, :, i, j] = x[:, :, i : i + sh * out_h : sh, j : j + sw * out_w : sw]
        col = col.transpose(0, 1, 4, 5, 2, 3).reshape(-1, h * w)
        self.arg_max, self.x_shape = col.argmax(axis=1), x.shape
        return col.max(axis=1).reshape(N, C, out_h, out_w)

    def backward(self, grad_y):
        N, C, H, W = self.x_shape
        (h, w), (sh, sw) = self.kernel_size, self.stride
        out_h, out_w = grad_y.shape[2:]
        dout = grad_y.transpose(0, 2, 3, 1)
        dmax = np.zeros((dout.size, h * w), dtype=grad_y.dtype)
        dmax[np.arange(self.arg_max.size), self.arg_max.flatten()] = dout.flatten()
        dcol = dmax.reshape(N, out_h, out_w, C, h, w).transpose(0, 3, 4, 5, 1, 2)
        dx = np.zeros(self.x_shape, dtype=grad_y.dtype)
        for i in range(h):
            for j in range(w):
                dx[:, :, i : i + sh * out_h : sh, j : j + sw * out_w : sw] += dcol[:, :, i, j]
        return dx
