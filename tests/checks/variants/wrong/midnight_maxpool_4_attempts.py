"""Held out: what learners write at midnight (maxpool, 4 of 4)."""

# ruff: noqa
# fmt: off

# %% MaxPool2d: midnight-the-loudest-whatever-its-sign
# breaks: forward
# mistake: Picks the pixel of the largest absolute value.
# names: maxpool2d-forward-absolute
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
        out_h, out_w = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        self.shape, self.where = x.shape, []
        y = np.zeros((*x.shape[:2], out_h, out_w), x.dtype)
        for n, c, a, b in np.ndindex(y.shape):
            window = x[n, c, a * sh : a * sh + h, b * sw : b * sw + w]
            p, q = np.unravel_index(np.argmax(np.abs(window)), window.shape)
            self.where.append((n, c, a * sh + p, b * sw + q))
            y[n, c, a, b] = window[p, q]
        return y

    def backward(self, grad_y):
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for place, g in zip(self.where, grad_y.ravel()):
            grad_x[place] += g
        return grad_x


# %% MaxPool2d: midnight-rows-and-columns-exchanged
# breaks: both
# mistake: Window and stride are read as (horizontal, vertical); ties all get the gradient.
# names: maxpool2d-pairs-swapped, maxpool2d-forward-kernel-sides-mixed-up, maxpool2d-forward-strides-mixed-up, maxpool2d-backward-ties-all; maxpool2d-forward-another-size
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
        self.x = x
        (w, h), (sw, sh) = self.kernel_size, self.stride
        y = np.zeros((*x.shape[:2], places(x.shape[2], h, sh), places(x.shape[3], w, sw)), x.dtype)
        for a in range(y.shape[2]):
            for b in range(y.shape[3]):
                y[:, :, a, b] = x[:, :, a * sh : a * sh + h, b * sw : b * sw + w].max((2, 3))
        return y

    def backward(self, grad_y):
        (w, h), (sw, sh) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                here = np.s_[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                top = self.x[here].max((2, 3), keepdims=True)
                grad_x[here] += np.where(self.x[here] == top, grad_y[:, :, a : a + 1, b : b + 1], 0)
        return grad_x


# %% MaxPool2d: midnight-max-of-the-row-gradient-to-the-first
# breaks: both
# mistake: Forgets the second axis: takes the first column of the row-wise maximum; the gradient goes to [0, 0].
# names: maxpool2d-forward-part-of-window, maxpool2d-backward-fixed-place
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
        self.shape = x.shape
        (h, w), (sh, sw) = self.kernel_size, self.stride
        y = np.empty((*x.shape[:2], places(x.shape[2], h, sh), places(x.shape[3], w, sw)), x.dtype)
        for a in range(y.shape[2]):
            for b in range(y.shape[3]):
                window = x[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                y[:, :, a, b] = window.max(axis=2)[:, :, 0]
        return y

    def backward(self, grad_y):
        (sh, sw) = self.stride
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                grad_x[:, :, a * sh, b * sw] += grad_y[:, :, a, b]
        return grad_x


# %% MaxPool2d: midnight-compares-with-the-next-window-s-maximum
# breaks: backward
# mistake: Off by one: the window that looks for the winner ends one pixel late, where the edge allows it.
# names: maxpool2d-backward-kernel-one-long; maxpool2d-backward-wrong-winner, maxpool2d-backward-elsewhere
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
        self.x = x
        (h, w), (sh, sw) = self.kernel_size, self.stride
        rows, cols = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        index_r = np.arange(rows)[:, None] * sh + np.arange(h)
        index_c = np.arange(cols)[:, None] * sw + np.arange(w)
        return x[:, :, index_r[:, None, :, None], index_c[None, :, None, :]].max(axis=(4, 5))

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for n, c, a, b in np.ndindex(grad_y.shape):
            window = self.x[n, c, a * sh : a * sh + h + 1, b * sw : b * sw + w + 1]
            p, q = np.unravel_index(window.argmax(), window.shape)
            grad_x[n, c, a * sh + p, b * sw + q] += grad_y[n, c, a, b]
        return grad_x


# %% MaxPool2d: midnight-np-int
# breaks: both
# mistake: np.int, from a tutorial of 2018, is gone from NumPy 2.
# names: maxpool2d-forward-error-gone
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
    def forward(self, X):
        pool_h, pool_w = self.kernel_size
        N, C, H, W = X.shape
        out_h = np.int((H - pool_h) / self.stride[0]) + 1
        out_w = np.int((W - pool_w) / self.stride[1]) + 1
        self.X = X
        A = np.zeros((N, C, out_h, out_w), dtype=X.dtype)
        for i in range(out_h):
            for j in range(out_w):
                h_start, w_start = i * self.stride[0], j * self.stride[1]
                A[:, :, i, j] = np.max(
                    X[:, :, h_start : h_start + pool_h, w_start : w_start + pool_w], axis=(2, 3)
                )
        return A

    def backward(self, dA):
        pool_h, pool_w = self.kernel_size
        dX = np.zeros_like(self.X)
        for n, c, i, j in np.ndindex(dA.shape):
            h_start, w_start = i * self.stride[0], j * self.stride[1]
            window = self.X[n, c, h_start : h_start + pool_h, w_start : w_start + pool_w]
            h, w = np.unravel_index(np.argmax(window), window.shape)
            dX[n, c, h_start + h, w_start + w] += dA[n, c, i, j]
        return dX
