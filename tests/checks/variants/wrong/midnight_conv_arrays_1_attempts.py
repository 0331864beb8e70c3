"""Held out: what learners write at midnight (conv arrays, 1 of 5)."""

# ruff: noqa
# fmt: off

# %% Conv2d: midnight-im2col-indices-buffered-add
# breaks: backward
# mistake: col2im writes dx[:, k, i, j] += cols, where NumPy adds only once for an index that repeats.
# names: conv2d-backward-assigned; conv2d-backward-partly-right
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
    def _indices(self, shape):
        _, C, H, W = shape
        (field_height, field_width), (sh, sw) = self.kernel_size, self.stride
        out_height = (H - field_height) // sh + 1
        out_width = (W - field_width) // sw + 1
        i0 = np.tile(np.repeat(np.arange(field_height), field_width), C)
        i1 = sh * np.repeat(np.arange(out_height), out_width)
        j0 = np.tile(np.arange(field_width), field_height * C)
        j1 = sw * np.tile(np.arange(out_width), out_height)
        k = np.repeat(np.arange(C), field_height * field_width).reshape(-1, 1)
        return k, i0.reshape(-1, 1) + i1, j0.reshape(-1, 1) + j1, out_height, out_width

    def forward(self, x):
        ph, pw = self.padding
        x_padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode="constant")
        k, i, j, oh, ow = self._indices(x_padded.shape)
        cols = x_padded[:, k, i, j]  # (N, C*h*w, oh*ow)
        w_row = self.params["weight"].reshape(len(self.params["weight"]), -1)
        out = w_row @ cols + self.params["bias"].reshape(-1, 1)
        self.cache = x_padded.shape, cols
        return out.reshape(len(x), -1, oh, ow).astype(x.dtype)

    def backward(self, grad_y):
        shape, cols = self.cache
        ph, pw = self.padding
        k, i, j, oh, ow = self._indices(shape)
        dout = grad_y.reshape(*grad_y.shape[:2], -1)
        w_row = self.params["weight"].reshape(len(self.params["weight"]), -1)
        self.grads["bias"] = dout.sum(axis=(0, 2))
        dw = np.einsum("nfp,ncp->fc", dout, cols)
        self.grads["weight"] = dw.reshape(self.params["weight"].shape)
        dcols = w_row.T @ dout
        dx = np.zeros(shape, dtype=grad_y.dtype)
        dx[:, k, i, j] += dcols
        return dx[:, :, ph : shape[2] - ph, pw : shape[3] - pw]


