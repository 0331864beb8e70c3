"""Held out: what learners write at midnight (contrast, 5 of 8)."""

# ruff: noqa
# fmt: off

# %% LocalContrastNorm2d: midnight-c-inside-there-m-not-squared-back
# breaks: both
# mistake: sqrt(s + c) for max(c, σ); ∇m = −Σ v·∇y / m.
# names: localcontrastnorm2d-forward-c-added, localcontrastnorm2d-backward-power
import numpy as np

from convkit import Layer


def gaussian_window(kernel_size, sigma):
    r = kernel_size // 2
    p, q = np.mgrid[-r : r + 1, -r : r + 1]
    w = np.exp(-(p**2 + q**2) / (2 * sigma**2))
    return w / w.sum()


def weighted_sum(x, window):
    h = window.shape[0]
    r = h // 2
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (r, r), (r, r)))
    y = np.zeros_like(x)
    for p in range(h):
        for q in range(h):
            y += window[p, q] * padded[:, :, p : p + height, q : q + width]
    return y.astype(x.dtype)


def blur(x, window):
    return weighted_sum(x, window) / weighted_sum(np.ones_like(x), window)


def blur_adjoint(grad_y, window):
    return weighted_sum(grad_y / weighted_sum(np.ones_like(grad_y), window), window)


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        if sigma is None:
            sigma = kernel_size / 4
        self.w = gaussian_window(kernel_size, sigma)
        self.c = c

    def forward(self, x):
        self.v = x - blur(x.mean(axis=1, keepdims=True), self.w)
        self.s = np.sqrt(blur((self.v**2).mean(axis=1, keepdims=True), self.w))
        self.m = np.sqrt(self.s**2 + self.c).astype(x.dtype)
        return self.v / self.m

    def backward(self, grad_y):
        C = grad_y.shape[1]
        grad_m = -(self.v * grad_y).sum(axis=1, keepdims=True) / self.m
        grad_s = np.where(self.s > self.c, grad_m / self.m / 2, 0).astype(grad_y.dtype)
        grad_v = grad_y / self.m + 2 / C * self.v * blur_adjoint(grad_s, self.w)
        return grad_v - blur_adjoint(grad_v.sum(axis=1, keepdims=True), self.w) / C


# %% LocalContrastNorm2d: midnight-no-root
# breaks: both
# mistake: Divides by max(c, σ²); backward has the root's slope all the same.
# names: localcontrastnorm2d-forward-root-forgotten
import numpy as np

from convkit import Layer


def gaussian_window(kernel_size, sigma):
    r = kernel_size // 2
    p, q = np.mgrid[-r : r + 1, -r : r + 1]
    w = np.exp(-(p**2 + q**2) / (2 * sigma**2))
    return w / w.sum()


def weighted_sum(x, window):
    h = window.shape[0]
    r = h // 2
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (r, r), (r, r)))
    y = np.zeros_like(x)
    for p in range(h):
        for q in range(h):
            y += window[p, q] * padded[:, :, p : p + height, q : q + width]
    return y.astype(x.dtype)


def blur(x, window):
    return weighted_sum(x, window) / weighted_sum(np.ones_like(x), window)


def blur_adjoint(grad_y, window):
    return weighted_sum(grad_y / weighted_sum(np.ones_like(grad_y), window), window)


class SubtractiveNorm2d(Layer):
    def __init__(self, kernel_size, sigma):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma)

    def forward(self, x):
        return x - blur(x.mean(axis=1, keepdims=True), self.window)

    def backward(self, grad_v):
        total = grad_v.sum(axis=1, keepdims=True)
        return grad_v - blur_adjoint(total, self.window) / grad_v.shape[1]


class DivisiveNorm2d(Layer):
    def __init__(self, kernel_size, sigma, c):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma)
        self.c = c

    def forward(self, v):
        self.v = v
        self.s = blur((v**2).mean(axis=1, keepdims=True), self.window)
        self.m = np.maximum(self.s, self.c).astype(v.dtype)
        return v / self.m

    def backward(self, grad_y):
        v, m = self.v, self.m
        grad_m = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(self.s > self.c, grad_m / (2 * m), 0)
        grad_q = blur_adjoint(grad_s.astype(v.dtype), self.window)
        return grad_y / m + 2 * v / v.shape[1] * grad_q


class LocalContrastNorm2d(Layer):
    """Subtractive, then divisive."""

    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        sigma = kernel_size / 4 if sigma is None else sigma
        self.subtractive = SubtractiveNorm2d(kernel_size, sigma)
        self.divisive = DivisiveNorm2d(kernel_size, sigma, c)

    def forward(self, x):
        return self.divisive.forward(self.subtractive.forward(x))

    def backward(self, grad_y):
        return self.subtractive.backward(self.divisive.backward(grad_y))


