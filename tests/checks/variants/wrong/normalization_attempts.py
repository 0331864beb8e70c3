# ruff: noqa
# fmt: off
# Non-linearities and normalizations as handed in at midnight; each cell is a module of its own.

# %% LocalContrastNorm2d: whole-image
# breaks: forward
# mistake: Mean and deviation are those of the whole image, not of a neighbourhood.
# names: localcontrastnorm2d-forward-not-local
import numpy as np
from convkit import Layer


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.c = c

    def forward(self, x):
        self.v = x - x.mean(axis=(1, 2, 3), keepdims=True)
        self.s = np.sqrt((self.v ** 2).mean(axis=(1, 2, 3), keepdims=True))
        return self.v / np.maximum(self.s, self.c)

    def backward(self, g):
        d = np.maximum(self.s, self.c)
        m = self.v[0].size
        through = np.where(self.s > self.c, (g * self.v).sum(axis=(1, 2, 3), keepdims=True) / d ** 3 / m, 0)
        dv = g / d - self.v * through
        return dv - dv.mean(axis=(1, 2, 3), keepdims=True)


# %% LocalContrastNorm2d: variance-around-each-mean
# breaks: both
# mistake: The deviation is measured around each window's own mean, E[x^2] - E[x]^2, not from v.
# names: localcontrastnorm2d-forward-deviation-about-each-mean
import numpy as np
from convkit import Layer


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.k, self.s, self.c = kernel_size, sigma or kernel_size / 4, c

    def matrix(self, n):
        d = np.subtract.outer(np.arange(n), np.arange(n))
        g = np.exp(-d ** 2 / 2 / self.s ** 2) * (abs(d) <= self.k // 2)
        return g / g.sum(1, keepdims=True)

    def forward(self, x):
        A, B = self.matrix(x.shape[2]), self.matrix(x.shape[3])
        blur = lambda z: (A @ z.mean(1, keepdims=True) @ B.T).astype(x.dtype)
        mean = blur(x)
        variance = np.maximum(blur(x ** 2) - mean ** 2, 0)
        self.v, self.d = x - mean, np.maximum(np.sqrt(variance), self.c)
        return self.v / self.d

    def backward(self, g):
        return g / self.d


# %% LocalContrastNorm2d: left-alone-below-c
# breaks: forward
# mistake: Where the deviation is below c nothing is divided at all; the gradient is divided by c.
# names: localcontrastnorm2d-forward-faint-left-out
import numpy as np
from convkit import Layer


class LocalContrastNorm2d(Layer):
    def __init__(self, kernel_size=7, sigma=None, c=1e-2):
        super().__init__()
        self.r, self.c = kernel_size // 2, c
        offsets = np.arange(-self.r, self.r + 1)
        s = kernel_size / 4 if sigma is None else sigma
        self.g = np.exp(-offsets ** 2 / (2 * s * s))

    def lines(self, z):
        """Correlate with the Gaussian down and across, zeros outside."""
        for axis in (-2, -1):
            padded = np.pad(z, [(0, 0)] * (z.ndim - 2) + [(self.r, self.r) if axis == a else (0, 0) for a in (-2, -1)])
            n = z.shape[axis]
            z = sum(w * np.take(padded, range(t, t + n), axis) for t, w in enumerate(self.g))
        return z

    def forward(self, x):
        self.ones = self.lines(np.ones(x.shape[2:]))
        blur = lambda z: self.lines(z.mean(1)[:, None]) / self.ones
        self.v = (x - blur(x)).astype(x.dtype)
        self.s = np.sqrt(blur(self.v ** 2))
        return np.where(self.s > self.c, self.v / np.where(self.s > 0, self.s, 1), self.v).astype(x.dtype)

    def backward(self, g):
        on = self.s > self.c
        d = np.where(on, self.s, self.c)
        back = lambda z: self.lines(z / self.ones)
        t = np.where(on, (g * self.v).sum(1, keepdims=True) / d ** 3, 0)
        dv = g / d - self.v * back(t) / g.shape[1]
        return (dv - back(dv.mean(1, keepdims=True))).astype(g.dtype)


# %% BatchNorm: momentum-of-another-course
# breaks: forward
# mistake: momentum keeps the old statistics, and 0.9 stands where 0.1 was asked for by default.
# names: batchnorm-running-momentum-fixed, batchnorm-running-variance-biased
import numpy as np
from convkit import Layer


class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)
        self.eps = eps

    def forward(self, x, momentum=0.9):
        self.axes = tuple(a for a in range(x.ndim) if a != 1)
        s = self.s = [1, -1] + [1] * (x.ndim - 2)
        if self.training:
            mean, var = x.mean(self.axes), x.var(self.axes)
            self.running_mean = momentum * self.running_mean + (1 - momentum) * mean
            self.running_var = momentum * self.running_var + (1 - momentum) * var
        else:
            mean, var = self.running_mean, self.running_var
        self.mode = self.training
        self.inv = (1 / np.sqrt(var + self.eps)).reshape(s).astype(x.dtype)
        self.hat = (x - mean.reshape(s).astype(x.dtype)) * self.inv
        return self.params["gamma"].reshape(s).astype(x.dtype) * self.hat + self.params["beta"].reshape(s).astype(x.dtype)

    def backward(self, g):
        self.grads["gamma"] = (g * self.hat).sum(self.axes)
        self.grads["beta"] = g.sum(self.axes)
        g = g * self.params["gamma"].reshape(self.s).astype(g.dtype)
        if self.mode:
            g = g - g.mean(self.axes, keepdims=True) - self.hat * (g * self.hat).mean(self.axes, keepdims=True)
        return g * self.inv


