"""Right implementations in other hands, written without sight of the checks (normalization)."""

# ruff: noqa
# fmt: off

# %% BatchNorm: unseen-table
import numpy as np

from convkit import Layer


class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.channels = channels
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)

    def to_table(self, x):
        if x.ndim == 2:
            return x
        return x.transpose(0, 2, 3, 1).reshape(-1, self.channels)

    def from_table(self, t, shape):
        if len(shape) == 2:
            return t
        n, c, h, w = shape
        return t.reshape(n, h, w, c).transpose(0, 3, 1, 2)

    def forward(self, x):
        t = self.to_table(x)
        m = t.shape[0]
        self.was_training = self.training
        if self.training:
            mean = t.mean(axis=0)
            var = t.var(axis=0)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * m / (m - 1)
        else:
            mean = self.running_mean
            var = self.running_var
        self.std = np.sqrt(var + self.eps).astype(x.dtype)
        self.xhat = (t - mean.astype(x.dtype)) / self.std
        y = self.params["gamma"].astype(x.dtype) * self.xhat + self.params["beta"].astype(x.dtype)
        return self.from_table(y, x.shape)

    def backward(self, grad_y):
        g = self.to_table(grad_y)
        m = g.shape[0]
        gamma = self.params["gamma"].astype(g.dtype)
        self.grads["gamma"] = (g * self.xhat).sum(axis=0)
        self.grads["beta"] = g.sum(axis=0)
        gh = g * gamma
        if self.was_training:
            gx = (gh - gh.mean(axis=0) - self.xhat * (gh * self.xhat).mean(axis=0)) / self.std
        else:
            gx = gh / self.std
        return self.from_table(gx, grad_y.shape)


# %% BatchNorm: unseen-axes
import numpy as np

from convkit import Layer


class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)

    def forward(self, x):
        self.axes = (0,) if x.ndim == 2 else (0, 2, 3)
        shape = (1, -1) if x.ndim == 2 else (1, -1, 1, 1)
        self.bshape = shape
        self.m = x.size // x.shape[1]
        if self.training:
            mu = x.mean(axis=self.axes)
            var = x.var(axis=self.axes)
            unbiased = x.var(axis=self.axes, ddof=1)
            self.running_mean = self.running_mean * (1 - self.momentum) + mu * self.momentum
            self.running_var = self.running_var * (1 - self.momentum) + unbiased * self.momentum
        else:
            mu, var = self.running_mean, self.running_var
        gamma = self.params["gamma"].reshape(shape)
        beta = self.params["beta"].reshape(shape)
        self.xc = (x - mu.reshape(shape)).astype(x.dtype)
        self.ivar = 1 / np.sqrt(var.reshape(shape) + self.eps)
        self.mode = self.training
        return (gamma * self.xc * self.ivar + beta).astype(x.dtype)

    def backward(self, grad_y):
        axes, m = self.axes, self.m
        gamma = self.params["gamma"].reshape(self.bshape)
        self.grads["beta"] = grad_y.sum(axis=axes)
        self.grads["gamma"] = (grad_y * self.xc * self.ivar).sum(axis=axes)
        dxhat = grad_y * gamma
        if not self.mode:
            return (dxhat * self.ivar).astype(grad_y.dtype)
        # step by step through the graph
        dvar = (dxhat * self.xc).sum(axis=axes, keepdims=True) * -0.5 * self.ivar ** 3
        dmu = -(dxhat * self.ivar).sum(axis=axes, keepdims=True)
        dx = dxhat * self.ivar + dvar * 2 * self.xc / m + dmu / m
        return dx.astype(grad_y.dtype)


# %% LocalContrastNorm2d: unseen-pad
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
        dstd = np.where(above, dscale, 0)
        dvar = dstd / (2 * np.where(above, self.std, 1))
        dv = grad_y / self.scale + 2 * v * self.blur_T(dvar) / C
        return dv - self.blur_T(dv.sum(axis=1, keepdims=True)) / C


# %% LocalContrastNorm2d: unseen-matrix
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
        shared = grad_v.sum(axis=1, keepdims=True) / self.C
        return grad_v - self.A.T @ shared @ self.B
