# ruff: noqa
# fmt: off
# Right convolutional layers in plain loops; each cell is a module of its own.

# %% Conv2d: seven-loops
import numpy as np

from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kh, self.kw = self.pair(kernel_size)
        self.sh, self.sw = self.pair(stride)
        self.ph, self.pw = self.pair(padding)
        shape = (out_channels, in_channels, self.kh, self.kw)
        scale = np.sqrt(2 / (in_channels * self.kh * self.kw))
        self.params["weight"] = scale * np.random.default_rng(rng).standard_normal(shape)
        self.params["bias"] = np.zeros(out_channels)

    def pair(self, size):
        return (size, size) if isinstance(size, int) else tuple(size)

    def forward(self, x):
        N, C, H, W = x.shape
        weight, bias = self.params["weight"], self.params["bias"]
        padded = np.pad(x, ((0, 0), (0, 0), (self.ph, self.ph), (self.pw, self.pw)))
        out_h = (H + 2 * self.ph - self.kh) // self.sh + 1
        out_w = (W + 2 * self.pw - self.kw) // self.sw + 1
        y = np.zeros((N, self.out_channels, out_h, out_w), dtype=x.dtype)
        for n in range(N):
            for j in range(self.out_channels):
                for a in range(out_h):
                    for b in range(out_w):
                        total = bias[j]
                        for i in range(C):
                            for p in range(self.kh):
                                for q in range(self.kw):
                                    pixel = padded[n, i, a * self.sh + p, b * self.sw + q]
                                    total = total + weight[j, i, p, q] * pixel
                        y[n, j, a, b] = total
        self.x, self.padded = x, padded
        return y

    def backward(self, grad_y):
        N, C, H, W = self.x.shape
        weight = self.params["weight"]
        grad_padded = np.zeros_like(self.padded)
        grad_weight = np.zeros(weight.shape)
        grad_bias = np.zeros(self.out_channels)
        out_h, out_w = grad_y.shape[2:]
        for n in range(N):
            for j in range(self.out_channels):
                for a in range(out_h):
                    for b in range(out_w):
                        g = grad_y[n, j, a, b]
                        grad_bias[j] += g
                        for i in range(C):
                            for p in range(self.kh):
                                for q in range(self.kw):
                                    row, col = a * self.sh + p, b * self.sw + q
                                    grad_weight[j, i, p, q] += g * self.padded[n, i, row, col]
                                    grad_padded[n, i, row, col] += g * weight[j, i, p, q]
        self.grads["weight"] = grad_weight
        self.grads["bias"] = grad_bias
        return grad_padded[:, :, self.ph:self.ph + H, self.pw:self.pw + W]


# %% Conv2d: window-loops
# One window at a time, the way most people write it first; prints while it works.
import numpy as np
from convkit import Layer


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        if np.isscalar(kernel_size):
            kernel_size = (kernel_size, kernel_size)
        if np.isscalar(stride):
            stride = (stride, stride)
        if np.isscalar(padding):
            padding = (padding, padding)
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        rng = np.random.default_rng(rng)
        fan_in = in_channels * kernel_size[0] * kernel_size[1]
        self.params = {
            "weight": rng.normal(0, np.sqrt(2 / fan_in), (out_channels, in_channels) + tuple(kernel_size)),
            "bias": np.zeros(out_channels),
        }

    def forward(self, x):
        w = self.params["weight"].astype(x.dtype)
        b = self.params["bias"].astype(x.dtype)
        HH, WW = self.kernel_size
        stride_h, stride_w = self.stride
        pad_h, pad_w = self.padding
        N, C, H, W = x.shape
        F = w.shape[0]
        print("input", x.shape, "weights", w.shape)
        xp = np.zeros((N, C, H + 2 * pad_h, W + 2 * pad_w), dtype=x.dtype)
        xp[:, :, pad_h:pad_h + H, pad_w:pad_w + W] = x
        Hout = 1 + (H + 2 * pad_h - HH) // stride_h
        Wout = 1 + (W + 2 * pad_w - WW) // stride_w
        out = np.zeros((N, F, Hout, Wout), dtype=x.dtype)
        for i in range(N):
            for f in range(F):
                for r in range(Hout):
                    for c in range(Wout):
                        top, left = r * stride_h, c * stride_w
                        window = xp[i, :, top:top + HH, left:left + WW]
                        out[i, f, r, c] = np.sum(window * w[f]) + b[f]
        self.cache = (x.shape, xp, w, b)
        return out

    def backward(self, dout):
        (N, C, H, W), xp, w, b = self.cache
        HH, WW = self.kernel_size
        stride_h, stride_w = self.stride
        pad_h, pad_w = self.padding
        dxp = np.zeros_like(xp)
        dw = np.zeros_like(w)
        db = np.zeros_like(b)
        print("gradient", dout.shape)
        for i in range(N):
            for f in range(dout.shape[1]):
                for r in range(dout.shape[2]):
                    for c in range(dout.shape[3]):
                        top, left = r * stride_h, c * stride_w
                        window = xp[i, :, top:top + HH, left:left + WW]
                        dw[f] += window * dout[i, f, r, c]
                        db[f] += dout[i, f, r, c]
                        dxp[i, :, top:top + HH, left:left + WW] += w[f] * dout[i, f, r, c]
        self.grads = {"weight": dw, "bias": db}
        return dxp[:, :, pad_h:H + pad_h, pad_w:W + pad_w]


