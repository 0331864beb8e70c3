"""Held out after all others: what learners write (contrast)."""

# ruff: noqa
# fmt: off

# %% LocalContrastNorm2d: unseen-blur-for-its-adjoint
# breaks: backward
# mistake: backward uses the blur itself for its adjoint: it divides by the border's weights after the Gaussian instead of before.
import numpy as np

from convkit import Layer


def gauss(size, sigma):
    r = size // 2
    t = np.arange(-r, r + 1)
    g = np.exp(-t ** 2 / (2 * sigma ** 2))
    w = np.outer(g, g)
    return w / w.sum()


def smooth(img, w):
    """img (N, 1, H, W), zeros around, the window at every pixel."""
    r = w.shape[0] // 2
    H, W = img.shape[2:]
    p = np.pad(img, ((0, 0), (0, 0), (r, r), (r, r)))
    out = np.zeros_like(img)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            out += w[i, j].astype(img.dtype) * p[:, :, i:i + H, j:j + W]
    return out


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        if sigma is None:
            sigma = kernel_size / 4
        self.w = gauss(kernel_size, sigma)
        self.c = c

    def blur(self, img):
        return smooth(img, self.w) / self.norm

    def blur_T(self, img):
        return smooth(img, self.w) / self.norm

    def forward(self, x):
        self.norm = smooth(np.ones((1, 1) + x.shape[2:], x.dtype), self.w)
        self.v = x - self.blur(x.mean(axis=1, keepdims=True))
        self.std = np.sqrt(self.blur((self.v ** 2).mean(axis=1, keepdims=True)))
        self.scale = np.maximum(self.std, self.c)
        return self.v / self.scale

    def backward(self, grad_y):
        v, C = self.v, self.v.shape[1]
        above = self.std > self.c
        dscale = -(grad_y * v).sum(axis=1, keepdims=True) / self.scale ** 2
        dstd = np.where(above, dscale, 0)
        dvar = dstd / (2 * np.where(above, self.std, 1))
        dv = grad_y / self.scale + 2 * v * self.blur_T(dvar) / C
        return dv - self.blur_T(dv.sum(axis=1, keepdims=True)) / C


# %% LocalContrastNorm2d: unseen-border-not-renormalised
# breaks: forward
# mistake: At the border the window's weights are not renormalised over the pixels inside the image: outside counts as zeros.
import numpy as np

from convkit import Layer


class LocalContrastNorm2d(Layer):
    """The Gaussian is separable: one matrix for the rows, one for the columns."""

    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.kernel_size = kernel_size
        self.sigma = kernel_size / 4 if sigma is None else sigma
        self.c = c

    def matrix(self, size):
        r = self.kernel_size // 2
        M = np.zeros((size, size))
        total = np.exp(-0.5 * (np.arange(-r, r + 1) / self.sigma) ** 2).sum()
        for i in range(size):
            for j in range(max(0, i - r), min(size, i + r + 1)):
                M[i, j] = np.exp(-0.5 * ((i - j) / self.sigma) ** 2)
        return M / total

    def forward(self, x):
        self.A = self.matrix(x.shape[2]).astype(x.dtype)
        self.B = self.matrix(x.shape[3]).astype(x.dtype)
        self.C = x.shape[1]
        average = self.A @ x.mean(axis=1, keepdims=True) @ self.B.T
        v = x - average
        power = self.A @ np.square(v).mean(axis=1, keepdims=True) @ self.B.T
        sigma = np.sqrt(power)
        self.v, self.sigma_map = v, sigma
        return v / np.maximum(sigma, self.c)

    def backward(self, grad_y):
        v, sigma = self.v, self.sigma_map
        inner = (v * grad_y).sum(axis=1, keepdims=True)
        inner = np.where(sigma > self.c, inner / np.maximum(sigma, self.c) ** 3, 0)
        grad_v = grad_y / np.maximum(sigma, self.c)
        grad_v = grad_v - v * (self.A.T @ inner @ self.B) / self.C
        shared = grad_v.sum(axis=1, keepdims=True) / self.C
        return grad_v - self.A.T @ shared @ self.B


