"""Held out: what learners write at midnight (activation, 1 of 3)."""

# ruff: noqa
# fmt: off

# %% Sigmoid: midnight-derivative-of-x
# breaks: backward
# mistake: x·(1 − x) with the input in the place of the output.
# names: sigmoid-backward-of-x
import numpy as np

from convkit import Layer

class Sigmoid(Layer):
    def forward(self, x):
        self.x = x
        return 1 / (1 + np.exp(-x))

    def backward(self, grad_y):
        return grad_y * self.x * (1 - self.x)


# %% Sigmoid: midnight-sign-of-the-exponent
# breaks: forward
# mistake: e^x in the denominator: the curve falls.
# names: sigmoid-forward-sign
import numpy as np

from convkit import Layer

class Sigmoid(Layer):
    def forward(self, x):
        self.out = 1.0 / (1.0 + np.exp(x))
        return self.out

    def backward(self, grad_y):
        return -grad_y * self.out * (1.0 - self.out)


# %% Sigmoid: midnight-precedence-there-no-chain-back
# breaks: both
# mistake: 1 / 1 + e^−x lacks its brackets; backward forgets grad_y.
# names: sigmoid-forward-parentheses, sigmoid-backward-upstream-ignored
import numpy as np

from convkit import Layer

def sigmoid(x):
    return 1 / 1 + np.exp(-x)


class Sigmoid(Layer):
    def forward(self, x):
        self.x = x
        return sigmoid(x)

    def backward(self, grad_y):
        return sigmoid(self.x) * (1 - sigmoid(self.x))


# %% Sigmoid: midnight-tanh-s-derivative
# breaks: backward
# mistake: 1 − y², which is tanh's.
# names: sigmoid-backward-of-tanh
import numpy as np

from convkit import Layer

class Sigmoid(Layer):
    def forward(self, x):
        self.y = np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))
        return self.y

    def backward(self, grad_y):
        return grad_y * (1 - self.y**2)


# %% Sigmoid: midnight-sigmoid-of-the-sigmoid
# breaks: backward
# mistake: Keeps y and calls the derivative that applies the sigmoid once more.
# names: sigmoid-backward-twice
import numpy as np

from convkit import Layer

class Sigmoid(Layer):
    def f(self, z):
        return np.reciprocal(1 + np.exp(-z))

    def df(self, z):
        return self.f(z) * (1 - self.f(z))

    def forward(self, x):
        self.z = self.f(x)
        return self.z

    def backward(self, grad_y):
        return grad_y * self.df(self.z)


# %% Sigmoid: midnight-half-a-tanh
# breaks: both
# mistake: Through tanh, without the half inside: (1 + tanh x)/2; the derivative is the sigmoid's, y − y².
# names: sigmoid-forward-twice-as-steep
import numpy as np

from convkit import Layer

class Sigmoid(Layer):
    def forward(self, x):
        self.s = (np.tanh(x) + 1) / 2
        return self.s

    def backward(self, grad_y):
        return grad_y * (self.s - self.s * self.s)


# %% Sigmoid: midnight-class-memory
# breaks: backward
# mistake: Keeps y in a class attribute, so the latest forward of any layer counts.
# names: sigmoid-state-shared
import numpy as np

from convkit import Layer

class Sigmoid(Layer):
    y = None

    def forward(self, x):
        Sigmoid.y = 1 / (1 + np.exp(-x))
        return Sigmoid.y

    def backward(self, grad_y):
        return grad_y * Sigmoid.y * (1 - Sigmoid.y)


# %% Tanh: midnight-one-minus-y
# breaks: backward
# mistake: 1 − y for 1 − y².
# names: tanh-backward-not-squared
import numpy as np

from convkit import Layer

class Tanh(Layer):
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad_y):
        return (1 - self.y) * grad_y


# %% Tanh: midnight-square-of-the-input
# breaks: backward
# mistake: 1 − x²: what was kept is x, not tanh x.
# names: tanh-backward-of-x
import numpy as np

from convkit import Layer

