"""Right implementations in other hands, written without sight of the checks (classifier)."""

# ruff: noqa
# fmt: off

# %% Linear: unseen-matmul
import numpy as np

from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        scale = np.sqrt(2 / (in_features + out_features))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, (out_features, in_features))
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        self.x = x
        self.w = self.params["weight"].astype(x.dtype)
        return x @ self.w.T + self.params["bias"].astype(x.dtype)

    def backward(self, grad_y):
        self.grads["weight"] = grad_y.T @ self.x
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_y @ self.w


# %% Linear: unseen-samples
import numpy as np

from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        self.n_in = in_features
        self.n_out = out_features
        sigma = np.sqrt(2.0 / (in_features + out_features))
        self.params["weight"] = sigma * np.random.default_rng(rng).normal(size=(out_features, in_features))
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        w = self.params["weight"]
        b = self.params["bias"]
        y = np.zeros((len(x), self.n_out), dtype=x.dtype)
        for n, sample in enumerate(x):
            y[n] = w @ sample + b
        self.x = x
        return y

    def backward(self, grad_y):
        w = self.params["weight"]
        dw = np.zeros_like(w)
        db = np.zeros(self.n_out)
        dx = np.zeros((len(grad_y), self.n_in), dtype=self.x.dtype)
        for n in range(len(grad_y)):
            dw += np.outer(grad_y[n], self.x[n])
            db += grad_y[n]
            dx[n] = w.T @ grad_y[n]
        self.grads["weight"] = dw
        self.grads["bias"] = db
        return dx


# %% Linear: unseen-einsum
import numpy as np

from convkit import Layer


class Linear(Layer):
    """y = W x + b for every row."""

    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        std = (2 / (in_features + out_features)) ** 0.5
        self.params = {"weight": rng.standard_normal((out_features, in_features)) * std, "bias": np.zeros((out_features,))}
        self.cache = None

    def forward(self, x):
        W, b = self.params["weight"], self.params["bias"]
        y = np.einsum("oi,ni->no", W, x) + b
        self.cache = x, W
        return y.astype(x.dtype)

    def backward(self, grad_y):
        x, W = self.cache
        self.grads["weight"] = np.einsum("no,ni->oi", grad_y, x)
        self.grads["bias"] = np.einsum("no->o", grad_y)
        return np.einsum("no,oi->ni", grad_y, W).astype(x.dtype)


# %% Flatten: unseen-reshape
import numpy as np

from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, grad_y):
        return grad_y.reshape(self.shape)


# %% Flatten: unseen-unpack
import numpy as np

from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.n, self.c, self.h, self.w = x.shape
        y = np.empty((self.n, self.c * self.h * self.w), dtype=x.dtype)
        for n in range(self.n):
            y[n] = x[n].ravel()
        return y

    def backward(self, grad_y):
        return grad_y.reshape(self.n, self.c, self.h, self.w).copy()


# %% softmax: unseen-short
import numpy as np

from convkit import Layer


def softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    return e / e.sum(axis=1, keepdims=True)


# %% softmax: unseen-rows
import numpy as np

from convkit import Layer


def softmax(logits):
    out = np.zeros_like(logits)
    for n in range(logits.shape[0]):
        row = logits[n]
        e = np.exp(row - np.max(row))
        out[n] = e / np.sum(e)
    return out


# %% SoftmaxCrossEntropy: unseen-onehot
import numpy as np

from convkit import Layer


def log_softmax(a):
    a = a - np.max(a, axis=1, keepdims=True)
    return a - np.log(np.sum(np.exp(a), axis=1, keepdims=True))


class SoftmaxCrossEntropy:
    """One-hot targets, loss = -sum(t * log p) / N."""

    def forward(self, logits, labels):
        self.batch, self.classes = logits.shape
        self.targets = np.eye(self.classes, dtype=logits.dtype)[labels]
        logp = log_softmax(logits)
        self.prob = np.exp(logp)
        return float(-np.sum(self.targets * logp) / self.batch)

    def backward(self):
        return (self.prob - self.targets) / self.batch


# %% SoftmaxCrossEntropy: unseen-fancy
import numpy as np

from convkit import Layer


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        n = len(logits)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_z = np.log(np.exp(shifted).sum(axis=1))
        log_p = shifted - log_z[:, None]
        self.p = np.exp(log_p)
        self.labels = labels
        return float(-log_p[np.arange(n), labels].mean())

    def backward(self):
        n = len(self.labels)
        grad = self.p.copy()
        grad[np.arange(n), self.labels] -= 1
        return grad / n


# %% SoftmaxCrossEntropy: unseen-loop
import numpy as np

from convkit import Layer


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        self.logits = logits
        self.labels = labels
        total = 0.0
        for row, label in zip(logits, labels):
            m = row.max()
            log_sum = m + np.log(np.exp(row - m).sum())
            total += log_sum - row[label]
        return float(total / len(labels))

    def backward(self):
        grad = np.zeros_like(self.logits)
        for n, (row, label) in enumerate(zip(self.logits, self.labels)):
            e = np.exp(row - row.max())
            grad[n] = e / e.sum()
            grad[n, label] -= 1
        return grad / len(self.labels)


# %% SGD: unseen-verbose
import numpy as np

from convkit import Layer


class SGD:
    """v <- momentum v - lr grad;  param <- param + v"""

    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        for name in list(self.network.params.keys()):
            param = self.network.params[name]
            grad = self.network.grads[name]
            if name not in self.velocity:
                self.velocity[name] = np.zeros_like(param)
            self.velocity[name] = self.momentum * self.velocity[name] - self.lr * grad
            self.network.params[name] = param + self.velocity[name]


# %% SGD: unseen-dict
import numpy as np

from convkit import Layer


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        params, grads = self.network.params, self.network.grads
        for name in params:
            v = self.velocity.get(name, 0.0)
            v = self.momentum * v - self.lr * grads[name]
            self.velocity[name] = v
            params[name] = params[name] + v
