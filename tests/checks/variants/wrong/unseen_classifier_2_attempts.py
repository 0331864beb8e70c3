"""Held out after all others: what learners write (classifier, 2 of 2)."""

# ruff: noqa
# fmt: off

# %% softmax: unseen-one-maximum-for-all
# breaks: forward
# mistake: The maximum of the whole batch is subtracted instead of each row's own, so a row far below it underflows to 0/0.
import numpy as np

from convkit import Layer


def softmax(logits):
    shifted = logits - logits.max()
    e = np.exp(shifted)
    return e / e.sum(axis=1, keepdims=True)


# %% softmax: unseen-normalised-over-batch
# breaks: forward
# mistake: The exponentials are divided by their sum over the batch instead of over the classes.
import numpy as np

from convkit import Layer


def softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    return e / e.sum(axis=0, keepdims=True)


# %% softmax: unseen-clipped
# breaks: forward
# mistake: Against overflow the logits are clipped to ±50 instead of having the maximum subtracted, so large logits that differ become equal.
import numpy as np

from convkit import Layer


def softmax(logits):
    out = np.zeros_like(logits)
    for n in range(logits.shape[0]):
        row = logits[n]
        e = np.exp(np.clip(row, -50, 50))
        out[n] = e / np.sum(e)
    return out


# %% softmax: unseen-logits-changed
# breaks: forward
# mistake: The maximum is subtracted in place, so the caller's logits change.
import numpy as np

from convkit import Layer


def softmax(logits):
    logits -= logits.max(axis=1, keepdims=True)
    e = np.exp(logits)
    return e / e.sum(axis=1, keepdims=True)


# %% SoftmaxCrossEntropy: unseen-gradient-not-averaged
# breaks: backward
# mistake: backward forgets to divide by the batch size although forward is the mean.
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
        return self.prob - self.targets


# %% SoftmaxCrossEntropy: unseen-epsilon-in-log
# breaks: forward
# mistake: The loss is the logarithm of p + 1e-12, so a confident mistake costs at most 27.6 whatever the logits are.
import numpy as np

from convkit import Layer


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        n = len(logits)
        shifted = logits - logits.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        self.p = e / e.sum(axis=1, keepdims=True)
        log_p = np.log(self.p + 1e-12)
        self.labels = labels
        return float(-log_p[np.arange(n), labels].mean())

    def backward(self):
        n = len(self.labels)
        grad = self.p.copy()
        grad[np.arange(n), self.labels] -= 1
        return grad / n


# %% SoftmaxCrossEntropy: unseen-all-labels-for-each-row
# breaks: forward
# mistake: The loss indexes log_p[:, labels], which takes every label's column for every row, instead of each row's own label.
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
        return float(-log_p[:, labels].mean())

    def backward(self):
        n = len(self.labels)
        grad = self.p.copy()
        grad[np.arange(n), self.labels] -= 1
        return grad / n


# %% SoftmaxCrossEntropy: unseen-classes-from-labels
# breaks: both
# mistake: The number of classes is taken from the largest label in the batch, so a batch without the last class raises (or, with only class 0, broadcasts to nonsense).
import numpy as np

from convkit import Layer


def log_softmax(a):
    a = a - np.max(a, axis=1, keepdims=True)
    return a - np.log(np.sum(np.exp(a), axis=1, keepdims=True))


class SoftmaxCrossEntropy:
    """One-hot targets, loss = -sum(t * log p) / N."""

    def forward(self, logits, labels):
        self.batch, self.classes = logits.shape
        self.targets = np.eye(labels.max() + 1, dtype=logits.dtype)[labels]
        logp = log_softmax(logits)
        self.prob = np.exp(logp)
        return float(-np.sum(self.targets * logp) / self.batch)

    def backward(self):
        return (self.prob - self.targets) / self.batch


# %% SoftmaxCrossEntropy: unseen-divided-by-classes
# breaks: backward
# mistake: backward divides by the number of classes instead of the number of samples.
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
        return grad / grad.shape[1]


# %% SoftmaxCrossEntropy: unseen-mean-of-everything-and-target-first
# breaks: both
# mistake: Two mistakes. forward: the mean is over samples and classes, so the loss is too small by the number of classes. backward: the sign is wrong, target minus probability.
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
        return float(-np.mean(self.targets * logp))

    def backward(self):
        return (self.targets - self.prob) / self.batch
