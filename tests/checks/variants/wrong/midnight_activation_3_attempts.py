"""Held out: what learners write at midnight (activation, 3 of 3)."""

# ruff: noqa
# fmt: off

# %% Gain: midnight-a-matrix
# breaks: backward
# mistake: The gain's gradient is C×C, a tensordot whose diagonal was meant.
# names: ; gain-backward-axes-too-many
import numpy as np

from convkit import Layer


class Gain(Layer):
    """params["gain"] (channels,), which starts at 1."""

    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)
    def forward(self, x):
        self.x = x
        gain = np.expand_dims(self.params["gain"], (0, 2, 3))
        return (gain * x).astype(x.dtype)

    def backward(self, grad_y):
        gain = np.expand_dims(self.params["gain"], (0, 2, 3))
        self.grads["gain"] = np.tensordot(grad_y, self.x, axes=([0, 2, 3], [0, 2, 3]))
        return (grad_y * gain).astype(grad_y.dtype)


# %% Gain: midnight-starts-small-adds-up
# breaks: both
# mistake: Starts the gain at 0.1 in a constructor of its own; the gradient is added to what is there.
# names: gain-forward-first-gain, gain-grads-added; gain-params-scaled
import numpy as np

from convkit import Layer

class Gain(Layer):
    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.full(channels, 0.1)
        self.grads["gain"] = np.zeros(channels)

    def forward(self, x):
        self.x = x
        return (self.params["gain"].reshape(-1, 1, 1) * x).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["gain"] += np.einsum("ncij,ncij->c", self.x, grad_y)
        return (self.params["gain"].reshape(-1, 1, 1) * grad_y).astype(grad_y.dtype)


# %% Gain: midnight-tanh-inside-there-gain-by-batch-back
# breaks: both
# mistake: Reads the slides' y = g·tanh(x) as this layer's; the gain's gradient is divided by the batch.
# names: gain-forward-tanh, gain-grads-averaged
import numpy as np

from convkit import Layer


class Gain(Layer):
    """params["gain"] (channels,), which starts at 1."""

    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)
    def forward(self, x):
        self.t = np.tanh(x)
        return (self.params["gain"][:, np.newaxis, np.newaxis] * self.t).astype(x.dtype)

    def backward(self, grad_y):
        n = grad_y.shape[0]
        self.grads["gain"] = (self.t * grad_y).sum(axis=(0, 2, 3)) / n
        grad_t = self.params["gain"][:, np.newaxis, np.newaxis] * grad_y
        return (grad_t * (1 - self.t**2)).astype(grad_y.dtype)
