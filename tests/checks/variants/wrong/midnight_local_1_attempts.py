"""Held out: what learners write at midnight (local, 1 of 4)."""

# ruff: noqa
# fmt: off

# %% LocallyConnected2d: midnight-one-place-s-weights-for-all
# breaks: forward
# mistake: The weights of place (0, 0) are used everywhere: a convolution.
# names: locallyconnected2d-forward-shared
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
        J, A, B, C, h, w = weight.shape
        y = np.zeros((len(x), J, A, B), dtype=x.dtype)
        for a in range(A):
            for b in range(B):
                r, s = a * self.stride[0], b * self.stride[1]
                patch = x[:, :, r : r + h, s : s + w]
                y[:, :, a, b] = np.einsum("nipq,jipq->nj", patch, weight[:, 0, 0]) + bias[:, a, b]
        return y

    def backward(self, grad_y):
        weight = self.params["weight"]
        J, A, B, C, h, w = weight.shape
        grad_x, grad_w = np.zeros_like(self.x), np.zeros_like(weight)
        for a in range(A):
            for b in range(B):
                r, s = a * self.stride[0], b * self.stride[1]
                g = grad_y[:, :, a, b]
                grad_w[:, a, b] = np.einsum("nj,nipq->jipq", g, self.x[:, :, r : r + h, s : s + w])
                grad_x[:, :, r : r + h, s : s + w] += np.einsum("nj,jipq->nipq", g, weight[:, a, b])
        self.grads["weight"], self.grads["bias"] = grad_w, grad_y.sum(axis=0)
        return grad_x


# %% LocallyConnected2d: midnight-bias-like-a-convolution-s
# breaks: backward
# mistake: The bias's gradient is summed over the places too, as for Conv2d.
# names: locallyconnected2d-backward-bias-shared
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
        J, A, B, C, h, w = self.params["weight"].shape
        y = np.zeros((x.shape[0], J, A, B), x.dtype)
        for n in range(x.shape[0]):
            for j in range(J):
                for a in range(A):
                    for b in range(B):
                        top, left = a * self.stride[0], b * self.stride[1]
                        patch = x[n, :, top : top + h, left : left + w]
                        y[n, j, a, b] = (
                            np.sum(patch * self.params["weight"][j, a, b])
                            + self.params["bias"][j, a, b]
                        )
        return y

    def backward(self, grad_y):
        J, A, B, C, h, w = self.params["weight"].shape
        dx = np.zeros_like(self.x)
        dw = np.zeros_like(self.params["weight"])
        for n in range(len(dx)):
            for j in range(J):
                for a in range(A):
                    for b in range(B):
                        top, left = a * self.stride[0], b * self.stride[1]
                        g = grad_y[n, j, a, b]
                        dw[j, a, b] += g * self.x[n, :, top : top + h, left : left + w]
                        dx[n, :, top : top + h, left : left + w] += (
                            g * self.params["weight"][j, a, b]
                        )
        self.grads["weight"] = dw
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        return dx


# %% LocallyConnected2d: midnight-assigns-the-last-sample
# breaks: backward
# mistake: The weight's gradient is assigned inside the loop over the batch.
# names: locallyconnected2d-grads-one-sample
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
    def local_unit(self, image, weight, bias, top, left):
        h, w = weight.shape[1:]
        return np.sum(image[:, top : top + h, left : left + w] * weight) + bias

    def forward(self, x):
        self.x = x
        weight, bias = self.params["weight"], self.params["bias"]
        y = np.empty((len(x), *bias.shape), dtype=x.dtype)
        for n, j, a, b in np.ndindex(y.shape):
            top, left = a * self.stride[0], b * self.stride[1]
            y[n, j, a, b] = self.local_unit(x[n], weight[j, a, b], bias[j, a, b], top, left)
        return y

    def backward(self, grad_y):
        weight = self.params["weight"]
        h, w = weight.shape[-2:]
        self.grads["weight"] = np.zeros_like(weight)
        self.grads["bias"] = grad_y.sum(axis=0)
        grad_x = np.zeros_like(self.x)
        for n, j, a, b in np.ndindex(grad_y.shape):
            rows = slice(a * self.stride[0], a * self.stride[0] + h)
            cols = slice(b * self.stride[1], b * self.stride[1] + w)
            self.grads["weight"][j, a, b] = grad_y[n, j, a, b] * self.x[n, :, rows, cols]
            grad_x[n, :, rows, cols] += grad_y[n, j, a, b] * weight[j, a, b]
        return grad_x


# %% LocallyConnected2d: midnight-overlap-overwritten
# breaks: backward
# mistake: `=` instead of `+=` for the pixels of overlapping patches.
# names: locallyconnected2d-backward-assigned
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
    def _patch(self, a, b):
        (sh, sw), (h, w) = self.stride, self.params["weight"].shape[-2:]
        return slice(a * sh, a * sh + h), slice(b * sw, b * sw + w)

    def forward(self, x):
        self.x = x
        W, bias = self.params["weight"], self.params["bias"]
        y = np.zeros((x.shape[0], *bias.shape), x.dtype)
        for a in range(W.shape[1]):
            for b in range(W.shape[2]):
                rows, cols = self._patch(a, b)
                y[:, :, a, b] = np.tensordot(
                    x[:, :, rows, cols], W[:, a, b], axes=([1, 2, 3], [1, 2, 3])
                )
        return y + bias.astype(x.dtype)

    def backward(self, grad_y):
        W = self.params["weight"]
        dW, dx = np.zeros_like(W), np.zeros_like(self.x)
        for a in range(W.shape[1]):
            for b in range(W.shape[2]):
                rows, cols = self._patch(a, b)
                g = grad_y[:, :, a, b]
                dW[:, a, b] = np.tensordot(g, self.x[:, :, rows, cols], axes=(0, 0))
                dx[:, :, rows, cols] = np.tensordot(g, W[:, a, b], axes=(1, 0))
        self.grads = {"weight": dW, "bias": grad_y.sum(axis=0)}
        return dx


# %% LocallyConnected2d: midnight-stride-one
# breaks: both
# mistake: Forgets the stride: patch (a, b) begins at pixel (a, b). The weight's gradient is also halved.
# names: locallyconnected2d-forward-stride-ignored, locallyconnected2d-backward-scaled
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
        _, oh, ow, _, h, w = weight.shape
        y = np.zeros((x.shape[0], weight.shape[0], oh, ow))
        for i in range(oh):
            for j in range(ow):
                patch = x[:, :, i : i + h, j : j + w]
                y[:, :, i, j] = np.einsum("ncpq,fcpq->nf", patch, weight[:, i, j])
        y += self.params["bias"]
        return y.astype(x.dtype)

    def backward(self, grad_y):
        weight = self.params["weight"]
        _, oh, ow, _, h, w = weight.shape
        dx, dw = np.zeros_like(self.x), np.zeros_like(weight)
        for i in range(oh):
            for j in range(ow):
                g = grad_y[:, :, i, j]
                patch = self.x[:, :, i : i + h, j : j + w]
                dw[:, i, j] = 0.5 * np.einsum("nf,ncpq->fcpq", g, patch)
                dx[:, :, i : i + h, j : j + w] += np.einsum("nf,fcpq->ncpq", g, weight[:, i, j])
        self.grads["weight"] = dw
        self.grads["bias"] = grad_y.sum(0)
        return dx
