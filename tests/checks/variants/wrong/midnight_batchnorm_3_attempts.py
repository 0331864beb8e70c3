"""Held out: what learners write at midnight (batchnorm, 3 of 5)."""

# ruff: noqa
# fmt: off

# %% BatchNorm: midnight-eps-beside-the-root
# breaks: forward
# mistake: Divides by sqrt(var) + eps.
# names: batchnorm-forward-eps-outside
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
                table.var(axis=0, ddof=1)
            )
        else:
            mean, var = self.running_mean, self.running_var
        self.centred, self.sigma = table - mean, np.sqrt(var)
        y = self.params["gamma"] * self.centred / (self.sigma + self.eps) + self.params["beta"]
        y = y.astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        div = self.sigma + self.eps
        self.grads["gamma"] = (table * self.centred / div).sum(axis=0)
        self.grads["beta"] = table.sum(axis=0)
        g = table * self.params["gamma"]
        grad_x = g / div
        if self.training:
            m = len(table)
            dsigma = -(g * self.centred).sum(axis=0) / div**2
            grad_x = grad_x + dsigma * self.centred / (m * self.sigma)
            grad_x = grad_x - grad_x.mean(axis=0)
        grad_x = grad_x.astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-divides-by-the-variance
# breaks: both
# mistake: Forgets the square root, and goes back as if it were there.
# names: batchnorm-forward-root-forgotten
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
            self.running_var = (1 - self.momentum) * self.running_var + (
                self.momentum * var * m / (m - 1)
            )
        else:
            mean, var = self.running_mean, self.running_var
        self.var = var + self.eps
        self.xhat = (table - mean) / self.var
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = (table * self.xhat).sum(axis=0)
        self.grads["beta"] = table.sum(axis=0)
        g = table * self.params["gamma"]
        if self.training:
            g = g - g.mean(axis=0) - self.xhat * (g * self.xhat).mean(axis=0)
        grad_x = (g / np.sqrt(self.var)).astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-no-eps-there-gamma-from-x-back
# breaks: both
# mistake: Forgets eps; the gradient of gamma takes x where x̂ is due.
# names: batchnorm-forward-eps-ignored, batchnorm-backward-gamma-gradient-of-x
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
        self.x = table = to_table(x) if x.ndim == 4 else x
        if self.training:
            mean, var = table.mean(axis=0), table.var(axis=0)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var
            self.running_var += self.momentum * var * len(table) / (len(table) - 1)
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var)
        self.xhat = (table - mean) / self.std
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = (table * self.x).sum(axis=0)
        self.grads["beta"] = table.sum(axis=0)
        g = table * self.params["gamma"]
        if self.training:
            g = g - g.mean(axis=0) - self.xhat * (g * self.xhat).mean(axis=0)
        grad_x = (g / self.std).astype(grad_y.dtype)
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x


# %% BatchNorm: midnight-biased-running-variance-there-gamma-as-a-matrix-back
# breaks: both
# mistake: Collects the biased variance; xhat.T @ grad is C×C, the gradient of gamma its diagonal.
# names: batchnorm-running-variance-biased, batchnorm-backward-gamma-gradient-matrix
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
            self.sample_mean = np.mean(table, axis=0)
            self.sample_var = np.var(table, axis=0)
            self.running_mean *= 1 - self.momentum
            self.running_mean += self.momentum * self.sample_mean
            self.running_var *= 1 - self.momentum
            self.running_var += self.momentum * self.sample_var
            mean, var = self.sample_mean, self.sample_var
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.xhat = (table - mean) / self.std
        y = (self.params["gamma"] * self.xhat + self.params["beta"]).astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = np.dot(self.xhat.T, table)
        self.grads["beta"] = np.sum(table, axis=0)
        dxhat = table * self.params["gamma"]
        dx = dxhat / self.std
        if self.training:
            N = len(table)
            dx -= np.sum(dxhat, axis=0) / (N * self.std)
            dx -= self.xhat * np.sum(dxhat * self.xhat, axis=0) / (N * self.std)
        dx = dx.astype(grad_y.dtype)
        return to_images(dx, grad_y.shape) if grad_y.ndim == 4 else dx


# %% BatchNorm: midnight-keepdims-of-the-gradients
# breaks: backward
# mistake: The gradients of gamma and beta keep their axes, (1, C, 1, 1).
# names: batchnorm-backward-axes-of-one
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
        axes, shape = ((0,), (1, -1)) if x.ndim == 2 else ((0, 2, 3), (1, -1, 1, 1))
        if self.training:
            mean = x.mean(axis=axes, keepdims=True)
            var = x.var(axis=axes, keepdims=True)
            m = x.size / x.shape[1]
            self.running_mean = (
                1 - self.momentum
            ) * self.running_mean + self.momentum * mean.ravel()
            self.running_var = (
                1 - self.momentum
            ) * self.running_var + self.momentum * m / (m - 1) * var.ravel()
        else:
            mean, var = self.running_mean.reshape(shape), self.running_var.reshape(shape)
        self.std = np.sqrt(var + self.eps)
        self.xn = (x - mean) / self.std
        y = self.params["gamma"].reshape(shape) * self.xn + self.params["beta"].reshape(shape)
        return y.astype(x.dtype)

    def backward(self, grad_y):
        axes, shape = ((0,), (1, -1)) if grad_y.ndim == 2 else ((0, 2, 3), (1, -1, 1, 1))
        self.grads["beta"] = dbeta = grad_y.sum(axis=axes, keepdims=True)
        self.grads["gamma"] = dgamma = (grad_y * self.xn).sum(axis=axes, keepdims=True)
        m = grad_y.size / grad_y.shape[1]
        dx = grad_y
        if self.training:
            dx = grad_y - (dbeta + self.xn * dgamma) / m
        return (dx * self.params["gamma"].reshape(shape) / self.std).astype(grad_y.dtype)
