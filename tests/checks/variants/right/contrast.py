# ruff: noqa
# fmt: off
# Right local contrast normalizations; each cell is a module of its own.

# %% LocalContrastNorm2d: pixel-loops
# Every pixel cuts its own window out of the Gaussian and renormalises it.
import numpy as np
from convkit import Layer


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.half = kernel_size // 2
        sigma = kernel_size / 4 if sigma is None else sigma
        r = np.arange(kernel_size) - self.half
        self.gauss = np.exp(-(r[:, None] ** 2 + r[None, :] ** 2) / (2 * sigma ** 2))
        self.c = c

    def windows(self, H, W):
        h = self.half
        for j in range(H):
            for k in range(W):
                top, bottom = max(0, j - h), min(H, j + h + 1)
                left, right = max(0, k - h), min(W, k + h + 1)
                w = self.gauss[top - j + h:bottom - j + h, left - k + h:right - k + h]
                yield j, k, np.s_[:, :, top:bottom, left:right], w / w.sum()

    def blur(self, x):
        """Weighted mean over the window and over the channels: (N, 1, H, W)."""
        N, C, H, W = x.shape
        out = np.zeros((N, 1, H, W), x.dtype)
        for j, k, where, w in self.windows(H, W):
            out[:, 0, j, k] = (x[where] * (w / C)).sum(axis=(1, 2, 3))
        return out

    def blur_back(self, g, C):
        N, _, H, W = g.shape
        out = np.zeros((N, C, H, W), g.dtype)
        for j, k, where, w in self.windows(H, W):
            out[where] += g[:, :, j, k][:, :, None, None] * (w / C).astype(g.dtype)
        return out

    def forward(self, x):
        v = x - self.blur(x)
        sigma = np.sqrt(self.blur(v ** 2))
        self.v, self.sigma = v, sigma
        return v / np.maximum(self.c, sigma)

    def backward(self, grad_y):
        v, sigma, c = self.v, self.sigma, self.c
        C = v.shape[1]
        m = np.maximum(c, sigma)
        grad_v = grad_y / m
        grad_m = -(grad_y * v).sum(axis=1, keepdims=True) / m ** 2
        grad_sigma = np.where(sigma > c, grad_m, 0)
        grad_square = grad_sigma / (2 * m)
        grad_v = grad_v + self.blur_back(grad_square, C) * 2 * v
        return grad_v - self.blur_back(grad_v.sum(axis=1, keepdims=True), C)


