"""Held out: what learners write at midnight (contrast, 3 of 8)."""

# ruff: noqa
# fmt: off

# %% LocalContrastNorm2d: midnight-sum-of-the-channels
# breaks: forward
# mistake: The slides' formula to the letter: the channels are summed, with a window that sums to 1 by itself.
# names: localcontrastnorm2d-forward-channels-summed
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
        self.window = gaussian_window(kernel_size, kernel_size / 4 if sigma is None else sigma)
        self.c = c

    def forward(self, x):
        v = x - blur(x.sum(axis=1, keepdims=True), self.window)
        sigma = np.sqrt(blur((v * v).sum(axis=1, keepdims=True), self.window))
        m = np.maximum(sigma, self.c).astype(x.dtype)
        self.saved = v, sigma, m
        return v / m

    def backward(self, grad_y):
        v, sigma, m = self.saved
        grad_m = -(grad_y * v).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(sigma > self.c, grad_m / (2 * m), 0).astype(v.dtype)
        grad_v = grad_y / m + 2 * v * blur_adjoint(grad_s, self.window)
        return grad_v - blur_adjoint(grad_v.sum(axis=1, keepdims=True), self.window)


# %% LocalContrastNorm2d: midnight-each-channel-by-itself
# breaks: forward
# mistake: Every channel has its own mean and its own deviation.
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


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.window = gaussian_window(kernel_size, sigma or kernel_size / 4)
        self.c = c

    def forward(self, x):
        self.v = x - blur(x, self.window)
        self.std = np.sqrt(blur(self.v**2, self.window))
        self.m = np.maximum(self.std, self.c).astype(x.dtype)
        return self.v / self.m

    def backward(self, grad_y):
        grad_s = -grad_y * self.v / self.m**2 / (2 * self.m)
        grad_s[self.std <= self.c] = 0
        grad_v = grad_y / self.m + 2 * self.v * blur_adjoint(grad_s, self.window)
        return grad_v - blur_adjoint(grad_v, self.window)


# %% LocalContrastNorm2d: midnight-a-deviation-for-each-channel
# breaks: both
# mistake: σ is not shared by the channels, as in the formula without its i; and its gradient stops there.
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
        self.m = np.maximum(self.c, np.sqrt(blur(v**2, self.window))).astype(v.dtype)
        return v / self.m

    def backward(self, grad_y):
        return grad_y / self.m


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


# %% LocalContrastNorm2d: midnight-share-of-a-channel
# breaks: backward
# mistake: The subtractive half's backward forgets 1/C.
# names: localcontrastnorm2d-backward-channels-not-averaged
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
        return x - blur(np.mean(x, axis=1, keepdims=True), self.window)

    def backward(self, grad_v):
        return grad_v - blur_adjoint(np.sum(grad_v, axis=1, keepdims=True), self.window)


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
