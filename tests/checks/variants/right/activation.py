# ruff: noqa
# fmt: off
# Right element-wise layers, with every fair slope at a kink; each cell is a module of its own.

# %% Sigmoid: textbook
# Overflows to infinity far on the left, where 1/(1+inf) is the right 0; NumPy warns.
import numpy as np
from convkit import Layer


class Sigmoid(Layer):
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, grad_y):
        return grad_y * self.y * (1 - self.y)


# %% Sigmoid: half-tanh
import numpy as np
from convkit import Layer


class Sigmoid(Layer):
    def forward(self, x):
        self.t = np.tanh(x / 2)
        return 0.5 * (1 + self.t)

    def backward(self, grad_y):
        return grad_y * (1 - self.t ** 2) / 4


# %% Sigmoid: by-sign
import numpy as np
from convkit import Layer


class Sigmoid(Layer):
    def forward(self, x):
        y = np.empty_like(x)
        positive = x >= 0
        y[positive] = 1 / (1 + np.exp(-x[positive]))
        e = np.exp(x[~positive])
        y[~positive] = e / (1 + e)
        self.slope = y - y * y
        return y

    def backward(self, grad_y):
        return np.multiply(self.slope, grad_y, order="F")


# %% Tanh: tanh
import numpy as np
from convkit import Layer


class Tanh(Layer):
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad_y):
        return grad_y * (1 - np.square(self.out))


# %% Tanh: exponentials
import numpy as np
from convkit import Layer


class Tanh(Layer):
    def forward(self, x):
        self.x = x
        return 1 - 2 / (np.exp(2 * x) + 1)

    def backward(self, grad_y):
        y = self.forward(self.x)
        return (1 + y) * (1 - y) * grad_y


# %% Tanh: cosh
import math

import numpy as np
from convkit import Layer


class Tanh(Layer):
    def forward(self, x):
        self.x = x.copy()
        flat = [math.tanh(value) for value in x.ravel()]
        return np.array(flat, dtype=x.dtype).reshape(x.shape)

    def backward(self, grad_y):
        return grad_y / np.cosh(self.x) ** 2


# %% Tanh: one-buffer
# The result is written into the same array every time, as long as shapes stay.
import numpy as np
from convkit import Layer


class Tanh(Layer):
    buffer = None

    def forward(self, x):
        if self.buffer is None or self.buffer.shape != x.shape or self.buffer.dtype != x.dtype:
            self.buffer = np.empty_like(x)
        return np.tanh(x, out=self.buffer)

    def backward(self, grad_y):
        return (1 - self.buffer ** 2) * grad_y


# %% ReLU: maximum
# Slope 0 at 0.
import numpy as np
from convkit import Layer


class ReLU(Layer):
    def forward(self, x):
        self.mask = x > 0
        return np.maximum(x, 0)

    def backward(self, grad_y):
        return grad_y * self.mask


# %% ReLU: where-one-at-zero
import numpy as np
from convkit import Layer


class ReLU(Layer):
    def forward(self, x):
        self.x = x
        return np.where(x >= 0, x, 0)

    def backward(self, grad_y):
        return np.where(self.x >= 0, grad_y, 0)


# %% ReLU: copy-and-cut
import numpy as np
from convkit import Layer


class ReLU(Layer):
    def forward(self, x):
        y = x.copy()
        y[y < 0] = 0
        self.dead = y == 0
        return y

    def backward(self, grad_y):
        grad_x = grad_y.copy()
        grad_x[self.dead] = 0
        return grad_x


# %% ReLU: half-of-x-plus-abs
# Slope 1/2 at 0.
import numpy as np
from convkit import Layer


class ReLU(Layer):
    def forward(self, x):
        self.slope = (1 + np.sign(x)) / 2
        return (x + np.abs(x)) / 2

    def backward(self, grad_y):
        return self.slope * grad_y


# %% Abs: sign
import numpy as np
from convkit import Layer


class Abs(Layer):
    def forward(self, x):
        self.sign = np.sign(x)
        return np.abs(x)

    def backward(self, grad_y):
        return grad_y * self.sign


# %% Abs: one-at-zero
import numpy as np
from convkit import Layer


class Abs(Layer):
    def forward(self, x):
        self.x = x
        return np.where(x >= 0, x, -x)

    def backward(self, grad_y):
        return np.where(self.x >= 0, grad_y, -grad_y)


# %% Abs: two-rectifiers
# |x| = relu(x) + relu(-x); at 0 the left slope.
import numpy as np
from convkit import Layer


class Abs(Layer):
    def forward(self, x):
        self.positive = x > 0
        return np.maximum(x, 0) + np.maximum(-x, 0)

    def backward(self, grad_y):
        return np.where(self.positive, 1, -1).astype(grad_y.dtype) * grad_y


# %% Abs: flip-copy
import numpy as np
from convkit import Layer


class Abs(Layer):
    def forward(self, x):
        y = np.array(x)
        self.negative = np.signbit(y)
        y[self.negative] *= -1
        return y

    def backward(self, grad_y):
        g = np.array(grad_y)
        g[self.negative] *= -1
        return g


# %% Gain: broadcast
import numpy as np
from convkit import Layer


class Gain(Layer):
    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)

    def forward(self, x):
        self.x = x
        self.g = self.params["gain"].astype(x.dtype).reshape(1, -1, 1, 1)
        return self.g * x

    def backward(self, grad_y):
        self.grads["gain"] = np.sum(grad_y * self.x, axis=(0, 2, 3))
        return self.g * grad_y


# %% Gain: einsum
import numpy as np
from convkit import Layer


class Gain(Layer):
    def __init__(self, channels):
        super().__init__()
        self.params = {"gain": np.full(channels, 1.0)}

    def forward(self, x):
        self.x = x
        return np.einsum("c,nchw->nchw", self.params["gain"], x).astype(x.dtype)

    def backward(self, grad_y):
        self.grads = {"gain": np.einsum("nchw,nchw->c", self.x, grad_y)}
        return np.einsum("c,nchw->nchw", self.params["gain"], grad_y).astype(self.x.dtype)


# %% Gain: map-by-map
import numpy as np
from convkit import Layer


class Gain(Layer):
    def __init__(self, channels):
        super().__init__()
        self.channels = channels
        self.params["gain"] = np.ones((channels,), dtype=np.float32)

    def forward(self, x):
        self.inputs = [x[:, j] for j in range(self.channels)]
        y = np.empty(x.shape, x.dtype)
        for j in range(self.channels):
            y[:, j] = self.params["gain"][j] * self.inputs[j]
        return y

    def backward(self, grad_y):
        grad_x = np.empty_like(grad_y)
        grad_gain = np.zeros(self.channels)
        for j in range(self.channels):
            grad_x[:, j] = self.params["gain"][j] * grad_y[:, j]
            grad_gain[j] = np.vdot(self.inputs[j], grad_y[:, j])
        self.grads["gain"] = grad_gain
        return grad_x
