"""Held out after all others: what learners write (classifier, 1 of 2)."""

# ruff: noqa
# fmt: off

# %% Linear: unseen-bias-gradient-keeps-axis
# breaks: backward
# mistake: The gradient of the bias keeps the batch axis: its shape is (1, out_features) instead of (out_features,).
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
        self.grads["bias"] = grad_y.sum(axis=0, keepdims=True)
        return grad_y @ self.w


# %% Linear: unseen-weight-gradient-adds-up
# breaks: backward
# mistake: The gradient of the weight is added to the one of the calls before instead of being set.
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
        self.grads["weight"] = self.grads.get("weight", 0) + grad_y.T @ self.x
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_y @ self.w


# %% Linear: unseen-last-sample-only
# breaks: backward
# mistake: The gradient of the weight is set in the loop over the samples instead of added to, so only the last sample counts.
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
            dw = np.outer(grad_y[n], self.x[n])
            db += grad_y[n]
            dx[n] = w.T @ grad_y[n]
        self.grads["weight"] = dw
        self.grads["bias"] = db
        return dx


# %% Linear: unseen-batch-axis-squeezed
# breaks: forward
# mistake: The output is squeezed, so a batch of one loses its batch axis (and one output unit its feature axis).
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
        return y.squeeze().astype(x.dtype)

    def backward(self, grad_y):
        x, W = self.cache
        grad_y = grad_y.reshape(len(x), -1)
        self.grads["weight"] = np.einsum("no,ni->oi", grad_y, x)
        self.grads["bias"] = np.einsum("no->o", grad_y)
        return np.einsum("no,oi->ni", grad_y, W).astype(x.dtype)


# %% Linear: unseen-input-kept-from-first-call
# breaks: backward
# mistake: The input is kept only when its shape is new, so backward of a later batch of the same size uses the first batch's input.
import numpy as np

from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        scale = np.sqrt(2 / (in_features + out_features))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, (out_features, in_features))
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        if getattr(self, "x", None) is None or self.x.shape != x.shape:
            self.x = x.copy()
        self.w = self.params["weight"].astype(x.dtype)
        return x @ self.w.T + self.params["bias"].astype(x.dtype)

    def backward(self, grad_y):
        self.grads["weight"] = grad_y.T @ self.x
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_y @ self.w


# %% Linear: unseen-reshape-not-transpose
# breaks: backward
# mistake: grad_x is computed as weightᵀ·grad_yᵀ and brought into shape by reshape instead of a transpose, so samples and features are mixed.
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
        return (self.w.T @ grad_y.T).reshape(self.x.shape)


# %% Linear: unseen-bias-minus-and-mean
# breaks: both
# mistake: Two mistakes. forward: the bias is subtracted instead of added. backward: the gradient of the weight is divided by the batch size.
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
            y[n] = w @ sample - b
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
        self.grads["weight"] = dw / len(grad_y)
        self.grads["bias"] = db
        return dx


# %% Flatten: unseen-fortran-order
# breaks: forward
# mistake: The image is flattened in Fortran order (columns first) instead of C order; backward undoes it consistently.
import numpy as np

from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], -1, order="F")

    def backward(self, grad_y):
        return grad_y.reshape(self.shape, order="F")


# %% Flatten: unseen-height-and-width-exchanged
# breaks: backward
# mistake: backward reshapes to (N, C, W, H): height and width are exchanged, which shows only for images that are not square.
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
        return grad_y.reshape(self.n, self.c, self.w, self.h).copy()


# %% Flatten: unseen-channels-last-back
# breaks: backward
# mistake: backward reshapes as if the channels had been laid out last: to (N, H, W, C) and then moves the channels to the front.
import numpy as np

from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, grad_y):
        n, c, h, w = self.shape
        return grad_y.reshape(n, h, w, c).transpose(0, 3, 1, 2)
