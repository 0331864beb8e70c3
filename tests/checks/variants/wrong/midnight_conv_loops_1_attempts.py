"""Held out: what learners write at midnight (conv loops, 1 of 4)."""

# ruff: noqa
# fmt: off

# %% Conv2d: midnight-crop-from-pad-to-minus-pad
# breaks: backward
# mistake: Crops the padding with [p:-p], which is empty where there is no padding.
# names: conv2d-backward-cropped-by-minus-zero; conv2d-backward-too-small
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
        N, _, H, W = self.x.shape
        out_h, out_w = (H - h) // sh + 1, (W - w) // sw + 1
        y = np.zeros((N, len(self.params["bias"]), out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                window = self.x[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                y[:, :, a, b] = np.einsum("nipq,jipq->nj", window, self.params["weight"])
                y[:, :, a, b] += self.params["bias"]
        return y

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        weight = self.params["weight"]
        grad_w = np.zeros_like(weight)
        grad_x = np.zeros_like(self.x)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                rows, cols = slice(a * sh, a * sh + h), slice(b * sw, b * sw + w)
                g = grad_y[:, :, a, b]
                grad_w += np.einsum("nipq,nj->jipq", self.x[:, :, rows, cols], g)
                grad_x[:, :, rows, cols] += np.einsum("nj,jipq->nipq", g, weight)
        self.grads["weight"] = grad_w
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        return grad_x[:, :, ph:-ph, pw:-pw]


# %% Conv2d: midnight-returns-the-padded-gradient
# breaks: backward
# mistake: Forgets to cut off the padding.
# names: conv2d-backward-padding-not-cropped; conv2d-backward-too-large
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
        self.xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode="constant")
        n, c, hh, ww = self.xp.shape
        f, _, kh, kw = self.params["weight"].shape
        oh = (hh - kh) // self.stride[0] + 1
        ow = (ww - kw) // self.stride[1] + 1
        out = np.zeros((n, f, oh, ow), dtype=x.dtype)
        for img in range(n):
            for filt in range(f):
                for i in range(oh):
                    for j in range(ow):
                        r, s = i * self.stride[0], j * self.stride[1]
                        patch = self.xp[img, :, r : r + kh, s : s + kw]
                        out[img, filt, i, j] = (
                            np.sum(patch * self.params["weight"][filt]) + self.params["bias"][filt]
                        )
        return out

    def backward(self, grad_y):
        n, f, oh, ow = grad_y.shape
        kh, kw = self.kernel_size
        dx = np.zeros_like(self.xp)
        dw = np.zeros_like(self.params["weight"])
        for img in range(n):
            for filt in range(f):
                for i in range(oh):
                    for j in range(ow):
                        r, s = i * self.stride[0], j * self.stride[1]
                        d = grad_y[img, filt, i, j]
                        dw[filt] += d * self.xp[img, :, r : r + kh, s : s + kw]
                        dx[img, :, r : r + kh, s : s + kw] += d * self.params["weight"][filt]
        self.grads = {"weight": dw, "bias": grad_y.sum((0, 2, 3))}
        return dx


# %% Conv2d: midnight-assigns-where-windows-overlap
# breaks: backward
# mistake: `=` where `+=` is due: a pixel keeps what the last window gave it.
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
    def forward(self, x):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        self.padded = np.pad(x, [(0, 0), (0, 0), (ph, ph), (pw, pw)])
        W, b = self.params["weight"], self.params["bias"]
        out_h = (self.padded.shape[2] - h) // sh + 1
        out_w = (self.padded.shape[3] - w) // sw + 1
        y = np.empty((x.shape[0], W.shape[0], out_h, out_w), x.dtype)
        for i in range(out_h):
            for j in range(out_w):
                patch = self.padded[:, None, :, i * sh : i * sh + h, j * sw : j * sw + w]
                y[:, :, i, j] = (patch * W).sum(axis=(2, 3, 4)) + b
        return y

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (h, w) = self.stride, self.padding, self.kernel_size
        W = self.params["weight"]
        dx, dW = np.zeros_like(self.padded), np.zeros_like(W)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                g = grad_y[:, :, i, j][:, :, None, None, None]
                patch = self.padded[:, None, :, i * sh : i * sh + h, j * sw : j * sw + w]
                dW += (g * patch).sum(axis=0)
                dx[:, :, i * sh : i * sh + h, j * sw : j * sw + w] = (g * W).sum(axis=1)
        self.grads["weight"] = dW
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        H, Wd = self.padded.shape[2:]
        return dx[:, :, ph : H - ph, pw : Wd - pw]


# %% Conv2d: midnight-no-stride-on-the-way-back
# breaks: backward
# mistake: The backward loops place the windows at (i, j), not at (i·s, j·s).
# names: conv2d-backward-stride-ignored
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
        p, s, k = self.padding, self.stride, self.kernel_size
        x_pad = np.pad(x, ((0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])))
        H = 1 + (x.shape[2] + 2 * p[0] - k[0]) // s[0]
        W = 1 + (x.shape[3] + 2 * p[1] - k[1]) // s[1]
        out = np.zeros((x.shape[0], self.params["weight"].shape[0], H, W)).astype(x.dtype)
        for n in range(x.shape[0]):
            for f in range(out.shape[1]):
                for i in range(H):
                    for j in range(W):
                        v = x_pad[n, :, i * s[0] : i * s[0] + k[0], j * s[1] : j * s[1] + k[1]]
                        out[n, f, i, j] = np.sum(v * self.params["weight"][f])
                out[n, f] += self.params["bias"][f]
        return out

    def backward(self, grad_y):
        p, k = self.padding, self.kernel_size
        x_pad = np.pad(self.x, ((0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])))
        dx_pad = np.zeros_like(x_pad)
        dw = np.zeros_like(self.params["weight"])
        db = np.zeros_like(self.params["bias"])
        for n in range(grad_y.shape[0]):
            for f in range(grad_y.shape[1]):
                db[f] += grad_y[n, f].sum()
                for i in range(grad_y.shape[2]):
                    for j in range(grad_y.shape[3]):
                        dw[f] += x_pad[n, :, i : i + k[0], j : j + k[1]] * grad_y[n, f, i, j]
                        dx_pad[n, :, i : i + k[0], j : j + k[1]] += (
                            self.params["weight"][f] * grad_y[n, f, i, j]
                        )
        self.grads["weight"], self.grads["bias"] = dw, db
        return dx_pad[:, :, p[0] : p[0] + self.x.shape[2], p[1] : p[1] + self.x.shape[3]]


