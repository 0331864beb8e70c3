"""Held out: what learners write at midnight (batchnorm, 4 of 5)."""

# ruff: noqa
# fmt: off

# %% BatchNorm: midnight-momentum-of-the-other-kind-there-means-back
# breaks: both
# mistake: Weights the old statistics by momentum; mean(axis=0) for the gradients of gamma and beta.
# names: batchnorm-running-momentum-swapped, batchnorm-backward-gradient-averaged
import numpy as np

from convkit import Layer


def to_table(images):
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def to_images(table, shape):
    n, c, h, w = shape
    return table.reshape(n, h, w, c).transpose(0, 3, 1, 2)


class BatchNorm(Layer):
    """params["gamma"] and params["beta"], (channels,)."""

    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)
    def forward(self, x):
        table = to_table(x) if x.ndim == 4 else x
        if self.training:
            mean, var = table.mean(axis=0), table.var(axis=0)
            m = len(table)
            self.running_mean = np.average(
                [self.running_mean, mean], axis=0, weights=[self.momentum, 1 - self.momentum]
            )
            self.running_var = np.average(
                [self.running_var, var * m / (m - 1)],
                axis=0,
                weights=[self.momentum, 1 - self.momentum],
            )
        else:
            mean, var = self.running_mean, self.running_var
        self.scale = (var + self.eps) ** -0.5
        self.xhat = (table - mean) * self.scale
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = (table * self.xhat).mean(axis=0)
        self.grads["beta"] = table.mean(axis=0)
        grad_x = table
        if self.training:
            grad_x = table - self.grads["beta"] - self.xhat * self.grads["gamma"]
        grad_x = (grad_x * self.params["gamma"] * self.scale).astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-n-for-the-number-of-rows
# breaks: backward
# mistake: The sums are divided by the batch size, not by N·H·W.
# names: batchnorm-backward-by-samples
import numpy as np

from convkit import Layer


class BatchNorm(Layer):
    """params["gamma"] and params["beta"], (channels,)."""

    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)
    def forward(self, x):
        self.x_shape = x.shape
        x4 = x.reshape(*x.shape, 1, 1) if x.ndim == 2 else x
        if self.training:
            mu = x4.mean(axis=(0, 2, 3), keepdims=True)
            var = ((x4 - mu) ** 2).mean(axis=(0, 2, 3), keepdims=True)
            count = x4.shape[0] * x4.shape[2] * x4.shape[3]
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mu.ravel()
            self.running_var = (
                1 - self.momentum
            ) * self.running_var + self.momentum * var.ravel() * count / (count - 1)
        else:
            mu, var = self.running_mean[:, None, None], self.running_var[None, :, None, None]
        self.istd = 1 / np.sqrt(var + self.eps)
        self.xhat = (x4 - mu) * self.istd
        y = self.params["gamma"][:, None, None] * self.xhat + self.params["beta"][:, None, None]
        return y.reshape(x.shape).astype(x.dtype)

    def backward(self, grad_y):
        g = grad_y.reshape(self.xhat.shape)
        n = g.shape[0]
        self.grads["gamma"] = np.sum(g * self.xhat, axis=(0, 2, 3))
        self.grads["beta"] = np.sum(g, axis=(0, 2, 3))
        g = g * self.params["gamma"][:, None, None]
        if self.training:
            s1 = g.sum(axis=(0, 2, 3), keepdims=True)
            s2 = (g * self.xhat).sum(axis=(0, 2, 3), keepdims=True)
            g = g - s1 / n - self.xhat * s2 / n
        return (g * self.istd).reshape(self.x_shape).astype(grad_y.dtype)


# %% BatchNorm: midnight-gamma-lost-on-the-way
# breaks: backward
# mistake: The short formula of training without gamma.
# names: batchnorm-backward-gamma-forgotten
import numpy as np

from convkit import Layer


def to_table(images):
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def to_images(table, shape):
    n, c, h, w = shape
    return table.reshape(n, h, w, c).transpose(0, 3, 1, 2)


