"""Held out: what learners write at midnight (contrast, 7 of 8)."""

# ruff: noqa
# fmt: off

# %% LocalContrastNorm2d: midnight-round-the-world
# breaks: both
# mistake: Blurs by Fourier transform of the image's size: the right edge touches the left one.
# names: localcontrastnorm2d-window-mirrored
import numpy as np

from convkit import Layer


def gaussian_window(kernel_size, sigma):
    r = kernel_size // 2
    p, q = np.mgrid[-r : r + 1, -r : r + 1]
    w = np.exp(-(p**2 + q**2) / (2 * sigma**2))
    return w / w.sum()


def wrapped(x, window):
    H, W = x.shape[2:]
    r = len(window) // 2
    kernel = np.zeros((H, W))
    for p in range(-r, r + 1):
        for q in range(-r, r + 1):
            kernel[p % H, q % W] += window[p + r, q + r]
    spectrum = np.fft.rfft2(x) * np.fft.rfft2(kernel)
    return np.fft.irfft2(spectrum, s=(H, W)).astype(x.dtype)


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


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.window = gaussian_window(kernel_size, kernel_size / 4 if sigma is None else sigma)
        self.c = c

    def forward(self, x):
        self.v = x - wrapped(x.mean(axis=1, keepdims=True), self.window)
        power = wrapped((self.v**2).mean(axis=1, keepdims=True), self.window)
        self.sigma = np.sqrt(np.maximum(power, 0))
        self.m = np.maximum(self.sigma, self.c).astype(x.dtype)
        return self.v / self.m

    def backward(self, grad_y):
        v, m, C = self.v, self.m, grad_y.shape[1]
        grad_m = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(self.sigma > self.c, grad_m / (2 * m), 0).astype(grad_y.dtype)
        grad_v = grad_y / m + 2 / C * v * weighted_sum(grad_s, self.window)
        return grad_v - weighted_sum(grad_v.sum(axis=1, keepdims=True), self.window) / C


# %% LocalContrastNorm2d: midnight-the-batch-s-average
# breaks: forward
# mistake: mean(axis=0): the average runs over the images of the batch, each channel by itself.
# names: localcontrastnorm2d-forward-batch-mixed
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
        return x - blur(x.mean(axis=0, keepdims=True), self.window)

    def backward(self, grad_v):
        total = grad_v.sum(axis=0, keepdims=True)
        return grad_v - blur_adjoint(total, self.window) / len(grad_v)


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


# %% LocalContrastNorm2d: midnight-own-idea-of-the-defaults
# breaks: forward
# mistake: The width defaults to a sixth of the window, and c is a fixed 1e-2 whatever is asked for.
# names: localcontrastnorm2d-forward-only-sigma-left-out, localcontrastnorm2d-forward-c-fixed
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
        self.m = np.maximum(self.sigma, self.c).astype(v.dtype)
        return v / self.m

    def backward(self, grad_y):
        v, m = self.v, self.m
        grad_m = -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = np.where(self.sigma > self.c, grad_m / (2 * m), 0)
        grad_q = blur_adjoint(grad_s.astype(v.dtype), self.window)
        return grad_y / m + 2 * v / v.shape[1] * grad_q


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        sigma = sigma or kernel_size / 6
        self.subtractive = SubtractiveNorm2d(kernel_size, sigma)
        self.divisive = DivisiveNorm2d(kernel_size, sigma, 1e-2)

    def forward(self, x):
        return self.divisive(self.subtractive(x))

    def backward(self, grad_y):
        return self.subtractive.backward(self.divisive.backward(grad_y))