# %% Conv2d: midnight-windows-not-transposed
# breaks: forward
# mistake: The windows (N, C, a, b, p, q) are reshaped to rows without moving C behind the places.
# names: conv2d-forward-rows-out-of-order; conv2d-forward-scattered
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
        x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        self.shape = x.shape
        self.view = sliding_window_view(x, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        n, c, oh, ow, h, w = self.view.shape
        cols = self.view.reshape(n * oh * ow, c * h * w)
        flat = self.params["weight"].reshape(-1, c * h * w)
        y = cols @ flat.T + self.params["bias"]
        return y.reshape(n, oh, ow, -1).transpose(0, 3, 1, 2).astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        self.grads["bias"] = grad_y.sum((0, 2, 3))
        self.grads["weight"] = np.einsum("njab,niabpq->jipq", grad_y, self.view)
        back = np.einsum("njab,jipq->niabpq", grad_y, self.params["weight"])
        grad_x = np.zeros(self.shape, grad_y.dtype)
        oh, ow = grad_y.shape[2:]
        for p in range(h):
            for q in range(w):
                grad_x[:, :, p : p + oh * sh : sh, q : q + ow * sw : sw] += back[..., p, q]
        return grad_x[:, :, ph : self.shape[2] - ph, pw : self.shape[3] - pw]


# %% Conv2d: midnight-maps-not-moved-to-the-front
# breaks: forward
# mistake: The product's rows are places, its columns maps; reshaped to (N, maps, a, b) without a transpose.
# names: conv2d-forward-maps-not-moved, conv2d-forward-refolded; conv2d-forward-scattered
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
    def im2col(self, x):
        n, c, hh, ww = x.shape
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        oh, ow = (hh - kh) // sh + 1, (ww - kw) // sw + 1
        col = np.zeros((n, c, kh, kw, oh, ow), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                col[:, :, i, j] = x[:, :, i : i + sh * oh : sh, j : j + sw * ow : sw]
        return col.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1), oh, ow

    def forward(self, x):
        ph, pw = self.padding
        self.x = np.pad(x, [(0, 0), (0, 0), (ph, ph), (pw, pw)], "constant")
        FN = self.params["weight"].shape[0]
        self.col, oh, ow = self.im2col(self.x)
        out = np.dot(self.col, self.params["weight"].reshape(FN, -1).T) + self.params["bias"]
        return out.reshape(x.shape[0], FN, oh, ow).astype(x.dtype)

    def backward(self, grad_y):
        FN, C, FH, FW = self.params["weight"].shape
        (sh, sw), (ph, pw) = self.stride, self.padding
        N, _, oh, ow = grad_y.shape
        dout = grad_y.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.grads["bias"] = np.sum(dout, axis=0)
        self.grads["weight"] = np.dot(self.col.T, dout).T.reshape(FN, C, FH, FW)
        dcol = np.dot(dout, self.params["weight"].reshape(FN, -1))
        dcol = dcol.reshape(N, oh, ow, C, FH, FW).transpose(0, 3, 4, 5, 1, 2)
        img = np.zeros_like(self.x)
        for i in range(FH):
            for j in range(FW):
                img[:, :, i : i + sh * oh : sh, j : j + sw * ow : sw] += dcol[:, :, i, j]
        return img[:, :, ph : img.shape[2] - ph, pw : img.shape[3] - pw]


# %% Conv2d: midnight-dout-reshaped-without-transpose
# breaks: backward
# mistake: dout is flattened to (places, maps) without moving the maps to the back first.
# names: conv2d-backward-maps-not-moved; conv2d-backward-refolded, conv2d-backward-scattered
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
        (kh, kw), (sh, sw), (ph, pw) = self.kernel_size, self.stride, self.padding
        img = np.pad(x, [(0, 0), (0, 0), (ph, ph), (pw, pw)], "constant")
        N, C, H, W = img.shape
        FN = len(self.params["weight"])
        out_h, out_w = (H - kh) // sh + 1, (W - kw) // sw + 1
        col = np.zeros((N, C, kh, kw, out_h, out_w), x.dtype)
        for y in range(kh):
            for z in range(kw):
                col[:, :, y, z] = img[:, :, y : y + sh * out_h : sh, z : z + sw * out_w : sw]
        self.col = col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)
        self.img_shape = img.shape
        out = self.col @ self.params["weight"].reshape(FN, -1).T + self.params["bias"]
        return out.reshape(N, out_h, out_w, FN).transpose(0, 3, 1, 2).astype(x.dtype)

    def backward(self, grad_y):
        FN, C, kh, kw = self.params["weight"].shape
        (sh, sw), (ph, pw) = self.stride, self.padding
        N, _, out_h, out_w = grad_y.shape
        dout = grad_y.reshape(-1, FN)
        self.grads["bias"] = dout.sum(axis=0)
        self.grads["weight"] = (self.col.T @ dout).transpose(1, 0).reshape(FN, C, kh, kw)
        dcol = dout @ self.params["weight"].reshape(FN, -1)
        dcol = dcol.reshape(N, out_h, out_w, C, kh, kw).transpose(0, 3, 4, 5, 1, 2)
        img = np.zeros(self.img_shape, grad_y.dtype)
        for y in range(kh):
            for z in range(kw):
                img[:, :, y : y + sh * out_h : sh, z : z + sw * out_w : sw] += dcol[:, :, y, z]
        return img[:, :, ph : self.img_shape[2] - ph, pw : self.img_shape[3] - pw]


# %% Conv2d: midnight-weight-s-columns-not-transposed
# breaks: backward
# mistake: The weight's gradient is col.T @ dout, (C·h·w, maps), and is reshaped without the transpose.
# names: conv2d-backward-weight-reshaped, conv2d-backward-refolded; conv2d-backward-scattered
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
        view = sliding_window_view(self.x, self.kernel_size, (2, 3))[:, :, ::sh, ::sw]
        n, c, oh, ow, h, w = view.shape
        self.cols = view.transpose(0, 2, 3, 1, 4, 5).reshape(n * oh * ow, c * h * w)
        y = self.cols @ self.params["weight"].reshape(-1, c * h * w).T + self.params["bias"]
        return np.moveaxis(y.reshape(n, oh, ow, -1), 3, 1).astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        weight = self.params["weight"]
        n, f, oh, ow = grad_y.shape
        g = np.moveaxis(grad_y, 1, 3).reshape(-1, f)
        self.grads["weight"] = (self.cols.T @ g).reshape(weight.shape)
        self.grads["bias"] = g.sum(axis=0)
        d = (g @ weight.reshape(f, -1)).reshape(n, oh, ow, -1, h, w)
        grad_x = np.zeros_like(self.x)
        for a in range(oh):
            for b in range(ow):
                grad_x[:, :, a * sh : a * sh + h, b * sw : b * sw + w] += d[:, a, b]
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]