# %% LocalContrastNorm2d: midnight-c-added
# breaks: forward
# mistake: σ + c for max(c, σ); backward goes with it.
# names: localcontrastnorm2d-forward-c-added
import numpy as np

from convkit import Layer


def gaussian_window(kernel_size, sigma):
    r = kernel_size // 2
    p, q = np.mgrid[-r : r + 1, -r : r + 1]
    w = np.exp(-(p**2 + q**2) / (2 * sigma**2))
    return w / w.sum()


def weighted_sum(x, window):
    h = window.shape[0]
    r = h // 2
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (r, r), (r, r)))
    y = np.zeros_like(x)
    for p in range(h):
        for q in range(h):
            y += window[p, q] * padded[:, :, p : p + height, q : q + width]
    return y.astype(x.dtype)


def blur(x, window):
    return weighted_sum(x, window) / weighted_sum(np.ones_like(x), window)


def blur_adjoint(grad_y, window):
    return weighted_sum(grad_y / weighted_sum(np.ones_like(grad_y), window), window)


class SubtractiveNorm2d(Layer):
    def __init__(self, kernel_size, sigma):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma)

    def forward(self, x):
        return x - blur(x.mean(axis=1, keepdims=True), self.window)

    def backward(self, grad_v):
        total = grad_v.sum(axis=1, keepdims=True)
        return grad_v - blur_adjoint(total, self.window) / grad_v.shape[1]


class DivisiveNorm2d(Layer):
    def __init__(self, kernel_size, sigma, c):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma)
        self.c = c

    def forward(self, v):
        self.v = v
        self.sigma = np.sqrt(blur((v**2).mean(axis=1, keepdims=True), self.window))
        self.m = (self.sigma + self.c).astype(v.dtype)
        return v / self.m

    def backward(self, grad_y):
        v, m, C = self.v, self.m, self.v.shape[1]
        grad_sigma = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = grad_sigma / np.maximum(2 * self.sigma, 1e-12)
        grad_q = blur_adjoint(grad_s.astype(v.dtype), self.window)
        return grad_y / m + 2 * v / C * grad_q


class LocalContrastNorm2d(Layer):
    """Subtractive, then divisive."""

    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        sigma = kernel_size / 4 if sigma is None else sigma
        self.subtractive = SubtractiveNorm2d(kernel_size, sigma)
        self.divisive = DivisiveNorm2d(kernel_size, sigma, c)

    def forward(self, x):
        return self.divisive.forward(self.subtractive.forward(x))

    def backward(self, grad_y):
        return self.subtractive.backward(self.divisive.backward(grad_y))


# %% LocalContrastNorm2d: midnight-deviation-of-x
# breaks: both
# mistake: σ is computed from x, not from v; backward takes it for v's.
# names: localcontrastnorm2d-forward-deviation-of-x
import numpy as np

from convkit import Layer


def gaussian_window(kernel_size, sigma):
    r = kernel_size // 2
    p, q = np.mgrid[-r : r + 1, -r : r + 1]
    w = np.exp(-(p**2 + q**2) / (2 * sigma**2))
    return w / w.sum()


def weighted_sum(x, window):
    h = window.shape[0]
    r = h // 2
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (r, r), (r, r)))
    y = np.zeros_like(x)
    for p in range(h):
        for q in range(h):
            y += window[p, q] * padded[:, :, p : p + height, q : q + width]
    return y.astype(x.dtype)


def blur(x, window):
    return weighted_sum(x, window) / weighted_sum(np.ones_like(x), window)


def blur_adjoint(grad_y, window):
    return weighted_sum(grad_y / weighted_sum(np.ones_like(grad_y), window), window)


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma if sigma is not None else kernel_size / 4)
        self.c = c

    def local_mean(self, x):
        return blur(x.mean(axis=1, keepdims=True), self.window)

    def local_mean_back(self, g):
        C = g.shape[1]
        return blur_adjoint(g.sum(axis=1, keepdims=True), self.window) / C

    def forward(self, x):
        self.v = x - self.local_mean(x)
        self.sigma = np.sqrt(self.local_mean(x**2))
        self.m = np.maximum(self.sigma, self.c).astype(x.dtype)
        return self.v / self.m

    def backward(self, grad_y):
        v, m = self.v, self.m
        grad_m = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(self.sigma > self.c, grad_m / (2 * m), 0).astype(grad_y.dtype)
        grad_v = grad_y / m + 2 * v * blur_adjoint(grad_s, self.window) / v.shape[1]
        return grad_v - self.local_mean_back(grad_v)
