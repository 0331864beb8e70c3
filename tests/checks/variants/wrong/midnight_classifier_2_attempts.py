"""Held out: what learners write at midnight (classifier, 2 of 5)."""

# ruff: noqa
# fmt: off

# %% Linear: midnight-forgets-the-bias
# breaks: forward
# mistake: No bias in forward; its gradient is set all the same.
# names: linear-forward-bias-forgotten, linear-forward-bias-missing; linear-forward-something-added
import numpy as np

from convkit import Layer


class Linear(Layer):
    """params["weight"] (out_features, in_features), params["bias"] (out_features,)."""

    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        scale = np.sqrt(2 / (in_features + out_features))
        shape = (out_features, in_features)
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_features)
    def forward(self, x):
        self.x = x
        return (self.params["weight"] @ x.T).T.astype(x.dtype)

    def backward(self, grad_y):
        self.grads["bias"] = np.ones(len(grad_y)) @ grad_y
        self.grads["weight"] = np.einsum("nj,ni->ji", grad_y, self.x)
        return (self.params["weight"].T @ grad_y.T).T.astype(grad_y.dtype)


# %% Linear: midnight-weights-double-precision
# breaks: both
# mistake: Leaves it to NumPy: float64 weights turn float32 inputs and gradients into float64.
# names: linear-forward-always-double, linear-backward-always-double
import numpy as np

from convkit import Layer


class Linear(Layer):
    """params["weight"] (out_features, in_features), params["bias"] (out_features,)."""

    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        scale = np.sqrt(2 / (in_features + out_features))
        shape = (out_features, in_features)
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_features)
    def forward(self, x):
        self.x = x
        return x @ self.params["weight"].T + self.params["bias"]

    def backward(self, grad_y):
        self.grads["weight"] = grad_y.T @ self.x
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_y @ self.params["weight"]


# %% Linear: midnight-own-names
# breaks: backward
# mistake: The gradients are stored as dW and db, so grads has other keys than params.
# names: linear-grads-missing
import numpy as np

from convkit import Layer


class Linear(Layer):
    """params["weight"] (out_features, in_features), params["bias"] (out_features,)."""

    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        scale = np.sqrt(2 / (in_features + out_features))
        shape = (out_features, in_features)
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_features)
    def forward(self, X):
        self.X = X
        W, b = self.params["weight"], self.params["bias"]
        return (X @ W.T + b).astype(X.dtype)

    def backward(self, dout):
        W = self.params["weight"]
        self.grads["dW"] = dout.T @ self.X
        self.grads["db"] = np.sum(dout, axis=0)
        return (dout @ W).astype(dout.dtype)


# %% Linear: midnight-uses-the-output-as-the-input
# breaks: backward
# mistake: Keeps y in self.x: the weight's gradient is made from the layer's output.
# names: linear-backward-weight-gradient-of-y; linear-backward-another-size
import numpy as np

from convkit import Layer


class Linear(Layer):
    """params["weight"] (out_features, in_features), params["bias"] (out_features,)."""

    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        scale = np.sqrt(2 / (in_features + out_features))
        shape = (out_features, in_features)
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_features)
    def forward(self, x):
        y = (x @ self.params["weight"].T + self.params["bias"]).astype(x.dtype)
        self.x = y
        return y

    def backward(self, grad_y):
        self.grads["weight"] = grad_y.T @ self.x
        self.grads["bias"] = grad_y.sum(axis=0)
        return (grad_y @ self.params["weight"]).astype(grad_y.dtype)


# %% Linear: midnight-bias-by-column-there-one-number-back
# breaks: both
# mistake: Subtracts the bias, as if it were a threshold; and sums its gradient over everything.
# names: linear-forward-bias-negated, linear-backward-one-number, linear-backward-one-number-only; linear-forward-something-added
import numpy as np

from convkit import Layer


