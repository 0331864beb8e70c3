"""Held out: what learners write at midnight (conv loops, 4 of 4)."""

# ruff: noqa
# fmt: off

# %% Conv2d: midnight-no-bias-there-divided-by-the-batch-back
# breaks: both
# mistake: Never adds the bias; divides the weight's gradient by the size of the batch.
# names: conv2d-forward-bias-forgotten, conv2d-forward-bias-missing, conv2d-grads-averaged; conv2d-forward-something-added, conv2d-backward-scaled
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
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        rows = range(0, self.x.shape[2] - h + 1, sh)
        cols = range(0, self.x.shape[3] - w + 1, sw)
        y = np.zeros((len(x), len(self.params["weight"]), len(rows), len(cols)), x.dtype)
        for a, r in enumerate(rows):
            for b, c in enumerate(cols):
                patch = self.x[:, :, r : r + h, c : c + w]
                y[:, :, a, b] = np.tensordot(patch, self.params["weight"], axes=([1, 2, 3],) * 2)
        return y

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        grad_x = np.zeros_like(self.x)
        grad_w = np.zeros_like(self.params["weight"])
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                r, c = sh * a, sw * b
                patch = self.x[:, :, r : r + h, c : c + w]
                grad_w += np.tensordot(grad_y[:, :, a, b], patch, axes=(0, 0))
                grad_x[:, :, r : r + h, c : c + w] += np.tensordot(
                    grad_y[:, :, a, b], self.params["weight"], axes=(1, 0)
                )
        self.grads = {"weight": grad_w / len(grad_y), "bias": grad_y.sum(axis=(0, 2, 3))}
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]


# %% Conv2d: midnight-padding-counted-once-there-first-padding-for-both-back
# breaks: both
# mistake: The output size counts the padding on one side only; the crop uses the vertical one for both axes.
# names: conv2d-forward-padding-counted-once, conv2d-backward-cropped-elsewhere; conv2d-forward-too-small
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
        n, c, H, W = x.shape
        self.in_shape = x.shape
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        out_h = (H + ph - h) // sh + 1
        out_w = (W + pw - w) // sw + 1
        y = np.zeros((n, len(self.params["weight"]), out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                patch = self.x[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                for j in range(y.shape[1]):
                    y[:, j, a, b] = (patch * self.params["weight"][j]).sum(axis=(1, 2, 3))
        y += self.params["bias"].reshape(1, -1, 1, 1).astype(x.dtype)
        return y

    def backward(self, grad_y):
        (sh, sw), p, (h, w) = self.stride, self.padding[0], self.kernel_size
        n, c, H, W = self.in_shape
        grad_x = np.zeros_like(self.x)
        grad_w = np.zeros_like(self.params["weight"])
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                rows, cols = slice(a * sh, a * sh + h), slice(b * sw, b * sw + w)
                for j in range(grad_y.shape[1]):
                    g = grad_y[:, j, a, b].reshape(n, 1, 1, 1)
                    grad_w[j] += (g * self.x[:, :, rows, cols]).sum(axis=0)
                    grad_x[:, :, rows, cols] += g * self.params["weight"][j]
        self.grads["weight"] = grad_w
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        return grad_x[:, :, p : p + H, p : p + W]