# %% Conv2d: midnight-only-pads-if-there-is-something-to-pad
# breaks: forward at least
# mistake: The padded array is made only if the vertical padding is not 0; otherwise the name does not exist.
# names: conv2d-forward-error-unbound; conv2d-forward-error-name
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
        if self.padding[0] > 0:
            padded = np.pad(
                x,
                (
                    (0, 0),
                    (0, 0),
                    (self.padding[0], self.padding[0]),
                    (self.padding[1], self.padding[1]),
                ),
            )
        self.padded, self.shape = padded, x.shape
        h, w = self.kernel_size
        out_h = (padded.shape[2] - h) // self.stride[0] + 1
        out_w = (padded.shape[3] - w) // self.stride[1] + 1
        y = np.zeros((len(x), len(self.params["weight"]), out_h, out_w), dtype=x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                top, left = a * self.stride[0], b * self.stride[1]
                window = padded[:, :, top : top + h, left : left + w]
                y[:, :, a, b] = np.tensordot(window, self.params["weight"], ([1, 2, 3], [1, 2, 3]))
        return y + self.params["bias"].reshape(1, -1, 1, 1).astype(x.dtype)

    def backward(self, grad_y):
        h, w = self.kernel_size
        grad_padded = np.zeros_like(self.padded)
        grad_weight = np.zeros(self.params["weight"].shape)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                top, left = a * self.stride[0], b * self.stride[1]
                here = np.s_[:, :, top : top + h, left : left + w]
                grad_weight += np.tensordot(grad_y[:, :, a, b], self.padded[here], ([0], [0]))
                grad_padded[here] += np.tensordot(
                    grad_y[:, :, a, b], self.params["weight"], ([1], [0])
                )
        self.grads["weight"] = grad_weight
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        (ph, pw), (H, W) = self.padding, self.shape[2:]
        return grad_padded[:, :, ph : ph + H, pw : pw + W]
