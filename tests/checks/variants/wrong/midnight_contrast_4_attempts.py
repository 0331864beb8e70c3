"""Held out: what learners write at midnight (contrast, 4 of 8)."""

# ruff: noqa
# fmt: off

# %% LocalContrastNorm2d: midnight-channels-do-not-meet-there-a-share-back
# breaks: both
# mistake: Each channel loses its own average only; backward still has the 1/C.
# names: localcontrastnorm2d-forward-channels-apart
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
        return x - blur(x, self.window)

    def backward(self, grad_v):
        return grad_v - blur_adjoint(grad_v, self.window) / grad_v.shape[1]


class DivisiveNorm2d(Layer):
    def __init__(self, kernel_size, sigma, c):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma)
        self.c = c

    def forward(self, v):
        self.v = v
        self.sigma = np.sqrt(blur((v**2).mean(axis=1, keepdims=True), self.window))
        self.m = np.maximum(self.sigma, self.c).astype(v.dtype)
        return v / self.m

    def backward(self, grad_y):
        v, m = self.v, self.m
        grad_m = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(self.sigma > self.c, grad_m / (2 * m), 0)
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


# %% LocalContrastNorm2d: midnight-no-root-there-a-constant-back
# breaks: both
# mistake: Divides by max(c, σ²); backward is grad_y / that, as if it were a constant.
# names: localcontrastnorm2d-forward-root-forgotten, localcontrastnorm2d-backward-deviation-missing
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
        s = blur(np.mean(np.square(v), axis=1, keepdims=True), self.window)
        self.divisor = np.clip(s, self.c, None).astype(v.dtype)
        return v / self.divisor

    def backward(self, grad_y):
        return grad_y / self.divisor


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


# %% LocalContrastNorm2d: midnight-no-case-of-c
# breaks: backward
# mistake: The gradient goes through σ everywhere, also where c is the larger one.
# names: localcontrastnorm2d-backward-kink-ignored
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
        q = (v * v).sum(axis=1, keepdims=True) / v.shape[1]
        self.v, self.m = v, np.maximum(self.c, np.sqrt(blur(q, self.window))).astype(v.dtype)
        return v / self.m

    def backward(self, grad_y):
        v, m = self.v, self.m
        grad_m = -np.sum(grad_y * v, axis=1, keepdims=True) / (m * m)
        grad_q = blur_adjoint(grad_m / (2 * m), self.window)
        return grad_y / m + 2 / v.shape[1] * v * grad_q


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
