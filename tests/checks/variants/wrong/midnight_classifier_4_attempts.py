"""Held out: what learners write at midnight (classifier, 4 of 5)."""

# ruff: noqa
# fmt: off

# %% SoftmaxCrossEntropy: midnight-a-loss-for-each-sample
# breaks: forward
# mistake: Returns the vector of losses: the mean is forgotten.
# names: softmaxcrossentropy-forward-not-averaged
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(z).sum(axis=1))
        self.p, self.labels = softmax(logits), labels
        return log_sum - z[np.arange(len(z)), labels]

    def backward(self):
        d = np.copy(self.p)
        d[np.arange(len(d)), self.labels] -= 1
        return d / len(d)


# %% SoftmaxCrossEntropy: midnight-log-of-base-two
# breaks: forward
# mistake: np.log2 for the log: bits, and a gradient in nats.
# names: softmaxcrossentropy-forward-other-logarithm
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        log_p = np.log2(np.e) * z - np.log2(np.exp(z).sum(axis=1, keepdims=True))
        self.p, self.labels = softmax(logits), labels
        return float(-log_p[np.arange(len(labels)), labels].mean())

    def backward(self):
        grad = self.p - (np.arange(self.p.shape[1]) == self.labels[:, None])
        return (grad / len(grad)).astype(self.p.dtype)


# %% SoftmaxCrossEntropy: midnight-binary-cross-entropy
# breaks: both
# mistake: Adds the (1 − t)·log(1 − p) of two-class problems; divides the gradient by all entries.
# names: softmaxcrossentropy-forward-two-way, softmaxcrossentropy-backward-averaged-over-classes; softmaxcrossentropy-backward-scaled
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        self.p = softmax(logits)
        self.t = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
        p = np.clip(self.p, 1e-12, 1 - 1e-12)
        return float(-np.sum(self.t * np.log(p) + (1 - self.t) * np.log(1 - p)) / len(p))

    def backward(self):
        return (self.p - self.t) / self.p.size


# %% SoftmaxCrossEntropy: midnight-clipped-probabilities
# breaks: both
# mistake: Clips p to [1e-7, 1 − 1e-7] for loss and gradient; the gradient misses the division by N.
# names: softmaxcrossentropy-forward-logarithm-floored, softmaxcrossentropy-backward-not-averaged; softmaxcrossentropy-backward-scaled
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        eps = 1e-7
        self.y_pred = np.clip(softmax(logits), eps, 1 - eps)
        self.y_true = np.zeros_like(self.y_pred)
        self.y_true[np.arange(labels.size), labels] = 1
        return -np.sum(self.y_true * np.log(self.y_pred)) / labels.size

    def backward(self):
        return self.y_pred - self.y_true


# %% SoftmaxCrossEntropy: midnight-one-hot-of-the-wrong-length
# breaks: backward
# mistake: The one-hot matrix is as wide as the largest label of the batch asks for, filled up from the front.
# names: -
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.p = np.exp(log_p)
        classes, self.index = np.unique(labels, return_inverse=True)
        return float(-log_p[np.arange(len(labels)), labels].mean())

    def backward(self):
        one_hot = np.zeros_like(self.p)
        one_hot[np.arange(len(one_hot)), self.index] = 1
        return (self.p - one_hot) / len(one_hot)


# %% SoftmaxCrossEntropy: midnight-a-plus-there-forgets-which-rows-back
# breaks: both
# mistake: The minus is forgotten; grad[labels] -= 1 is an index of rows: whole rows lose 1.
# names: softmaxcrossentropy-forward-negated
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        shifted = logits - np.max(logits, axis=1, keepdims=True)
        Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
        log_probs = shifted - np.log(Z)
        self.probs, self.labels = np.exp(log_probs), labels
        N = logits.shape[0]
        return np.sum(log_probs[np.arange(N), labels]) / N

    def backward(self):
        N = self.probs.shape[0]
        dx = self.probs.copy()
        dx[self.labels % N] -= 1
        return dx / N


