"""Right implementations in other hands, written without sight of the checks (local)."""

# ruff: noqa
# fmt: off

# %% LocallyConnected2d: unseen-einsum
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit import Layer


def both(v):
    return v if isinstance(v, tuple) else (v, v)


class LocallyConnected2d(Layer):
    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        H, W = both(input_size)
        self.k = both(kernel_size)
        self.s = both(stride)
        oh = (H - self.k[0]) // self.s[0] + 1
        ow = (W - self.k[1]) // self.s[1] + 1
        fan_in = in_channels * self.k[0] * self.k[1]
        gen = np.random.default_rng(rng)
        self.params["weight"] = gen.normal(0, (2 / fan_in) ** 0.5, (out_channels, oh, ow, in_channels, *self.k))
        self.params["bias"] = np.zeros((out_channels, oh, ow))

    def forward(self, x):
        self.shape = x.shape
        self.W = self.params["weight"].astype(x.dtype)
        self.patches = sliding_window_view(x, self.k, axis=(2, 3))[:, :, ::self.s[0], ::self.s[1]]
        y = np.einsum("nihwpq,ohwipq->nohw", self.patches, self.W, optimize=True)
        return y + self.params["bias"].astype(x.dtype)

    def backward(self, grad_y):
        self.grads["bias"] = grad_y.sum(0)
        self.grads["weight"] = np.einsum("nohw,nihwpq->ohwipq", grad_y, self.patches, optimize=True)
        d_patches = np.einsum("nohw,ohwipq->nihwpq", grad_y, self.W, optimize=True)
        dx = np.zeros(self.shape, grad_y.dtype)
        oh, ow = grad_y.shape[2:]
        for i in range(oh):
            for j in range(ow):
                top, left = i * self.s[0], j * self.s[1]
                dx[:, :, top:top + self.k[0], left:left + self.k[1]] += d_patches[:, :, i, j]
        return dx


# %% LocallyConnected2d: unseen-rows
import numpy as np

from convkit import Layer


class LocallyConnected2d(Layer):
    """Every unit is a little Linear on its own patch, so flatten the patches and use matmul."""

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        pair = lambda v: v if isinstance(v, tuple) else (v, v)
        self.H, self.W = pair(input_size)
        self.kh, self.kw = pair(kernel_size)
        self.sh, self.sw = pair(stride)
        self.oh = (self.H - self.kh) // self.sh + 1
        self.ow = (self.W - self.kw) // self.sw + 1
        shape = (out_channels, self.oh, self.ow, in_channels, self.kh, self.kw)
        std = np.sqrt(2.0 / (in_channels * self.kh * self.kw))
        self.params["weight"] = std * np.random.default_rng(rng).standard_normal(shape)
        self.params["bias"] = np.zeros((out_channels, self.oh, self.ow))

    def forward(self, x):
        w = self.params["weight"].astype(x.dtype)
        b = self.params["bias"].astype(x.dtype)
        N = x.shape[0]
        out = np.empty((N, w.shape[0], self.oh, self.ow), x.dtype)
        self.rows = {}
        for i in range(self.oh):
            for j in range(self.ow):
                r, c = i * self.sh, j * self.sw
                row = x[:, :, r:r + self.kh, c:c + self.kw].reshape(N, -1)
                self.rows[i, j] = row
                out[:, :, i, j] = row @ w[:, i, j].reshape(w.shape[0], -1).T + b[:, i, j]
        self.x_shape = x.shape
        return out

    def backward(self, grad_y):
        w = self.params["weight"].astype(grad_y.dtype)
        N, C = self.x_shape[:2]
        dw = np.zeros(w.shape, grad_y.dtype)
        db = np.zeros(w.shape[:3], grad_y.dtype)
        dx = np.zeros(self.x_shape, grad_y.dtype)
        for i in range(self.oh):
            for j in range(self.ow):
                r, c = i * self.sh, j * self.sw
                g = grad_y[:, :, i, j]
                dw[:, i, j] = (g.T @ self.rows[i, j]).reshape(w.shape[0], C, self.kh, self.kw)
                for n in range(N):
                    db[:, i, j] += g[n]
                back = g @ w[:, i, j].reshape(w.shape[0], -1)
                dx[:, :, r:r + self.kh, c:c + self.kw] += back.reshape(N, C, self.kh, self.kw)
        self.grads["weight"] = dw
        self.grads["bias"] = db
        return dx


# %% LocallyConnected2d: unseen-loops
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.kernel_size = (h, w)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])

    def forward(self, x):
        weight = self.params["weight"].astype(x.dtype)
        bias = self.params["bias"].astype(x.dtype)
        maps, out_h, out_w, _, h, w = weight.shape
        sv, sh = self.stride
        y = np.zeros((len(x), maps, out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                patch = x[:, :, a * sv:a * sv + h, b * sh:b * sh + w]
                y[:, :, a, b] = np.einsum("ncpq,jcpq->nj", patch, weight[:, a, b]) + bias[:, a, b]
        self.x, self.weight = x, weight
        return y

    def backward(self, grad_y):
        x, weight = self.x, self.weight
        maps, out_h, out_w, _, h, w = weight.shape
        sv, sh = self.stride
        grad_x = np.zeros_like(x)
        grad_weight = np.zeros_like(weight)
        for a in range(out_h):
            for b in range(out_w):
                g = grad_y[:, :, a, b]
                patch = x[:, :, a * sv:a * sv + h, b * sh:b * sh + w]
                grad_weight[:, a, b] = np.einsum("nj,ncpq->jcpq", g, patch)
                grad_x[:, :, a * sv:a * sv + h, b * sh:b * sh + w] += np.einsum("nj,jcpq->ncpq", g, weight[:, a, b])
        self.grads["weight"] = grad_weight
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_x
