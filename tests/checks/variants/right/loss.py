# ruff: noqa
# fmt: off
# Right softmax and loss; each cell is a module of its own.

# %% softmax: shifted
import numpy as np


def softmax(logits):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    e = np.exp(shifted)
    return e / np.sum(e, axis=1, keepdims=True)


# %% softmax: loops
import math

import numpy as np


def softmax(logits):
    p = np.zeros(logits.shape, logits.dtype)
    for n, row in enumerate(logits):
        top = max(row)
        terms = [math.exp(a - top) for a in row]
        for c, term in enumerate(terms):
            p[n, c] = term / sum(terms)
    return p


# %% softmax: logaddexp
import numpy as np


def softmax(logits):
    return np.exp(logits - np.logaddexp.reduce(logits, axis=-1)[:, np.newaxis])


# %% softmax: pairwise-differences
# 1 / sum of e^(a_d - a_c): an overflow to infinity gives the right 0, and NumPy warns.
import numpy as np


def softmax(logits):
    differences = logits[:, None, :] - logits[:, :, None]
    return 1 / np.exp(differences).sum(axis=2)


# %% SoftmaxCrossEntropy: log-sum-exp
import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        top = logits.max(axis=1, keepdims=True)
        log_p = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
        self.p, self.labels = np.exp(log_p), labels
        return float(-log_p[np.arange(len(labels)), labels].mean())

    def backward(self):
        N = len(self.labels)
        grad = self.p.copy()
        grad[np.arange(N), self.labels] -= 1
        return grad / N


# %% SoftmaxCrossEntropy: one-hot
import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        self.logits = logits
        self.one_hot = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
        self.log_sums = np.logaddexp.reduce(logits, axis=1)
        right = (self.one_hot * logits).sum(axis=1)
        return np.mean(self.log_sums - right)

    def backward(self):
        p = np.exp(self.logits - self.log_sums[:, None])
        return (p - self.one_hot) / len(self.logits)


# %% SoftmaxCrossEntropy: sample-by-sample
import math

import numpy as np


class SoftmaxCrossEntropy:
    def __init__(self):
        self.grads_so_far = None

    def forward(self, logits, labels):
        total = 0.0
        N, K = logits.shape
        self.gradient = np.zeros((N, K), logits.dtype)
        for n in range(N):
            top = float(max(logits[n]))
            Z = sum(math.exp(float(a) - top) for a in logits[n])
            total += math.log(Z) - (float(logits[n, labels[n]]) - top)
            for c in range(K):
                self.gradient[n, c] = math.exp(float(logits[n, c]) - top) / Z / N
            self.gradient[n, labels[n]] -= 1 / N
        return total / N

    def backward(self):
        return self.gradient


# %% SoftmaxCrossEntropy: soft-plus-differences
# -log p = log sum e^(a_d - a_right); choose and put_along_axis instead of fancy indexing.
import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        right = np.take_along_axis(logits, labels[:, None], axis=1)
        differences = logits - right
        top = differences.max(axis=1)
        z = np.exp(differences - top[:, None])
        self.state = z, labels
        losses = top + np.log(z.sum(axis=1))
        print("loss", losses.mean())
        return losses.sum() / len(losses)

    def backward(self):
        z, labels = self.state
        grad = z / z.sum(axis=1)[:, None]
        ours = np.take_along_axis(grad, labels[:, None], axis=1) - 1
        np.put_along_axis(grad, labels[:, None], ours, axis=1)
        grad *= 1 / len(labels)
        return grad