# %% SGD: midnight-uphill
# breaks: forward
# mistake: Adds lr·grad to the velocity: it climbs.
# names: sgd-uphill
class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}
    def step(self):
        for name, grad in self.network.grads.items():
            v = self.momentum * self.velocity.get(name, 0) + self.lr * grad
            self.velocity[name] = v
            self.network.params[name] = self.network.params[name] + v


# %% SGD: midnight-no-momentum-kept
# breaks: forward
# mistake: Computes the velocity and does not store it.
# names: sgd-momentum-ignored
class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}
    def step(self):
        for name in self.network.params:
            v = self.velocity.get(name, 0.0)
            v = self.momentum * v - self.lr * self.network.grads[name]
            self.network.params[name] = self.network.params[name] + v


# %% SGD: midnight-moves-a-copy
# breaks: forward
# mistake: param += v moves an array that was converted: network.params never hears of it.
# names: sgd-nothing-moves
import numpy as np


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}
    def step(self):
        for name, param in self.network.params.items():
            grad = self.network.grads[name]
            if name not in self.velocity:
                self.velocity[name] = np.zeros_like(param)
            self.velocity[name] = self.momentum * self.velocity[name] - self.lr * grad
            param = param + self.velocity[name]


# %% SGD: midnight-dampened
# breaks: forward
# mistake: An average of gradients: (1 − momentum)·grad, as Adam has it.
# names: sgd-momentum-average
import numpy as np


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}
    def step(self):
        params, grads = self.network.params, self.network.grads
        for key in list(params):
            self.velocity.setdefault(key, np.zeros(params[key].shape))
            self.velocity[key] = (
                self.momentum * self.velocity[key] - (1 - self.momentum) * self.lr * grads[key]
            )
            params[key] = params[key] + self.velocity[key]


# %% SGD: midnight-one-velocity-for-all
# breaks: forward
# mistake: A single velocity, overwritten by every parameter, and broadcast to the next.
# names: sgd-velocity-shared
class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.v = 0.0

    def step(self):
        for name in self.network.params:
            self.v = self.momentum * self.v - self.lr * self.network.grads[name]
            self.network.params[name] = self.network.params[name] + self.v


# %% SGD: midnight-remembers-the-arrays
# breaks: forward
# mistake: Keeps the parameter arrays from the beginning, so weights that somebody sets later are undone.
# names: sgd-own-params
class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.params = {name: param.copy() for name, param in network.params.items()}
        self.lr, self.momentum = lr, momentum
        self.velocity = {name: 0 * param for name, param in self.params.items()}

    def step(self):
        grads = self.network.grads
        for name in self.params:
            self.velocity[name] = self.momentum * self.velocity[name] - self.lr * grads[name]
            self.params[name] = self.params[name] + self.velocity[name]
            self.network.params[name] = self.params[name].copy()


# %% SGD: midnight-nesterov
# breaks: forward
# mistake: The look-ahead update of Nesterov, from a repository that has both.
# names: sgd-momentum-nesterov
class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}
    def step(self):
        for name in self.network.params:
            old = self.velocity.get(name, 0.0)
            new = self.momentum * old - self.lr * self.network.grads[name]
            self.velocity[name] = new
            step = -self.momentum * old + (1 + self.momentum) * new
            self.network.params[name] = self.network.params[name] + step


# %% SGD: midnight-lr-inside-and-outside
# breaks: forward
# mistake: The learning rate enters twice: in the velocity and in the step.
# names: sgd-lr-twice
class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}
    def step(self):
        for name, grad in self.network.grads.items():
            if name not in self.velocity:
                self.velocity[name] = 0.0
            self.velocity[name] = self.momentum * self.velocity[name] - self.lr * grad
            self.network.params[name] = self.network.params[name] + self.lr * self.velocity[name]
