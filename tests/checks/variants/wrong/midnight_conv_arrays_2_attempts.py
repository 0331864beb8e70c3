"""Held out: what learners write at midnight (conv arrays, 2 of 5)."""

# ruff: noqa
# fmt: off

# %% Conv2d: midnight-strides-of-x-before-padding
# breaks: forward at least
# mistake: as_strided gets the strides of the array before padding.
# names: -; conv2d-forward-only-padding, conv2d-backward-partly-right
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
        (h, w), (sh, sw), (ph, pw) = self.kernel_size, self.stride, self.padding
        N, C, H, W = x.shape
        s0, s1, s2, s3 = x.strides
        self.x_pad = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        oh, ow = (H + 2 * ph - h) // sh + 1, (W + 2 * pw - w) // sw + 1
        self.view = np.lib.stride_tricks.as_strided(
            self.x_pad,
            shape=(N, C, oh, ow, h, w),
            strides=(s0, s1, s2 * sh, s3 * sw, s2, s3),
        )
        y = np.einsum("niabpq,jipq->njab", self.view, self.params["weight"], optimize=True)
        return (y + self.params["bias"][None, :, None, None]).astype(x.dtype)

    def backward(self, grad_y):
        (h, w), (sh, sw), (ph, pw) = self.kernel_size, self.stride, self.padding
        oh, ow = grad_y.shape[2:]
        self.grads["weight"] = np.einsum("njab,niabpq->jipq", grad_y, self.view, optimize=True)
        self.grads["bias"] = np.einsum("njab->j", grad_y)
        dx = np.zeros_like(self.x_pad)
        for p in range(h):
            for q in range(w):
                dx[:, :, p : p + sh * oh : sh, q : q + sw * ow : sw] += np.einsum(
                    "njab,ji->niab", grad_y, self.params["weight"][:, :, p, q]
                )
        return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


# %% Conv2d: midnight-adds-through-overlapping-views
# breaks: backward
# mistake: Adds all windows at once through an as_strided view, whose cells overlap: sums get lost.
# names: conv2d-backward-assigned; conv2d-backward-partly-right
from numpy.lib.stride_tricks import as_strided

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
    def windows(self, x):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        n, c, hh, ww = x.shape
        a, b, r, s = x.strides
        shape = (n, c, (hh - h) // sh + 1, (ww - w) // sw + 1, h, w)
        return as_strided(x, shape, (a, b, r * sh, s * sw, r, s))

    def forward(self, x):
        ph, pw = self.padding
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        y = np.tensordot(self.windows(self.x), self.params["weight"], ([1, 4, 5], [1, 2, 3]))
        y += self.params["bias"]
        return y.transpose(0, 3, 1, 2).astype(x.dtype)

    def backward(self, grad_y):
        ph, pw = self.padding
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        self.grads["weight"] = np.tensordot(
            grad_y, self.windows(self.x), axes=([0, 2, 3], [0, 2, 3])
        )
        grad_x = np.zeros_like(self.x)
        view = self.windows(grad_x)
        d = np.tensordot(grad_y, self.params["weight"], axes=(1, 0))  # n a b i p q
        view += d.transpose(0, 3, 1, 2, 4, 5).astype(view.dtype)
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]


