"""Held out: what learners write at midnight (batchnorm, 5 of 5)."""

# ruff: noqa
# fmt: off

# %% BatchNorm: midnight-running-statistics-in-training
# breaks: both
# mistake: Normalises the training batch by the running statistics, which move with every call.
# names: batchnorm-forward-running-in-training, batchnorm-backward-statistics-constant
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
            m = len(table)
            batch_mean, batch_var = table.mean(axis=0), table.var(axis=0) * m / (m - 1)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * batch_mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * batch_var
        self.std = np.sqrt(self.running_var + self.eps)
        self.xhat = (table - self.running_mean) / self.std
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = (table * self.xhat).sum(axis=0)
        self.grads["beta"] = table.sum(axis=0)
        grad_x = (table * self.params["gamma"] / self.std).astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-centres-x-in-place
# breaks: forward
# mistake: table -= mean, which is x itself for (N, C).
# names: batchnorm-forward-changes-input
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
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * (
                var * m / (m - 1)
            )
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        table -= mean
        self.xhat = table / self.std
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


# %% BatchNorm: midnight-no-eps-in-eval-n-for-m
# breaks: both
# mistake: Leaves eps out in eval; the path through the mean is divided by N where the maps have N·H·W places.
# names: batchnorm-forward-eps-ignored, batchnorm-backward-by-samples
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
        axes = (0, 2, 3)[: x.ndim - 1] if x.ndim == 4 else 0
        self.b = np.s_[:, None, None] if x.ndim == 4 else np.s_[:]
        if self.training:
            mean, var = np.mean(x, axes), np.var(x, axes)
            m = x.size / x.shape[1]
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * (
                np.var(x, axes, ddof=1)
            )
            self.std = np.sqrt(var + self.eps)
        else:
            mean, self.std = self.running_mean, np.sqrt(self.running_var)
        self.xhat = (x - mean[self.b]) / self.std[self.b]
        y = self.params["gamma"][self.b] * self.xhat + self.params["beta"][self.b]
        return y.astype(x.dtype)

    def backward(self, grad_y):
        axes = (0, 2, 3) if grad_y.ndim == 4 else 0
        b = self.b
        self.grads["beta"] = grad_y.sum(axes)
        self.grads["gamma"] = np.sum(grad_y * self.xhat, axes)
        dx = grad_y
        if self.training:
            m = grad_y.size / grad_y.shape[1]
            dx = dx - self.grads["beta"][b] / len(grad_y) - self.xhat * self.grads["gamma"][b] / m
        return (dx * (self.params["gamma"] / self.std)[b]).astype(grad_y.dtype)


# %% BatchNorm: midnight-beta-in-the-bracket-there-eval-forgotten-back
# breaks: both
# mistake: y = γ·(x̂ + β); the backward of eval ignores the standard deviation.
# names: batchnorm-forward-shifted-first, batchnorm-backward-deviation-forgotten
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
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * (
                var * m / (m - 1)
            )
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.xhat = (table - mean) / self.std
        y = (self.params["gamma"] * (self.xhat + self.params["beta"])).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = (table * self.xhat).sum(axis=0)
        self.grads["beta"] = table.sum(axis=0)
        g = table * self.params["gamma"]
        if self.training:
            g = (g - g.mean(axis=0) - self.xhat * (g * self.xhat).mean(axis=0)) / self.std
        grad_x = g.astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-channels-last
# breaks: forward at least
# mistake: Statistics over all axes but the last, as for (N, H, W, C): right for tables only, if at all.
# names: batchnorm-forward-tables-only; batchnorm-forward-error-shapes
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
        axes = tuple(range(x.ndim - 1))
        if self.training:
            mean, var = x.mean(axis=axes), x.var(axis=axes)
            m = x.size / x.shape[-1]
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (
                1 - self.momentum
            ) * self.running_var + self.momentum * var * m / (m - 1)
        else:
            mean, var = self.running_mean, self.running_var
        self.istd = 1 / np.sqrt(var + self.eps)
        self.xhat = (x - mean) * self.istd
        return (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)

    def backward(self, grad_y):
        axes = tuple(range(grad_y.ndim - 1))
        self.grads["gamma"] = np.sum(grad_y * self.xhat, axis=axes)
        self.grads["beta"] = np.sum(grad_y, axis=axes)
        g = grad_y * self.params["gamma"]
        if self.training:
            g = g - g.mean(axis=axes) - self.xhat * (g * self.xhat).mean(axis=axes)
        return (g * self.istd).astype(grad_y.dtype)
