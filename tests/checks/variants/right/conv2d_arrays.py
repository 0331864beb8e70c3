# ruff: noqa
# fmt: off
# Right convolutional layers in whole-array operations; each cell is a module of its own.

# %% Conv2d: windows-einsum
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit import Layer


def two(v):
    return (v, v) if isinstance(v, (int, np.integer)) else tuple(v)


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size, self.stride, self.padding = two(kernel_size), two(stride), two(padding)
        kh, kw = self.kernel_size
        rng = np.random.default_rng(rng)
        self.params["weight"] = rng.normal(size=(out_channels, in_channels, kh, kw)) * np.sqrt(
            2 / (in_channels * kh * kw)
        )
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        (ph, pw), (sh, sw) = self.padding, self.stride
        self.weight = self.params["weight"].astype(x.dtype)
        bias = self.params["bias"].astype(x.dtype)
        self.size = x.shape[2:]
        xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        self.xp_shape = xp.shape
        self.windows = sliding_window_view(xp, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        y = np.einsum("niabpq,jipq->njab", self.windows, self.weight)
        return y + bias[None, :, None, None]

    def backward(self, grad_y):
        (kh, kw), (ph, pw), (sh, sw) = self.kernel_size, self.padding, self.stride
        self.grads["weight"] = np.einsum("njab,niabpq->jipq", grad_y, self.windows)
        self.grads["bias"] = np.einsum("njab->j", grad_y)
        oh, ow = grad_y.shape[2:]
        dxp = np.zeros(self.xp_shape, grad_y.dtype)
        for p in range(kh):
            for q in range(kw):
                dxp[:, :, p:p + sh * oh:sh, q:q + sw * ow:sw] += np.einsum(
                    "njab,ji->niab", grad_y, self.weight[:, :, p, q]
                )
        H, W = self.size
        return dxp[:, :, ph:ph + H, pw:pw + W]


# %% Conv2d: im2col
# Columns by fancy indexing, back by np.add.at.
import numpy as np

from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.C, self.F = in_channels, out_channels
        self.KH, self.KW = np.broadcast_to(kernel_size, 2)
        self.SH, self.SW = np.broadcast_to(stride, 2)
        self.PH, self.PW = np.broadcast_to(padding, 2)
        rng = np.random.default_rng(rng)
        std = np.sqrt(2 / (in_channels * self.KH * self.KW))
        self.params["weight"] = rng.normal(0, std, (out_channels, in_channels, self.KH, self.KW))
        self.params["bias"] = np.zeros(out_channels)

    def get_indices(self, out_h, out_w):
        i0 = np.repeat(np.arange(self.KH), self.KW)
        i0 = np.tile(i0, self.C)
        i1 = self.SH * np.repeat(np.arange(out_h), out_w)
        j0 = np.tile(np.arange(self.KW), self.KH * self.C)
        j1 = self.SW * np.tile(np.arange(out_w), out_h)
        i = i0.reshape(-1, 1) + i1.reshape(1, -1)
        j = j0.reshape(-1, 1) + j1.reshape(1, -1)
        k = np.repeat(np.arange(self.C), self.KH * self.KW).reshape(-1, 1)
        return k, i, j

    def forward(self, x):
        N, C, H, W = x.shape
        out_h = (H + 2 * self.PH - self.KH) // self.SH + 1
        out_w = (W + 2 * self.PW - self.KW) // self.SW + 1
        xp = np.pad(x, ((0, 0), (0, 0), (self.PH, self.PH), (self.PW, self.PW)), mode="constant")
        k, i, j = self.get_indices(out_h, out_w)
        self.cols = xp[:, k, i, j]  # (N, C*KH*KW, out_h*out_w)
        self.w_row = self.params["weight"].reshape(self.F, -1).astype(x.dtype)
        self.shapes = (x.shape, xp.shape, (k, i, j))
        out = self.w_row @ self.cols + self.params["bias"].astype(x.dtype).reshape(1, -1, 1)
        return out.reshape(N, self.F, out_h, out_w)

    def backward(self, dout):
        x_shape, xp_shape, (k, i, j) = self.shapes
        N, C, H, W = x_shape
        dout_flat = dout.reshape(N, self.F, -1)
        self.grads["bias"] = dout_flat.sum(axis=(0, 2))
        dw = (dout_flat @ self.cols.transpose(0, 2, 1)).sum(axis=0)
        self.grads["weight"] = dw.reshape(self.params["weight"].shape)
        dcols = self.w_row.T @ dout_flat
        dxp = np.zeros(xp_shape, dout.dtype)
        np.add.at(dxp, (slice(None), k, i, j), dcols)
        return dxp[:, :, self.PH:self.PH + H, self.PW:self.PW + W]


# %% Conv2d: strided-transposed
# as_strided forward, and backward as the textbook says: dilate, pad, correlate with the flip, crop.
import numpy as np
from numpy.lib.stride_tricks import as_strided

from convkit import Layer


def windows_of(x, h, w, step_h=1, step_w=1):
    n, c, height, width = x.shape
    a, b, d, e = x.strides
    shape = (n, c, (height - h) // step_h + 1, (width - w) // step_w + 1, h, w)
    return as_strided(x, shape, (a, b, d * step_h, e * step_w, d, e), writeable=False)


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        pair = lambda v: (v, v) if type(v) is int else v
        self.h, self.w = pair(kernel_size)
        self.step_h, self.step_w = pair(stride)
        self.pad_h, self.pad_w = pair(padding)
        shape = (out_channels, in_channels, self.h, self.w)
        std = np.sqrt(2.0 / np.prod(shape[1:]))
        self.params["weight"] = np.random.default_rng(rng).normal(0, std, shape)
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        self.W = np.asarray(self.params["weight"], dtype=x.dtype)
        b = np.asarray(self.params["bias"], dtype=x.dtype)
        self.x = np.pad(x, ((0, 0), (0, 0), (self.pad_h, self.pad_h), (self.pad_w, self.pad_w)))
        patches = windows_of(self.x, self.h, self.w, self.step_h, self.step_w)
        y = np.tensordot(patches, self.W, axes=([1, 4, 5], [1, 2, 3])) + b
        return np.moveaxis(y, -1, 1)

    def backward(self, grad_y):
        n, maps = grad_y.shape[:2]
        height, width = self.x.shape[2:]
        dilated = np.zeros((n, maps, height - self.h + 1, width - self.w + 1), grad_y.dtype)
        dilated[:, :, ::self.step_h, ::self.step_w] = grad_y
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        places = windows_of(self.x, *dilated.shape[2:])  # n, i, p, q, a, b
        self.grads["weight"] = np.tensordot(dilated, places, axes=([0, 2, 3], [0, 4, 5]))
        full = np.pad(dilated, ((0, 0), (0, 0), (self.h - 1, self.h - 1), (self.w - 1, self.w - 1)))
        flipped = self.W[:, :, ::-1, ::-1]
        patches = windows_of(full, self.h, self.w)
        grad_x = np.tensordot(patches, flipped, axes=([1, 4, 5], [0, 2, 3])).transpose(0, 3, 1, 2)
        return grad_x[:, :, self.pad_h:height - self.pad_h, self.pad_w:width - self.pad_w]


# %% Conv2d: fourier
import numpy as np
from numpy.fft import irfft2, rfft2

from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.k, self.s, self.p = (
            (v, v) if isinstance(v, int) else tuple(v) for v in (kernel_size, stride, padding)
        )
        fan_in = in_channels * self.k[0] * self.k[1]
        self.params["weight"] = np.random.default_rng(rng).normal(
            0, np.sqrt(2 / fan_in), (out_channels, in_channels, *self.k)
        )
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        self.dtype, self.x_shape = x.dtype, x.shape
        p0, p1 = self.p
        padded = np.pad(x, ((0, 0), (0, 0), (p0, p0), (p1, p1)))
        self.size = padded.shape[2:]
        self.X = rfft2(padded)
        self.K = rfft2(self.params["weight"], self.size, axes=(2, 3))
        Y = np.einsum("nihw,jihw->njhw", self.X, self.K.conj())
        y = irfft2(Y, self.size, axes=(2, 3))
        self.valid = (self.size[0] - self.k[0] + 1, self.size[1] - self.k[1] + 1)
        y = y[:, :, :self.valid[0]:self.s[0], :self.valid[1]:self.s[1]]
        return (y + self.params["bias"].reshape(-1, 1, 1)).astype(self.dtype)

    def backward(self, grad_y):
        spread = np.zeros(grad_y.shape[:2] + self.size)
        spread[:, :, :self.valid[0]:self.s[0], :self.valid[1]:self.s[1]] = grad_y
        G = rfft2(spread)
        dx = irfft2(np.einsum("njhw,jihw->nihw", G, self.K), self.size, axes=(2, 3))
        dw = irfft2(np.einsum("njhw,nihw->jihw", G.conj(), self.X), self.size, axes=(2, 3))
        self.grads["weight"] = dw[:, :, :self.k[0], :self.k[1]]
        self.grads["bias"] = grad_y.sum(axis=0).sum(axis=-1).sum(axis=-1)
        p0, p1 = self.p
        dx = dx[:, :, p0:p0 + self.x_shape[2], p1:p1 + self.x_shape[3]]
        return dx.astype(self.dtype)


# %% Conv2d: big-matrix
# A convolution is a linear map: write its matrix down once per call, use the transpose backwards.
import numpy as np

from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * 2
        self.stride = stride if isinstance(stride, tuple) else (stride,) * 2
        self.padding = padding if isinstance(padding, tuple) else (padding,) * 2
        kh, kw = self.kernel_size
        rng = np.random.default_rng(rng)
        w = rng.normal(0, np.sqrt(2 / (in_channels * kh * kw)), (out_channels, in_channels, kh, kw))
        self.params.update(weight=w, bias=np.zeros(out_channels))

    def edges(self, H, W):
        """(output place, input place, kernel offset) of every connection; padding has none."""
        (kh, kw), (sh, sw), (ph, pw) = self.kernel_size, self.stride, self.padding
        oh, ow = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
        found = []
        for a in range(oh):
            for b in range(ow):
                for p in range(kh):
                    for q in range(kw):
                        r, c = a * sh + p - ph, b * sw + q - pw
                        if 0 <= r < H and 0 <= c < W:
                            found.append((a * ow + b, r * W + c, p * kw + q))
        return (oh, ow), np.array(found).reshape(-1, 3).T

    def forward(self, x):
        N, C, H, W = x.shape
        self.out_size, (self.to, self.source, self.offset) = self.edges(H, W)
        flat = self.params["weight"].reshape(self.out_channels, C, -1)
        M = np.zeros((self.out_channels, self.out_size[0] * self.out_size[1], C, H * W), x.dtype)
        for j in range(self.out_channels):
            for i in range(C):
                M[j, self.to, i, self.source] = flat[j, i, self.offset]
        self.M = M.reshape(M.shape[0] * M.shape[1], C * H * W)
        self.x = x
        y = x.reshape(N, -1) @ self.M.T
        y = y.reshape((N, self.out_channels) + self.out_size)
        return y + self.params["bias"].astype(x.dtype).reshape(1, -1, 1, 1)

    def backward(self, grad_y):
        N, C, H, W = self.x.shape
        dx = (grad_y.reshape(N, -1) @ self.M).reshape(self.x.shape)
        dM = np.einsum(
            "njt,nis->jtis", grad_y.reshape(N, self.out_channels, -1), self.x.reshape(N, C, -1)
        )
        dw = np.zeros((self.kernel_size[0] * self.kernel_size[1], self.out_channels, C))
        np.add.at(dw, self.offset, dM[:, self.to, :, self.source])
        self.grads["weight"] = dw.transpose(1, 2, 0).reshape(self.params["weight"].shape)
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        return dx


# %% Conv2d: shifted-images
# A sum over kernel offsets of shifted images; channels last inside, so results are not contiguous.
import numpy as np

from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        (self.kh, self.kw), (self.sh, self.sw), (self.ph, self.pw) = [
            v if isinstance(v, (tuple, list)) else (v, v) for v in (kernel_size, stride, padding)
        ]
        rng = np.random.default_rng(rng)
        shape = (out_channels, in_channels, self.kh, self.kw)
        self.params["weight"] = rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape).astype(np.float32)
        self.params["bias"] = np.zeros(out_channels, np.float32)

    def forward(self, x):
        weight = self.params["weight"].astype(x.dtype)
        n, c, height, width = x.shape
        canvas = np.zeros((n, height + 2 * self.ph, width + 2 * self.pw, c), x.dtype)
        canvas[:, self.ph:self.ph + height, self.pw:self.pw + width] = x.transpose(0, 2, 3, 1)
        oh = (canvas.shape[1] - self.kh) // self.sh + 1
        ow = (canvas.shape[2] - self.kw) // self.sw + 1
        y = np.zeros((n, oh, ow, weight.shape[0]), x.dtype) + self.params["bias"].astype(x.dtype)
        for p in range(self.kh):
            for q in range(self.kw):
                shifted = canvas[:, p:p + self.sh * (oh - 1) + 1:self.sh, q:q + self.sw * (ow - 1) + 1:self.sw]
                y += shifted @ weight[:, :, p, q].T
        self._things = canvas, weight, (height, width)
        return y.transpose(0, 3, 1, 2)

    def backward(self, grad_y):
        canvas, weight, (height, width) = self._things
        g = grad_y.transpose(0, 2, 3, 1)
        n, oh, ow, maps = g.shape
        grad_canvas = np.zeros_like(canvas)
        grad_weight = np.empty_like(weight)
        for p in range(self.kh):
            for q in range(self.kw):
                here = np.s_[:, p:p + self.sh * (oh - 1) + 1:self.sh, q:q + self.sw * (ow - 1) + 1:self.sw]
                grad_canvas[here] += g @ weight[:, :, p, q]
                grad_weight[:, :, p, q] = g.reshape(-1, maps).T @ canvas[here].reshape(-1, canvas.shape[3])
        self.grads["weight"] = grad_weight
        self.grads["bias"] = g.reshape(-1, maps).sum(0)
        inside = grad_canvas[:, self.ph:self.ph + height, self.pw:self.pw + width]
        return np.asfortranarray(inside.transpose(0, 3, 1, 2))
