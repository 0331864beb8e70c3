"""Held out after all others: what learners write (activation)."""

# ruff: noqa
# fmt: off

# %% Sigmoid: unseen-derivative-at-y
# breaks: backward
# mistake: backward applies the sigmoid to the output again: the derivative is taken at y instead of at x.
import numpy as np

from convkit import Layer


def sigm(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


class Sigmoid(Layer):
    def forward(self, x):
        self.y = sigm(x)
        return self.y.copy()

    def backward(self, grad_y):
        s = sigm(self.y)
        return s * (1 - s) * grad_y


# %% Tanh: unseen-derivative-from-x
# breaks: backward
# mistake: backward uses 1 − x² instead of 1 − tanh(x)².
import numpy as np

from convkit import Layer


class Tanh(Layer):
    def forward(self, x):
        self.x = x
        return np.tanh(x)

    def backward(self, grad_y):
        return (1 - self.x ** 2) * grad_y


# %% ReLU: unseen-input-cut-in-place
# breaks: forward
# mistake: The negative entries are set to 0 in the input itself, so the caller's array changes.
import numpy as np

from convkit import Layer


class ReLU(Layer):
    def forward(self, x):
        self.mask = x > 0
        x[~self.mask] = 0
        return x

    def backward(self, grad_y):
        return np.where(self.mask, grad_y, np.zeros_like(grad_y))


# %% ReLU: unseen-gradient-rectified
# breaks: backward
# mistake: backward looks at the sign of grad_y instead of x: it rectifies the gradient.
import numpy as np

from convkit import Layer


class ReLU(Layer):
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, grad_y):
        grad_x = grad_y.copy()
        grad_x[grad_y <= 0] = 0
        return grad_x


# %% Abs: unseen-x-over-abs-x
# breaks: backward
# mistake: The slope is written as x / |x|, which is nan where x is 0.
import numpy as np

from convkit import Layer


class Abs(Layer):
    def forward(self, x):
        self.x = x
        self.y = np.abs(x)
        return self.y.copy()

    def backward(self, grad_y):
        return self.x / self.y * grad_y


# %% Abs: unseen-sign-of-the-output
# breaks: backward
# mistake: backward takes the sign of the output, which is never negative, so negative inputs get the gradient without its change of sign.
import numpy as np

from convkit import Layer


class Abs(Layer):
    def forward(self, x):
        self.x = x
        self.y = np.abs(x)
        return self.y.copy()

    def backward(self, grad_y):
        return np.sign(self.y) * grad_y


# %% Gain: unseen-gradient-from-output
# breaks: backward
# mistake: The gradient of the gain uses the output y instead of the input x, so it is g times too large (right only for a gain of 1).
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
        self.grads["gain"] = (self.y * grad_y).sum(axis=(0, 2, 3))
        return grad_y * self.g


# %% Gain: unseen-input-scaled-in-place
# breaks: forward
# mistake: forward multiplies the channels of the input itself (no copy), so the caller's array changes.
import numpy as np

from convkit import Layer


class Gain(Layer):
    def __init__(self, channels):
        super().__init__()
        self.channels = channels
        self.params["gain"] = np.ones(channels)

    def forward(self, x):
        gain = self.params["gain"]
        y = np.asarray(x)
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


# %% Gain: unseen-gradient-passes-unscaled
# breaks: backward
# mistake: grad_x is grad_y itself: the factor gain is missing (right only for a gain of 1).
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
        dgain = np.zeros(self.channels)
        grad_x = np.zeros_like(grad_y)
        for c in range(self.channels):
            dgain[c] = np.sum(grad_y[:, c] * self.x[:, c])
            grad_x[:, c] = grad_y[:, c]
        self.grads["gain"] = dgain
        return grad_x