# %% BatchNorm: each-sample-by-itself
# breaks: forward
# mistake: It normalises each sample over its channels: layer normalization.
# names: batchnorm-forward-over-the-sample
import numpy as np
from convkit import Layer

class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.params = {"gamma": np.ones(channels), "beta": np.zeros(channels)}
        self.running_mean, self.running_var = np.zeros(channels), np.ones(channels)

    def forward(self, x):
        self.over = tuple(range(1, x.ndim))
        shape = (1, -1) + (1,) * (x.ndim - 2)
        self.gamma = self.params["gamma"].reshape(shape).astype(x.dtype)
        mean = x.mean(self.over, keepdims=True)
        self.inv = 1 / np.sqrt(x.var(self.over, keepdims=True) + self.eps)
        self.hat = (x - mean) * self.inv
        return self.gamma * self.hat + self.params["beta"].reshape(shape).astype(x.dtype)

    def backward(self, g):
        others = tuple(a for a in range(g.ndim) if a != 1)
        self.grads["gamma"] = (g * self.hat).sum(others)
        self.grads["beta"] = g.sum(others)
        g = g * self.gamma
        g = g - g.mean(self.over, keepdims=True) - self.hat * (g * self.hat).mean(self.over, keepdims=True)
        return g * self.inv


# %% BatchNorm: half-a-copy
# breaks: backward
# mistake: The backward pass of the paper with the middle term of the mean's gradient sign flipped, and summed over samples alone.
# names: batchnorm-backward-mean-negated, batchnorm-backward-by-samples, batchnorm-backward-grad_x-terms
import numpy as np
from convkit import Layer

