"""Held out: what learners write at midnight (maxpool, 1 of 4)."""

# ruff: noqa
# fmt: off

# %% MaxPool2d: midnight-winner-of-two-keeps-one
# breaks: backward
# mistake: `=` where `+=` is needed: a winner of two windows keeps one gradient.
# names: maxpool2d-backward-assigned; maxpool2d-backward-only-overlap
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
        y = np.zeros((*x.shape[:2], rows, cols), dtype=x.dtype)
        for j in range(rows):
            for k in range(cols):
                y[:, :, j, k] = x[:, :, j * sh : j * sh + h, k * sw : k * sw + w].max(axis=(2, 3))
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for n, i, j, k in np.ndindex(grad_y.shape):
            window = self.x[n, i, j * sh : j * sh + h, k * sw : k * sw + w]
            p, q = np.unravel_index(window.argmax(), window.shape)
            grad_x[n, i, j * sh + p, k * sw + q] = grad_y[n, i, j, k]
        return grad_x


# %% MaxPool2d: midnight-mask-of-equals
# breaks: backward
# mistake: Every tied pixel gets the whole gradient.
# names: maxpool2d-backward-ties-all
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
        N, C, H, W = x.shape
        (HH, WW), (sh, sw) = self.kernel_size, self.stride
        H_out, W_out = (H - HH) // sh + 1, (W - WW) // sw + 1
        out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
        for i in range(H_out):
            for j in range(W_out):
                masked = x[:, :, i * sh : i * sh + HH, j * sw : j * sw + WW]
                out[:, :, i, j] = np.max(masked, axis=(2, 3))
        return out

    def backward(self, grad_y):
        (HH, WW), (sh, sw) = self.kernel_size, self.stride
        dx = np.zeros_like(self.x)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                masked = self.x[:, :, i * sh : i * sh + HH, j * sw : j * sw + WW]
                binary_mask = masked == np.max(masked, axis=(2, 3))[:, :, None, None]
                dx[:, :, i * sh : i * sh + HH, j * sw : j * sw + WW] += (
                    binary_mask * grad_y[:, :, i, j][:, :, None, None]
                )
        return dx


# %% MaxPool2d: midnight-divides-the-index-by-the-height
# breaks: backward
# mistake: divmod(index, h) for the winner's row and column, where it must be the width.
# names: maxpool2d-backward-winner-swapped; maxpool2d-backward-wrong-winner, maxpool2d-backward-elsewhere, maxpool2d-backward-only-window-not-square
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
        n, c, H, W = x.shape
        out_h, out_w = places(H, h, sh), places(W, w, sw)
        self.shape = x.shape
        self.index = np.zeros((n, c, out_h, out_w), dtype=int)
        y = np.zeros((n, c, out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                flat = x[:, :, a * sh : a * sh + h, b * sw : b * sw + w].reshape(n, c, -1)
                self.index[:, :, a, b] = flat.argmax(axis=2)
                y[:, :, a, b] = flat.max(axis=2)
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for n, c, a, b in np.ndindex(grad_y.shape):
            p, q = divmod(self.index[n, c, a, b], h)
            p, q = min(p, h - 1), min(q, w - 1)
            grad_x[n, c, a * sh + p, b * sw + q] += grad_y[n, c, a, b]
        return grad_x


# %% MaxPool2d: midnight-argmax-of-all-images
# breaks: backward
# mistake: window.argmax() is over images and channels at once, so one pixel of the batch wins.
# names: maxpool2d-backward-winner-shared; maxpool2d-backward-wrong-winner, maxpool2d-backward-elsewhere
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
        y = [
            [
                x[:, :, r : r + h, c : c + w].max(axis=(2, 3))
                for c in range(0, x.shape[3] - w + 1, sw)
            ]
            for r in range(0, x.shape[2] - h + 1, sh)
        ]
        return np.array(y).transpose(2, 3, 0, 1)

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                window = self.x[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                _, _, p, q = np.unravel_index(window.argmax(), window.shape)
                grad_x[:, :, a * sh + p, b * sw + q] += grad_y[:, :, a, b]
        return grad_x


# %% MaxPool2d: midnight-starts-from-zero
# breaks: forward
# mistake: The running maximum starts at 0, so a window of negative numbers says 0.
# names: maxpool2d-forward-starts-at-zero; maxpool2d-forward-clipped
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
        self.shape = x.shape
        out_h, out_w = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        y = np.zeros((*x.shape[:2], out_h, out_w), x.dtype)
        best = np.full(y.shape, -np.inf)
        self.p, self.q = np.zeros(y.shape, int), np.zeros(y.shape, int)
        for p in range(h):
            for q in range(w):
                part = x[:, :, p : p + sh * out_h : sh, q : q + sw * out_w : sw]
                y = np.maximum(y, part)
                higher = part > best
                best[higher] = part[higher]
                self.p[higher], self.q[higher] = p, q
        return y

    def backward(self, grad_y):
        grad_x = np.zeros(self.shape, grad_y.dtype)
        n, c, a, b = np.indices(grad_y.shape)
        rows, cols = a * self.stride[0] + self.p, b * self.stride[1] + self.q
        np.add.at(grad_x, (n, c, rows, cols), grad_y)
        return grad_x


# %% MaxPool2d: midnight-reshape-pooling
# breaks: forward at least
# mistake: Reshapes to tiles of the window's size: the stride is never asked and ragged edges raise.
# names: maxpool2d-forward-reshape-needs-tiles; maxpool2d-forward-error-reshape
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
        ph, pw = self.kernel_size
        self.x = x
        self.x_reshaped = x.reshape(N, C, H // ph, ph, W // pw, pw)
        self.out = self.x_reshaped.max(axis=3).max(axis=4)
        return self.out

    def backward(self, grad_y):
        dx_reshaped = np.zeros_like(self.x_reshaped)
        out_newaxis = self.out[:, :, :, np.newaxis, :, np.newaxis]
        mask = self.x_reshaped == out_newaxis
        dout_newaxis = grad_y[:, :, :, np.newaxis, :, np.newaxis]
        dout_broadcast, _ = np.broadcast_arrays(dout_newaxis, dx_reshaped)
        dx_reshaped[mask] = dout_broadcast[mask]
        dx_reshaped /= np.sum(mask, axis=(3, 5), keepdims=True)
        return dx_reshaped.reshape(self.x.shape)
