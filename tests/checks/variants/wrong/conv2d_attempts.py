# ruff: noqa
# fmt: off
# Convolutions as handed in at midnight; each cell is a module of its own.

# %% Conv2d: gradients-returned
# breaks: backward
# mistake: backward returns (dx, dw, db) instead of setting grads, as another course has it.
# names: conv2d-backward-returns-tuple; conv2d-grads-missing
import numpy as np
from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        to2 = lambda v: (v, v) if isinstance(v, int) else tuple(v)
        self.k, self.s, self.p = to2(kernel_size), to2(stride), to2(padding)
        self.params["weight"] = 0.1 * np.random.default_rng(rng).normal(size=(out_channels, in_channels) + self.k)
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        w, b = self.params["weight"], self.params["bias"]
        (kh, kw), (sh, sw), (ph, pw) = self.k, self.s, self.p
        N, C, H, W = x.shape
        xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), "constant")
        Ho, Wo = 1 + (H + 2 * ph - kh) // sh, 1 + (W + 2 * pw - kw) // sw
        out = np.zeros((N, w.shape[0], Ho, Wo), x.dtype)
        for i in range(Ho):
            for j in range(Wo):
                patch = xp[:, None, :, i * sh:i * sh + kh, j * sw:j * sw + kw]
                out[:, :, i, j] = (patch * w).sum(axis=(2, 3, 4)) + b
        self.cache = x, xp, w, b
        return out

    def backward(self, dout):
        x, xp, w, b = self.cache
        (kh, kw), (sh, sw), (ph, pw) = self.k, self.s, self.p
        dxp, dw, db = np.zeros_like(xp), np.zeros_like(w), dout.sum(axis=(0, 2, 3))
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                patch = xp[:, None, :, i * sh:i * sh + kh, j * sw:j * sw + kw]
                g = dout[:, :, i, j][:, :, None, None, None]
                dw += (patch * g).sum(axis=0)
                dxp[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] += (w * g).sum(axis=1)
        dx = dxp[:, :, ph:ph + x.shape[2], pw:pw + x.shape[3]]
        return dx, dw, db


# %% Conv2d: samples-mixed-in-columns
# breaks: forward at least
# mistake: The columns of all samples are put side by side by place, but folded back by sample.
# names: conv2d-forward-maps-not-moved, conv2d-forward-refolded; conv2d-forward-scattered, conv2d-forward-mixed-up
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel, self.stride, self.pad = (tuple(np.broadcast_to(v, 2)) for v in (kernel_size, stride, padding))
        self.params["weight"] = np.random.default_rng(rng).normal(0, 0.1, (out_channels, in_channels, *self.kernel))
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        N, C = x.shape[:2]
        F = len(self.params["weight"])
        padded = np.pad(x, ((0, 0), (0, 0), (self.pad[0],) * 2, (self.pad[1],) * 2))
        view = sliding_window_view(padded, self.kernel, (2, 3))[:, :, ::self.stride[0], ::self.stride[1]]
        oh, ow = view.shape[2:4]
        self.cols = view.transpose(1, 4, 5, 2, 3, 0).reshape(-1, oh * ow * N)
        self.shapes = x.shape, padded.shape, (oh, ow)
        out = self.params["weight"].reshape(F, -1).astype(x.dtype) @ self.cols
        out = out + self.params["bias"].astype(x.dtype)[:, None]
        return out.reshape(F, N, oh, ow).transpose(1, 0, 2, 3)

    def backward(self, grad):
        x_shape, padded_shape, (oh, ow) = self.shapes
        w = self.params["weight"]
        F = len(w)
        g = grad.transpose(1, 0, 2, 3).reshape(F, -1)
        self.grads["weight"] = (g @ self.cols.T).reshape(w.shape)
        self.grads["bias"] = g.sum(axis=1)
        dcols = (w.reshape(F, -1).T.astype(grad.dtype) @ g).reshape(x_shape[1], *self.kernel, x_shape[0], oh, ow)
        dx = np.zeros(padded_shape, grad.dtype)
        for p in range(self.kernel[0]):
            for q in range(self.kernel[1]):
                dx[:, :, p:p + oh * self.stride[0]:self.stride[0], q:q + ow * self.stride[1]:self.stride[1]] += (
                    dcols[:, p, q].transpose(1, 0, 2, 3)
                )
        return dx[:, :, self.pad[0]:self.pad[0] + x_shape[2], self.pad[1]:self.pad[1] + x_shape[3]]