class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.params["gamma"], self.params["beta"] = np.ones(channels), np.zeros(channels)
        self.running_mean, self.running_var = np.zeros(channels), np.ones(channels)

    def forward(self, x):
        self.x = x
        self.ax = (0,) if x.ndim == 2 else (0, 2, 3)
        keep = (lambda v: v) if x.ndim == 2 else (lambda v: v[:, None, None])
        self.keep = keep
        if self.training:
            self.mu, self.var = x.mean(self.ax), x.var(self.ax)
            m = x.size / x.shape[1]
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * self.mu
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * self.var * m / (m - 1)
        else:
            self.mu, self.var = self.running_mean, self.running_var
        self.xhat = (x - keep(self.mu)) / np.sqrt(keep(self.var) + self.eps)
        return (keep(self.params["gamma"]) * self.xhat + keep(self.params["beta"])).astype(x.dtype)

    def backward(self, g):
        keep, x = self.keep, self.x
        m = len(x)
        dxhat = g * keep(self.params["gamma"])
        std = np.sqrt(keep(self.var) + self.eps)
        dvar = keep((dxhat * (x - keep(self.mu)) * -0.5 * std ** -3).sum(self.ax))
        dmu = keep((dxhat / std).sum(self.ax)) + dvar * keep((-2 * (x - keep(self.mu))).sum(self.ax)) / m
        self.grads["gamma"] = (g * self.xhat).sum(self.ax)
        self.grads["beta"] = g.sum(self.ax)
        return (dxhat / std + dvar * 2 * (x - keep(self.mu)) / m + dmu / m).astype(g.dtype)


# %% Tanh: backward-not-written
# breaks: backward
# mistake: There is no backward yet.
# names: tanh-backward-error-unfinished
import numpy as np
from convkit import Layer

class Tanh(Layer):
    def forward(self, x):
        return np.tanh(x)


# %% ReLU: still-to-do
# breaks: both
# mistake: Both passes are still pass.
# names: relu-forward-returns-none
from convkit import Layer

class ReLU(Layer):
    def forward(self, x):
        pass

    def backward(self, grad_y):
        pass


# %% Abs: element-by-element
# breaks: backward
# mistake: The slope is looked up by position in a list that grows with every call.
# names: ; abs-backward-signs
import numpy as np
from convkit import Layer

class Abs(Layer):
    signs = []

    def forward(self, x):
        y = np.zeros_like(x)
        for place in np.ndindex(*x.shape):
            self.signs.append(1 if x[place] > 0 else -1)
            y[place] = abs(x[place])
        return y

    def backward(self, grad_y):
        signs = np.array(self.signs[:grad_y.size]).reshape(grad_y.shape)
        return (grad_y * signs).astype(grad_y.dtype)


# %% BatchNorm: frozen-when-evaluating
# breaks: forward
# mistake: eval() remembers the running statistics of that moment, and what is set later is ignored.
# names: batchnorm-running-not-settable
import numpy as np
from convkit import Layer

class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.params["gamma"], self.params["beta"] = np.ones(channels), np.zeros(channels)
        self.running_mean, self.running_var = np.zeros(channels), np.ones(channels)

    def eval(self):
        super().eval()
        self.frozen = self.running_mean.copy(), np.sqrt(self.running_var + self.eps)

    def wide(self, v, x):
        return np.asarray(v, x.dtype).reshape((1, -1) + (1,) * (x.ndim - 2))

    def forward(self, x):
        over = self.over = (0, *range(2, x.ndim))
        self.by_batch = self.training
        if self.training:
            mean, std = x.mean(over), np.sqrt(x.var(over) + self.eps)
            self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
            self.running_var = self.running_var + self.momentum * (x.var(over, ddof=1) - self.running_var)
        else:
            mean, std = self.frozen
        self.std = self.wide(std, x)
        self.hat = (x - self.wide(mean, x)) / self.std
        return self.wide(self.params["gamma"], x) * self.hat + self.wide(self.params["beta"], x)

    def backward(self, g):
        self.grads["gamma"], self.grads["beta"] = (g * self.hat).sum(self.over), g.sum(self.over)
        g = g * self.wide(self.params["gamma"], g)
        if self.by_batch:
            g = g - g.mean(self.over, keepdims=True) - self.hat * (g * self.hat).mean(self.over, keepdims=True)
        return g / self.std
