# ruff: noqa
# fmt: off
# Classifiers' parts as handed in at midnight; each cell is a module of its own.

# %% Linear: names-of-another-course
# breaks: both
# mistake: The parameters are called W and b, so weights that are set are never used.
# names: linear-params-missing
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.params["W"] = rng.normal(0, 0.1, (out_features, in_features))
        self.params["b"] = np.zeros(out_features)

    def forward(self, x):
        self.x = x
        return x @ self.params["W"].T + self.params["b"]

    def backward(self, dout):
        self.grads["W"] = dout.T @ self.x
        self.grads["b"] = dout.sum(0)
        return dout @ self.params["W"]


# %% Linear: gradients-returned
# breaks: backward
# mistake: backward returns three gradients and sets none.
# names: linear-backward-returns-tuple; linear-grads-missing
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.params["weight"] = rng.normal(0, 0.1, (out_features, in_features))
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        self.x = x
        return (x @ self.params["weight"].T + self.params["bias"]).astype(x.dtype)

    def backward(self, dout):
        return dout @ self.params["weight"], dout.T @ self.x, dout.sum(axis=0)


# %% Linear: weights-stored-in-out
# breaks: forward at least
# mistake: The weights have shape (in, out).
# names: linear-forward-weight-not-transposed, linear-params-axes-reordered; linear-forward-error-shapes
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.params["weight"] = rng.normal(0, 0.1, (in_features, out_features))
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        self.x = x
        return x.dot(self.params["weight"]) + self.params["bias"]

    def backward(self, grad_y):
        self.grads["weight"] = self.x.T.dot(grad_y)
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_y.dot(self.params["weight"].T)


# %% Linear: weights-moved-already
# breaks: backward
# mistake: backward takes a step of learning by itself before it computes the gradient of the input.
# names: linear-backward-learns
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.params["weight"] = rng.normal(0, np.sqrt(1 / in_features), (out_features, in_features))
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        self.x = x
        return (x @ self.params["weight"].T + self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["weight"] = grad_y.T @ self.x
        self.grads["bias"] = grad_y.sum(axis=0)
        for name in self.params:
            self.params[name] = self.params[name] - 0.1 * self.grads[name]
        return (grad_y @ self.params["weight"]).astype(grad_y.dtype)


# %% Linear: rectified-inside
# breaks: both
# mistake: A rectifier is built in.
# names: linear-forward-non-linearity; linear-forward-clipped, linear-forward-holes
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.params["weight"] = rng.normal(0, np.sqrt(2 / in_features), (out_features, in_features))
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        self.x = x
        return np.maximum(x @ self.params["weight"].T + self.params["bias"], 0).astype(x.dtype)

    def backward(self, g):
        g = g * (self.x @ self.params["weight"].T > 0)
        self.grads["weight"] = g.T @ self.x
        self.grads["bias"] = g.sum(axis=0)
        return (g @ self.params["weight"]).astype(g.dtype)


# %% softmax: one-sample-only
# breaks: forward
# mistake: It is written for a single row of logits and mixes the samples.
# names: softmax-over-the-batch
import numpy as np


def softmax(logits):
    e = np.exp(logits - np.max(logits))
    return e / e.sum(axis=0)


# %% softmax: plain-shares
# breaks: forward
# mistake: Each logit's share of the row's sum, without the exponential.
# names: -
import numpy as np


def softmax(logits):
    shifted = logits - logits.min(axis=1, keepdims=True)
    return shifted / shifted.sum(axis=1, keepdims=True)


# %% softmax: clipped-exponent
# breaks: forward
# mistake: Logits are clipped to plus or minus 50 against overflow, so large ones become equal.
# names: softmax-clipped
import numpy as np


def softmax(logits):
    e = np.exp(np.clip(logits, -50, 50))
    return e / e.sum(axis=1, keepdims=True)


# %% SoftmaxCrossEntropy: probabilities-expected
# breaks: forward
# mistake: It takes the logits for probabilities, consistently.
# names: softmaxcrossentropy-forward-no-softmax
import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        self.p, self.labels = logits, labels
        return float(-np.mean(np.log(np.abs(logits[np.arange(len(labels)), labels]) + 1e-12)))

    def backward(self):
        grad = np.zeros_like(self.p)
        n = np.arange(len(self.labels))
        grad[n, self.labels] = -1 / self.p[n, self.labels] / len(n)
        return grad


# %% SoftmaxCrossEntropy: one-hot-expected
# breaks: both
# mistake: It multiplies by the labels as if they were one-hot rows.
# names: softmaxcrossentropy-labels-one-hot; softmaxcrossentropy-forward-error-shapes
import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        self.p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        self.labels = labels
        return float(-np.sum(labels * np.log(self.p)) / len(logits))

    def backward(self):
        return (self.p - self.labels) / len(self.p)


# %% SoftmaxCrossEntropy: every-class-yes-or-no
# breaks: forward
# mistake: The loss is a sum of yes-or-no losses over all classes; the gradient is the softmax's.
# names: softmaxcrossentropy-forward-two-way
import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        e = np.exp(z)
        self.p = e / e.sum(axis=1, keepdims=True)
        self.y = np.zeros_like(self.p)
        self.y[np.arange(len(labels)), labels] = 1
        tiny = 1e-300 if logits.dtype == np.float64 else 1e-30
        return float(-np.mean(np.sum(self.y * np.log(self.p + tiny) + (1 - self.y) * np.log(1 - self.p + tiny), axis=1)))

    def backward(self):
        return (self.p - self.y) / len(self.p)


# %% SoftmaxCrossEntropy: squared-error
# breaks: forward
# mistake: The loss is the squared distance to the one-hot labels, with the softmax's gradient.
# names: softmaxcrossentropy-forward-squared-error
import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        e = np.exp(logits - logits.max(axis=1)[:, None])
        p = e / e.sum(axis=1)[:, None]
        onehot = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
        self.difference = p - onehot
        return float((self.difference ** 2).sum(axis=1).mean() / 2)

    def backward(self):
        return self.difference / len(self.difference)


# %% SGD: velocity-starts-as-gradient
# breaks: forward
# mistake: The velocity starts as the first gradient itself, with the wrong sign and without the rate.
# names: sgd-velocity-start
class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network, self.lr, self.momentum = network, lr, momentum
        self.v = {}

    def step(self):
        for k in self.network.params:
            g = self.network.grads[k]
            if k not in self.v:
                self.v[k] = g
            self.v[k] = self.momentum * self.v[k] - self.lr * g
            self.network.params[k] = self.network.params[k] + self.v[k]


# %% SGD: root-mean-square
# breaks: forward
# mistake: Gradients are divided by their own running magnitude, as another method has it.
# names: -
import numpy as np


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network, self.lr, self.momentum = network, lr, momentum
        self.s = {}

    def step(self):
        for k in self.network.params:
            g = self.network.grads[k]
            self.s[k] = self.momentum * self.s.get(k, 0) + (1 - self.momentum) * g ** 2
            self.network.params[k] = self.network.params[k] - self.lr * g / (np.sqrt(self.s[k]) + 1e-8)


# %% Flatten: height-first
# breaks: both
# mistake: Rows come before channels, and the gradient is folded back as if they did not, over a copy.
# names: flatten-forward-rows-first, flatten-backward-columns-first; flatten-forward-refolded, flatten-backward-refolded
import numpy as np
from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return np.moveaxis(x, 1, 2).reshape(len(x), -1)

    def backward(self, g):
        n, c, h, w = self.shape
        return np.moveaxis(g.reshape(n, c, w, h), 2, 3).copy()