class Linear(Layer):
    """params["weight"] (out_features, in_features), params["bias"] (out_features,)."""

    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        scale = np.sqrt(2 / (in_features + out_features))
        shape = (out_features, in_features)
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_features)
    def forward(self, x):
        self.x = x
        return (np.inner(x, self.params["weight"]) - self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["weight"] = np.inner(grad_y.T, self.x.T)
        self.grads["bias"] = np.full_like(self.params["bias"], np.sum(grad_y))
        return np.inner(grad_y, self.params["weight"].T).astype(grad_y.dtype)


# %% Linear: midnight-standardises-there-forgets-a-sample-back
# breaks: both
# mistake: Centres each sample first, as advised for inputs; the weight's gradient leaves out the last sample.
# names: -
import numpy as np

from convkit import Layer


class Linear(Layer):
    """params["weight"] (out_features, in_features), params["bias"] (out_features,)."""

    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        scale = np.sqrt(2 / (in_features + out_features))
        shape = (out_features, in_features)
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_features)
    def forward(self, x):
        self.x = x - x.mean(axis=1, keepdims=True)
        return (self.x @ self.params["weight"].T + self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["weight"] = grad_y[:-1].T @ self.x[:-1]
        self.grads["bias"] = grad_y.sum(axis=0)
        return (grad_y @ self.params["weight"]).astype(grad_y.dtype)


# %% Flatten: midnight-flattens-the-batch
# breaks: both
# mistake: Flattens everything, the batch too, to one row.
# names: flatten-forward-batch-swallowed; flatten-forward-flattened, flatten-forward-axes-of-one
from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(1, -1)

    def backward(self, grad_y):
        if grad_y.shape[0] != 1:
            raise ValueError("one row expected")
        return grad_y.reshape(self.shape)


# %% Flatten: midnight-channels-last
# breaks: forward
# mistake: Moves the channels to the back before flattening, as a framework with (N, H, W, C) does.
# names: flatten-forward-channels-last; flatten-forward-refolded
from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        n, c, h, w = x.shape
        self.shape = (n, h, w, c)
        return x.transpose(0, 2, 3, 1).reshape(n, h * w * c)

    def backward(self, grad_y):
        return grad_y.reshape(self.shape).transpose(0, 3, 1, 2)


# %% Flatten: midnight-hands-the-gradient-on
# breaks: backward
# mistake: Returns grad_y as it is: a reshape has no derivative, it thinks.
# names: flatten-backward-nothing; flatten-backward-flattened, flatten-backward-axes-too-few
from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        return x.reshape(x.shape[0], -1)

    def backward(self, grad_y):
        return grad_y


# %% Flatten: midnight-order-of-fortran-on-the-way-back
# breaks: backward
# mistake: reshape with order="F" in backward only.
# names: flatten-backward-fortran-order; flatten-backward-refolded, flatten-backward-columns-first
from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.old_shape = x.shape
        return x.reshape((len(x), x[0].size))

    def backward(self, grad_y):
        return grad_y.reshape(self.old_shape, order="F")


# %% Flatten: midnight-height-and-width-exchanged
# breaks: backward
# mistake: Unpacks the shape as n, c, w, h.
# names: flatten-backward-size-swapped; flatten-backward-axes-reordered
from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.n, self.c, self.w, self.h = x.shape
        return x.reshape(self.n, self.c * self.w * self.h)

    def backward(self, grad_y):
        return grad_y.reshape(self.n, self.c, self.h, self.w)


# %% Flatten: midnight-batch-behind-there-zeros-back
# breaks: both
# mistake: Flattens to (C·H·W, N), columns as samples; backward returns a gradient of float64.
# names: flatten-forward-axes-reordered, flatten-backward-always-double
import numpy as np

from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], -1).T

    def backward(self, grad_y):
        grad_x = np.zeros(self.shape)
        grad_x[...] = grad_y.reshape(self.shape)
        return grad_x


# %% softmax: midnight-no-shift
# breaks: forward
# mistake: exp of the logits as they are: overflow at 1000.
# names: softmax-not-shifted
import numpy as np


def softmax(logits):
    exps = np.exp(logits)
    return exps / np.sum(exps, axis=1, keepdims=True)


# %% softmax: midnight-over-the-batch
# breaks: forward
# mistake: Sums over axis 0: the columns sum to 1.
# names: softmax-over-the-batch
import numpy as np


def softmax(logits):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    e = np.exp(shifted)
    return e / e.sum(axis=0)


# %% softmax: midnight-one-sum-for-all
# breaks: forward
# mistake: Divides by the sum of the whole array.
# names: softmax-over-everything
import numpy as np


def softmax(x):
    """Compute softmax values for each sets of scores in x."""
    e_x = np.exp(x - np.max(x))
    return e_x / e_x.sum()


# %% softmax: midnight-the-largest-logit-of-the-batch
# breaks: forward
# mistake: Subtracts the maximum of the whole batch, so a row far below it underflows to 0/0.
# names: softmax-shift-of-all
import numpy as np


def softmax(logits):
    exps = np.exp(logits - np.max(logits))
    return exps / exps.sum(axis=1, keepdims=True)
