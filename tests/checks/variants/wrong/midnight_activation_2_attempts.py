"""Held out: what learners write at midnight (activation, 2 of 3)."""

# ruff: noqa
# fmt: off

# %% ReLU: midnight-x-times-the-gradient
# breaks: backward
# mistake: Multiplies by the output, not by its slope.
# names: relu-backward-value
import numpy as np

from convkit import Layer

class ReLU(Layer):
    def forward(self, x):
        self.y = np.clip(x, 0, None)
        return self.y

    def backward(self, grad_y):
        return grad_y * self.y


# %% ReLU: midnight-np-max
# breaks: forward
# mistake: np.max(x, 0) reduces along axis 0; np.maximum was meant.
# names: ; relu-forward-axes-too-few
import numpy as np

from convkit import Layer

class ReLU(Layer):
    def forward(self, x):
        self.x = x
        return np.max(x, 0)

    def backward(self, grad_y):
        return grad_y * (self.x > 0)


# %% ReLU: midnight-leaks-and-passes-at-least-a-tenth
# breaks: both
# mistake: A leaky ReLU of slope 0.01; backward has 0.1.
# names: relu-forward-leaky
import numpy as np

from convkit import Layer

class ReLU(Layer):
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, 0.01 * x)

    def backward(self, grad_y):
        return np.where(self.x > 0, grad_y, 0.1 * grad_y)


# %% Abs: midnight-sign-of-the-output
# breaks: backward
# mistake: Takes the sign of |x|, which is always 1.
# names: abs-backward-unchanged; abs-backward-signs
import numpy as np

from convkit import Layer

class Abs(Layer):
    def forward(self, x):
        self.y = np.abs(x)
        return self.y

    def backward(self, grad_y):
        return np.sign(self.y) * grad_y


# %% Abs: midnight-absolute-gradient
# breaks: backward
# mistake: The absolute value of the gradient.
# names: abs-backward-of-the-gradient
import numpy as np

from convkit import Layer

class Abs(Layer):
    def forward(self, x):
        return np.fabs(x)

    def backward(self, grad_y):
        return np.abs(grad_y)


# %% Abs: midnight-a-relu-s-way-back
# breaks: backward
# mistake: Copied from ReLU: negative inputs get no gradient.
# names: abs-backward-of-relu; abs-backward-holes
import numpy as np

from convkit import Layer

class Abs(Layer):
    def forward(self, x):
        self.positive = x > 0
        return np.where(self.positive, x, -x)

    def backward(self, grad_y):
        return grad_y * self.positive


# %% Abs: midnight-only-the-slope
# breaks: backward
# mistake: Returns the slope, +1 or −1, and not its product with the gradient.
# names: abs-backward-upstream-ignored
import numpy as np

from convkit import Layer

class Abs(Layer):
    def forward(self, x):
        self.x = x
        return np.sqrt(x * x)

    def backward(self, grad_y):
        return np.where(self.x > 0, 1, -1).astype(grad_y.dtype)


# %% Abs: midnight-turns-the-negatives-in-x
# breaks: forward
# mistake: x[x < 0] *= -1 works on the caller's array.
# names: abs-forward-changes-input
import numpy as np

from convkit import Layer

class Abs(Layer):
    def forward(self, x):
        self.sign = np.sign(x)
        x[x < 0] *= -1
        return x

    def backward(self, grad_y):
        return self.sign * grad_y


# %% Abs: midnight-divides-zero-by-zero
# breaks: backward
# mistake: The sign as x / |x|, which is NaN at 0.
# names: abs-backward-nan-at-zero; abs-backward-not-a-number
import numpy as np

from convkit import Layer

class Abs(Layer):
    def forward(self, x):
        self.y = np.abs(x)
        self.x = x
        return self.y

    def backward(self, grad_y):
        return grad_y * (self.x / self.y)


# %% Abs: midnight-squares
# breaks: both
# mistake: Squares, which is never negative either; the slope's 2 is forgotten.
# names: abs-forward-squared
import numpy as np

from convkit import Layer

