# ruff: noqa
# fmt: off
# Right batch normalizations; each cell is a module of its own.

# %% BatchNorm: one-formula
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
        self.wide = (1, -1) if x.ndim == 2 else (1, -1, 1, 1)
        self.m = x.size // x.shape[1]
        if self.training:
            mean, var = x.mean(axis=self.axes), x.var(axis=self.axes)
            unbiased = var * self.m / (self.m - 1)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        else:
            mean, var = self.running_mean, self.running_var
        self.was_training = self.training
        self.std = np.sqrt(var + self.eps).reshape(self.wide)
        self.x_hat = (x - mean.reshape(self.wide)) / self.std
        y = self.params["gamma"].reshape(self.wide) * self.x_hat + self.params["beta"].reshape(self.wide)
        return y.astype(x.dtype)

    def backward(self, grad_y):
        dgamma = (grad_y * self.x_hat).sum(axis=self.axes)
        dbeta = grad_y.sum(axis=self.axes)
        self.grads["gamma"], self.grads["beta"] = dgamma, dbeta
        factor = self.params["gamma"].reshape(self.wide) / self.std
        if not self.was_training:
            return (factor * grad_y).astype(grad_y.dtype)
        dx = factor / self.m * (
            self.m * grad_y - dbeta.reshape(self.wide) - self.x_hat * dgamma.reshape(self.wide)
        )
        return dx.astype(grad_y.dtype)


# %% BatchNorm: graph-steps
# Images become rows of channels first; backward goes through the graph step by step.
import numpy as np
from convkit import Layer


class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.D = channels
        self.eps = eps
        self.momentum = momentum
        self.params = {"gamma": np.ones(channels), "beta": np.zeros(channels)}
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)

    def to_rows(self, x):
        return x if x.ndim == 2 else np.moveaxis(x, 1, -1).reshape(-1, self.D)

    def from_rows(self, rows):
        if len(self.shape) == 2:
            return rows
        N, C, H, W = self.shape
        return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)

    def forward(self, x):
        self.shape = x.shape
        gamma = self.params["gamma"].astype(x.dtype)
        beta = self.params["beta"].astype(x.dtype)
        rows = self.to_rows(x)
        N = rows.shape[0]
        if not self.training:
            self.mode = "eval"
            mean, var = self.running_mean.astype(x.dtype), self.running_var.astype(x.dtype)
            self.ivar = 1 / np.sqrt(var + self.eps)
            self.xhat = (rows - mean) * self.ivar
            return self.from_rows(gamma * self.xhat + beta)
        self.mode = "train"
        mu = 1.0 / N * np.sum(rows, axis=0)
        self.xmu = rows - mu
        sq = self.xmu ** 2
        var = 1.0 / N * np.sum(sq, axis=0)
        self.sqrtvar = np.sqrt(var + self.eps)
        self.ivar = 1.0 / self.sqrtvar
        self.xhat = self.xmu * self.ivar
        self.running_mean = self.running_mean + self.momentum * (mu - self.running_mean)
        self.running_var = self.running_var + self.momentum * (rows.var(axis=0, ddof=1) - self.running_var)
        return self.from_rows(gamma * self.xhat + beta)

    def backward(self, grad_y):
        dout = self.to_rows(grad_y)
        N = dout.shape[0]
        gamma = self.params["gamma"].astype(dout.dtype)
        self.grads["beta"] = np.sum(dout, axis=0)
        self.grads["gamma"] = np.sum(dout * self.xhat, axis=0)
        dxhat = dout * gamma
        if self.mode == "eval":
            return self.from_rows(dxhat * self.ivar)
        divar = np.sum(dxhat * self.xmu, axis=0)
        dxmu1 = dxhat * self.ivar
        dsqrtvar = -1.0 / (self.sqrtvar ** 2) * divar
        dvar = 0.5 * 1.0 / self.sqrtvar * dsqrtvar
        dsq = 1.0 / N * np.ones(dout.shape, dout.dtype) * dvar
        dxmu2 = 2 * self.xmu * dsq
        dx1 = dxmu1 + dxmu2
        dmu = -1 * np.sum(dx1, axis=0)
        dx2 = 1.0 / N * np.ones(dout.shape, dout.dtype) * dmu
        return self.from_rows(dx1 + dx2)


# %% BatchNorm: mean-of-squares
# var = E[x^2] - E[x]^2; running statistics change in place.
import numpy as np
from convkit import Layer


