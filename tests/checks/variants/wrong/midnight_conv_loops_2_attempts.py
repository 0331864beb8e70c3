"""Held out: what learners write at midnight (conv loops, 2 of 4)."""

# ruff: noqa
# fmt: off

# %% Conv2d: midnight-last-channel-wins
# breaks: forward
# mistake: Sums over the channels by hand, with `=`: the map is what the last channel gave.
# names: conv2d-forward-one-channel
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
        N, C, H, W = self.x.shape
        out_h, out_w = (H - h) // sh + 1, (W - w) // sw + 1
        weight = self.params["weight"]
        y = np.zeros((N, weight.shape[0], out_h, out_w), x.dtype)
        for o in range(weight.shape[0]):
            for c in range(C):
                for a in range(out_h):
                    for b in range(out_w):
                        window = self.x[:, c, a * sh : a * sh + h, b * sw : b * sw + w]
                        y[:, o, a, b] = (window * weight[o, c]).sum(axis=(1, 2))
            y[:, o] += self.params["bias"][o]
        return y

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        weight = self.params["weight"]
        grad_x, grad_w = np.zeros_like(self.x), np.zeros_like(weight)
        for o in range(weight.shape[0]):
            for c in range(weight.shape[1]):
                for a in range(grad_y.shape[2]):
                    for b in range(grad_y.shape[3]):
                        g = grad_y[:, o, a, b, None, None]
                        rows, cols = slice(a * sh, a * sh + h), slice(b * sw, b * sw + w)
                        grad_w[o, c] += (g * self.x[:, c, rows, cols]).sum(axis=0)
                        grad_x[:, c, rows, cols] += g * weight[o, c]
        self.grads = {"weight": grad_w, "bias": grad_y.sum(axis=(0, 2, 3))}
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]


