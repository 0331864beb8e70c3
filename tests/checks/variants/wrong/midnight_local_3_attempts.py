"""Held out: what learners write at midnight (local, 3 of 4)."""

# ruff: noqa
# fmt: off

# %% LocallyConnected2d: midnight-first-channel-only
# breaks: forward
# mistake: Patches are x[:, 0]: only the first channel is looked at; broadcasting hides it.
# names: locallyconnected2d-forward-one-channel
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def forward(self, x):
        self.x = x
        weight = self.params["weight"]
        _, A, B, C, h, w = weight.shape
        rows = []
        for a in range(A):
            cols = []
            for b in range(B):
                top, left = a * self.stride[0], b * self.stride[1]
                patch = x[:, 0, top : top + h, left : left + w]
                unit = (patch[:, None, None] * weight[:, a, b]).sum(axis=(2, 3, 4))
                cols.append(unit + self.params["bias"][:, a, b])
            rows.append(np.stack(cols, axis=-1))
        return np.stack(rows, axis=2).astype(x.dtype)

    def backward(self, grad_y):
        weight = self.params["weight"]
        _, A, B, C, h, w = weight.shape
        grad_x, grad_w = np.zeros_like(self.x), np.zeros_like(weight)
        for a in range(A):
            for b in range(B):
                top, left = a * self.stride[0], b * self.stride[1]
                here = np.s_[:, :, top : top + h, left : left + w]
                g = grad_y[:, :, a, b, None, None, None]
                grad_w[:, a, b] = (g * self.x[here][:, None]).sum(axis=0)
                grad_x[here] += (g * weight[:, a, b]).sum(axis=1)
        self.grads["weight"] = grad_w
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_x


