"""Held out after all others: what learners write (batchnorm, 2 of 2)."""

# ruff: noqa
# fmt: off

# %% BatchNorm: unseen-eps-outside-root
# breaks: both
# mistake: eps is added to the standard deviation, outside the square root, instead of to the variance.
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
        self.ivar = 1 / (np.sqrt(var.reshape(shape)) + self.eps)
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


# %% BatchNorm: unseen-variance-held-constant
# breaks: backward
# mistake: backward in training differentiates through the mean but treats the variance as a constant: the term with xhat is missing.
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
            gx = (gh - gh.mean(axis=0)) / self.std
        else:
            gx = gh / self.std
        return self.from_table(gx, grad_y.shape)


# %% BatchNorm: unseen-eval-moves-statistics-and-m-minus-one
# breaks: both
# mistake: Two mistakes. forward: the running statistics are updated in evaluation mode too. backward: the term through the variance is divided by m − 1 instead of m.
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
        mu = x.mean(axis=self.axes)
        var = x.var(axis=self.axes)
        if not self.training:
            mu, var = self.running_mean, self.running_var
        if self.m > 1:
            self.running_mean = self.running_mean * (1 - self.momentum) + x.mean(axis=self.axes) * self.momentum
            self.running_var = self.running_var * (1 - self.momentum) + x.var(axis=self.axes, ddof=1) * self.momentum
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
        dx = dxhat * self.ivar + dvar * 2 * self.xc / (m - 1) + dmu / m
        return dx.astype(grad_y.dtype)