# %% LocalContrastNorm2d: unseen-nan-where-flat
# breaks: backward
# mistake: backward divides by the deviation also where it is 0 and masks by multiplying afterwards, so a flat image gets nan.
import numpy as np

from convkit import Layer


def gauss(size, sigma):
    r = size // 2
    t = np.arange(-r, r + 1)
    g = np.exp(-t ** 2 / (2 * sigma ** 2))
    w = np.outer(g, g)
    return w / w.sum()


def smooth(img, w):
    """img (N, 1, H, W), zeros around, the window at every pixel."""
    r = w.shape[0] // 2
    H, W = img.shape[2:]
    p = np.pad(img, ((0, 0), (0, 0), (r, r), (r, r)))
    out = np.zeros_like(img)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            out += w[i, j].astype(img.dtype) * p[:, :, i:i + H, j:j + W]
    return out


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        if sigma is None:
            sigma = kernel_size / 4
        self.w = gauss(kernel_size, sigma)
        self.c = c

    def blur(self, img):
        return smooth(img, self.w) / self.norm

    def blur_T(self, img):
        return smooth(img / self.norm, self.w)

    def forward(self, x):
        self.norm = smooth(np.ones((1, 1) + x.shape[2:], x.dtype), self.w)
        self.v = x - self.blur(x.mean(axis=1, keepdims=True))
        self.std = np.sqrt(self.blur((self.v ** 2).mean(axis=1, keepdims=True)))
        self.scale = np.maximum(self.std, self.c)
        return self.v / self.scale

    def backward(self, grad_y):
        v, C = self.v, self.v.shape[1]
        above = self.std > self.c
        dscale = -(grad_y * v).sum(axis=1, keepdims=True) / self.scale ** 2
        dvar = above * dscale / (2 * self.std)
        dv = grad_y / self.scale + 2 * v * self.blur_T(dvar) / C
        return dv - self.blur_T(dv.sum(axis=1, keepdims=True)) / C


# %% LocalContrastNorm2d: unseen-sigma-a-sixth
# breaks: forward
# mistake: sigma defaults to a sixth of the kernel's size instead of a quarter.
import numpy as np

from convkit import Layer


class LocalContrastNorm2d(Layer):
    """The Gaussian is separable: one matrix for the rows, one for the columns."""

    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.kernel_size = kernel_size
        self.sigma = kernel_size / 6 if sigma is None else sigma
        self.c = c

    def matrix(self, size):
        r = self.kernel_size // 2
        M = np.zeros((size, size))
        for i in range(size):
            for j in range(max(0, i - r), min(size, i + r + 1)):
                M[i, j] = np.exp(-0.5 * ((i - j) / self.sigma) ** 2)
        return M / M.sum(axis=1, keepdims=True)

    def forward(self, x):
        self.A = self.matrix(x.shape[2]).astype(x.dtype)
        self.B = self.matrix(x.shape[3]).astype(x.dtype)
        self.C = x.shape[1]
        average = self.A @ x.mean(axis=1, keepdims=True) @ self.B.T
        v = x - average
        power = self.A @ np.square(v).mean(axis=1, keepdims=True) @ self.B.T
        sigma = np.sqrt(power)
        self.v, self.sigma_map = v, sigma
        return v / np.maximum(sigma, self.c)

    def backward(self, grad_y):
        v, sigma = self.v, self.sigma_map
        inner = (v * grad_y).sum(axis=1, keepdims=True)
        inner = np.where(sigma > self.c, inner / np.maximum(sigma, self.c) ** 3, 0)
        grad_v = grad_y / np.maximum(sigma, self.c)
        grad_v = grad_v - v * (self.A.T @ inner @ self.B) / self.C
        shared = grad_v.sum(axis=1, keepdims=True) / self.C
        return grad_v - self.A.T @ shared @ self.B


