"""Held out: what learners write at midnight (classifier, 3 of 5)."""

# ruff: noqa
# fmt: off

# %% softmax: midnight-sums-without-the-axis-kept
# breaks: forward
# mistake: The sum (N,) is broadcast along the classes, or raises.
# names: softmax-keepdims-forgotten; softmax-error-shapes
import numpy as np


def softmax(logits):
    z = logits - logits.max(axis=1)[:, None]
    e = np.exp(z)
    return e / e.sum(axis=1)


# %% softmax: midnight-shifts-in-place
# breaks: forward
# mistake: logits -= max changes the caller's logits.
# names: softmax-changes-input
import numpy as np


def softmax(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    exp = np.exp(logits)
    return exp / exp.sum(axis=-1, keepdims=True)


# %% softmax: midnight-a-small-constant-below
# breaks: forward
# mistake: Adds 1e-6 to the sum so that it is never 0; the rows no longer sum to 1.
# names: softmax-digits-lost
import numpy as np


def softmax(logits):
    e = np.exp(logits - np.amax(logits, axis=1, keepdims=True))
    return e / (np.sum(e, axis=1, keepdims=True) + 1e-6)


# %% softmax: midnight-clipped-logits
# breaks: forward
# mistake: Clips the logits to ±50 against the overflow, which makes all large ones equal.
# names: softmax-clipped
import numpy as np


def softmax(logits):
    p = np.exp(np.clip(logits, -50, 50))
    p /= p.sum(axis=1).reshape(-1, 1)
    return p


# %% softmax: midnight-minus-the-minimum
# breaks: forward
# mistake: Subtracts the row's minimum, so all exponents are positive and overflow the sooner.
# names: softmax-shift-too-small; softmax-not-shifted
import numpy as np


def softmax(logits):
    out = np.zeros_like(logits)
    for n, row in enumerate(logits):
        e = np.exp(row - row.min())
        out[n] = e / e.sum()
    return out


# %% softmax: midnight-divides-by-the-largest
# breaks: forward
# mistake: Divides the logits by the largest for stability, where it must be subtracted.
# names: softmax-logits-divided
import numpy as np


def softmax(logits):
    scaled = logits / np.abs(logits).max(axis=1, keepdims=True)
    e = np.exp(scaled)
    return e / e.sum(axis=1, keepdims=True)


# %% SoftmaxCrossEntropy: midnight-not-divided-by-n-back
# breaks: backward
# mistake: Backward is p − one_hot; the loss is a mean.
# names: softmaxcrossentropy-backward-not-averaged; softmaxcrossentropy-backward-scaled
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.p, self.labels = np.exp(log_p), labels
        return float(-log_p[np.arange(len(labels)), labels].mean())

    def backward(self):
        grad = self.p.copy()
        grad[np.arange(len(self.labels)), self.labels] -= 1
        return grad


# %% SoftmaxCrossEntropy: midnight-sum-of-the-losses
# breaks: forward
# mistake: Returns the sum over the batch, and a backward that is divided by N.
# names: softmaxcrossentropy-forward-summed
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        m = logits.max(axis=1, keepdims=True)
        lse = np.log(np.exp(logits - m).sum(axis=1)) + m[:, 0]
        self.probs, self.y = softmax(logits), labels
        return float(np.sum(lse - logits[range(len(labels)), labels]))

    def backward(self):
        N = self.y.shape[0]
        dx = self.probs.copy()
        dx[np.arange(N), self.y] -= 1
        dx /= N
        return dx


# %% SoftmaxCrossEntropy: midnight-log-of-zero
# breaks: forward
# mistake: Takes the log of softmax: a probability that underflows gives an infinite loss.
# names: softmaxcrossentropy-forward-logarithm-of-zero
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        self.labels = labels
        self.probs = softmax(logits)
        picked = self.probs[np.arange(len(labels)), labels]
        return float(-np.log(picked).mean())

    def backward(self):
        one_hot = np.zeros_like(self.probs)
        one_hot[np.arange(len(self.labels)), self.labels] = 1
        return (self.probs - one_hot) / len(self.labels)


# %% SoftmaxCrossEntropy: midnight-a-small-constant-in-the-log
# breaks: forward
# mistake: log(p + 1e-7), so the loss is a little off, and far off where p underflows.
# names: softmaxcrossentropy-forward-logarithm-floored; softmaxcrossentropy-forward-digits-lost
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        self.t = labels
        self.y = softmax(logits)
        batch_size = self.y.shape[0]
        return -np.sum(np.log(self.y[np.arange(batch_size), self.t] + 1e-7)) / batch_size

    def backward(self):
        batch_size = self.t.shape[0]
        dx = self.y.copy()
        dx[np.arange(batch_size), self.t] -= 1
        return dx / batch_size


# %% SoftmaxCrossEntropy: midnight-takes-all-columns-of-the-labels
# breaks: forward
# mistake: log_p[:, labels] picks a square of numbers, not one for each sample.
# names: softmaxcrossentropy-forward-every-label-in-every-row
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        self.p, self.labels = np.exp(log_p), labels
        return float(-np.mean(log_p[:, labels]))

    def backward(self):
        n, k = self.p.shape
        return (self.p - np.eye(k, dtype=self.p.dtype)[self.labels]) / n


# %% SoftmaxCrossEntropy: midnight-mean-over-the-classes-as-well
# breaks: forward
# mistake: np.mean of the one-hot product divides by the classes too; backward divides by N only.
# names: softmaxcrossentropy-forward-averaged-over-classes
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        self.one_hot = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
        z = logits - np.max(logits, axis=1, keepdims=True)
        log_probs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.probs = np.exp(log_probs)
        return float(-np.mean(self.one_hot * log_probs))

    def backward(self):
        return (self.probs - self.one_hot) / len(self.probs)


# %% SoftmaxCrossEntropy: midnight-the-sign
# breaks: backward
# mistake: one_hot − p: the gradient points uphill.
# names: softmaxcrossentropy-backward-negated; softmaxcrossentropy-backward-scaled
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        n = len(labels)
        z = logits - logits.max(1, keepdims=True)
        loss = 0.0
        for i in range(n):
            loss += np.log(np.exp(z[i]).sum()) - z[i, labels[i]]
        self.p, self.labels = softmax(logits), labels
        return loss / n

    def backward(self):
        target = np.zeros_like(self.p)
        for i, label in enumerate(self.labels):
            target[i, label] = 1
        return (target - self.p) / len(self.labels)


# %% SoftmaxCrossEntropy: midnight-sum-there-softmax-forgotten-back
# breaks: both
# mistake: The sum of the losses; backward stops at the probabilities, −1/p at the label.
# names: softmaxcrossentropy-forward-summed, softmaxcrossentropy-backward-stops-at-p
import numpy as np


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""
    def forward(self, logits, labels):
        self.p, self.labels = softmax(logits), labels
        z = logits - logits.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return float(-log_p[np.arange(len(labels)), labels].sum())

    def backward(self):
        n = len(self.labels)
        grad = np.zeros_like(self.p)
        grad[np.arange(n), self.labels] = -1 / (self.p[np.arange(n), self.labels] + 1e-12)
        return grad / n


# %% SoftmaxCrossEntropy: midnight-divided-by-the-classes
# breaks: backward
# mistake: Divides by shape[1], the number of classes, where it must be the batch.
# names: softmaxcrossentropy-backward-averaged-over-classes, softmaxcrossentropy-backward-uses-up; softmaxcrossentropy-backward-scaled, softmaxcrossentropy-backward-remembers
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
        self.labels = labels
        return -float(np.mean(np.take_along_axis(log_p, labels[:, None], axis=1)))

    def backward(self):
        n, classes = self.p.shape
        self.p[np.arange(n), self.labels] -= 1
        self.p /= classes
        return self.p
