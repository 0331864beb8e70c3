# ruff: noqa
# fmt: off
# Right fully connected and flattening layers; each cell is a module of its own.

# %% Linear: matmul
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        scale = np.sqrt(2 / (in_features + out_features))
        self.params["weight"] = rng.normal(0, scale, (out_features, in_features))
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        self.x = x
        y = x @ self.params["weight"].T + self.params["bias"]
        return y.astype(x.dtype)

    def backward(self, grad_y):
        self.grads["weight"] = grad_y.T @ self.x
        self.grads["bias"] = grad_y.sum(axis=0)
        return (grad_y @ self.params["weight"]).astype(self.x.dtype)


# %% Linear: loops
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        self.n_in = in_features
        self.n_out = out_features
        limit = np.sqrt(6 / (in_features + out_features))
        self.params["weight"] = np.random.default_rng(rng).uniform(-limit, limit, (out_features, in_features))
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        W, b = self.params["weight"], self.params["bias"]
        self.memory = x
        y = np.zeros((x.shape[0], self.n_out), x.dtype)
        for n in range(x.shape[0]):
            for j in range(self.n_out):
                s = b[j]
                for i in range(self.n_in):
                    s = s + W[j, i] * x[n, i]
                y[n, j] = s
        return y

    def backward(self, grad_y):
        x, W = self.memory, self.params["weight"]
        dx = np.zeros(x.shape, x.dtype)
        dW = np.zeros(W.shape)
        db = np.zeros(self.n_out)
        for n in range(x.shape[0]):
            for j in range(self.n_out):
                db[j] += grad_y[n, j]
                for i in range(self.n_in):
                    dW[j, i] += grad_y[n, j] * x[n, i]
                    dx[n, i] += grad_y[n, j] * W[j, i]
        self.grads = {"weight": dW, "bias": db}
        return dx


# %% Linear: einsum
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        gen = np.random.default_rng(rng)
        self.params = dict(
            weight=gen.standard_normal((out_features, in_features)) * np.sqrt(2.0 / in_features),
            bias=np.zeros((out_features,)),
        )

    def forward(self, x):
        self.saved = x, self.params["weight"].astype(x.dtype)
        y = np.einsum("ni,ji->nj", *self.saved)
        y += self.params["bias"].astype(x.dtype)
        return y

    def backward(self, grad_y):
        x, weight = self.saved
        self.grads["weight"] = np.einsum("nj,ni->ji", grad_y, x)
        self.grads["bias"] = np.einsum("nj->j", grad_y)
        return np.einsum("nj,ji->ni", grad_y, weight)


# %% Linear: columns
# Samples as columns inside, as in the blackboard's Wx + b; what comes out is a transposed view.
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        std = np.sqrt(2 / (in_features + out_features))
        W = np.random.default_rng(rng).normal(scale=std, size=(in_features, out_features)).T
        self.params["weight"] = W
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        self.xT = x.T
        W = self.params["weight"].astype(x.dtype)
        b = self.params["bias"].astype(x.dtype).reshape(-1, 1)
        return (np.dot(W, self.xT) + b).T

    def backward(self, grad_y):
        g = grad_y.T
        ones = np.ones(g.shape[1], g.dtype)
        self.grads["weight"] = sum(np.outer(g[:, n], self.xT[:, n]) for n in range(g.shape[1]))
        self.grads["bias"] = g @ ones
        return (self.params["weight"].T.astype(g.dtype) @ g).T


# %% Flatten: view
from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, grad_y):
        return grad_y.reshape(self.shape)


# %% Flatten: samples
import numpy as np
from convkit import Layer


class Flatten(Layer):
    def forward(self, x):
        self.N, self.C, self.H, self.W = x.shape
        return np.stack([image.ravel() for image in x])

    def backward(self, grad_y):
        return np.stack([row.reshape(self.C, self.H, self.W) for row in grad_y])


# %% Flatten: copy-loop
import numpy as np
from convkit import Layer


class Flatten(Layer):
    def __init__(self):
        super().__init__()
        self.size_before = None

    def forward(self, x):
        N, C, H, W = self.size_before = x.shape
        y = np.empty((N, C * H * W), x.dtype)
        for c in range(C):
            for h in range(H):
                y[:, (c * H + h) * W:(c * H + h + 1) * W] = x[:, c, h]
        return y

    def backward(self, grad_y):
        N, C, H, W = self.size_before
        dx = np.empty(self.size_before, grad_y.dtype, order="F")
        for c in range(C):
            for h in range(H):
                dx[:, c, h] = grad_y[:, (c * H + h) * W:(c * H + h + 1) * W]
        return dx


# %% Linear: gradients-in-place
# The arrays in grads are made once and refilled by every backward.
import numpy as np
from convkit import Layer


class Linear(Layer):
    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        std = np.sqrt(2 / (in_features + out_features))
        self.params["weight"] = np.random.default_rng(rng).normal(0, std, (out_features, in_features))
        self.params["bias"] = np.zeros(out_features)
        for name, value in self.params.items():
            self.grads[name] = np.zeros_like(value)

    def forward(self, x):
        self.x = x
        y = np.empty((len(x), len(self.params["bias"])), x.dtype)
        for n, row in enumerate(x):
            y[n] = self.params["weight"] @ row + self.params["bias"]
        return y

    def backward(self, grad_y):
        for value in self.grads.values():
            value.fill(0)
        grad_x = np.empty_like(self.x)
        for n, (row, g) in enumerate(zip(self.x, grad_y)):
            self.grads["weight"] += np.multiply.outer(g, row)
            self.grads["bias"] += g
            grad_x[n] = g @ self.params["weight"]
        return grad_x
