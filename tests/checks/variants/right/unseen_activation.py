"""Right implementations in other hands, written without sight of the checks (activation)."""

# ruff: noqa
# fmt: off

# %% Sigmoid: unseen-x
import numpy as np

from convkit import Layer


def sigm(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


class Sigmoid(Layer):
    def forward(self, x):
        self.x = x
        return sigm(x)

    def backward(self, grad_y):
        s = sigm(self.x)
        return s * (1 - s) * grad_y


# %% Sigmoid: unseen-y
import numpy as np

from convkit import Layer


class Sigmoid(Layer):
    def forward(self, x):
        e = np.exp(-np.abs(x))
        self.y = np.where(x >= 0, 1 / (1 + e), e / (1 + e))
        return self.y.copy()

    def backward(self, grad_y):
        return grad_y * self.y * (1 - self.y)


# %% Tanh: unseen-y
import numpy as np

from convkit import Layer


class Tanh(Layer):
    def forward(self, x):
        self.x = x
        return np.tanh(x)

    def backward(self, grad_y):
        y = np.tanh(self.x)
        return (1 - y ** 2) * grad_y


# %% Tanh: unseen-cosh
import numpy as np

from convkit import Layer


class Tanh(Layer):
    def forward(self, x):
        y = np.tanh(x)
        self.slope = 1 - y * y
        return y

    def backward(self, grad_y):
        return grad_y * self.slope


# %% ReLU: unseen-mask
import numpy as np

from convkit import Layer


class ReLU(Layer):
    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, np.zeros_like(x))

    def backward(self, grad_y):
        return np.where(self.mask, grad_y, np.zeros_like(grad_y))


# %% ReLU: unseen-max
import numpy as np

from convkit import Layer


class ReLU(Layer):
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, grad_y):
        grad_x = grad_y.copy()
        grad_x[self.x <= 0] = 0
        return grad_x


# %% Abs: unseen-where
import numpy as np

from convkit import Layer


class Abs(Layer):
    def forward(self, x):
        self.x = x
        self.y = np.abs(x)
        return self.y.copy()

    def backward(self, grad_y):
        return np.sign(self.x) * grad_y


# %% Gain: unseen-axes
import numpy as np

from convkit import Layer


class Gain(Layer):
    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)

    def forward(self, x):
        self.x = x
        self.g = self.params["gain"].astype(x.dtype)[None, :, None, None]
        self.y = x * self.g
        return self.y.copy()

    def backward(self, grad_y):
        self.grads["gain"] = (self.x * grad_y).sum(axis=(0, 2, 3))
        return grad_y * self.g


# %% Gain: unseen-loop
import numpy as np

from convkit import Layer


class Gain(Layer):
    def __init__(self, channels):
        super().__init__()
        self.channels = channels
        self.params["gain"] = np.ones(channels)

    def forward(self, x):
        gain = self.params["gain"]
        y = np.array(x)
        self.x = x.copy()
        for c in range(self.channels):
            y[:, c] *= gain[c]
        return y

    def backward(self, grad_y):
        gain = self.params["gain"]
        dgain = np.zeros(self.channels)
        grad_x = np.zeros_like(grad_y)
        for c in range(self.channels):
            dgain[c] = np.sum(grad_y[:, c] * self.x[:, c])
            grad_x[:, c] = gain[c] * grad_y[:, c]
        self.grads["gain"] = dgain
        return grad_x
