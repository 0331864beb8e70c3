"""Held out: what learners write at midnight (conv arrays, 5 of 5)."""

# ruff: noqa
# fmt: off

# %% Conv2d: midnight-true-division
# breaks: both
# mistake: The output size is computed with /, and a float is no size.
# names: conv2d-forward-error-float-size
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
        n_H_prev, n_W_prev = x.shape[2:]
        (f_h, f_w), (s_h, s_w), (p_h, p_w) = self.kernel_size, self.stride, self.padding
        n_H = (n_H_prev - f_h + 2 * p_h) / s_h + 1
        n_W = (n_W_prev - f_w + 2 * p_w) / s_w + 1
        self.A_prev_pad = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
        Z = np.zeros((x.shape[0], self.params["weight"].shape[0], n_H, n_W), dtype=x.dtype)
        for h in range(n_H):
            for w in range(n_W):
                a_slice = self.A_prev_pad[:, :, h * s_h : h * s_h + f_h, w * s_w : w * s_w + f_w]
                Z[:, :, h, w] = np.einsum("nipq,jipq->nj", a_slice, self.params["weight"])
        return Z + self.params["bias"].reshape(1, -1, 1, 1).astype(x.dtype)

    def backward(self, grad_y):
        (f_h, f_w), (s_h, s_w), (p_h, p_w) = self.kernel_size, self.stride, self.padding
        dA = np.zeros_like(self.A_prev_pad)
        dW = np.zeros_like(self.params["weight"])
        for h in range(grad_y.shape[2]):
            for w in range(grad_y.shape[3]):
                here = np.s_[:, :, h * s_h : h * s_h + f_h, w * s_w : w * s_w + f_w]
                dZ = grad_y[:, :, h, w]
                dA[here] += np.einsum("nj,jipq->nipq", dZ, self.params["weight"])
                dW += np.einsum("nj,nipq->jipq", dZ, self.A_prev_pad[here])
        self.grads = {"weight": dW, "bias": grad_y.sum(axis=(0, 2, 3))}
        return dA[:, :, p_h : dA.shape[2] - p_h, p_w : dA.shape[3] - p_w]


# %% Conv2d: midnight-padding-of-a-3x3-kernel
# breaks: backward
# mistake: Cuts off h//2 and w//2, what "same" padding would be, whatever the padding is.
# names: conv2d-backward-cropped-elsewhere; conv2d-backward-another-size, conv2d-backward-too-small
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
        (sh, sw), (ph, pw), (kh, kw) = self.stride, self.padding, self.kernel_size
        self.xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        rows = np.arange(0, self.xp.shape[2] - kh + 1, sh)
        cols = np.arange(0, self.xp.shape[3] - kw + 1, sw)
        y = np.empty((len(x), len(self.params["weight"]), len(rows), len(cols)), dtype=x.dtype)
        for n, image in enumerate(self.xp):
            for j, (kernel, bias) in enumerate(zip(self.params["weight"], self.params["bias"])):
                for a, r in enumerate(rows):
                    for b, c in enumerate(cols):
                        y[n, j, a, b] = np.vdot(image[:, r : r + kh, c : c + kw], kernel) + bias
        return y

    def backward(self, grad_y):
        (sh, sw), (kh, kw) = self.stride, self.kernel_size
        dx, dw = np.zeros_like(self.xp), np.zeros_like(self.params["weight"])
        for (n, j, a, b), g in np.ndenumerate(grad_y):
            rows, cols = slice(a * sh, a * sh + kh), slice(b * sw, b * sw + kw)
            dw[j] += g * self.xp[n, :, rows, cols]
            dx[n, :, rows, cols] += g * self.params["weight"][j]
        self.grads["weight"] = dw
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        top, left = kh // 2, kw // 2
        return dx[:, :, top : dx.shape[2] - top, left : dx.shape[3] - left]


# %% Conv2d: midnight-float64-there-one-number-for-all-biases-back
# breaks: both
# mistake: Hands float64 out for float32; the bias's gradient is summed over the maps too.
# names: conv2d-forward-always-double, conv2d-backward-bias-maps-added; conv2d-backward-copies
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
        (sh, sw), (ph, pw), (kh, kw) = self.stride, self.padding, self.kernel_size
        self.x_shape = x.shape
        self.xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
        oh, ow = (self.xp.shape[2] - kh) // sh + 1, (self.xp.shape[3] - kw) // sw + 1
        y = np.zeros((x.shape[0], self.params["weight"].shape[0], oh, ow))
        for a in range(oh):
            for b in range(ow):
                patch = self.xp[:, :, a * sh : a * sh + kh, b * sw : b * sw + kw]
                y[:, :, a, b] = np.einsum("ncpq,fcpq->nf", patch, self.params["weight"])
        return y + self.params["bias"].reshape(1, -1, 1, 1)

    def backward(self, grad_y):
        (sh, sw), (ph, pw), (kh, kw) = self.stride, self.padding, self.kernel_size
        dxp = np.zeros_like(self.xp)
        dw = np.zeros_like(self.params["weight"])
        db = np.zeros_like(self.params["bias"])
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                patch = self.xp[:, :, a * sh : a * sh + kh, b * sw : b * sw + kw]
                dw += np.einsum("nf,ncpq->fcpq", grad_y[:, :, a, b], patch)
                db += grad_y[:, :, a, b].sum()
                dxp[:, :, a * sh : a * sh + kh, b * sw : b * sw + kw] += np.einsum(
                    "nf,fcpq->ncpq", grad_y[:, :, a, b], self.params["weight"]
                )
        self.grads["weight"], self.grads["bias"] = dw, db
        H, W = self.x_shape[2:]
        return dxp[:, :, ph : ph + H, pw : pw + W]
