"""Held out: what learners write at midnight (batchnorm, 2 of 5)."""

# ruff: noqa
# fmt: off

# %% BatchNorm: midnight-nothing-kept-there-statistics-as-constants-back
# breaks: both
# mistake: Never updates the running statistics; backward treats mean and variance as constants.
# names: batchnorm-running-never-moved, batchnorm-backward-statistics-constant
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
            self.mean, self.var = table.mean(axis=0), table.var(axis=0)
        else:
            self.mean, self.var = self.running_mean, self.running_var
        self.xhat = (table - self.mean) / np.sqrt(self.var + self.eps)
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = np.sum(table * self.xhat, axis=0)
        self.grads["beta"] = np.sum(table, axis=0)
        grad_x = table * self.params["gamma"] / np.sqrt(self.var + self.eps)
        grad_x = grad_x.astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-variance-as-a-constant
# breaks: backward
# mistake: The path through the mean is there, the one through the variance is not.
# names: batchnorm-backward-variance-missing
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
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = table.mean(0), table.var(0)
            unbiased = table.var(0, ddof=1)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        self.cache = (table - mean) / np.sqrt(var + self.eps), np.sqrt(var + self.eps)
        out = (self.cache[0] * self.params["gamma"] + self.params["beta"]).astype(x.dtype)
        return out if x.ndim == 2 else to_images(out, x.shape)

    def backward(self, grad_y):
        dout = grad_y if grad_y.ndim == 2 else to_table(grad_y)
        xhat, std = self.cache
        self.grads["gamma"], self.grads["beta"] = (dout * xhat).sum(0), dout.sum(0)
        dxhat = dout * self.params["gamma"]
        dx = dxhat / std
        if self.training:
            dmu = -dx.sum(axis=0)
            dx = dx + dmu / len(dout)
        dx = dx.astype(grad_y.dtype)
        return dx if grad_y.ndim == 2 else to_images(dx, grad_y.shape)


# %% BatchNorm: midnight-always-the-batch
# breaks: forward
# mistake: Normalises by the batch's statistics in eval, too.
# names: batchnorm-forward-batch-in-evaluation
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
        mean = table.sum(axis=0) / table.shape[0]
        var = ((table - mean) ** 2).sum(axis=0) / table.shape[0]
        if self.training:
            n = table.shape[0]
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * (
                var * n / (n - 1)
            )
        self.std = np.sqrt(var + self.eps)
        self.xhat = (table - mean) / self.std
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = (table * self.xhat).sum(axis=0)
        self.grads["beta"] = table.sum(axis=0)
        g = table * self.params["gamma"]
        g = g - g.mean(axis=0) - self.xhat * (g * self.xhat).mean(axis=0)
        grad_x = (g / self.std).astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-trains-in-eval-s-backward
# breaks: backward
# mistake: Backward uses the formula of training in eval too, where the statistics are constants.
# names: batchnorm-backward-formula-of-training
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
            m = table.shape[0]
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * (
                m / (m - 1) * var
            )
        else:
            mean, var = self.running_mean, self.running_var
        self.ivar = 1 / np.sqrt(var + self.eps)
        self.xhat = (table - mean) * self.ivar
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        N = table.shape[0]
        dbeta = np.sum(table, axis=0)
        dgamma = np.sum(self.xhat * table, axis=0)
        dx = (1 / N) * self.params["gamma"] * self.ivar * (N * table - self.xhat * dgamma - dbeta)
        self.grads = {"gamma": dgamma, "beta": dbeta}
        dx = dx.astype(grad_y.dtype)
        return to_images(dx, grad_y.shape) if grad_y.ndim == 4 else dx


# %% BatchNorm: midnight-learns-in-eval
# breaks: both
# mistake: The running statistics are updated in eval as well, so no two evaluations agree.
# names: batchnorm-running-moved-in-evaluation; batchnorm-forward-remembers
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
        batch_mean, batch_var = table.mean(axis=0), table.var(axis=0)
        mean = batch_mean if self.training else self.running_mean
        var = batch_var if self.training else self.running_var
        self.std = np.sqrt(var + self.eps)
        self.xhat = (table - mean) / self.std
        m = len(table)
        a = self.momentum
        self.running_mean = (1 - a) * self.running_mean + a * batch_mean
        self.running_var = (1 - a) * self.running_var + a * batch_var * m / (m - 1)
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = np.einsum("mc,mc->c", table, self.xhat)
        self.grads["beta"] = np.einsum("mc->c", table)
        g = self.params["gamma"] * table
        if self.training:
            g = g - g.mean(axis=0) - self.xhat * (g * self.xhat).mean(axis=0)
        grad_x = (g / self.std).astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x
