"""Held out: what learners write at midnight (batchnorm, 1 of 5)."""

# ruff: noqa
# fmt: off

# %% BatchNorm: midnight-statistics-of-each-pixel
# breaks: forward
# mistake: mean(axis=0) of the images: every pixel is normalised over the batch alone.
# names: batchnorm-forward-over-the-batch-only
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
        self.shape = x.shape
        shape = (1, -1) + (1,) * (x.ndim - 2)
        gamma, beta = (self.params[key].reshape(shape) for key in ("gamma", "beta"))
        if self.training:
            mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
            over = tuple(range(2, x.ndim))
            m = x.size / x.shape[1]
            self.running_mean = (
                1 - self.momentum
            ) * self.running_mean + self.momentum * mean.mean(axis=over)[0]
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * (
                x.var(axis=(0, *over)) * m / (m - 1)
            )
        else:
            mean, var = self.running_mean.reshape(shape), self.running_var.reshape(shape)
        self.istd = 1 / np.sqrt(var + self.eps)
        self.xhat = (x - mean) * self.istd
        return (gamma * self.xhat + beta).astype(x.dtype)

    def backward(self, grad_y):
        axes = (0, *range(2, grad_y.ndim))
        shape = (1, -1) + (1,) * (grad_y.ndim - 2)
        self.grads["gamma"] = (grad_y * self.xhat).sum(axis=axes)
        self.grads["beta"] = grad_y.sum(axis=axes)
        g = grad_y * self.params["gamma"].reshape(shape)
        if self.training:
            g = (
                g
                - g.mean(axis=0, keepdims=True)
                - self.xhat * (g * self.xhat).mean(axis=0, keepdims=True)
            )
        return (g * self.istd).astype(grad_y.dtype)


# %% BatchNorm: midnight-a-table-without-a-transpose
# breaks: forward
# mistake: reshape(-1, C) without moving the channels to the back first.
# names: batchnorm-forward-reshaped
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
        c = x.shape[1]
        table = x.reshape(-1, c)
        if self.training:
            mean, var = table.mean(axis=0), table.var(axis=0)
            m = len(table)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (
                1 - self.momentum
            ) * self.running_var + self.momentum * var * m / (m - 1)
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.xhat = (table - mean) / self.std
        y = self.params["gamma"] * self.xhat + self.params["beta"]
        return y.reshape(x.shape).astype(x.dtype)

    def backward(self, grad_y):
        g = grad_y.reshape(self.xhat.shape)
        self.grads["gamma"] = np.sum(g * self.xhat, axis=0)
        self.grads["beta"] = np.sum(g, axis=0)
        g = g * self.params["gamma"]
        if self.training:
            g = g - g.mean(axis=0) - self.xhat * np.mean(g * self.xhat, axis=0)
        return (g / self.std).reshape(grad_y.shape).astype(grad_y.dtype)


# %% BatchNorm: midnight-biased-running-variance
# breaks: forward
# mistake: The running variance collects the biased variance of the batch.
# names: batchnorm-running-variance-biased
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
            mu = np.mean(table, axis=0)
            var = np.var(table, axis=0)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mu
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var
        else:
            mu, var = self.running_mean, self.running_var
        self.istd = 1 / np.sqrt(var + self.eps)
        self.xhat = (table - mu) * self.istd
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = (table * self.xhat).sum(axis=0)
        self.grads["beta"] = table.sum(axis=0)
        grad = table * self.params["gamma"] * self.istd
        if self.training:
            m = len(table)
            grad = grad - grad.sum(0) / m - self.xhat * (grad * self.xhat).sum(0) / m
        grad_x = grad.astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-unbiased-variance
# breaks: both
# mistake: Normalises by the unbiased variance, ddof=1; backward belongs to the biased one.
# names: batchnorm-forward-variance-unbiased
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
            mean, var = table.mean(axis=0), table.var(axis=0, ddof=1)
            self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
            self.running_var = self.running_var + self.momentum * (var - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.normed = (table - mean) / self.std
        y = self.normed * self.params["gamma"] + self.params["beta"]
        y = y.astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        N = table.shape[0]
        self.grads["beta"] = table.sum(axis=0)
        self.grads["gamma"] = np.sum(table * self.normed, axis=0)
        dn = table * self.params["gamma"]
        if self.training:
            grad_x = (N * dn - dn.sum(0) - self.normed * (dn * self.normed).sum(0)) / (N * self.std)
        else:
            grad_x = dn / self.std
        grad_x = grad_x.astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-the-other-meaning-of-momentum
# breaks: forward
# mistake: running = momentum·running + (1 − momentum)·batch.
# names: batchnorm-running-momentum-swapped
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
        axes = (0,) if x.ndim == 2 else (0, 2, 3)
        b = (slice(None), *[None] * (x.ndim - 2))
        if self.training:
            mean, var = x.mean(axis=axes), x.var(axis=axes)
            m = x.size // x.shape[1]
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = (
                self.momentum * self.running_var + (1 - self.momentum) * var * m / (m - 1)
            )
        else:
            mean, var = self.running_mean, self.running_var
        self.inv = 1.0 / np.sqrt(var + self.eps)
        self.x_norm = (x - mean[b]) * self.inv[b]
        return (self.params["gamma"][b] * self.x_norm + self.params["beta"][b]).astype(x.dtype)

    def backward(self, grad_y):
        axes = (0,) if grad_y.ndim == 2 else (0, 2, 3)
        b = (slice(None), *[None] * (grad_y.ndim - 2))
        self.grads["beta"] = grad_y.sum(axis=axes)
        self.grads["gamma"] = (grad_y * self.x_norm).sum(axis=axes)
        scale = (self.params["gamma"] * self.inv)[b]
        if not self.training:
            return (grad_y * scale).astype(grad_y.dtype)
        m = grad_y.size // grad_y.shape[1]
        inner = self.grads["beta"][b] + self.x_norm * self.grads["gamma"][b]
        return (scale * (grad_y - inner / m)).astype(grad_y.dtype)