class Tanh(Layer):
    def forward(self, x):
        self.cache = x
        return np.tanh(x)

    def backward(self, grad_y):
        x = self.cache
        return grad_y * (1 - np.square(x))


# %% Tanh: midnight-by-exponentials-one-sign-wrong
# breaks: forward
# mistake: (e^x − e^−x)/(e^x + e^x): the last minus is missing.
# names: -
import numpy as np

from convkit import Layer

class Tanh(Layer):
    def forward(self, x):
        a, b = np.exp(x), np.exp(-x)
        self.y = (a - b) / (a + a)
        self.b = b / a
        return self.y

    def backward(self, grad_y):
        return grad_y * self.b


# %% Tanh: midnight-tangent-there-squares-the-product-back
# breaks: both
# mistake: np.tan for np.tanh; 1 − y² is computed as (1 − y)².
# names: tanh-forward-tan, tanh-backward-square-outside
import numpy as np

from convkit import Layer

class Tanh(Layer):
    def forward(self, x):
        y = np.tan(x)
        self.grad = (1 - y) ** 2
        return y

    def backward(self, grad_y):
        return grad_y * self.grad


# %% Tanh: midnight-sums-the-gradient
# breaks: backward
# mistake: Sums over the batch, and hands every sample the same gradient.
# names: ; tanh-backward-copies
import numpy as np

from convkit import Layer

class Tanh(Layer):
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad_y):
        return np.sum(grad_y * (1 - self.y**2), axis=0, keepdims=True) + np.zeros_like(grad_y)


# %% Tanh: midnight-from-the-sigmoid
# breaks: both
# mistake: 2σ(x) − 1, where it must be 2σ(2x) − 1; the derivative is the sigmoid's.
# names: tanh-forward-half
import numpy as np

from convkit import Layer

class Tanh(Layer):
    def forward(self, x):
        self.s = 1 / (1 + np.exp(-x))
        return 2 * self.s - 1

    def backward(self, grad_y):
        return grad_y * self.s * (1 - self.s)


# %% Tanh: midnight-writes-into-x
# breaks: forward
# mistake: np.tanh(x, out=x): the input is gone.
# names: tanh-forward-changes-input
import numpy as np

from convkit import Layer

class Tanh(Layer):
    def forward(self, x):
        np.tanh(x, out=x)
        self.y = x.copy()
        return x

    def backward(self, grad_y):
        return grad_y - grad_y * self.y * self.y


# %% ReLU: midnight-mask-of-the-gradient
# breaks: backward
# mistake: Looks at the sign of grad_y, not at that of x.
# names: relu-backward-of-the-gradient
import numpy as np

from convkit import Layer

class ReLU(Layer):
    def forward(self, x):
        self.x = x
        return np.maximum(0, x)

    def backward(self, grad_y):
        return np.where(grad_y > 0, grad_y, 0)


# %% ReLU: midnight-zeroes-its-input
# breaks: forward
# mistake: x[x < 0] = 0 on the input itself.
# names: relu-forward-changes-input
import numpy as np

from convkit import Layer

class ReLU(Layer):
    def forward(self, x):
        self.mask = x < 0
        x[self.mask] = 0
        return x

    def backward(self, grad_y):
        grad_x = grad_y.copy()
        grad_x[self.mask] = 0
        return grad_x


# %% ReLU: midnight-zeroes-the-gradient-it-was-given
# breaks: backward
# mistake: Without a copy: grad_y itself is changed.
# names: relu-backward-changes-upstream
import numpy as np

from convkit import Layer

class ReLU(Layer):
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        dx = dout
        return dx


# %% ReLU: midnight-just-the-step
# breaks: backward
# mistake: Returns the derivative, 1 or 0, and forgets to multiply.
# names: relu-backward-upstream-ignored
import numpy as np

from convkit import Layer

class ReLU(Layer):
    def forward(self, x):
        self.x = x
        return x * (x > 0)

    def backward(self, grad_y):
        return np.heaviside(self.x, 0)
