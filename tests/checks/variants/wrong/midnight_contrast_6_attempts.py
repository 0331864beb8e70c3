"""Held out: what learners write at midnight (contrast, 6 of 8)."""

# ruff: noqa
# fmt: off

# %% LocalContrastNorm2d: midnight-forward-order-on-the-way-back
# breaks: backward
# mistake: Goes back through the subtraction first, then through the division.
# names: localcontrastnorm2d-backward-order
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
    """Subtractive, then divisive."""

    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        sigma = kernel_size / 4 if sigma is None else sigma
        self.subtractive = SubtractiveNorm2d(kernel_size, sigma)
        self.divisive = DivisiveNorm2d(kernel_size, sigma, c)
    def forward(self, x):
        v = self.subtractive(x)
        return self.divisive(v)

    def backward(self, grad_y):
        grad_v = self.subtractive.backward(grad_y)
        return self.divisive.backward(grad_v)


# %% LocalContrastNorm2d: midnight-nan-where-nothing-is
# breaks: backward
# mistake: Divides by σ, masked or not: 0/0 in an empty picture, and NaN times 0 is NaN.
# names: localcontrastnorm2d-backward-not-a-number
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
        self.sigma = np.sqrt(blur((v**2).mean(axis=1, keepdims=True), self.window)).astype(v.dtype)
        self.m = np.maximum(self.sigma, v.dtype.type(self.c))
        return v / self.m

    def backward(self, grad_y):
        v, m = self.v, self.m
        mask = self.sigma > self.c
        grad_sigma = mask * -(v * grad_y).sum(axis=1, keepdims=True) / m**2
        grad_s = grad_sigma / (2 * self.sigma)
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


# %% LocalContrastNorm2d: midnight-subtracts-in-place
# breaks: forward
# mistake: x -= average: the picture that was handed in is changed.
# names: localcontrastnorm2d-forward-changes-input
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
        average = blur(x.mean(axis=1, keepdims=True), self.window)
        for i in range(x.shape[1]):
            x[:, i] -= average[:, 0]
        return x.copy()

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


# %% LocalContrastNorm2d: midnight-separable-by-np-convolve
# breaks: forward at least
# mistake: Rows and columns by np.convolve(…, "same"), which is as long as the window where that is longer.
# names: ; localcontrastnorm2d-forward-error-shapes
import numpy as np

from convkit import Layer

class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        sigma = kernel_size / 4 if sigma is None else sigma
        offsets = np.arange(kernel_size) - kernel_size // 2
        self.g = np.exp(-(offsets**2) / (2 * sigma**2))
        self.g /= self.g.sum()
        self.c = c

    def smooth(self, x):
        for axis in (2, 3):
            x = np.apply_along_axis(np.convolve, axis, x, self.g, "same").astype(x.dtype)
        return x

    def forward(self, x):
        self.inside = self.smooth(np.ones((1, 1, *x.shape[2:]), x.dtype))
        self.v = x - self.smooth(x.mean(axis=1, keepdims=True)) / self.inside
        square = np.square(self.v).mean(axis=1, keepdims=True)
        self.sigma = np.sqrt(self.smooth(square) / self.inside)
        self.m = np.maximum(self.sigma, self.c).astype(x.dtype)
        return self.v / self.m

    def backward(self, grad_y):
        v, m, C = self.v, self.m, grad_y.shape[1]
        grad_m = -np.sum(v * grad_y, axis=1, keepdims=True) / m**2
        grad_s = np.where(self.sigma > self.c, grad_m / (2 * m), 0).astype(grad_y.dtype)
        grad_v = grad_y / m + 2 / C * v * self.smooth(grad_s / self.inside)
        total = grad_v.sum(axis=1, keepdims=True)
        return grad_v - self.smooth(total / self.inside) / C