# %% Conv2d: always-three-by-three
# breaks: forward at least
# mistake: Everything is written for 3x3 kernels with padding 1.
# names: conv2d-params-axes-of-one, conv2d-params-another-size, conv2d-params-too-small, conv2d-params-too-large; conv2d-forward-error-shapes
import numpy as np
from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.stride = stride
        self.params["weight"] = np.random.default_rng(rng).normal(0, 0.1, (out_channels, in_channels, 3, 3))
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        self.x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        N, C, H, W = x.shape
        y = np.zeros((N, len(self.params["bias"]), H, W), x.dtype)
        for i in range(H):
            for j in range(W):
                y[:, :, i, j] = np.tensordot(self.x[:, :, i:i + 3, j:j + 3], self.params["weight"], ((1, 2, 3), (1, 2, 3)))
        y += self.params["bias"].astype(x.dtype)[None, :, None, None]
        return y[:, :, ::self.stride, ::self.stride]

    def backward(self, grad_y):
        dx = np.zeros_like(self.x)
        dw = np.zeros((len(self.params["bias"]), self.x.shape[1], 3, 3))
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                a, b = i * self.stride, j * self.stride
                dx[:, :, a:a + 3, b:b + 3] += np.tensordot(grad_y[:, :, i, j], self.params["weight"], (1, 0))
                dw += np.tensordot(grad_y[:, :, i, j], self.x[:, :, a:a + 3, b:b + 3], (0, 0))
        self.grads = {"weight": dw, "bias": grad_y.sum(axis=(0, 2, 3))}
        return dx[:, :, 1:-1, 1:-1]


