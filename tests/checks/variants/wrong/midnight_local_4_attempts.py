"""Held out: what learners write at midnight (local, 4 of 4)."""

# ruff: noqa
# fmt: off

# %% LocallyConnected2d: midnight-bias-times-there-turned-kernel-back
# breaks: both
# mistake: Multiplies by the bias; turns the kernel when it spreads the gradient over the input.
# names: locallyconnected2d-forward-bias-a-factor, locallyconnected2d-backward-flipped
from numpy.lib.stride_tricks import sliding_window_view

import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def forward(self, x):
        self.x = x
        h, w = self.params["weight"].shape[-2:]
        self.view = sliding_window_view(x, (h, w), axis=(2, 3))[
            :, :, :: self.stride[0], :: self.stride[1]
        ]
        y = np.einsum("niabpq,jabipq->njab", self.view, self.params["weight"])
        return (y * self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (h, w) = self.stride, self.params["weight"].shape[-2:]
        self.grads["weight"] = np.einsum("niabpq,njab->jabipq", self.view, grad_y)
        self.grads["bias"] = grad_y.sum(axis=0)
        back = np.einsum("njab,jabipq->niabpq", grad_y, self.params["weight"])
        grad_x = np.zeros_like(self.x)
        A, B = grad_y.shape[2:]
        for p in range(h):
            for q in range(w):
                rows, cols = slice(p, p + A * sh, sh), slice(q, q + B * sw, sw)
                grad_x[:, :, rows, cols] += back[..., h - 1 - p, w - 1 - q]
        return grad_x


# %% LocallyConnected2d: midnight-keeps-a-patch
# breaks: backward
# mistake: Keeps only the last patch of forward, and uses it for the gradient of every unit's weights.
# names: locallyconnected2d-backward-weight-last-patch
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def forward(self, x):
        J, out_h, out_w = self.params["bias"].shape
        h, w = self.params["weight"].shape[-2:]
        self.shape = x.shape
        y = np.zeros((x.shape[0], J, out_h, out_w), dtype=x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                top, left = a * self.stride[0], b * self.stride[1]
                self.patch = x[:, :, top : top + h, left : left + w]
                for j in range(J):
                    product = self.patch * self.params["weight"][j, a, b]
                    y[:, j, a, b] = product.sum(axis=(1, 2, 3)) + self.params["bias"][j, a, b]
        return y

    def backward(self, grad_y):
        J, out_h, out_w = self.params["bias"].shape
        h, w = self.params["weight"].shape[-2:]
        grad_x = np.zeros(self.shape, dtype=grad_y.dtype)
        grad_w = np.zeros_like(self.params["weight"])
        for a in range(out_h):
            for b in range(out_w):
                top, left = a * self.stride[0], b * self.stride[1]
                for j in range(J):
                    g = grad_y[:, j, a, b][:, None, None, None]
                    grad_w[j, a, b] = (g * self.patch).sum(axis=0)
                    grad_x[:, :, top : top + h, left : left + w] += (
                        g * self.params["weight"][j, a, b]
                    )
        self.grads["weight"] = grad_w
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_x


# %% LocallyConnected2d: midnight-height-for-the-width
# breaks: forward at least
# mistake: Copy and paste: the patch is h × h.
# names: locallyconnected2d-forward-patch-swapped
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def forward(self, x):
        self.x = x
        weight = self.params["weight"]
        J, A, B, C, h, w = weight.shape
        y = np.zeros((len(x), J, A, B), x.dtype)
        for a in range(A):
            for b in range(B):
                r, s = a * self.stride[0], b * self.stride[1]
                window = x[:, :, r : r + h, s : s + h]
                y[:, :, a, b] = np.einsum("nipq,jipq->nj", window, weight[:, a, b])
        return y + self.params["bias"].astype(x.dtype)

    def backward(self, grad_y):
        weight = self.params["weight"]
        J, A, B, C, h, w = weight.shape
        dx = np.zeros_like(self.x)
        self.grads = {"weight": np.zeros_like(weight), "bias": grad_y.sum(axis=0)}
        for a in range(A):
            for b in range(B):
                here = np.s_[:, :, a * self.stride[0] :, b * self.stride[1] :]
                g = grad_y[:, :, a, b]
                window = self.x[here][:, :, :h, :w]
                self.grads["weight"][:, a, b] = np.einsum("nj,nipq->jipq", g, window)
                dx[here][:, :, :h, :w] += np.einsum("nj,jipq->nipq", g, weight[:, a, b])
        return dx


# %% LocallyConnected2d: midnight-weights-summed-over-the-maps
# breaks: backward
# mistake: The gradient of x is that of the first map only.
# names: locallyconnected2d-backward-one-map
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def forward(self, x):
        (sh, sw), weight = self.stride, self.params["weight"]
        J, A, B, C, h, w = weight.shape
        rows = sh * np.arange(A)[:, None, None, None] + np.arange(h)[:, None]
        cols = sw * np.arange(B)[:, None, None] + np.arange(w)
        self.index, self.shape = (slice(None), slice(None), rows, cols), x.shape
        self.patches = x[self.index]
        y = np.einsum("niabpq,jabipq->njab", self.patches, weight) + self.params["bias"]
        return y.astype(x.dtype)

    def backward(self, grad_y):
        weight = self.params["weight"]
        self.grads["weight"] = np.einsum("niabpq,njab->jabipq", self.patches, grad_y)
        self.grads["bias"] = np.einsum("njab->jab", grad_y)
        back = np.einsum("nab,abipq->niabpq", grad_y[:, 0], weight[0])
        grad_x = np.zeros(self.shape, dtype=grad_y.dtype)
        np.add.at(grad_x, self.index, back)
        return grad_x


# %% LocallyConnected2d: midnight-one-map-s-bias-there-repeats-lost-back
# breaks: both
# mistake: Adds the first map's biases to all maps; x's gradient is scattered by fancy indexing with +=.
# names: locallyconnected2d-forward-bias-other, locallyconnected2d-backward-assigned
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def _index(self):
        _, A, B, _, h, w = self.params["weight"].shape
        rows = self.stride[0] * np.arange(A)[:, None] + np.arange(h)
        cols = self.stride[1] * np.arange(B)[:, None] + np.arange(w)
        return rows[:, None, :, None], cols[None, :, None, :]

    def forward(self, x):
        rows, cols = self._index()
        self.x = x
        patches = x[:, :, rows, cols]
        y = np.einsum("niabpq,jabipq->njab", patches, self.params["weight"], optimize=True)
        return (y + self.params["bias"][0]).astype(x.dtype)

    def backward(self, grad_y):
        rows, cols = self._index()
        patches = self.x[:, :, rows, cols]
        self.grads["weight"] = np.einsum("niabpq,njab->jabipq", patches, grad_y, optimize=True)
        self.grads["bias"] = grad_y.sum(axis=0)
        grad_x = np.zeros_like(self.x)
        grad_x[:, :, rows, cols] += np.einsum("njab,jabipq->niabpq", grad_y, self.params["weight"])
        return grad_x
