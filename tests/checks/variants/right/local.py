# ruff: noqa
# fmt: off
# Right parameter counts and locally connected layers; each cell is a module of its own.

# %% dense_parameters: product
import math


def dense_parameters(input_shape, units):
    return math.prod(input_shape) * units


# %% dense_parameters: numpy
import numpy as np


def dense_parameters(input_shape, units):
    print("every unit sees everything")
    return np.prod(input_shape) * units


# %% dense_parameters: loop
def dense_parameters(input_shape, units):
    total = units
    for size in input_shape:
        total *= size
    return total


# %% local_parameters: pairs
def local_parameters(input_channels, units, kernel_size):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    h, w = kernel_size
    return units * input_channels * h * w


# %% local_parameters: broadcast
import numpy as np


def local_parameters(input_channels, units, kernel_size):
    return int(units * input_channels * np.broadcast_to(kernel_size, 2).prod())


# %% conv_parameters: pairs
def conv_parameters(input_channels, feature_maps, kernel_size):
    try:
        kh, kw = kernel_size
    except TypeError:
        kh = kw = kernel_size
    return feature_maps * input_channels * kh * kw


# %% conv_parameters: weight-size
import numpy as np


def conv_parameters(input_channels, feature_maps, kernel_size):
    kernel = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
    return np.empty((feature_maps, input_channels, *kernel)).size


# %% LocallyConnected2d: unit-loops
import numpy as np

from convkit import Layer


class LocallyConnected2d(Layer):
    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        pair = lambda v: (v, v) if isinstance(v, int) else tuple(v)
        self.H, self.W = pair(input_size)
        self.kh, self.kw = pair(kernel_size)
        self.sh, self.sw = pair(stride)
        self.J = out_channels
        self.A = (self.H - self.kh) // self.sh + 1
        self.B = (self.W - self.kw) // self.sw + 1
        std = np.sqrt(2 / (in_channels * self.kh * self.kw))
        self.params["weight"] = np.random.default_rng(rng).normal(
            0, std, (out_channels, self.A, self.B, in_channels, self.kh, self.kw)
        )
        self.params["bias"] = np.zeros((out_channels, self.A, self.B))

    def forward(self, x):
        self.x = x
        W, b = self.params["weight"], self.params["bias"]
        y = np.zeros((len(x), self.J, self.A, self.B), x.dtype)
        for n in range(len(x)):
            for j in range(self.J):
                for a in range(self.A):
                    for c in range(self.B):
                        top, left = a * self.sh, c * self.sw
                        patch = x[n, :, top:top + self.kh, left:left + self.kw]
                        y[n, j, a, c] = np.sum(patch * W[j, a, c]) + b[j, a, c]
        return y

    def backward(self, grad_y):
        W = self.params["weight"]
        dx = np.zeros_like(self.x)
        dW = np.zeros(W.shape)
        for n in range(len(self.x)):
            for j in range(self.J):
                for a in range(self.A):
                    for c in range(self.B):
                        top, left = a * self.sh, c * self.sw
                        g = grad_y[n, j, a, c]
                        dW[j, a, c] += g * self.x[n, :, top:top + self.kh, left:left + self.kw]
                        dx[n, :, top:top + self.kh, left:left + self.kw] += g * W[j, a, c]
        self.grads["weight"], self.grads["bias"] = dW, grad_y.sum(axis=0)
        return dx


# %% LocallyConnected2d: einsum
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit import Layer


def both(v):
    return tuple(np.broadcast_to(v, 2).tolist())


class LocallyConnected2d(Layer):
    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        self.input_size, self.kernel_size, self.stride = both(input_size), both(kernel_size), both(stride)
        out = tuple((i - k) // s + 1 for i, k, s in zip(self.input_size, self.kernel_size, self.stride))
        kh, kw = self.kernel_size
        scale = np.sqrt(2 / (in_channels * kh * kw))
        rng = np.random.default_rng(rng)
        self.params = {
            "weight": scale * rng.standard_normal((out_channels, *out, in_channels, kh, kw)),
            "bias": np.zeros((out_channels, *out)),
        }

    def forward(self, x):
        sh, sw = self.stride
        self.shape = x.shape
        self.patches = sliding_window_view(x, self.kernel_size, axis=(2, 3))[:, :, ::sh, ::sw]
        self.w = self.params["weight"].astype(x.dtype)
        y = np.einsum("niabpq,jabipq->njab", self.patches, self.w)
        return y + self.params["bias"].astype(x.dtype)

    def backward(self, grad_y):
        self.grads = {
            "weight": np.einsum("njab,niabpq->jabipq", grad_y, self.patches),
            "bias": np.einsum("njab->jab", grad_y),
        }
        grad_patches = np.einsum("njab,jabipq->niabpq", grad_y, self.w)
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        oh, ow = grad_y.shape[2:]
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for p in range(kh):
            for q in range(kw):
                grad_x[:, :, p:p + sh * oh:sh, q:q + sw * ow:sw] += grad_patches[..., p, q]
        return grad_x


# %% LocallyConnected2d: one-place-at-a-time
# At each place it is a small Linear layer.
import numpy as np

from convkit import Layer


class LocallyConnected2d(Layer):
    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        if isinstance(input_size, int): input_size = (input_size, input_size)
        if isinstance(kernel_size, int): kernel_size = (kernel_size, kernel_size)
        if isinstance(stride, int): stride = (stride, stride)
        self.rows = [
            slice(r, r + kernel_size[0])
            for r in range(0, input_size[0] - kernel_size[0] + 1, stride[0])
        ]
        self.cols = [
            slice(c, c + kernel_size[1])
            for c in range(0, input_size[1] - kernel_size[1] + 1, stride[1])
        ]
        shape = (out_channels, len(self.rows), len(self.cols), in_channels, *kernel_size)
        fan_in = in_channels * kernel_size[0] * kernel_size[1]
        self.params["weight"] = np.random.default_rng(rng).normal(0, (2 / fan_in) ** 0.5, shape)
        self.params["bias"] = np.zeros(shape[:3])

    def forward(self, x):
        self.seen = x
        weight, bias = self.params["weight"], self.params["bias"]
        y = np.empty((x.shape[0], *bias.shape), x.dtype, order="F")
        for a, rows in enumerate(self.rows):
            for b, cols in enumerate(self.cols):
                flat = x[:, :, rows, cols].reshape(len(x), -1)
                y[:, :, a, b] = flat @ weight[:, a, b].reshape(len(weight), -1).T + bias[:, a, b]
        return y

    def backward(self, grad_y):
        weight = self.params["weight"]
        x = self.seen
        dw = np.zeros_like(weight)
        dx = np.zeros_like(x)
        for a, rows in enumerate(self.rows):
            for b, cols in enumerate(self.cols):
                g = grad_y[:, :, a, b]
                flat = x[:, :, rows, cols].reshape(len(x), -1)
                dw[:, a, b] = (g.T @ flat).reshape(weight[:, a, b].shape)
                back = g @ weight[:, a, b].reshape(len(weight), -1)
                dx[:, :, rows, cols] += back.reshape(x[:, :, rows, cols].shape).astype(x.dtype)
        self.grads["weight"] = dw
        self.grads["bias"] = grad_y.sum(0)
        return dx