# %% Conv2d: same-size-always
# breaks: both
# mistake: It pads by half the kernel whatever padding was asked for.
# names: conv2d-forward-padding-half-the-kernel; conv2d-forward-another-size
import numpy as np
from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.k = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        self.s = (stride, stride) if isinstance(stride, int) else stride
        padding = (self.k[0] // 2, self.k[1] // 2)
        self.p = padding
        self.params["weight"] = np.random.default_rng(rng).normal(0, 0.1, (out_channels, in_channels, *self.k))
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        self.H, self.W = x.shape[2:]
        self.xp = np.pad(x, ((0, 0), (0, 0), (self.p[0], self.p[0]), (self.p[1], self.p[1])))
        self.oh = (self.xp.shape[2] - self.k[0]) // self.s[0] + 1
        self.ow = (self.xp.shape[3] - self.k[1]) // self.s[1] + 1
        y = 0
        for p in range(self.k[0]):
            for q in range(self.k[1]):
                part = self.xp[:, :, p:p + self.s[0] * self.oh:self.s[0], q:q + self.s[1] * self.ow:self.s[1]]
                y = y + np.einsum("nihw,ji->njhw", part, self.params["weight"][:, :, p, q])
        return (y + self.params["bias"][:, None, None]).astype(x.dtype)

    def backward(self, g):
        w = self.params["weight"]
        dx, dw = np.zeros_like(self.xp), np.zeros(w.shape)
        for p in range(self.k[0]):
            for q in range(self.k[1]):
                at = np.s_[:, :, p:p + self.s[0] * self.oh:self.s[0], q:q + self.s[1] * self.ow:self.s[1]]
                dx[at] += np.einsum("njhw,ji->nihw", g, w[:, :, p, q]).astype(dx.dtype)
                dw[:, :, p, q] = np.einsum("njhw,nihw->ji", g, self.xp[at])
        self.grads["weight"], self.grads["bias"] = dw, g.sum((0, 2, 3))
        return dx[:, :, self.p[0]:self.p[0] + self.H, self.p[1]:self.p[1] + self.W]


# %% Conv2d: rolled
# breaks: forward at least
# mistake: Images are shifted with np.roll, which wraps around, and the border is kept when padded.
# names: conv2d-forward-padding-not-zero; conv2d-forward-error-shapes, conv2d-forward-border
import numpy as np
from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.k, self.s, self.p = [(v, v) if isinstance(v, int) else v for v in (kernel_size, stride, padding)]
        self.params["weight"] = np.random.default_rng(rng).normal(0, 0.1, (out_channels, in_channels, *self.k))
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        self.x = x
        H, W = x.shape[2:]
        self.out = [(n + 2 * p - k) // s + 1 for n, p, k, s in zip((H, W), self.p, self.k, self.s)]
        y = np.zeros((len(x), len(self.params["bias"]), *self.out), x.dtype)
        for p in range(self.k[0]):
            for q in range(self.k[1]):
                moved = np.roll(x, (self.p[0] - p, self.p[1] - q), (2, 3))
                moved = moved[:, :, ::self.s[0], ::self.s[1]][:, :, :self.out[0], :self.out[1]]
                y += np.einsum("nihw,ji->njhw", moved, self.params["weight"][:, :, p, q]).astype(x.dtype)
        return y + self.params["bias"].astype(x.dtype)[:, None, None]

    def backward(self, g):
        dx = np.zeros_like(self.x)
        dw = np.zeros(self.params["weight"].shape)
        for p in range(self.k[0]):
            for q in range(self.k[1]):
                moved = np.roll(self.x, (self.p[0] - p, self.p[1] - q), (2, 3))
                moved = moved[:, :, ::self.s[0], ::self.s[1]][:, :, :self.out[0], :self.out[1]]
                dw[:, :, p, q] = np.einsum("nihw,njhw->ji", moved, g)
                spread = np.zeros_like(self.x)
                part = spread[:, :, ::self.s[0], ::self.s[1]][:, :, :self.out[0], :self.out[1]]
                part += np.einsum("njhw,ji->nihw", g, self.params["weight"][:, :, p, q]).astype(dx.dtype)
                dx += np.roll(spread, (p - self.p[0], q - self.p[1]), (2, 3))
        self.grads = {"weight": dw, "bias": g.sum(axis=(0, 2, 3))}
        return dx


# %% Conv2d: nothing-returned
# breaks: both
# mistake: forward shows its result and returns nothing.
# names: conv2d-forward-returns-none; conv2d-params-another-size
import numpy as np
from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size = kernel_size
        self.params["weight"] = np.random.default_rng(rng).normal(0, 0.1, (out_channels, in_channels, 2, 2))
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        y = np.einsum("nihw,jipq->njhw", x, self.params["weight"])
        print(y)

    def backward(self, grad_y):
        return None


# %% Conv2d: names-of-another-course
# breaks: both
# mistake: The parameters are called w and b, so weights that are set are never used.
# names: conv2d-params-missing, conv2d-state-params-ignored
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.k, self.s, self.p = [(v, v) if isinstance(v, int) else v for v in (kernel_size, stride, padding)]
        self.params["w"] = np.random.default_rng(rng).normal(0, 0.1, (out_channels, in_channels, *self.k))
        self.params["b"] = np.zeros(out_channels)

    def forward(self, x):
        self.shape = x.shape
        xp = np.pad(x, ((0, 0), (0, 0), (self.p[0],) * 2, (self.p[1],) * 2))
        self.windows = sliding_window_view(xp, self.k, (2, 3))[:, :, ::self.s[0], ::self.s[1]]
        return np.einsum("niabpq,jipq->njab", self.windows, self.params["w"]) + self.params["b"][:, None, None]

    def backward(self, g):
        self.grads["w"] = np.einsum("niabpq,njab->jipq", self.windows, g)
        self.grads["b"] = g.sum((0, 2, 3))
        N, C, H, W = self.shape
        dx = np.zeros((N, C, H + 2 * self.p[0], W + 2 * self.p[1]), g.dtype)
        for a in range(g.shape[2]):
            for b in range(g.shape[3]):
                dx[:, :, a * self.s[0]:a * self.s[0] + self.k[0], b * self.s[1]:b * self.s[1] + self.k[1]] += np.einsum(
                    "nj,jipq->nipq", g[:, :, a, b], self.params["w"])
        return dx[:, :, self.p[0]:self.p[0] + H, self.p[1]:self.p[1] + W]


# %% LocallyConnected2d: channel-by-channel
# breaks: forward
# mistake: Unit j sees channel j alone instead of all channels, consistently.
# names: locallyconnected2d-forward-channel-by-channel
import numpy as np
from convkit import Layer


class LocallyConnected2d(Layer):
    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        i, k, s = [(v, v) if isinstance(v, int) else v for v in (input_size, kernel_size, stride)]
        self.k, self.s = k, s
        self.out = [(i[d] - k[d]) // s[d] + 1 for d in (0, 1)]
        self.params["weight"] = np.random.default_rng(rng).normal(0, 0.1, (out_channels, *self.out, in_channels, *k))
        self.params["bias"] = np.zeros((out_channels, *self.out))

    def patch(self, j, a, b):
        return np.s_[:, j % self.channels, a * self.s[0]:a * self.s[0] + self.k[0], b * self.s[1]:b * self.s[1] + self.k[1]]

    def forward(self, x):
        self.x, self.channels = x, x.shape[1]
        w = self.params["weight"]
        y = np.zeros((len(x), *w.shape[:3]), x.dtype)
        for j, a, b in np.ndindex(*w.shape[:3]):
            y[:, j, a, b] = (x[self.patch(j, a, b)] * w[j, a, b, j % self.channels]).sum((1, 2)) + self.params["bias"][j, a, b]
        return y

    def backward(self, g):
        w = self.params["weight"]
        dx, dw = np.zeros_like(self.x), np.zeros(w.shape)
        for j, a, b in np.ndindex(*w.shape[:3]):
            gj = g[:, j, a, b][:, None, None]
            dx[self.patch(j, a, b)] += (gj * w[j, a, b, j % self.channels]).astype(dx.dtype)
            dw[j, a, b, j % self.channels] = (gj * self.x[self.patch(j, a, b)]).sum(0)
        self.grads["weight"], self.grads["bias"] = dw, g.sum(0)
        return dx