# %% Conv2d: midnight-rot90-turns-the-first-two-axes
# breaks: backward
# mistake: np.rot90(weight, 2) without axes turns the feature maps and the channels, not rows and columns.
# names: conv2d-backward-maps-reversed
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
        self.windows = sliding_window_view(self.x, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        y = np.einsum("niabpq,jipq->njab", self.windows, self.params["weight"])
        return (y + self.params["bias"].reshape(1, -1, 1, 1)).astype(x.dtype)

    def backward(self, grad_y):
        (h, w), (sh, sw), (ph, pw) = self.kernel_size, self.stride, self.padding
        n, maps, oh, ow = grad_y.shape
        H, W = self.x.shape[2:]
        self.grads["bias"] = grad_y.sum((0, 2, 3))
        self.grads["weight"] = np.einsum("niabpq,njab->jipq", self.windows, grad_y)
        dilated = np.zeros((n, maps, H - h + 1, W - w + 1), grad_y.dtype)
        dilated[:, :, : oh * sh : sh, : ow * sw : sw] = grad_y
        dilated = np.pad(dilated, ((0, 0), (0, 0), (h - 1, h - 1), (w - 1, w - 1)))
        turned = np.rot90(self.params["weight"], 2)
        full = np.einsum(
            "njuvpq,jipq->niuv", sliding_window_view(dilated, (h, w), axis=(2, 3)), turned
        )
        return full[:, :, ph : H - ph, pw : W - pw].astype(grad_y.dtype)


# %% Conv2d: midnight-full-correlation-back
# breaks: backward
# mistake: Slides the weights over the padded gradient without turning them.
# names: conv2d-backward-flipped
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
        self.xp = np.pad(x, [(0, 0), (0, 0), (ph, ph), (pw, pw)])
        self.cols = sliding_window_view(self.xp, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        y = np.tensordot(self.cols, self.params["weight"], axes=([1, 4, 5], [1, 2, 3]))
        return (y + self.params["bias"]).transpose(0, 3, 1, 2).astype(x.dtype)

    def backward(self, grad_y):
        h, w = self.kernel_size
        N, F, oh, ow = grad_y.shape
        H, W = self.xp.shape[2:]
        big = np.zeros((N, F, H + h - 1, W + w - 1), dtype=grad_y.dtype)
        bottom, right = h - 1 + oh * self.stride[0], w - 1 + ow * self.stride[1]
        big[:, :, h - 1 : bottom : self.stride[0], w - 1 : right : self.stride[1]] = grad_y
        view = sliding_window_view(big, (h, w), axis=(2, 3))
        grad_x = np.tensordot(view, self.params["weight"], axes=([1, 4, 5], [0, 2, 3]))
        grad_x = grad_x.transpose(0, 3, 1, 2).astype(grad_y.dtype)
        self.grads["weight"] = np.tensordot(grad_y, self.cols, axes=([0, 2, 3],) * 2)
        self.grads["bias"] = grad_y.sum(axis=0).sum(axis=-1).sum(axis=-1)
        (ph, pw) = self.padding
        return grad_x[:, :, ph : H - ph, pw : W - pw]


# %% Conv2d: midnight-forgets-the-leftover-edge
# breaks: backward
# mistake: The gradient is dilated to (out-1)·stride+1, so dropped rows are missing from the result.
# names: conv2d-backward-ragged-edge-lost; conv2d-backward-too-small
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
        self.x = x
        (sh, sw), (ph, pw) = self.stride, self.padding
        xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        self.view = sliding_window_view(xp, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        y = np.einsum("ncijhw,fchw->nfij", self.view, self.params["weight"])
        return (y + self.params["bias"][:, None, None]).astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        n, f, oh, ow = grad_y.shape
        self.grads["weight"] = np.einsum("ncijhw,nfij->fchw", self.view, grad_y)
        self.grads["bias"] = np.einsum("nfij->f", grad_y)
        dilated = np.zeros((n, f, (oh - 1) * sh + 1, (ow - 1) * sw + 1), grad_y.dtype)
        dilated[:, :, ::sh, ::sw] = grad_y
        dilated = np.pad(dilated, ((0, 0), (0, 0), (h - 1, h - 1), (w - 1, w - 1)))
        view = sliding_window_view(dilated, (h, w), axis=(2, 3))
        grad_x = np.einsum("nfijhw,fchw->ncij", view, self.params["weight"][:, :, ::-1, ::-1])
        grad_x = grad_x.astype(grad_y.dtype)
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]


# %% Conv2d: midnight-kernel-turned-there-mean-of-the-bias-gradient-back
# breaks: both
# mistake: Turns the kernel in forward only; np.mean for the bias's gradient.
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
        xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        out_h, out_w = (xp.shape[2] - h) // sh + 1, (xp.shape[3] - w) // sw + 1
        rows = sh * np.arange(out_h)[:, None] + np.arange(h)
        cols = sw * np.arange(out_w)[:, None] + np.arange(w)
        self.rows, self.cols, self.shape = rows[:, None, :, None], cols[None, :, None, :], xp.shape
        self.patches = xp[:, :, self.rows, self.cols]
        kernel = self.params["weight"][:, :, ::-1, ::-1]
        y = np.einsum("niabpq,jipq->njab", self.patches, kernel)
        return (y + self.params["bias"].reshape(-1, 1, 1)).astype(x.dtype)

    def backward(self, grad_y):
        ph, pw = self.padding
        self.grads["weight"] = np.einsum("niabpq,njab->jipq", self.patches, grad_y)
        self.grads["bias"] = np.mean(grad_y, axis=(0, 2, 3))
        spread = np.einsum("njab,jipq->niabpq", grad_y, self.params["weight"])
        grad_x = np.zeros(self.shape, dtype=grad_y.dtype)
        np.add.at(grad_x, (slice(None), slice(None), self.rows, self.cols), spread)
        return grad_x[:, :, ph : self.shape[2] - ph, pw : self.shape[3] - pw]