# %% LocalContrastNorm2d: unseen-channels-not-averaged-back
# breaks: backward
# mistake: backward through the subtraction forgets the 1/C of the mean over the channels.
import numpy as np

from convkit import Layer


class LocalContrastNorm2d(Layer):
    """The Gaussian is separable: one matrix for the rows, one for the columns."""

    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.kernel_size = kernel_size
        self.sigma = kernel_size / 4 if sigma is None else sigma
        self.c = c

    def matrix(self, size):
        r = self.kernel_size // 2
        M = np.zeros((size, size))
        for i in range(size):
            for j in range(max(0, i - r), min(size, i + r + 1)):
                M[i, j] = np.exp(-0.5 * ((i - j) / self.sigma) ** 2)
        return M / M.sum(axis=1, keepdims=True)

    def forward(self, x):
        self.A = self.matrix(x.shape[2]).astype(x.dtype)
        self.B = self.matrix(x.shape[3]).astype(x.dtype)
        self.C = x.shape[1]
        average = self.A @ x.mean(axis=1, keepdims=True) @ self.B.T
        v = x - average
        power = self.A @ np.square(v).mean(axis=1, keepdims=True) @ self.B.T
        sigma = np.sqrt(power)
        self.v, self.sigma_map = v, sigma
        return v / np.maximum(sigma, self.c)

    def backward(self, grad_y):
        v, sigma = self.v, self.sigma_map
        inner = (v * grad_y).sum(axis=1, keepdims=True)
        inner = np.where(sigma > self.c, inner / np.maximum(sigma, self.c) ** 3, 0)
        grad_v = grad_y / np.maximum(sigma, self.c)
        grad_v = grad_v - v * (self.A.T @ inner @ self.B) / self.C
        shared = grad_v.sum(axis=1, keepdims=True)
        return grad_v - self.A.T @ shared @ self.B


# %% LocalContrastNorm2d: unseen-lopsided-window-and-square
# breaks: both
# mistake: Two mistakes. forward: the window's last row and column are missing (range stops one early), so it is lopsided. backward: the term through the deviation has σ² where σ³ belongs.
import numpy as np

from convkit import Layer


class LocalContrastNorm2d(Layer):
    """The Gaussian is separable: one matrix for the rows, one for the columns."""

    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.kernel_size = kernel_size
        self.sigma = kernel_size / 4 if sigma is None else sigma
        self.c = c

    def matrix(self, size):
        r = self.kernel_size // 2
        M = np.zeros((size, size))
        for i in range(size):
            for j in range(max(0, i - r), min(size, i + r)):
                M[i, j] = np.exp(-0.5 * ((i - j) / self.sigma) ** 2)
        return M / M.sum(axis=1, keepdims=True)

    def forward(self, x):
        self.A = self.matrix(x.shape[2]).astype(x.dtype)
        self.B = self.matrix(x.shape[3]).astype(x.dtype)
        self.C = x.shape[1]
        average = self.A @ x.mean(axis=1, keepdims=True) @ self.B.T
        v = x - average
        power = self.A @ np.square(v).mean(axis=1, keepdims=True) @ self.B.T
        sigma = np.sqrt(power)
        self.v, self.sigma_map = v, sigma
        return v / np.maximum(sigma, self.c)

    def backward(self, grad_y):
        v, sigma = self.v, self.sigma_map
        inner = (v * grad_y).sum(axis=1, keepdims=True)
        inner = np.where(sigma > self.c, inner / np.maximum(sigma, self.c) ** 2, 0)
        grad_v = grad_y / np.maximum(sigma, self.c)
        grad_v = grad_v - v * (self.A.T @ inner @ self.B) / self.C
        shared = grad_v.sum(axis=1, keepdims=True) / self.C
        return grad_v - self.A.T @ shared @ self.B