# %% Conv2d: midnight-columns-move-by-the-vertical-stride
# breaks: forward at least
# mistake: Copy and paste: the column of a window is b times the vertical stride, in both passes.
# names: conv2d-forward-strides-mixed-up
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
        ph, pw = self.padding
        h, w = self.kernel_size
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        out_h = (self.x.shape[2] - h) // self.stride[0] + 1
        out_w = (self.x.shape[3] - w) // self.stride[1] + 1
        y = np.zeros((x.shape[0], self.params["weight"].shape[0], out_h, out_w), dtype=x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                y[:, :, a, b] = np.einsum(
                    "nipq,jipq->nj", self.window(self.x, a, b), self.params["weight"]
                )
        return (y + self.params["bias"][None, :, None, None]).astype(x.dtype)

    def window(self, x, a, b):
        h, w = self.kernel_size
        a, b = a * self.stride[0], b * self.stride[0]
        return x[:, :, a : a + h, b : b + w]

    def backward(self, grad_y):
        ph, pw = self.padding
        grad_x = np.zeros_like(self.x)
        grad_w = np.zeros_like(self.params["weight"])
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                g = grad_y[:, :, a, b]
                grad_w += np.einsum("nj,nipq->jipq", g, self.window(self.x, a, b))
                place = self.window(grad_x, a, b)
                place += np.einsum("nj,jipq->nipq", g, self.params["weight"]).astype(g.dtype)
        self.grads["weight"] = grad_w
        self.grads["bias"] = np.einsum("njab->j", grad_y)
        H, W = grad_x.shape[2:]
        return grad_x[:, :, ph : H - ph, pw : W - pw]


# %% Conv2d: midnight-the-height-for-both
# breaks: forward at least
# mistake: One output size, computed from the height, serves as the width too.
# names: conv2d-forward-image-square; conv2d-forward-another-size, conv2d-forward-too-large, conv2d-forward-too-small, conv2d-forward-error-shapes
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
        N, C, H, W = x.shape
        out_ch, _, kh, kw = self.params["weight"].shape
        (sh, sw), (ph, pw) = self.stride, self.padding
        out_size = (H + 2 * ph - kh) // sh + 1
        self.x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        out = np.zeros((N, out_ch, out_size, out_size), dtype=x.dtype)
        for i in range(out_size):
            for j in range(out_size):
                region = self.x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
                for k in range(out_ch):
                    out[:, k, i, j] = np.sum(region * self.params["weight"][k], axis=(1, 2, 3))
        return out + self.params["bias"].astype(x.dtype)[:, None, None]

    def backward(self, grad_y):
        N, out_ch, oh, ow = grad_y.shape
        (sh, sw), (ph, pw), (kh, kw) = self.stride, self.padding, self.kernel_size
        dx = np.zeros_like(self.x)
        dW = np.zeros_like(self.params["weight"])
        for i in range(oh):
            for j in range(ow):
                region = self.x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
                for k in range(out_ch):
                    g = grad_y[:, k, i, j].reshape(-1, 1, 1, 1)
                    dW[k] += np.sum(region * g, axis=0)
                    dx[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += (
                        g * self.params["weight"][k]
                    )
        self.grads["weight"] = dW
        self.grads["bias"] = grad_y.sum(axis=0).sum(axis=1).sum(axis=1)
        return dx[:, :, ph : dx.shape[2] - ph, pw : dx.shape[3] - pw]


# %% Conv2d: midnight-sum-of-the-samples-last
# breaks: backward
# mistake: The weight's gradient is set anew for each image, so only the last image of the batch counts.
# names: conv2d-grads-one-sample
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
        y = [self._one(image) for image in x]
        return np.array(y, dtype=x.dtype)

    def _pad(self, image):
        ph, pw = self.padding
        return np.pad(image, ((0, 0), (ph, ph), (pw, pw)))

    def _one(self, image):
        image = self._pad(image)
        h, w = self.kernel_size
        rows = range(0, image.shape[1] - h + 1, self.stride[0])
        cols = range(0, image.shape[2] - w + 1, self.stride[1])
        return [
            [
                [(image[:, r : r + h, c : c + w] * kernel).sum() + bias for c in cols]
                for r in rows
            ]
            for kernel, bias in zip(self.params["weight"], self.params["bias"])
        ]

    def backward(self, grad_y):
        h, w = self.kernel_size
        ph, pw = self.padding
        grad_x = []
        for image, grad in zip(self.x, grad_y):
            image = self._pad(image)
            g = np.zeros_like(image)
            grad_w = np.zeros_like(self.params["weight"])
            for j, kernel in enumerate(self.params["weight"]):
                for a in range(grad.shape[1]):
                    for b in range(grad.shape[2]):
                        r, c = a * self.stride[0], b * self.stride[1]
                        grad_w[j] += grad[j, a, b] * image[:, r : r + h, c : c + w]
                        g[:, r : r + h, c : c + w] += grad[j, a, b] * kernel
            grad_x.append(g[:, ph : g.shape[1] - ph, pw : g.shape[2] - pw])
        self.grads["weight"] = grad_w
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        return np.array(grad_x)


# %% Conv2d: midnight-adds-to-grads
# breaks: backward
# mistake: Creates the gradients once and adds to them ever after: a second backward doubles them.
# names: conv2d-grads-added; conv2d-backward-remembers
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
        self.grads["weight"] = np.zeros_like(self.params["weight"])
        self.grads["bias"] = np.zeros_like(self.params["bias"])

    def forward(self, x):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        self.input = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        out_h = (self.input.shape[2] - h) // sh + 1
        out_w = (self.input.shape[3] - w) // sw + 1
        y = np.zeros((len(x), len(self.params["bias"]), out_h, out_w), x.dtype)
        for i in range(out_h):
            for j in range(out_w):
                w_ = self.input[:, :, sh * i : sh * i + h, sw * j : sw * j + w].reshape(len(x), -1)
                y[:, :, i, j] = w_ @ self.params["weight"].reshape(y.shape[1], -1).T
                y[:, :, i, j] += self.params["bias"]
        return y

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        flat = self.params["weight"].reshape(grad_y.shape[1], -1)
        grad_x = np.zeros_like(self.input)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                g = grad_y[:, :, i, j]
                window = self.input[:, :, sh * i : sh * i + h, sw * j : sw * j + w]
                self.grads["weight"] += np.einsum("nj,nipq->jipq", g, window)
                self.grads["bias"] += g.sum(axis=0)
                grad_x[:, :, sh * i : sh * i + h, sw * j : sw * j + w] += (g @ flat).reshape(
                    window.shape
                )
        return grad_x[:, :, ph : grad_x.shape[2] - ph, pw : grad_x.shape[3] - pw]
