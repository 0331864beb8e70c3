"""Held out: what learners write at midnight (conv arrays, 3 of 5)."""

# ruff: noqa
# fmt: off

# %% Conv2d: midnight-no-bias-there-gradient-as-a-matrix-back
# breaks: both
# mistake: Forgets the bias; leaves the weight's gradient as a matrix (maps, C·h·w).
# names: conv2d-forward-bias-forgotten, conv2d-forward-bias-missing, conv2d-backward-flattened; conv2d-forward-something-added, conv2d-backward-axes-too-few
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
    def _columns(self, x):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        places = [
            (r, s)
            for r in range(0, x.shape[2] - h + 1, sh)
            for s in range(0, x.shape[3] - w + 1, sw)
        ]
        self.places = places
        self.out = (x.shape[2] - h) // sh + 1, (x.shape[3] - w) // sw + 1
        return np.stack([x[:, :, r : r + h, s : s + w].reshape(len(x), -1) for r, s in places], 1)

    def forward(self, x):
        (ph, pw) = self.padding
        self.padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        self.columns = self._columns(self.padded)
        flat = self.params["weight"].reshape(len(self.params["weight"]), -1)
        y = self.columns @ flat.T
        return y.swapaxes(1, 2).reshape(len(x), -1, *self.out).astype(x.dtype)

    def backward(self, grad_y):
        (ph, pw), (h, w) = self.padding, self.kernel_size
        flat = self.params["weight"].reshape(len(self.params["weight"]), -1)
        g = grad_y.reshape(*grad_y.shape[:2], -1)
        self.grads["weight"] = sum(one @ columns for one, columns in zip(g, self.columns))
        self.grads["bias"] = g.sum(axis=(0, 2))
        grad_x = np.zeros_like(self.padded)
        for number, (r, s) in enumerate(self.places):
            back = g[:, :, number] @ flat
            grad_x[:, :, r : r + h, s : s + w] += back.reshape(len(g), -1, h, w)
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]


