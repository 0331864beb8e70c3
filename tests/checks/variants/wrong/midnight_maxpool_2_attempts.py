"""Held out: what learners write at midnight (maxpool, 2 of 4)."""

# ruff: noqa
# fmt: off

# %% MaxPool2d: midnight-as-many-as-fit-side-by-side
# breaks: forward at least
# mistake: The output size is H // h, right only if the window moves by its own size.
# names: maxpool2d-forward-size-quotient; maxpool2d-forward-another-size, maxpool2d-forward-error-empty
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
        N, C, H, W = x.shape
        y = np.full((N, C, H // h, W // w), -np.inf, dtype=x.dtype)
        for n in range(N):
            for c in range(C):
                for i in range(H // h):
                    for j in range(W // w):
                        y[n, c, i, j] = np.max(x[n, c, i * sh : i * sh + h, j * sw : j * sw + w])
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        dx = np.zeros(self.x.shape, dtype=self.x.dtype)
        for n in range(grad_y.shape[0]):
            for c in range(grad_y.shape[1]):
                for i in range(grad_y.shape[2]):
                    for j in range(grad_y.shape[3]):
                        window = self.x[n, c, i * sh : i * sh + h, j * sw : j * sw + w]
                        m, k = np.unravel_index(np.argmax(window), window.shape)
                        dx[n, c, i * sh + m, j * sw + k] += grad_y[n, c, i, j]
        return dx


# %% MaxPool2d: midnight-loudest-channel
# breaks: forward
# mistake: The maximum is taken over the channels as well, and broadcast to all of them.
# names: maxpool2d-forward-mixed; maxpool2d-forward-copies
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
        y = np.zeros((*x.shape[:2], rows, cols), x.dtype)
        for n in range(x.shape[0]):
            for j in range(rows):
                for k in range(cols):
                    window = x[n, :, j * sh : j * sh + h, k * sw : k * sw + w]
                    y[n, :, j, k] = window.max()
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for n in range(grad_y.shape[0]):
            for j in range(grad_y.shape[2]):
                for k in range(grad_y.shape[3]):
                    window = self.x[n, :, j * sh : j * sh + h, k * sw : k * sw + w]
                    i, p, q = np.unravel_index(window.argmax(), window.shape)
                    grad_x[n, i, j * sh + p, k * sw + q] += grad_y[n, :, j, k].sum()
        return grad_x


# %% MaxPool2d: midnight-columns-by-the-vertical-stride
# breaks: forward at least
# mistake: Both positions use stride[0].
# names: maxpool2d-forward-strides-mixed-up; maxpool2d-forward-only-stride-differs
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
        self.s = self.stride[0]

    def forward(self, x):
        self.x = x
        h, w = self.kernel_size
        out_h = (x.shape[2] - h) // self.stride[0] + 1
        out_w = (x.shape[3] - w) // self.stride[1] + 1
        y = np.zeros((len(x), x.shape[1], out_h, out_w), dtype=x.dtype)
        for i in range(out_h):
            for j in range(out_w):
                y[:, :, i, j] = np.amax(
                    x[:, :, i * self.s : i * self.s + h, j * self.s : j * self.s + w], axis=(2, 3)
                )
        return y

    def backward(self, grad_y):
        h, w = self.kernel_size
        n, c = np.indices(grad_y.shape[:2])
        grad_x = np.zeros_like(self.x)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                top, left = i * self.s, j * self.s
                window = self.x[:, :, top : top + h, left : left + w]
                win = window.reshape(*window.shape[:2], -1).argmax(axis=-1)
                p, q = np.unravel_index(win, window.shape[2:])
                grad_x[n, c, top + p, left + q] += grad_y[:, :, i, j]
        return grad_x


# %% MaxPool2d: midnight-index-for-value-there-moves-by-the-window-back
# breaks: both
# mistake: Puts the winner's index into y; in backward a window begins at (j·h, k·w).
# names: maxpool2d-forward-place, maxpool2d-backward-stride-is-kernel, maxpool2d-backward-place-in-window
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
        shape = (*x.shape[:2], places(x.shape[2], h, sh), places(x.shape[3], w, sw))
        self.x_shape = x.shape
        self.best = np.empty(shape, dtype=np.int64)
        y = np.empty(shape, dtype=x.dtype)
        for place in np.ndindex(*shape):
            n, i, j, k = place
            window = x[n, i, j * sh : j * sh + h, k * sw : k * sw + w].ravel()
            self.best[place] = np.argmax(window)
            y[place] = self.best[place]
        return y

    def backward(self, grad_y):
        h, w = self.kernel_size
        grad_x = np.zeros(self.x_shape, dtype=grad_y.dtype)
        for n, i, j, k in np.ndindex(*grad_y.shape):
            p, q = divmod(int(self.best[n, i, j, k]), w)
            row = min(j * h + p, self.x_shape[2] - 1)
            col = min(k * w + q, self.x_shape[3] - 1)
            grad_x[n, i, row, col] += grad_y[n, i, j, k]
        return grad_x


# %% MaxPool2d: midnight-remembers-the-last-window
# breaks: backward
# mistake: self.winner is overwritten in the loop, so all windows get the winner of the last one.
# names: maxpool2d-backward-last-winner; maxpool2d-backward-wrong-winner, maxpool2d-backward-elsewhere
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
        out = np.zeros(
            (x.shape[0], x.shape[1], places(x.shape[2], h, sh), places(x.shape[3], w, sw)), x.dtype
        )
        for a in range(out.shape[2]):
            for b in range(out.shape[3]):
                window = x[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                out[:, :, a, b] = window.max(axis=(2, 3))
                self.winner = window.reshape(*x.shape[:2], h * w).argmax(axis=2)
        return out

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        p, q = np.divmod(self.winner, w)
        n, c = np.ogrid[: grad_y.shape[0], : grad_y.shape[1]]
        dx = np.zeros_like(self.x)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                dx[n, c, a * sh + p, b * sw + q] += grad_y[:, :, a, b]
        return dx


# %% MaxPool2d: midnight-not-below-zero-there-spreads-like-an-average-back
# breaks: both
# mistake: Says 0 for a window of negative numbers; the backward was copied from average pooling.
# names: maxpool2d-forward-starts-at-zero, maxpool2d-backward-spread; maxpool2d-forward-clipped
from numpy.lib.stride_tricks import sliding_window_view

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
        (sh, sw) = self.stride
        windows = sliding_window_view(x, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        return windows.max(axis=(-2, -1), initial=0)

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                share = grad_y[:, :, a, b, None, None] / (h * w)
                grad_x[:, :, a * sh : a * sh + h, b * sw : b * sw + w] += share
        return grad_x