# %% LocallyConnected2d: midnight-a-and-b-swapped-in-weight
# breaks: forward at least
# mistake: weight[:, b, a]: row and column of the place are swapped, which raises where the map is not square.
# names: locallyconnected2d-forward-place-transposed; locallyconnected2d-forward-error-index
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def forward(self, x):
        self.x = x
        weight, bias = self.params["weight"], self.params["bias"]
        h, w = weight.shape[4:]
        _, out_h, out_w = bias.shape
        y = np.zeros((x.shape[0], len(bias), out_h, out_w), dtype=x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                i, j = a * self.stride[0], b * self.stride[1]
                patch = x[:, :, i : i + h, j : j + w]
                y[:, :, a, b] = np.einsum("nipq,jipq->nj", patch, weight[:, b, a]) + bias[:, a, b]
        return y

    def backward(self, grad_y):
        weight = self.params["weight"]
        h, w = weight.shape[4:]
        self.grads["bias"] = grad_y.sum(axis=0)
        self.grads["weight"] = np.zeros_like(weight)
        grad_x = np.zeros_like(self.x)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                i, j = a * self.stride[0], b * self.stride[1]
                self.grads["weight"][:, b, a] = np.einsum(
                    "nipq,nj->jipq", self.x[:, :, i : i + h, j : j + w], grad_y[:, :, a, b]
                )
                grad_x[:, :, i : i + h, j : j + w] += np.einsum(
                    "nj,jipq->nipq", grad_y[:, :, a, b], weight[:, b, a]
                )
        return grad_x


# %% LocallyConnected2d: midnight-last-row-and-column-missing
# breaks: forward
# mistake: The loops end one place early, so the last row and column of units say only 0.
# names: locallyconnected2d-forward-last-place-skipped
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def forward(self, x):
        (sh, sw), weight = self.stride, self.params["weight"]
        self.x = x
        h, w = weight.shape[-2:]
        y = np.zeros((x.shape[0], *self.params["bias"].shape), x.dtype)
        for r in range(0, x.shape[2] - h, sh):
            for c in range(0, x.shape[3] - w, sw):
                a, b = r // sh, c // sw
                patch = x[:, :, r : r + h, c : c + w]
                y[:, :, a, b] = np.einsum("nipq,jipq->nj", patch, weight[:, a, b])
                y[:, :, a, b] += self.params["bias"][:, a, b]
        return y

    def backward(self, grad_y):
        (sh, sw), weight = self.stride, self.params["weight"]
        h, w = weight.shape[-2:]
        grad_x, grad_w = np.zeros_like(self.x), np.zeros_like(weight)
        grad_b = np.zeros_like(self.params["bias"])
        for r in range(0, self.x.shape[2] - h, sh):
            for c in range(0, self.x.shape[3] - w, sw):
                a, b = r // sh, c // sw
                g = grad_y[:, :, a, b]
                grad_b[:, a, b] = g.sum(axis=0)
                grad_w[:, a, b] = np.einsum("nj,nipq->jipq", g, self.x[:, :, r : r + h, c : c + w])
                grad_x[:, :, r : r + h, c : c + w] += np.einsum("nj,jipq->nipq", g, weight[:, a, b])
        self.grads = {"weight": grad_w, "bias": grad_b}
        return grad_x


# %% LocallyConnected2d: midnight-no-bias-in-grads
# breaks: backward
# mistake: Sets the weight's gradient and forgets the bias's.
# names: locallyconnected2d-grads-missing
from numpy.lib.stride_tricks import sliding_window_view

import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def forward(self, x):
        self.x = x
        h, w = self.params["weight"].shape[-2:]
        view = sliding_window_view(x, (h, w), axis=(2, 3))
        self.view = view[:, :, :: self.stride[0], :: self.stride[1]]
        y = np.einsum("ncxyij,fxycij->nfxy", self.view, self.params["weight"], optimize=True)
        return (self.params["bias"] + y).astype(x.dtype)

    def backward(self, grad_y):
        (sh, sw), (h, w) = self.stride, self.params["weight"].shape[-2:]
        self.grads["weight"] = np.einsum("ncxyij,nfxy->fxycij", self.view, grad_y, optimize=True)
        d = np.einsum("nfxy,fxycij->ncxyij", grad_y, self.params["weight"], optimize=True)
        grad_x = np.zeros_like(self.x)
        for i in range(d.shape[2]):
            for j in range(d.shape[3]):
                grad_x[:, :, i * sh : i * sh + h, j * sw : j * sw + w] += d[:, :, i, j]
        return grad_x


# %% LocallyConnected2d: midnight-kernel-turned-there-no-sum-over-samples-back
# breaks: both
# mistake: Turns every kernel, as a convolution would; the bias's gradient is the first sample's.
# names: locallyconnected2d-forward-flipped, locallyconnected2d-grads-one-sample
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])
    def forward(self, x):
        self.x = x
        W, b = self.params["weight"][..., ::-1, ::-1], self.params["bias"]
        h, w = W.shape[-2:]
        y = np.zeros((len(x), *b.shape), dtype=x.dtype)
        for i in range(b.shape[1]):
            for j in range(b.shape[2]):
                r, s = i * self.stride[0], j * self.stride[1]
                patch = x[:, :, r : r + h, s : s + w]
                y[:, :, i, j] = np.einsum("ncpq,fcpq->nf", patch, W[:, i, j]) + b[:, i, j]
        return y

    def backward(self, grad_y):
        W = self.params["weight"][..., ::-1, ::-1]
        h, w = W.shape[-2:]
        dx, dW = np.zeros_like(self.x), np.zeros(W.shape)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                r, s = i * self.stride[0], j * self.stride[1]
                g = grad_y[:, :, i, j]
                dW[:, i, j] = np.einsum("nf,ncpq->fcpq", g, self.x[:, :, r : r + h, s : s + w])
                dx[:, :, r : r + h, s : s + w] += np.einsum("nf,fcpq->ncpq", g, W[:, i, j])
        self.grads["weight"] = dW[..., ::-1, ::-1]
        self.grads["bias"] = grad_y[0]
        return dx
