"""Right implementations in other hands, written without sight of the checks (convolution)."""

# ruff: noqa
# fmt: off

# %% Conv2d: unseen-loops
import numpy as np

from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.cin, self.cout = in_channels, out_channels
        self.k = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        self.s = stride if isinstance(stride, tuple) else (stride, stride)
        self.p = padding if isinstance(padding, tuple) else (padding, padding)
        rng = np.random.default_rng(rng)
        fan_in = in_channels * self.k[0] * self.k[1]
        self.params["weight"] = rng.normal(0, np.sqrt(2 / fan_in), (out_channels, in_channels, *self.k))
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        W = self.params["weight"].astype(x.dtype)
        b = self.params["bias"].astype(x.dtype)
        n, c, H, Wd = x.shape
        kh, kw = self.k
        sh, sw = self.s
        ph, pw = self.p
        xp = np.zeros((n, c, H + 2 * ph, Wd + 2 * pw), dtype=x.dtype)
        xp[:, :, ph:ph + H, pw:pw + Wd] = x
        oh = (H + 2 * ph - kh) // sh + 1
        ow = (Wd + 2 * pw - kw) // sw + 1
        y = np.zeros((n, self.cout, oh, ow), dtype=x.dtype)
        for i in range(oh):
            for j in range(ow):
                patch = xp[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]
                y[:, :, i, j] = np.tensordot(patch, W, axes=([1, 2, 3], [1, 2, 3])) + b
        self.xp = xp
        self.xshape = x.shape
        return y

    def backward(self, grad_y):
        xp = self.xp
        W = self.params["weight"].astype(xp.dtype)
        kh, kw = self.k
        sh, sw = self.s
        ph, pw = self.p
        n, c, H, Wd = self.xshape
        gx = np.zeros_like(xp)
        gw = np.zeros_like(W)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                g = grad_y[:, :, i, j]
                rows = slice(i * sh, i * sh + kh)
                cols = slice(j * sw, j * sw + kw)
                gw += np.tensordot(g, xp[:, :, rows, cols], axes=([0], [0]))
                gx[:, :, rows, cols] += np.tensordot(g, W, axes=([1], [0]))
        self.grads["weight"] = gw
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        return gx[:, :, ph:ph + H, pw:pw + Wd]


# %% Conv2d: unseen-full
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit import Layer


def two(v):
    return v if isinstance(v, tuple) else (v, v)


def correlate(images, kernels):
    """images (N, C, H, W), kernels (J, C, h, w): valid, stride 1."""
    win = sliding_window_view(images, kernels.shape[2:], axis=(2, 3))
    return np.tensordot(win, kernels, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size, self.stride, self.padding = two(kernel_size), two(stride), two(padding)
        kh, kw = self.kernel_size
        rng = np.random.default_rng(rng)
        self.params["weight"] = rng.normal(0.0, (2 / (in_channels * kh * kw)) ** 0.5, (out_channels, in_channels, kh, kw))
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        ph, pw = self.padding
        self.x_shape = x.shape
        self.xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        w = self.params["weight"].astype(x.dtype)
        b = self.params["bias"].astype(x.dtype)
        y = correlate(self.xp, w)[:, :, ::self.stride[0], ::self.stride[1]]
        return y + b.reshape(1, -1, 1, 1)

    def backward(self, grad_y):
        w = self.params["weight"].astype(grad_y.dtype)
        kh, kw = self.kernel_size
        n, c, hp, wp = self.xp.shape
        # put zeros between the gradients, as if the stride had been 1
        dilated = np.zeros((n, w.shape[0], hp - kh + 1, wp - kw + 1), grad_y.dtype)
        dilated[:, :, ::self.stride[0], ::self.stride[1]] = grad_y
        self.grads["bias"] = grad_y.sum((0, 2, 3))
        win = sliding_window_view(self.xp, dilated.shape[2:], axis=(2, 3))
        self.grads["weight"] = np.tensordot(dilated, win, axes=((0, 2, 3), (0, 4, 5)))
        # full convolution
        border = np.pad(dilated, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
        flipped = w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
        full = correlate(border, flipped)
        ph, pw = self.padding
        return full[:, :, ph:hp - ph, pw:wp - pw]


# %% Conv2d: unseen-im2col
import numpy as np

from convkit import Layer


def im2col(x, kh, kw, sh, sw):
    N, C, H, W = x.shape
    oh = (H - kh) // sh + 1
    ow = (W - kw) // sw + 1
    col = np.empty((N, C, kh, kw, oh, ow), dtype=x.dtype)
    for p in range(kh):
        for q in range(kw):
            col[:, :, p, q] = x[:, :, p:p + sh * oh:sh, q:q + sw * ow:sw]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * oh * ow, -1), oh, ow


def col2im(col, shape, kh, kw, sh, sw, oh, ow):
    N, C, H, W = shape
    col = col.reshape(N, oh, ow, C, kh, kw).transpose(0, 3, 4, 5, 1, 2)
    img = np.zeros(shape, dtype=col.dtype)
    for p in range(kh):
        for q in range(kw):
            img[:, :, p:p + sh * oh:sh, q:q + sw * ow:sw] += col[:, :, p, q]
    return img


def as_pair(v):
    if isinstance(v, (tuple, list)):
        return tuple(v)
    return (v, v)


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = as_pair(kernel_size)
        self.stride = as_pair(stride)
        self.padding = as_pair(padding)
        kh, kw = self.kernel_size
        gen = np.random.default_rng(rng)
        self.params["weight"] = gen.standard_normal((out_channels, in_channels, kh, kw)) * np.sqrt(2.0 / (in_channels * kh * kw))
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        N = x.shape[0]
        ph, pw = self.padding
        x_pad = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        w = self.params["weight"].astype(x.dtype).reshape(self.out_channels, -1)
        col, oh, ow = im2col(x_pad, *self.kernel_size, *self.stride)
        out = col @ w.T + self.params["bias"].astype(x.dtype)
        self.cache = (x.shape, x_pad.shape, col, w, oh, ow)
        return out.reshape(N, oh, ow, self.out_channels).transpose(0, 3, 1, 2)

    def backward(self, grad_y):
        x_shape, pad_shape, col, w, oh, ow = self.cache
        ph, pw = self.padding
        g = grad_y.transpose(0, 2, 3, 1).reshape(-1, self.out_channels)
        self.grads["bias"] = g.sum(axis=0)
        self.grads["weight"] = (g.T @ col).reshape(self.params["weight"].shape)
        dcol = g @ w
        dpad = col2im(dcol, pad_shape, *self.kernel_size, *self.stride, oh, ow)
        return dpad[:, :, ph:ph + x_shape[2], pw:pw + x_shape[3]]


# %% Conv2d: unseen-einsum
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

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
        (top, left), (sv, sh) = self.padding, self.stride
        padded = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))
        windows = sliding_window_view(padded, self.kernel_size, axis=(2, 3))[:, :, ::sv, ::sh]
        weight = self.params["weight"].astype(x.dtype)
        bias = self.params["bias"].astype(x.dtype)
        self.windows, self.weight, self.x_shape = windows, weight, x.shape
        return np.einsum("ncabpq,jcpq->njab", windows, weight, optimize=True) + bias[None, :, None, None]

    def backward(self, grad_y):
        (top, left), (sv, sh) = self.padding, self.stride
        n, c, height, width = self.x_shape
        out_h, out_w = grad_y.shape[2:]
        self.grads["weight"] = np.einsum("njab,ncabpq->jcpq", grad_y, self.windows, optimize=True)
        self.grads["bias"] = np.einsum("njab->j", grad_y)
        spread = np.zeros((n, c, height + 2 * top, width + 2 * left), dtype=grad_y.dtype)
        for p in range(self.kernel_size[0]):
            for q in range(self.kernel_size[1]):
                piece = np.einsum("njab,jc->ncab", grad_y, self.weight[:, :, p, q])
                spread[:, :, p:p + sv * (out_h - 1) + 1:sv, q:q + sh * (out_w - 1) + 1:sh] += piece
        return spread[:, :, top:top + height, left:left + width]


