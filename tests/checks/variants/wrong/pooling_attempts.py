# ruff: noqa
# fmt: off
# Poolings as handed in at midnight; each cell is a module of its own.

# %% MaxPool2d: partial-windows-kept
# breaks: forward
# mistake: Ragged edges get windows of their own instead of being dropped.
# names: maxpool2d-forward-size-rounded-up; maxpool2d-forward-too-large
import math
import numpy as np
from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.k = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        stride = self.k if stride is None else stride
        self.s = (stride, stride) if isinstance(stride, int) else stride

    def forward(self, x):
        self.x = x
        rows, cols = math.ceil(x.shape[2] / self.s[0]), math.ceil(x.shape[3] / self.s[1])
        y = np.zeros((*x.shape[:2], rows, cols), x.dtype)
        for i, j in np.ndindex(rows, cols):
            y[:, :, i, j] = x[:, :, i * self.s[0]:i * self.s[0] + self.k[0], j * self.s[1]:j * self.s[1] + self.k[1]].max((2, 3))
        return y

    def backward(self, g):
        dx = np.zeros_like(self.x)
        for n, c, i, j in np.ndindex(*g.shape):
            a, b = i * self.s[0], j * self.s[1]
            window = self.x[n, c, a:a + self.k[0], b:b + self.k[1]]
            p, q = np.unravel_index(window.argmax(), window.shape)
            dx[n, c, a + p, b + q] += g[n, c, i, j]
        return dx


# %% MaxPool2d: two-by-two-always
# breaks: forward at least
# mistake: The reshape for 2x2 windows is all there is.
# names: maxpool2d-two-by-two; maxpool2d-forward-error-reshape, maxpool2d-forward-reshape-needs-tiles, maxpool2d-forward-too-large
import numpy as np
from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()

    def forward(self, x):
        N, C, H, W = x.shape
        self.blocks = x.reshape(N, C, H // 2, 2, W // 2, 2)
        self.y = self.blocks.max(axis=5).max(axis=3)
        return self.y

    def backward(self, grad_y):
        mask = self.blocks == self.y[:, :, :, None, :, None]
        mask = mask / mask.sum(axis=(3, 5), keepdims=True)
        N, C, H, _, W, _ = mask.shape
        return (mask * grad_y[:, :, :, None, :, None]).reshape(N, C, H * 2, W * 2).astype(grad_y.dtype)


# %% MaxPool2d: index-into-the-flat-image
# breaks: backward
# mistake: Winners are numbered in the flat image with the output's width.
# names: ; maxpool2d-backward-elsewhere, maxpool2d-backward-only-ragged, maxpool2d-backward-moved, maxpool2d-backward-scattered
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.k = tuple(np.broadcast_to(kernel_size, 2))
        self.s = self.k if stride is None else tuple(np.broadcast_to(stride, 2))

    def forward(self, x):
        self.shape = x.shape
        view = sliding_window_view(x, self.k, (2, 3))[:, :, ::self.s[0], ::self.s[1]]
        flat = view.reshape(*view.shape[:4], -1)
        best = flat.argmax(-1)
        a, b = np.indices(best.shape[2:])
        width = best.shape[3] * self.s[1]
        self.where = (a * self.s[0] + best // self.k[1]) * width + b * self.s[1] + best % self.k[1]
        return flat.max(-1)

    def backward(self, grad_y):
        N, C, H, W = self.shape
        dx = np.zeros((N, C, H * W), grad_y.dtype)
        for n in range(N):
            for c in range(C):
                np.add.at(dx[n, c], self.where[n, c].ravel(), grad_y[n, c].ravel())
        return dx.reshape(self.shape)


# %% MaxPool2d: nothing-remembered
# breaks: backward
# mistake: A unit counts as winner if it equals the maximum of any window in its channel.
# names: maxpool2d-backward-assigned; maxpool2d-backward-wrong-winner, maxpool2d-backward-only-overlap
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.k = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        self.s = self.k if stride is None else (stride,) * 2 if isinstance(stride, int) else stride

    def forward(self, x):
        self.x = x
        self.y = sliding_window_view(x, self.k, (2, 3))[:, :, ::self.s[0], ::self.s[1]].max((4, 5))
        return self.y

    def backward(self, grad_y):
        dx = np.zeros_like(self.x)
        for n, c in np.ndindex(*self.x.shape[:2]):
            for best, g in zip(self.y[n, c].ravel(), grad_y[n, c].ravel()):
                dx[n, c][self.x[n, c] == best] = g
        return dx


# %% AvgPool2d: partial-windows-kept
# breaks: forward
# mistake: Ragged edges get smaller windows of their own instead of being dropped.
# names: avgpool2d-forward-size-rounded-up; avgpool2d-forward-too-large
import numpy as np
from convkit import Layer


class AvgPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.k = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        stride = self.k if stride is None else stride
        self.s = (stride, stride) if isinstance(stride, int) else stride

    def forward(self, x):
        self.x_shape = x.shape
        rows, cols = range(0, x.shape[2], self.s[0]), range(0, x.shape[3], self.s[1])
        return np.array([[x[:, :, r:r + self.k[0], c:c + self.k[1]].mean((2, 3)) for c in cols] for r in rows]).transpose(2, 3, 0, 1)

    def backward(self, g):
        dx = np.zeros(self.x_shape, g.dtype)
        for i, j in np.ndindex(*g.shape[2:]):
            window = dx[:, :, i * self.s[0]:i * self.s[0] + self.k[0], j * self.s[1]:j * self.s[1] + self.k[1]]
            window += g[:, :, i, j][:, :, None, None] / window[0, 0].size
        return dx


# %% AvgPool2d: whole-numbers
# breaks: both
# mistake: // rounds the averages and the shares down to whole numbers.
# names: avgpool2d-forward-whole-numbers
import numpy as np
from convkit import Layer


class AvgPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel = np.array([kernel_size, kernel_size]) if np.isscalar(kernel_size) else np.array(kernel_size)
        self.stride = self.kernel if stride is None else np.array([stride, stride]) if np.isscalar(stride) else np.array(stride)

    def forward(self, x):
        self.shape = x.shape
        oh, ow = (np.array(x.shape[2:]) - self.kernel) // self.stride + 1
        y = np.zeros((*x.shape[:2], oh, ow), x.dtype)
        for i in range(oh):
            for j in range(ow):
                r, c = self.stride * (i, j)
                y[:, :, i, j] = x[:, :, r:r + self.kernel[0], c:c + self.kernel[1]].sum((2, 3)) // self.kernel.prod()
        return y

    def backward(self, g):
        dx = np.zeros(self.shape, g.dtype)
        for i in range(g.shape[2]):
            for j in range(g.shape[3]):
                r, c = self.stride * (i, j)
                dx[:, :, r:r + self.kernel[0], c:c + self.kernel[1]] += (g[:, :, i, j] // self.kernel.prod())[:, :, None, None]
        return dx