# %% Conv2d: correlate-rows
# np.correlate on one row of the image and one row of the kernel at a time.
import numpy as np
from convkit import Layer


def as_pair(v):
    try:
        a, b = v
    except TypeError:
        a = b = v
    return a, b


class Conv2d(Layer):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        Layer.__init__(self)
        self.n_in, self.n_out = in_channels, out_channels
        self.k = as_pair(kernel_size)
        self.s = as_pair(stride)
        self.p = as_pair(padding)
        limit = np.sqrt(6 / (in_channels * self.k[0] * self.k[1]))
        self.params["weight"] = np.random.default_rng(rng).uniform(
            -limit, limit, (out_channels, in_channels, *self.k)
        )
        self.params["bias"] = np.zeros((out_channels,))

    def forward(self, x):
        self.x_shape, self.dtype = x.shape, x.dtype
        (ph, pw), (sh, sw), (kh, kw) = self.p, self.s, self.k
        self.xp = np.pad(x, [(0, 0), (0, 0), (ph, ph), (pw, pw)], mode="constant")
        Hp, Wp = self.xp.shape[2:]
        weight = self.params["weight"]
        y = np.empty((len(x), self.n_out, (Hp - kh) // sh + 1, (Wp - kw) // sw + 1), x.dtype)
        for n in range(len(x)):
            for j in range(self.n_out):
                for a in range(y.shape[2]):
                    line = 0
                    for i in range(self.n_in):
                        for p in range(kh):
                            line = line + np.correlate(self.xp[n, i, a * sh + p], weight[j, i, p], "valid")
                    y[n, j, a] = line[::sw] + self.params["bias"][j]
        return y

    def backward(self, grad_y):
        (ph, pw), (sh, sw), (kh, kw) = self.p, self.s, self.k
        weight = self.params["weight"]
        N, J, A, B = grad_y.shape
        dx = np.zeros(self.xp.shape, self.dtype)
        dw = np.zeros(weight.shape, self.dtype)
        spread = np.zeros((N, J, A, (B - 1) * sw + 1), self.dtype)
        spread[..., ::sw] = grad_y
        reach = spread.shape[3]
        for n in range(N):
            for j in range(J):
                for a in range(A):
                    for i in range(self.n_in):
                        for p in range(kh):
                            row = a * sh + p
                            dx[n, i, row, :reach + kw - 1] += np.convolve(spread[n, j, a], weight[j, i, p])
                            seen = self.xp[n, i, row, :reach + kw - 1]
                            dw[j, i, p] += np.correlate(seen, spread[n, j, a], "valid")
        self.grads["weight"] = dw
        self.grads["bias"] = np.array([grad_y[:, j].sum() for j in range(J)])
        height, width = self.x_shape[2:]
        return dx[:, :, ph:ph + height, pw:pw + width]


# %% Conv2d: list-of-patches
# Builds lists, stacks them at the end, warns about being slow.
import warnings

import numpy as np
from convkit import Layer


class Conv2d(Layer):
    """My convolution."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        pairs = []
        for value in (kernel_size, stride, padding):
            pairs.append((value, value) if not hasattr(value, "__len__") else (value[0], value[1]))
        self.kernel, self.step, self.border = pairs
        self.count = out_channels
        gen = rng if isinstance(rng, np.random.Generator) else np.random.default_rng(rng)
        std = (2.0 / (in_channels * self.kernel[0] * self.kernel[1])) ** 0.5
        self.params["weight"] = gen.normal(0.0, std, size=(out_channels, in_channels) + self.kernel)
        self.params["bias"] = np.zeros(out_channels)

    def places(self):
        height = self.image_size[0] + 2 * self.border[0]
        width = self.image_size[1] + 2 * self.border[1]
        rows = range(0, height - self.kernel[0] + 1, self.step[0])
        columns = range(0, width - self.kernel[1] + 1, self.step[1])
        return rows, columns

    def forward(self, x):
        warnings.warn("this is slow")
        self.image_size = x.shape[-2:]
        self.kind = x.dtype
        rows, columns = self.places()
        self.patches = []
        images = []
        for image in x:
            image = np.pad(image, ((0, 0), (self.border[0],) * 2, (self.border[1],) * 2))
            mine = [
                [image[:, r:r + self.kernel[0], c:c + self.kernel[1]] for c in columns] for r in rows
            ]
            self.patches.append(mine)
            maps = []
            for kernel, bias in zip(self.params["weight"], self.params["bias"]):
                maps.append([[(patch * kernel).sum() + bias for patch in line] for line in mine])
            images.append(maps)
        return np.array(images, dtype=x.dtype)

    def backward(self, grad_y):
        rows, columns = self.places()
        weight = self.params["weight"]
        dw = np.zeros(weight.shape)
        answers = []
        for patches, grad in zip(self.patches, grad_y):
            canvas = np.zeros(
                (weight.shape[1], self.image_size[0] + 2 * self.border[0], self.image_size[1] + 2 * self.border[1])
            )
            for j in range(self.count):
                for a, r in enumerate(rows):
                    for b, c in enumerate(columns):
                        dw[j] += grad[j, a, b] * patches[a][b]
                        canvas[:, r:r + self.kernel[0], c:c + self.kernel[1]] += grad[j, a, b] * weight[j]
            top, left = self.border
            answers.append(canvas[:, top:top + self.image_size[0], left:left + self.image_size[1]])
        self.grads["weight"] = dw
        self.grads["bias"] = grad_y.sum((0, 2, 3))
        return np.array(answers).astype(self.kind)