# %% Conv2d: unseen-naive
import numpy as np

from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        if isinstance(kernel_size, int):
            kernel_size = (kernel_size, kernel_size)
        if isinstance(stride, int):
            stride = (stride, stride)
        if isinstance(padding, int):
            padding = (padding, padding)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kh, self.kw = kernel_size
        self.sh, self.sw = stride
        self.ph, self.pw = padding
        std = np.sqrt(2.0 / (in_channels * self.kh * self.kw))
        self.params["weight"] = np.random.default_rng(rng).normal(size=(out_channels, in_channels, self.kh, self.kw)) * std
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        w = self.params["weight"]
        b = self.params["bias"]
        batch, channels, height, width = x.shape
        out_h = (height + 2 * self.ph - self.kh) // self.sh + 1
        out_w = (width + 2 * self.pw - self.kw) // self.sw + 1
        self.x = x
        self.padded = np.pad(x, [(0, 0), (0, 0), (self.ph, self.ph), (self.pw, self.pw)], mode="constant")
        y = np.zeros((batch, self.out_channels, out_h, out_w), x.dtype)
        for n in range(batch):
            img = self.padded[n]
            for o in range(self.out_channels):
                for r in range(out_h):
                    for c in range(out_w):
                        r0, c0 = r * self.sh, c * self.sw
                        total = b[o]
                        for i in range(self.in_channels):
                            total += np.sum(img[i, r0:r0 + self.kh, c0:c0 + self.kw] * w[o, i])
                        y[n, o, r, c] = total
        return y

    def backward(self, grad_y):
        w = self.params["weight"]
        batch, _, out_h, out_w = grad_y.shape
        dx = np.zeros(self.padded.shape, self.x.dtype)
        dw = np.zeros_like(w)
        db = np.zeros(self.out_channels)
        for n in range(batch):
            img = self.padded[n]
            for r in range(out_h):
                for c in range(out_w):
                    r0, c0 = r * self.sh, c * self.sw
                    for o in range(self.out_channels):
                        g = grad_y[n, o, r, c]
                        dw[o] += g * img[:, r0:r0 + self.kh, c0:c0 + self.kw]
                        dx[n, :, r0:r0 + self.kh, c0:c0 + self.kw] += g * w[o]
                        db[o] += g
        self.grads["weight"] = dw
        self.grads["bias"] = db
        h, wd = self.x.shape[2:]
        return dx[:, :, self.ph:self.ph + h, self.pw:self.pw + wd]