class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.channels, self.eps, self.momentum = channels, eps, momentum
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)

    def forward(self, x):
        self.shape = x.shape
        z = x.reshape(x.shape[0], self.channels, -1)
        count = z.shape[0] * z.shape[2]
        self.used_batch = bool(self.training)
        if self.training:
            mean = z.sum(axis=(0, 2)) / count
            var = np.maximum((z ** 2).sum(axis=(0, 2)) / count - mean ** 2, 0)
            self.running_mean *= 1 - self.momentum
            self.running_mean += self.momentum * mean
            self.running_var *= 1 - self.momentum
            self.running_var += self.momentum * var * count / (count - 1)
        else:
            mean, var = self.running_mean, self.running_var
        self.inv = (var + self.eps) ** -0.5
        self.z_hat = (z - mean[:, None]) * self.inv[:, None]
        self.gamma = self.params["gamma"]
        y = self.gamma[:, None] * self.z_hat + self.params["beta"][:, None]
        return y.reshape(self.shape).astype(x.dtype)

    def backward(self, grad_y):
        g = grad_y.reshape(self.z_hat.shape)
        self.grads = {"gamma": np.einsum("ncs,ncs->c", g, self.z_hat), "beta": np.einsum("ncs->c", g)}
        d = g * self.gamma[:, None]
        if self.used_batch:
            mean_d = d.mean(axis=(0, 2), keepdims=True)
            mean_dz = (d * self.z_hat).mean(axis=(0, 2), keepdims=True)
            d = d - mean_d - self.z_hat * mean_dz
        return (d * self.inv[:, None]).reshape(self.shape).astype(grad_y.dtype)


# %% BatchNorm: channel-by-channel
import numpy as np
from convkit import Layer


class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.params["gamma"] = np.ones((channels,))
        self.params["beta"] = np.zeros((channels,))
        self.running_mean = np.zeros((channels,))
        self.running_var = np.ones((channels,))

    def forward(self, x):
        y = np.empty(x.shape, x.dtype)
        self.saved = []
        for c in range(x.shape[1]):
            values = x[:, c]
            if self.training:
                m = values.size
                mean = values.sum() / m
                var = ((values - mean) ** 2).sum() / m
                self.running_mean[c] = (1 - self.momentum) * self.running_mean[c] + self.momentum * mean
                self.running_var[c] = (1 - self.momentum) * self.running_var[c] + self.momentum * (
                    var * m / (m - 1)
                )
            else:
                mean, var = self.running_mean[c], self.running_var[c]
            std = np.sqrt(var + self.eps)
            y[:, c] = self.params["gamma"][c] * (values - mean) / std + self.params["beta"][c]
            self.saved.append((values, mean, std, self.training))
        return y

    def backward(self, grad_y):
        dx = np.empty(grad_y.shape, grad_y.dtype)
        dgamma, dbeta = [], []
        for c, (values, mean, std, training) in enumerate(self.saved):
            g = grad_y[:, c]
            centred = values - mean
            dgamma.append((g * centred).sum() / std)
            dbeta.append(g.sum())
            dnorm = g * self.params["gamma"][c]
            if training:
                m = g.size
                dvar = (dnorm * centred).sum() * -0.5 * std ** -3
                dmean = -dnorm.sum() / std
                dx[:, c] = dnorm / std + dvar * 2 * centred / m + dmean / m
            else:
                dx[:, c] = dnorm / std
        self.grads["gamma"] = np.array(dgamma)
        self.grads["beta"] = np.array(dbeta)
        return dx


# %% BatchNorm: hidden-buffers
# The running statistics are properties over a dictionary; prints, warns, and keeps a history.
import warnings

import numpy as np
from convkit import Layer


class BatchNorm(Layer):
    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.buffers = {"mean": np.zeros(channels), "var": np.ones(channels)}
        self.settings = {"eps": eps, "momentum": momentum}
        self.params.update({"gamma": np.ones(channels), "beta": np.zeros(channels)})
        self.history = []

    @property
    def running_mean(self):
        return self.buffers["mean"]

    @running_mean.setter
    def running_mean(self, value):
        self.buffers["mean"] = np.array(value)

    @property
    def running_var(self):
        return self.buffers["var"]

    @running_var.setter
    def running_var(self, value):
        self.buffers["var"] = np.array(value)

    def move(self, name, batch):
        a = self.settings["momentum"]
        self.buffers[name] = self.buffers[name] * (1 - a) + batch * a

    def forward(self, x):
        flat = np.swapaxes(x, 0, 1).reshape(x.shape[1], -1)
        column = lambda v: np.asarray(v, x.dtype)[:, np.newaxis]
        if self.training:
            mean = flat.mean(1)
            centred = flat - mean[:, None]
            var = (centred * centred).mean(1)
            self.move("mean", mean)
            self.move("var", np.var(flat, axis=1, ddof=1))
        else:
            warnings.warn("not training")
            mean, var = self.buffers["mean"], self.buffers["var"]
            centred = flat - column(mean)
        scale = column(1 / np.sqrt(var + self.settings["eps"]))
        normal = centred * scale
        self.history.append((x.shape, normal, scale, self.training))
        print("normalised", x.shape)
        return self.restore(column(self.params["gamma"]) * normal + column(self.params["beta"]), x.shape)

    def restore(self, flat, shape):
        return np.swapaxes(flat.reshape(shape[1], shape[0], *shape[2:]), 0, 1)

    def backward(self, grad_y):
        shape, normal, scale, training = self.history[-1]
        g = np.swapaxes(grad_y, 0, 1).reshape(normal.shape)
        self.grads["gamma"] = (g * normal).sum(1)
        self.grads["beta"] = g.sum(1)
        g = g * np.asarray(self.params["gamma"], g.dtype)[:, None]
        if training:
            g = g - g.mean(1, keepdims=True)
            g = g - normal * (g * normal).mean(1, keepdims=True)
        return self.restore(g * scale, shape)
