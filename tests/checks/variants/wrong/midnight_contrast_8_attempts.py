"""Held out: what learners write at midnight (contrast, 8 of 8)."""

# ruff: noqa
# fmt: off

# %% LocalContrastNorm2d: midnight-sum-of-squares-there-plain-gradient-back
# breaks: both
# mistake: The squares are summed over the channels, not averaged; and backward hands the difference straight on.
# names: localcontrastnorm2d-forward-channels-summed, localcontrastnorm2d-backward-mean-constant
import numpy as np

from convkit import Layer


def gaussian_window(kernel_size, sigma):
    r = kernel_size // 2
    p, q = np.mgrid[-r : r + 1, -r : r + 1]
    w = np.exp(-(p**2 + q**2) / (2 * sigma**2))
    return w / w.sum()

from numpy.lib.stride_tricks import as_strided


def weighted_sum(x, window):
    k = window.shape[0]
    r = k // 2
    n, c, h, w = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (r, r), (r, r)))
    view = as_strided(padded, (n, c, h, w, k, k), (*padded.strides, *padded.strides[2:]))
    return np.einsum("nchwpq,pq->nchw", view, window).astype(x.dtype)


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
        return grad_v


class DivisiveNorm2d(Layer):
    def __init__(self, kernel_size, sigma, c):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma)
        self.c = c

    def forward(self, v):
        self.v = v
        self.sigma = np.sqrt(blur((v**2).sum(axis=1, keepdims=True), self.window))
        self.m = np.maximum(self.sigma, self.c).astype(v.dtype)
        return v / self.m

    def backward(self, grad_y):
        v, m = self.v, self.m
        grad_m = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(self.sigma > self.c, grad_m / (2 * m), 0)
        return grad_y / m + 2 * v * blur_adjoint(grad_s.astype(v.dtype), self.window)


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


# %% LocalContrastNorm2d: midnight-half-of-the-slope
# breaks: backward
# mistake: v²'s slope is taken for v: the factor 2 is lost.
# names: localcontrastnorm2d-backward-deviation-factor
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
        s = blur((v**2).mean(axis=1, keepdims=True), self.window)
        self.active = s > self.c**2
        self.m = np.sqrt(np.where(self.active, s, self.c**2)).astype(v.dtype)
        return v / self.m

    def backward(self, grad_y):
        v, m = self.v, self.m
        grad_m = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(self.active, 0.5 * grad_m / m, 0).astype(v.dtype)
        return grad_y / m + v / v.shape[1] * blur_adjoint(grad_s, self.window)


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


# %% LocalContrastNorm2d: midnight-float64-window
# breaks: both
# mistake: The window is float64, and so is everything it has touched.
# names: localcontrastnorm2d-forward-always-double
import numpy as np

from convkit import Layer


def gaussian_window(kernel_size, sigma):
    r = kernel_size // 2
    p, q = np.mgrid[-r : r + 1, -r : r + 1]
    w = np.exp(-(p**2 + q**2) / (2 * sigma**2))
    return w / w.sum()


def weighted_sum(x, window):
    r = window.shape[0] // 2
    n, c, height, width = x.shape
    padded = np.zeros((n, c, height + 2 * r, width + 2 * r))
    padded[:, :, r : r + height, r : r + width] = x
    return sum(
        window[p, q] * padded[:, :, p : p + height, q : q + width]
        for p in range(len(window))
        for q in range(len(window))
    )


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
        self.m = np.maximum(self.sigma, self.c)
        return v / self.m

    def backward(self, grad_y):
        v, m = self.v, self.m
        grad_m = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(self.sigma > self.c, grad_m / (2 * m), 0)
        return grad_y / m + 2 * v / v.shape[1] * blur_adjoint(grad_s, self.window)


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