# %% LocalContrastNorm2d: separable
import numpy as np
from convkit import Layer


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.kernel_size, self.c = kernel_size, c
        self.sigma = sigma or kernel_size / 4

    def rows(self, size, dtype):
        i = np.arange(size)
        d = i[:, None] - i[None, :]
        G = np.exp(-d ** 2 / (2 * self.sigma ** 2))
        G[abs(d) > self.kernel_size // 2] = 0
        return (G / G.sum(axis=1, keepdims=True)).astype(dtype)

    def forward(self, x):
        A, B = self.rows(x.shape[2], x.dtype), self.rows(x.shape[3], x.dtype)
        mean = A @ x.mean(axis=1) @ B.T
        v = x - mean[:, None]
        s = np.sqrt(A @ (v * v).mean(axis=1) @ B.T)
        self.kept = A, B, v, s
        return v / np.maximum(self.c, s)[:, None]

    def backward(self, grad_y):
        A, B, v, s = self.kept
        C = v.shape[1]
        active = s > self.c
        floor = np.maximum(s, self.c)
        t = np.where(active, (v * grad_y).sum(axis=1) / floor ** 3, 0)
        gv = grad_y / floor[:, None] - v / C * (A.T @ t @ B)[:, None]
        return gv - (A.T @ gv.mean(axis=1) @ B)[:, None]


# %% LocalContrastNorm2d: one-matrix
# The blur as a matrix on all pixels at once.
import numpy as np
from convkit import Layer


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.r = (kernel_size - 1) // 2
        self.s = kernel_size / 4.0 if sigma is None else float(sigma)
        self.c = c

    def forward(self, x):
        N, C, H, W = x.shape
        jj, kk = [a.ravel() for a in np.indices((H, W))]
        dj, dk = jj[:, None] - jj, kk[:, None] - kk
        B = np.exp(-0.5 * (dj ** 2 + dk ** 2) / self.s ** 2)
        B *= (abs(dj) <= self.r) & (abs(dk) <= self.r)
        B /= B.sum(axis=1)[:, None]
        B = B.astype(x.dtype)
        flat = x.reshape(N, C, H * W)
        v = flat - np.einsum("ab,ncb->na", B, flat)[:, None] / C
        sd = np.sqrt(np.einsum("ab,ncb->na", B, v ** 2) / C)[:, None]
        self.B, self.v, self.sd, self.shape = B, v, sd, x.shape
        y = np.where(sd > self.c, v / np.where(sd > self.c, sd, 1), v / self.c)
        return y.reshape(x.shape)

    def backward(self, grad_y):
        N, C, H, W = self.shape
        g = grad_y.reshape(N, C, -1)
        on = self.sd > self.c
        d = np.where(on, self.sd, self.c)
        inner = (g * self.v).sum(1, keepdims=True) / d ** 3 * on
        dv = g / d - self.v * (inner @ self.B) / C
        dx = dv - dv.sum(1, keepdims=True) @ self.B / C
        return dx.reshape(self.shape)


# %% LocalContrastNorm2d: padded-windows
# Correlate the padded image and a padded image of ones, and divide one by the other.
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit import Layer


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        if sigma is None:
            sigma = kernel_size / 4
        p = np.arange(-(kernel_size // 2), kernel_size // 2 + 1)
        g = np.exp(-p * p / (2 * sigma * sigma))
        self.window = np.outer(g, g)
        self.pad = kernel_size // 2
        self.c = c

    def smear(self, maps):
        p = self.pad
        padded = np.pad(maps, ((0, 0), (p, p), (p, p)))
        return np.einsum("njkpq,pq->njk", sliding_window_view(padded, self.window.shape, (1, 2)), self.window)

    def forward(self, x):
        self.norm = self.smear(np.ones((1,) + x.shape[2:]))
        mean = self.smear(x.mean(1)) / self.norm
        v = (x - mean[:, None]).astype(x.dtype)
        variance = self.smear((v ** 2).mean(1)) / self.norm
        self.v, self.std = v, np.sqrt(variance)
        y = v / np.maximum(self.std, self.c)[:, None]
        return y.astype(x.dtype)

    def backward(self, grad_y):
        scale = np.maximum(self.std, self.c)
        grad_v = grad_y / scale[:, None]
        grad_scale = -np.einsum("ncjk,ncjk->njk", grad_y, self.v) / scale ** 2
        grad_std = grad_scale * (self.std > self.c)
        grad_var = grad_std / (2 * scale)
        grad_v += 2 * self.v * self.smear(grad_var / self.norm)[:, None] / grad_v.shape[1]
        grad_mean = -grad_v.sum(axis=1)
        grad_x = grad_v + self.smear(grad_mean / self.norm)[:, None] / grad_v.shape[1]
        return grad_x.astype(grad_y.dtype)


# %% LocalContrastNorm2d: convolve-lines
# np.convolve along rows, then along columns; "full" and a crop, for a window may exceed the image.
import numpy as np
from convkit import Layer


def along(images, kernel, axis):
    half = len(kernel) // 2
    def one(line):
        return np.convolve(line, kernel)[half:half + len(line)]
    return np.apply_along_axis(one, axis, images)


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        offsets = np.arange(kernel_size) - kernel_size // 2
        self.line = np.exp(-0.5 * (offsets / (sigma if sigma is not None else kernel_size / 4)) ** 2)
        self.line /= self.line.sum()
        self.floor = c

    def gaussian(self, images):
        return along(along(images, self.line, -1), self.line, -2)

    def forward(self, x):
        self.inside = self.gaussian(np.ones(x.shape[2:]))
        local_mean = self.gaussian(np.average(x, axis=1)) / self.inside
        v = x - np.expand_dims(local_mean, 1)
        power = np.maximum(self.gaussian(np.average(v * v, axis=1)) / self.inside, 0)
        self.v = v
        self.deviation = np.expand_dims(np.sqrt(power), 1)
        return (v / self.deviation.clip(min=self.floor)).astype(x.dtype)

    def backward(self, grad_y):
        v, sd = self.v, self.deviation
        channels = v.shape[1]
        inverse = 1 / sd.clip(min=self.floor)
        through = np.where(sd > self.floor, inverse ** 3 * (v * grad_y).sum(1, keepdims=True), 0)
        back = lambda m: self.gaussian(m / self.inside)
        grad_v = inverse * grad_y - v * back(through) / channels
        return (grad_v - back(grad_v.mean(1, keepdims=True))).astype(grad_y.dtype)