class Abs(Layer):
    def forward(self, x):
        self.x = x
        return x**2

    def backward(self, grad_y):
        return self.x * grad_y


# %% Gain: midnight-along-the-columns
# breaks: both
# mistake: x * gain broadcasts along the last axis, if it fits.
# names: gain-forward-along-width; gain-forward-error-shapes
import numpy as np

from convkit import Layer


class Gain(Layer):
    """params["gain"] (channels,), which starts at 1."""

    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)
    def forward(self, x):
        self.x = x
        return (x * self.params["gain"]).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["gain"] = (grad_y * self.x).sum(axis=(0, 1, 2))
        return (grad_y * self.params["gain"]).astype(grad_y.dtype)


# %% Gain: midnight-adds-there-keeps-the-places-back
# breaks: both
# mistake: Adds the gain; its gradient is summed over the batch only.
# names: gain-forward-added, gain-backward-gain-wrong-axes; gain-backward-axes-too-many
import numpy as np

from convkit import Layer


class Gain(Layer):
    """params["gain"] (channels,), which starts at 1."""

    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)
    def forward(self, x):
        self.x = x
        return (x + self.params["gain"][:, None, None]).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["gain"] = np.sum(grad_y * self.x, axis=0)
        return (grad_y * self.params["gain"][:, None, None]).astype(grad_y.dtype)


# %% Gain: midnight-mean
# breaks: backward
# mistake: A mean in the place of the sum for the gain's gradient.
# names: gain-backward-gain-averaged
import numpy as np

from convkit import Layer


class Gain(Layer):
    """params["gain"] (channels,), which starts at 1."""

    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)
    def forward(self, x):
        self.x = x
        return np.einsum("nchw,c->nchw", x, self.params["gain"]).astype(x.dtype)

    def backward(self, grad_y):
        self.grads["gain"] = np.mean(self.x * grad_y, axis=(0, 2, 3))
        return np.einsum("nchw,c->nchw", grad_y, self.params["gain"]).astype(grad_y.dtype)


# %% Gain: midnight-gain-s-gradient-from-y
# breaks: backward
# mistake: Uses the output, gain included, where the input is due.
# names: gain-backward-gain-with-y
import numpy as np

from convkit import Layer


class Gain(Layer):
    """params["gain"] (channels,), which starts at 1."""

    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)
    def forward(self, x):
        self.y = x * self.params["gain"].reshape(1, -1, 1, 1).astype(x.dtype)
        return self.y

    def backward(self, grad_y):
        self.grads["gain"] = (grad_y * self.y).sum(axis=0).sum(axis=(1, 2))
        return grad_y * self.params["gain"].reshape(1, -1, 1, 1).astype(grad_y.dtype)


# %% Gain: midnight-gradient-passes-through
# breaks: backward
# mistake: grad_y is handed back without the gain.
# names: gain-backward-unchanged
import numpy as np

from convkit import Layer


class Gain(Layer):
    """params["gain"] (channels,), which starts at 1."""

    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)
    def forward(self, x):
        self.x = x
        y = np.empty_like(x)
        for c, gain in enumerate(self.params["gain"]):
            y[:, c] = gain * x[:, c]
        return y

    def backward(self, grad_y):
        self.grads["gain"] = np.array(
            [np.vdot(self.x[:, c], grad_y[:, c]) for c in range(self.x.shape[1])]
        )
        return grad_y.copy()


# %% Gain: midnight-times-x-in-place
# breaks: forward
# mistake: x *= gain on the input.
# names: gain-forward-changes-input
import numpy as np

from convkit import Layer


class Gain(Layer):
    """params["gain"] (channels,), which starts at 1."""

    def __init__(self, channels):
        super().__init__()
        self.params["gain"] = np.ones(channels)
    def forward(self, x):
        self.x = x.copy()
        x *= self.params["gain"][None, :, None, None].astype(x.dtype)
        return x

    def backward(self, grad_y):
        self.grads["gain"] = np.tensordot(grad_y, self.x, axes=([0, 2, 3],) * 2).diagonal()
        return grad_y * self.params["gain"][None, :, None, None].astype(grad_y.dtype)