# %% Conv2d: midnight-bias-on-the-last-axis
# breaks: forward at least
# mistake: Adds the bias as it is, so it broadcasts along the columns of the map, if at all.
# names: conv2d-forward-bias-on-columns; conv2d-forward-error-shapes
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
        self.xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        self.win = sliding_window_view(self.xp, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        y = np.einsum("niabpq,jipq->njab", self.win, self.params["weight"])
        return (y + self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        (h, w), (sh, sw), (ph, pw) = self.kernel_size, self.stride, self.padding
        oh, ow = grad_y.shape[2:]
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        self.grads["weight"] = np.einsum("niabpq,njab->jipq", self.win, grad_y)
        dx = np.zeros_like(self.xp)
        for p in range(h):
            for q in range(w):
                dx[:, :, p : p + sh * oh : sh, q : q + sw * ow : sw] += np.einsum(
                    "njab,ji->niab", grad_y, self.params["weight"][..., p, q]
                )
        return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


# %% Conv2d: midnight-repeats-the-edge
# breaks: forward at least
# mistake: Pads with the edge's pixels instead of zeros; the backward cuts the padding off as if it were zeros.
# names: conv2d-forward-padding-not-zero; conv2d-forward-border
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
        self.pads = ((0, 0), (0, 0), (self.padding[0],) * 2, (self.padding[1],) * 2)
        self.x = np.pad(x, self.pads, mode="edge")
        h, w = self.kernel_size
        sh, sw = self.stride
        out_h, out_w = (self.x.shape[2] - h) // sh + 1, (self.x.shape[3] - w) // sw + 1
        y = 0
        for p in range(h):
            for q in range(w):
                part = self.x[:, :, p:, q:][:, :, : out_h * sh : sh, : out_w * sw : sw]
                y = y + np.einsum("niab,ji->njab", part, self.params["weight"][:, :, p, q])
        return (y + self.params["bias"][:, None, None]).astype(x.dtype)

    def backward(self, grad_y):
        h, w = self.kernel_size
        (sh, sw), (out_h, out_w) = self.stride, grad_y.shape[2:]
        weight = self.params["weight"]
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        self.grads["weight"] = np.zeros_like(weight)
        dx = np.zeros_like(self.x)
        for p in range(h):
            for q in range(w):
                part = self.x[:, :, p:, q:][:, :, : out_h * sh : sh, : out_w * sw : sw]
                self.grads["weight"][:, :, p, q] = np.einsum("njab,niab->ji", grad_y, part)
                back = dx[:, :, p:, q:][:, :, : out_h * sh : sh, : out_w * sw : sw]
                back += np.einsum("njab,ji->niab", grad_y, weight[:, :, p, q]).astype(dx.dtype)
        (ph, pw), (H, W) = self.padding, dx.shape[2:]
        return dx[:, :, ph : H - ph, pw : W - pw]


# %% Conv2d: midnight-pads-the-other-axis
# breaks: both
# mistake: padding[0] goes to the columns and padding[1] to the rows.
# names: conv2d-forward-paddings-mixed-up
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
        pad_w, pad_h = self.padding
        sh, sw = self.stride
        xp = np.pad(x, ((0, 0), (0, 0), (pad_h, pad_h), (pad_w, pad_w)))
        self.shape, self.padded_shape = x.shape, xp.shape
        self.view = sliding_window_view(xp, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        n, c, oh, ow, kh, kw = self.view.shape
        self.col = self.view.transpose(0, 2, 3, 1, 4, 5).reshape(n, oh * ow, c * kh * kw)
        y = self.col @ self.params["weight"].reshape(-1, c * kh * kw).T + self.params["bias"]
        return y.transpose(0, 2, 1).reshape(n, -1, oh, ow).astype(x.dtype)

    def backward(self, grad_y):
        pad_w, pad_h = self.padding
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        oh, ow = grad_y.shape[2:]
        self.grads["weight"] = np.einsum("niabpq,njab->jipq", self.view, grad_y)
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        grad = np.zeros(self.padded_shape, dtype=grad_y.dtype)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i : i + sh * oh : sh, j : j + sw * ow : sw] += np.einsum(
                    "njab,ji->niab", grad_y, self.params["weight"][:, :, i, j]
                )
        H, W = self.shape[2:]
        return grad[:, :, pad_h : pad_h + H, pad_w : pad_w + W]


# %% Conv2d: midnight-float64-out
# breaks: both
# mistake: Allocates with np.zeros and hands float64 back for float32, in both passes.
# names: conv2d-forward-always-double, conv2d-backward-always-double
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
        N, C, H, W = x.shape
        F, _, HH, WW = self.params["weight"].shape
        ph, pw = self.padding
        self.x = x
        self.H_out = 1 + (H + 2 * ph - HH) // self.stride[0]
        self.W_out = 1 + (W + 2 * pw - WW) // self.stride[1]
        x_pad = np.pad(x, ((0,), (0,), (ph,), (pw,)), "constant")
        out = np.zeros((N, F, self.H_out, self.W_out))
        for i in range(self.H_out):
            for j in range(self.W_out):
                r, c = i * self.stride[0], j * self.stride[1]
                x_pad_masked = x_pad[:, :, r : r + HH, c : c + WW]
                for k in range(F):
                    w_k = self.params["weight"][k]
                    out[:, k, i, j] = np.sum(x_pad_masked * w_k, axis=(1, 2, 3))
        return out + self.params["bias"][None, :, None, None]

    def backward(self, grad_y):
        N, C, H, W = self.x.shape
        F, _, HH, WW = self.params["weight"].shape
        ph, pw = self.padding
        x_pad = np.pad(self.x, ((0,), (0,), (ph,), (pw,)), "constant")
        dx_pad = np.zeros(x_pad.shape)
        dw = np.zeros(self.params["weight"].shape)
        for i in range(self.H_out):
            for j in range(self.W_out):
                r, c = i * self.stride[0], j * self.stride[1]
                for k in range(F):
                    g = grad_y[:, k, i, j][:, None, None, None]
                    dw[k] += np.sum(x_pad[:, :, r : r + HH, c : c + WW] * g, axis=0)
                for n in range(N):
                    g = grad_y[n, :, i, j][:, None, None, None]
                    dx_pad[n, :, r : r + HH, c : c + WW] += np.sum(self.params["weight"] * g, 0)
        self.grads["weight"] = dw
        self.grads["bias"] = np.sum(grad_y, axis=(0, 2, 3))
        return dx_pad[:, :, ph : ph + H, pw : pw + W]