class BatchNorm(Layer):
    """params["gamma"] and params["beta"], (channels,)."""

    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)
    def forward(self, x):
        table = to_table(x) if x.ndim == 4 else x
        if self.training:
            mean, var = table.mean(axis=0), table.var(axis=0)
            corr = len(table) / (len(table) - 1)
            for name, new in (("running_mean", mean), ("running_var", corr * var)):
                old = getattr(self, name)
                setattr(self, name, (1 - self.momentum) * old + self.momentum * new)
        else:
            mean, var = self.running_mean, self.running_var
        self.istd = 1 / np.sqrt(var + self.eps)
        self.xhat = (table - mean) * self.istd
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        dout = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        m = dout.shape[0]
        self.grads["gamma"] = (dout * self.xhat).sum(axis=0)
        self.grads["beta"] = dout.sum(axis=0)
        if self.training:
            dx = self.istd / m * (m * dout - dout.sum(axis=0) - self.xhat * self.grads["gamma"])
        else:
            dx = dout * self.params["gamma"] * self.istd
        dx = dx.astype(grad_y.dtype)
        return to_images(dx, grad_y.shape) if grad_y.ndim == 4 else dx


# %% BatchNorm: midnight-power-of-the-staged-variance
# breaks: backward
# mistake: Step by step as in the paper; the variance's gradient has the power −1/2 where it must be −3/2.
# names: batchnorm-backward-variance-power
import numpy as np

from convkit import Layer


def to_table(images):
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def to_images(table, shape):
    n, c, h, w = shape
    return table.reshape(n, h, w, c).transpose(0, 3, 1, 2)


class BatchNorm(Layer):
    """params["gamma"] and params["beta"], (channels,)."""

    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)
    def forward(self, x):
        table = to_table(x) if x.ndim == 4 else x
        if self.training:
            mu = table.mean(axis=0)
            xmu = table - mu
            var = (xmu**2).mean(axis=0)
            m = table.shape[0]
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mu
            self.running_var = (
                1 - self.momentum
            ) * self.running_var + self.momentum * var * m / (m - 1)
        else:
            xmu, var = table - self.running_mean, self.running_var
        self.cache = xmu, var
        y = self.params["gamma"] * xmu / np.sqrt(var + self.eps) + self.params["beta"]
        y = y.astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        dy = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        xmu, var = self.cache
        m = dy.shape[0]
        dxhat = dy * self.params["gamma"]
        dx = dxhat * (var + self.eps) ** (-1 / 2)
        if self.training:
            dvar = np.sum(dxhat * xmu * (-1 / 2) * (var + self.eps) ** (-1 / 2), axis=0)
            dmu = np.sum(dxhat * -1 / np.sqrt(var + self.eps), axis=0)
            dmu += dvar * np.sum(-2 * xmu, axis=0) / m
            dx = dx + dvar * 2 * xmu / m + dmu / m
        self.grads["gamma"] = np.sum(dy * xmu / np.sqrt(var + self.eps), axis=0)
        self.grads["beta"] = np.sum(dy, axis=0)
        dx = dx.astype(grad_y.dtype)
        return to_images(dx, grad_y.shape) if grad_y.ndim == 4 else dx


# %% BatchNorm: midnight-deviation-in-running-var
# breaks: forward
# mistake: running_var collects standard deviations.
# names: batchnorm-running-deviation
import numpy as np

from convkit import Layer


def to_table(images):
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def to_images(table, shape):
    n, c, h, w = shape
    return table.reshape(n, h, w, c).transpose(0, 3, 1, 2)


class BatchNorm(Layer):
    """params["gamma"] and params["beta"], (channels,)."""

    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)
    def forward(self, x):
        table = to_table(x) if x.ndim == 4 else x
        if self.training:
            mean, std = table.mean(axis=0), np.sqrt(table.var(axis=0) + self.eps)
            a, m = self.momentum, len(table)
            self.running_mean = (1 - a) * self.running_mean + a * mean
            self.running_var = (1 - a) * self.running_var + a * table.std(axis=0, ddof=1)
        else:
            mean, std = self.running_mean, np.sqrt(self.running_var + self.eps)
        self.std, self.xhat = std, (table - mean) / std
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = (table * self.xhat).sum(axis=0)
        self.grads["beta"] = table.sum(axis=0)
        g = table * self.params["gamma"]
        if self.training:
            g = g - g.mean(axis=0) - self.xhat * (g * self.xhat).mean(axis=0)
        grad_x = (g / self.std).astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x
