"""Held out: what learners write at midnight (local, 2 of 4)."""

# ruff: noqa
# fmt: off

# %% LocallyConnected2d: midnight-stride-only-there
# breaks: backward
# mistake: The stride is missing in backward only.
# names: locallyconnected2d-backward-stride-ignored
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
        (sh, sw), (h, w) = self.stride, self.params["weight"].shape[-2:]
        self.x = x
        view = sliding_window_view(x, (h, w), axis=(2, 3))[:, :, ::sh, ::sw]
        y = np.einsum("niabpq,jabipq->njab", view, self.params["weight"])
        return (y + self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        h, w = self.params["weight"].shape[-2:]
        oh, ow = grad_y.shape[2:]
        view = sliding_window_view(self.x, (h, w), axis=(2, 3))[:, :, :oh, :ow]
        self.grads["weight"] = np.einsum("njab,niabpq->jabipq", grad_y, view)
        self.grads["bias"] = grad_y.sum(axis=0)
        back = np.einsum("njab,jabipq->niabpq", grad_y, self.params["weight"])
        grad_x = np.zeros_like(self.x)
        for p in range(h):
            for q in range(w):
                grad_x[:, :, p : p + oh, q : q + ow] += back[..., p, q]
        return grad_x


# %% LocallyConnected2d: midnight-stride-swapped
# breaks: forward at least
# mistake: Rows move by the horizontal stride and columns by the vertical one.
# names: locallyconnected2d-forward-stride-swapped; locallyconnected2d-forward-error-shapes
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
    def windows(self, x):
        (sw, sh), (h, w) = self.stride, self.params["weight"].shape[-2:]
        n, c, H, W = x.shape
        _, oh, ow = self.params["bias"].shape
        a, b, r, s = x.strides
        out = np.empty((n, c, oh, ow, h, w), x.dtype)
        for i in range(oh):
            for j in range(ow):
                out[:, :, i, j] = x[:, :, i * sh : i * sh + h, j * sw : j * sw + w]
        return out

    def forward(self, x):
        self.shape = x.shape
        self.view = self.windows(x)
        y = np.einsum("niabpq,jabipq->njab", self.view, self.params["weight"])
        return (y + self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        (sw, sh), (h, w) = self.stride, self.params["weight"].shape[-2:]
        self.grads["weight"] = np.einsum("niabpq,njab->jabipq", self.view, grad_y)
        self.grads["bias"] = grad_y.sum(axis=0)
        back = np.einsum("njab,jabipq->niabpq", grad_y, self.params["weight"])
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                grad_x[:, :, i * sh : i * sh + h, j * sw : j * sw + w] += back[:, :, i, j]
        return grad_x


# %% LocallyConnected2d: midnight-one-bias-for-each-map
# breaks: forward
# mistake: Adds the bias of place (0, 0) at every place of the map.
# names: locallyconnected2d-forward-bias-other
from numpy.lib.stride_tricks import as_strided

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
    def _view(self, x):
        (sh, sw), (h, w) = self.stride, self.params["weight"].shape[-2:]
        n, c, H, W = x.shape
        s = x.strides
        shape = (n, c, (H - h) // sh + 1, (W - w) // sw + 1, h, w)
        return as_strided(x, shape, (s[0], s[1], s[2] * sh, s[3] * sw, s[2], s[3]))

    def forward(self, x):
        self.x = x
        y = np.einsum("niabpq,jabipq->njab", self._view(x), self.params["weight"])
        return (y + self.params["bias"][:, :1, :1]).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["weight"] = np.einsum("niabpq,njab->jabipq", self._view(self.x), grad_y)
        self.grads["bias"] = grad_y.sum(axis=0)
        grad_x = np.zeros_like(self.x)
        target = self._view(grad_x)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                target[:, :, a, b] += np.einsum(
                    "nj,jipq->nipq", grad_y[:, :, a, b], self.params["weight"][:, a, b]
                ).astype(grad_x.dtype)
        return grad_x


# %% LocallyConnected2d: midnight-reshapes-weight-without-moving-channels
# breaks: forward
# mistake: Flattens weight (J, A, B, C, h, w) as if the channels came first, (J, C, A, B, h, w).
# names: locallyconnected2d-forward-order
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
        (sh, sw), weight = self.stride, self.params["weight"]
        J, A, B, C, h, w = weight.shape
        self.shape = x.shape
        self.view = sliding_window_view(x, (h, w), axis=(2, 3))[:, :, ::sh, ::sw]
        kernels = weight.reshape(J, C, A, B, h, w)
        y = (self.view[:, None] * kernels).sum(axis=(2, 5, 6)) + self.params["bias"]
        return y.astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), weight = self.stride, self.params["weight"]
        J, A, B, C, h, w = weight.shape
        kernels = weight.reshape(J, C, A, B, h, w)
        g = grad_y[:, :, None, :, :, None, None]
        self.grads["weight"] = (g * self.view[:, None]).sum(axis=0).reshape(weight.shape)
        self.grads["bias"] = grad_y.sum(axis=0)
        back = (g * kernels).sum(axis=1)
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for p in range(h):
            for q in range(w):
                grad_x[:, :, p : p + A * sh : sh, q : q + B * sw : sw] += back[..., p, q]
        return grad_x


# %% LocallyConnected2d: midnight-no-bias-there-mean-over-the-batch-back
# breaks: both
# mistake: Forgets the bias; both parameters' gradients are means over the batch.
# names: locallyconnected2d-forward-bias-forgotten, locallyconnected2d-grads-averaged; locallyconnected2d-forward-something-added, locallyconnected2d-backward-scaled
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
        y = np.empty((len(x), J, A, B), dtype=x.dtype)
        for a in range(A):
            for b in range(B):
                flat = x[:, :, a * self.stride[0] :, b * self.stride[1] :][:, :, :h, :w]
                y[:, :, a, b] = flat.reshape(len(x), -1) @ weight[:, a, b].reshape(J, -1).T
        return y

    def backward(self, grad_y):
        weight = self.params["weight"]
        J, A, B, C, h, w = weight.shape
        batch = len(grad_y)
        dw, dx = np.zeros_like(weight), np.zeros_like(self.x)
        for a in range(A):
            for b in range(B):
                r, s = a * self.stride[0], b * self.stride[1]
                flat = self.x[:, :, r : r + h, s : s + w].reshape(batch, -1)
                dw[:, a, b] = (grad_y[:, :, a, b].T @ flat / batch).reshape(J, C, h, w)
                dx[:, :, r : r + h, s : s + w] += (
                    grad_y[:, :, a, b] @ weight[:, a, b].reshape(J, -1)
                ).reshape(batch, C, h, w)
        self.grads["weight"] = dw
        self.grads["bias"] = grad_y.mean(axis=0)
        return dx
