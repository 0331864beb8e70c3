"""Held out: what learners write at midnight (classifier, 1 of 5)."""

# ruff: noqa
# fmt: off

# %% Linear: midnight-bias-not-summed
# breaks: backward
# mistake: The bias's gradient is grad_y itself, one row for each sample.
# names: linear-backward-bias-gradient-not-summed; linear-backward-axes-too-many, linear-backward-another-size
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
        return (x @ self.params["weight"].T + self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["weight"] = grad_y.T @ self.x
        self.grads["bias"] = grad_y
        return (grad_y @ self.params["weight"]).astype(grad_y.dtype)


# %% Linear: midnight-transposed-gradient
# breaks: backward
# mistake: The weight's gradient is (in, out), x.T @ grad_y, where weight is (out, in).
# names: linear-backward-weight-gradient-transposed; linear-backward-axes-reordered
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
        out = np.dot(x, self.params["weight"].T) + self.params["bias"]
        return out.astype(x.dtype)

    def backward(self, grad_y):
        dx = np.dot(grad_y, self.params["weight"])
        self.grads["weight"] = np.dot(self.x.T, grad_y)
        self.grads["bias"] = np.sum(grad_y, axis=0)
        return dx.astype(grad_y.dtype)


# %% Linear: midnight-averages-over-the-batch
# breaks: backward
# mistake: Divides both gradients by the batch size m, as one remembers from a course where the loss does not.
# names: linear-grads-averaged; linear-backward-scaled
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
        self.a_prev = x
        z = np.einsum("ni,ji->nj", x, self.params["weight"]) + self.params["bias"]
        return z.astype(x.dtype)

    def backward(self, grad_y):
        m = self.a_prev.shape[0]
        self.grads["weight"] = 1 / m * np.dot(grad_y.T, self.a_prev)
        self.grads["bias"] = 1 / m * np.sum(grad_y, axis=0)
        return np.dot(grad_y, self.params["weight"]).astype(grad_y.dtype)


# %% Linear: midnight-keeps-dims
# breaks: backward
# mistake: The bias's gradient keeps its axis: (1, out).
# names: linear-backward-axes-of-one; linear-backward-axes-too-many
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
        y = np.zeros((x.shape[0], self.params["bias"].shape[0]), dtype=x.dtype)
        for n in range(x.shape[0]):
            for j in range(y.shape[1]):
                y[n, j] = self.params["bias"][j] + np.sum(self.params["weight"][j] * x[n])
        return y

    def backward(self, grad_y):
        self.grads["weight"] = np.zeros_like(self.params["weight"])
        for n in range(grad_y.shape[0]):
            self.grads["weight"] += np.outer(grad_y[n], self.x[n])
        self.grads["bias"] = np.sum(grad_y, axis=0, keepdims=True)
        return np.matmul(grad_y, self.params["weight"]).astype(grad_y.dtype)


# %% Linear: midnight-no-transpose
# breaks: forward at least
# mistake: x @ weight without a transpose: it fits only where the layer is square.
# names: linear-forward-weight-not-transposed; linear-forward-error-shapes
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
        return (x @ self.params["weight"] + self.params["bias"]).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["weight"] = grad_y.T @ self.x
        self.grads["bias"] = grad_y.sum(axis=0)
        return (grad_y @ self.params["weight"]).astype(grad_y.dtype)


# %% Linear: midnight-bias-twice
# breaks: forward
# mistake: Adds the bias inside the loop over the inputs, once for each of them.
# names: linear-forward-bias-other; linear-forward-bias-factor, linear-forward-something-added
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
        N, D = x.shape
        y = np.zeros((N, len(self.params["bias"])), dtype=x.dtype)
        for n in range(N):
            for j in range(y.shape[1]):
                for i in range(D):
                    y[n, j] += self.params["weight"][j, i] * x[n, i] + self.params["bias"][j]
        return y

    def backward(self, grad_y):
        N, D = self.x.shape
        dx, dw = np.zeros_like(self.x), np.zeros_like(self.params["weight"])
        db = np.zeros_like(self.params["bias"])
        for n in range(N):
            for j in range(grad_y.shape[1]):
                db[j] += grad_y[n, j]
                for i in range(D):
                    dw[j, i] += grad_y[n, j] * self.x[n, i]
                    dx[n, i] += grad_y[n, j] * self.params["weight"][j, i]
        self.grads["weight"], self.grads["bias"] = dw, db
        return dx


# %% Linear: midnight-gradient-of-x-with-weights-of-one-unit
# breaks: backward
# mistake: `=` in the sum over the units: x gets the gradient through the last unit only.
# names: linear-backward-one-unit
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
        self.saved = x
        return np.array(
            [
                [w @ row + b for w, b in zip(self.params["weight"], self.params["bias"])]
                for row in x
            ],
            dtype=x.dtype,
        )

    def backward(self, grad_y):
        x = self.saved
        dx = np.zeros_like(x)
        dw = np.zeros_like(self.params["weight"])
        for n in range(len(x)):
            for j in range(grad_y.shape[1]):
                dw[j] += grad_y[n, j] * x[n]
                dx[n] = grad_y[n, j] * self.params["weight"][j]
        self.grads["weight"] = dw
        self.grads["bias"] = grad_y.sum(axis=0)
        return dx


# %% Linear: midnight-gradients-pile-up
# breaks: backward
# mistake: Adds to grads where there are some: every backward adds to the one before.
# names: linear-grads-added; linear-backward-remembers
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
        self._x = x
        y = np.tensordot(x, self.params["weight"], (1, 1)) + self.params["bias"]
        return y.astype(x.dtype)

    def backward(self, grad_y):
        for name, value in (("weight", grad_y.T @ self._x), ("bias", grad_y.sum(axis=0))):
            self.grads[name] = self.grads.get(name, 0) + value
        return (grad_y @ self.params["weight"]).astype(grad_y.dtype)


# %% Linear: midnight-no-bias-there-wrong-axis-back
# breaks: both
# mistake: Forgets the bias; its gradient is the sum over the units, axis 1.
# names: linear-forward-bias-forgotten, linear-forward-bias-missing, linear-backward-bias-gradient-axis; linear-forward-something-added, linear-backward-another-size
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
        return x.dot(self.params["weight"].T).astype(x.dtype)

    def backward(self, grad_y):
        self.grads.update(weight=grad_y.T.dot(self.x), bias=np.sum(grad_y, axis=1))
        return grad_y.dot(self.params["weight"]).astype(grad_y.dtype)
