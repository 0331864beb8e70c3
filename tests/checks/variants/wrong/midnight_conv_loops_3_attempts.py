"""Held out: what learners write at midnight (conv loops, 3 of 4)."""

# ruff: noqa
# fmt: off

# %% Conv2d: midnight-bias-in-the-loop-there-over-the-batch-only-back
# breaks: both
# mistake: Adds the bias once for each offset p, q; sums its gradient over the batch only.
# names: conv2d-forward-bias-factor, conv2d-backward-bias-too-few-axes; conv2d-forward-something-added, conv2d-backward-axes-too-many
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
        xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        self.xp = xp
        oh, ow = (xp.shape[2] - h) // sh + 1, (xp.shape[3] - w) // sw + 1
        y = np.zeros((x.shape[0], self.params["weight"].shape[0], oh, ow))
        for p in range(h):
            for q in range(w):
                part = xp[:, :, p : p + sh * (oh - 1) + 1 : sh, q : q + sw * (ow - 1) + 1 : sw]
                y += np.einsum("niab,ji->njab", part, self.params["weight"][:, :, p, q])
                y += self.params["bias"].reshape(-1, 1, 1)
        return y.astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        oh, ow = grad_y.shape[2:]
        grad_x = np.zeros_like(self.xp)
        grad_w = np.zeros_like(self.params["weight"])
        for p in range(h):
            for q in range(w):
                rows = slice(p, p + sh * (oh - 1) + 1, sh)
                cols = slice(q, q + sw * (ow - 1) + 1, sw)
                grad_w[:, :, p, q] = np.einsum("njab,niab->ji", grad_y, self.xp[:, :, rows, cols])
                grad_x[:, :, rows, cols] += np.einsum(
                    "njab,ji->niab", grad_y, self.params["weight"][:, :, p, q]
                )
        self.grads["weight"] = grad_w
        self.grads["bias"] = np.sum(grad_y, axis=0)
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]


# %% Conv2d: midnight-unpadded-input-for-the-weights
# breaks: backward
# mistake: Kept x before padding; the windows for the weight's gradient are taken from it, cut at the edge.
# names: conv2d-backward-weight-padding-forgotten
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
        self.x = x
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        out_h, out_w = (x.shape[2] - h) // sh + 1, (x.shape[3] - w) // sw + 1
        y = np.zeros((x.shape[0], len(self.params["weight"]), out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                window = x[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                y[:, :, a, b] = np.einsum("nipq,jipq->nj", window, self.params["weight"])
        y += self.params["bias"][:, None, None].astype(x.dtype)
        return y

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        n, c, H, W = self.x.shape
        grad_x = np.zeros((n, c, H + 2 * ph, W + 2 * pw), grad_y.dtype)
        grad_w = np.zeros_like(self.params["weight"])
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                r, s = a * sh, b * sw
                window = self.x[:, :, r : r + h, s : s + w]
                grad_w[:, :, : window.shape[2], : window.shape[3]] += np.einsum(
                    "nj,nipq->jipq", grad_y[:, :, a, b], window
                )
                grad_x[:, :, r : r + h, s : s + w] += np.einsum(
                    "nj,jipq->nipq", grad_y[:, :, a, b], self.params["weight"]
                )
        self.grads["weight"] = grad_w
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        return grad_x[:, :, ph : ph + H, pw : pw + W]


# %% Conv2d: midnight-keeps-the-first-batch
# breaks: backward
# mistake: Stores the padded input only if there is none yet, so backward uses the first batch for ever.
# names: conv2d-state-first-input; conv2d-backward-remembers
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
        self.cache = None

    def forward(self, x):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        if self.cache is None:
            self.cache = padded
        out_h, out_w = (padded.shape[2] - h) // sh + 1, (padded.shape[3] - w) // sw + 1
        y = np.zeros((len(x), len(self.params["weight"]), out_h, out_w), dtype=x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                window = padded[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                y[:, :, a, b] = (
                    np.einsum("nipq,jipq->nj", window, self.params["weight"]) + self.params["bias"]
                )
        return y

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        padded = self.cache
        grad_x = np.zeros_like(padded)
        self.grads["weight"] = np.zeros_like(self.params["weight"])
        self.grads["bias"] = np.zeros_like(self.params["bias"])
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                g = grad_y[:, :, a, b]
                self.grads["bias"] += g.sum(axis=0)
                self.grads["weight"] += np.einsum(
                    "nj,nipq->jipq", g, padded[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                )
                grad_x[:, :, a * sh : a * sh + h, b * sw : b * sw + w] += np.einsum(
                    "nj,jipq->nipq", g, self.params["weight"]
                )
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]


# %% Conv2d: midnight-rounds-up
# breaks: forward at least
# mistake: The output size is rounded up, so the last window sticks out where the edge is ragged.
# names: conv2d-forward-rounded-up; conv2d-forward-error-shapes
import math

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
        out_h = math.ceil((self.x.shape[2] - h) / sh) + 1
        out_w = math.ceil((self.x.shape[3] - w) / sw) + 1
        y = np.zeros((len(x), len(self.params["weight"]), out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                window = self.x[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                y[:, :, a, b] = np.einsum("nipq,jipq->nj", window, self.params["weight"])
        return y + self.params["bias"].astype(x.dtype).reshape(1, -1, 1, 1)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        grad_x = np.zeros_like(self.x)
        grad_w = np.zeros_like(self.params["weight"])
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                here = (..., slice(a * sh, a * sh + h), slice(b * sw, b * sw + w))
                grad_w += np.einsum("nj,nipq->jipq", grad_y[:, :, a, b], self.x[here])
                grad_x[here] += np.einsum(
                    "nj,jipq->nipq", grad_y[:, :, a, b], self.params["weight"]
                )
        self.grads["weight"] = grad_w
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]


# %% Conv2d: midnight-flipped-kernel-there-flat-average-back
# breaks: both
# mistake: Turns the kernel in forward, as a true convolution; averages the bias's gradient over the places.
# names: conv2d-forward-flipped, conv2d-backward-scaled; conv2d-backward-scaled
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
        kernel = self.params["weight"][:, :, ::-1, ::-1]
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        out_h, out_w = (self.x.shape[2] - h) // sh + 1, (self.x.shape[3] - w) // sw + 1
        y = np.zeros((len(x), len(kernel), out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                window = self.x[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                y[:, :, a, b] = np.einsum("nipq,jipq->nj", window, kernel) + self.params["bias"]
        return y

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        kernel = self.params["weight"][:, :, ::-1, ::-1]
        grad_x, grad_k = np.zeros_like(self.x), np.zeros(kernel.shape)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                rows, cols = slice(a * sh, a * sh + h), slice(b * sw, b * sw + w)
                grad_k += np.einsum("nj,nipq->jipq", grad_y[:, :, a, b], self.x[:, :, rows, cols])
                grad_x[:, :, rows, cols] += np.einsum("nj,jipq->nipq", grad_y[:, :, a, b], kernel)
        self.grads["weight"] = grad_k[:, :, ::-1, ::-1]
        self.grads["bias"] = grad_y.sum(axis=0).mean(axis=(1, 2))
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]
