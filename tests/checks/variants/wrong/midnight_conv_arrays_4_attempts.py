"""Held out: what learners write at midnight (conv arrays, 4 of 5)."""

# ruff: noqa
# fmt: off

# %% Conv2d: midnight-images-added-there-averaged-back
# breaks: both
# mistake: The einsum of forward lacks an n behind the arrow: images are summed. The bias's gradient is a mean over them.
# names: conv2d-forward-images-added, conv2d-grads-averaged; conv2d-forward-copies, conv2d-backward-scaled
from numpy.lib.stride_tricks import sliding_window_view

import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class Conv2d(Layer):
    """params["weight"] (out_channels, in_channels, h, w), params["bias"] (out_channels,)."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = pair(padding)
        shape = (out_channels, in_channels, *self.kernel_size)
        scale = np.sqrt(2 / np.prod(shape[1:]))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_channels)
    def forward(self, x):
        (sh, sw), (ph, pw) = self.stride, self.padding
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        self.w = sliding_window_view(self.x, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        y = np.einsum("niabpq,jipq->jab", self.w, self.params["weight"])
        y = y + self.params["bias"][:, None, None]
        return np.broadcast_to(y, (len(x), *y.shape)).astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (ph, pw) = self.stride, self.padding
        oh, ow = grad_y.shape[2:]
        self.grads["weight"] = np.einsum("niabpq,njab->jipq", self.w, grad_y)
        self.grads["bias"] = grad_y.sum(axis=(2, 3)).mean(axis=0)
        dx = np.zeros_like(self.x)
        for p in range(self.kernel_size[0]):
            for q in range(self.kernel_size[1]):
                dx[:, :, p : p + sh * oh : sh, q : q + sw * ow : sw] += np.einsum(
                    "njab,ji->niab", grad_y, self.params["weight"][:, :, p, q]
                )
        return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


# %% Conv2d: midnight-last-axis-is-the-channel
# breaks: both
# mistake: Reads the picture as (N, H, W, C), as another framework has it: the padding goes to axes 1 and 2.
# names: conv2d-forward-axes-reordered; conv2d-forward-error-shapes
from numpy.lib.stride_tricks import sliding_window_view

import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class Conv2d(Layer):
    """params["weight"] (out_channels, in_channels, h, w), params["bias"] (out_channels,)."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = pair(padding)
        shape = (out_channels, in_channels, *self.kernel_size)
        scale = np.sqrt(2 / np.prod(shape[1:]))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_channels)
    def forward(self, x):
        (sh, sw), (ph, pw) = self.stride, self.padding
        self.x = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)))
        view = sliding_window_view(self.x, self.kernel_size, axis=(1, 2))[:, ::sh, ::sw]
        self.view = view  # n a b c p q
        y = np.tensordot(view, self.params["weight"], axes=([3, 4, 5], [1, 2, 3]))
        return (y + self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        self.grads["bias"] = grad_y.sum(axis=(0, 1, 2))
        self.grads["weight"] = np.tensordot(grad_y, self.view, axes=([0, 1, 2], [0, 1, 2]))
        dx = np.zeros_like(self.x)
        for a in range(grad_y.shape[1]):
            for b in range(grad_y.shape[2]):
                dx[:, a * sh : a * sh + h, b * sw : b * sw + w] += np.einsum(
                    "nj,jcpq->npqc", grad_y[:, a, b], self.params["weight"]
                )
        return dx[:, ph : dx.shape[1] - ph, pw : dx.shape[2] - pw]


# %% Conv2d: midnight-learns-while-it-walks-back
# breaks: backward
# mistake: Takes a gradient step in backward itself, so the weights are others the next time.
# names: conv2d-backward-learns
from numpy.lib.stride_tricks import sliding_window_view

import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class Conv2d(Layer):
    """params["weight"] (out_channels, in_channels, h, w), params["bias"] (out_channels,)."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = pair(padding)
        shape = (out_channels, in_channels, *self.kernel_size)
        scale = np.sqrt(2 / np.prod(shape[1:]))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_channels)
        self.lr = 0.01

    def forward(self, x):
        (sh, sw), (ph, pw) = self.stride, self.padding
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        self.w = sliding_window_view(self.x, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        y = np.einsum("niabpq,jipq->njab", self.w, self.params["weight"])
        y += self.params["bias"][:, None, None]
        return y.astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        self.grads["weight"] = np.einsum("niabpq,njab->jipq", self.w, grad_y)
        dx = np.zeros_like(self.x)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                dx[:, :, a * sh : a * sh + h, b * sw : b * sw + w] += np.einsum(
                    "nj,jipq->nipq", grad_y[:, :, a, b], self.params["weight"]
                )
        self.params["weight"] -= self.lr * self.grads["weight"]
        self.params["bias"] -= self.lr * self.grads["bias"]
        return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


# %% Conv2d: midnight-channels-swapped-in-the-gradient
# breaks: backward
# mistake: The tensordot of the input's gradient sums over the weight's channels where it should over its maps.
# names: conv2d-backward-maps-and-channels-swapped; conv2d-backward-error-shapes
from numpy.lib.stride_tricks import sliding_window_view

import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class Conv2d(Layer):
    """params["weight"] (out_channels, in_channels, h, w), params["bias"] (out_channels,)."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = pair(padding)
        shape = (out_channels, in_channels, *self.kernel_size)
        scale = np.sqrt(2 / np.prod(shape[1:]))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_channels)
    def forward(self, x):
        (sh, sw), (ph, pw) = self.stride, self.padding
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        self.w = sliding_window_view(self.x, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        y = np.tensordot(self.params["weight"], self.w, axes=([1, 2, 3], [1, 4, 5]))
        y = y.swapaxes(0, 1) + self.params["bias"][:, None, None]
        return y.astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        oh, ow = grad_y.shape[2:]
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        self.grads["weight"] = np.tensordot(grad_y, self.w, axes=([0, 2, 3], [0, 2, 3]))
        dx = np.zeros_like(self.x)
        for p in range(h):
            for q in range(w):
                part = np.tensordot(self.params["weight"][:, :, p, q], grad_y, axes=(1, 1))
                dx[:, :, p : p + sh * oh : sh, q : q + sw * ow : sw] += part.swapaxes(0, 1)
        return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


# %% Conv2d: midnight-asks-the-vertical-padding-only
# breaks: backward
# mistake: Crops both axes with [p:-p] if the vertical padding is not 0, and neither if it is.
# names: conv2d-backward-cropped-by-minus-zero, conv2d-backward-cropped-elsewhere, conv2d-backward-padding-not-cropped; conv2d-backward-too-large, conv2d-backward-too-small, conv2d-backward-another-size
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class Conv2d(Layer):
    """params["weight"] (out_channels, in_channels, h, w), params["bias"] (out_channels,)."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = pair(padding)
        shape = (out_channels, in_channels, *self.kernel_size)
        scale = np.sqrt(2 / np.prod(shape[1:]))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_channels)
    def forward(self, x):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        out_h, out_w = (self.x.shape[2] - h) // sh + 1, (self.x.shape[3] - w) // sw + 1
        y = np.zeros((len(x), len(self.params["weight"]), out_h, out_w), x.dtype)
        for p in range(h):
            for q in range(w):
                part = self.x[:, :, p : p + out_h * sh : sh, q : q + out_w * sw : sw]
                kernel = self.params["weight"][:, :, p, q]
                y += np.moveaxis(np.tensordot(kernel, part, axes=(1, 1)), 0, 1).astype(x.dtype)
        return y + self.params["bias"].astype(x.dtype)[:, None, None]

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        out_h, out_w = grad_y.shape[2:]
        weight = self.params["weight"]
        self.grads["weight"] = np.empty_like(weight)
        self.grads["bias"] = grad_y.sum((0, 2, 3))
        grad_x = np.zeros_like(self.x)
        for p in range(h):
            for q in range(w):
                here = np.s_[:, :, p : p + out_h * sh : sh, q : q + out_w * sw : sw]
                self.grads["weight"][:, :, p, q] = np.tensordot(
                    grad_y, self.x[here], axes=([0, 2, 3], [0, 2, 3])
                )
                grad_x[here] += np.einsum("njab,ji->niab", grad_y, weight[:, :, p, q])
        if ph:
            grad_x = grad_x[:, :, ph:-ph, pw:-pw]
        return grad_x


# %% Conv2d: midnight-one-cache-for-all-layers
# breaks: backward
# mistake: The cache is a dict of the class, so another layer's forward overwrites it.
# names: conv2d-state-shared
from numpy.lib.stride_tricks import sliding_window_view


def pair(value):
    return value if isinstance(value, tuple) else (value, value)

import numpy as np

from convkit import Layer

class Conv2d(Layer):
    cache = {}

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size, self.stride, self.padding = map(pair, (kernel_size, stride, padding))
        shape = (out_channels, in_channels, *self.kernel_size)
        std = np.sqrt(2 / np.prod(shape[1:]))
        self.params["weight"] = np.random.default_rng(rng).normal(0, std, shape)
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        (sh, sw), (ph, pw) = self.stride, self.padding
        xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        windows = sliding_window_view(xp, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        self.cache["shape"], self.cache["windows"] = xp.shape, windows
        y = np.einsum("niabpq,jipq->njab", windows, self.params["weight"])
        return (y + self.params["bias"].reshape(-1, 1, 1)).astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        windows, (n, c, H, W) = self.cache["windows"], self.cache["shape"]
        self.grads["weight"] = np.einsum("niabpq,njab->jipq", windows, grad_y)
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        grad_x = np.zeros((n, c, H, W), dtype=grad_y.dtype)
        oh, ow = grad_y.shape[2:]
        back = np.einsum("njab,jipq->pqniab", grad_y, self.params["weight"])
        for p in range(h):
            for q in range(w):
                grad_x[:, :, p : p + oh * sh : sh, q : q + ow * sw : sw] += back[p, q]
        return grad_x[:, :, ph : H - ph, pw : W - pw]
