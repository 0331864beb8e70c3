"""Held out after all others: what learners write (training)."""

# ruff: noqa
# fmt: off

# %% SGD: unseen-parameters-remembered
# breaks: forward
# mistake: The parameters are looked up once in the constructor, so an entry that is set in network.params afterwards is ignored: the next step goes on from the value that the optimizer remembers.
import numpy as np

from convkit import Layer


class SGD:
    """v <- momentum v - lr grad;  param <- param + v"""

    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}
        self.params = {name: network.params[name] for name in network.params}

    def step(self):
        for name in self.params:
            param = self.params[name]
            grad = self.network.grads[name]
            if name not in self.velocity:
                self.velocity[name] = np.zeros_like(param)
            self.velocity[name] = self.momentum * self.velocity[name] - self.lr * grad
            self.params[name] = self.network.params[name] = param + self.velocity[name]


# %% SGD: unseen-moving-average
# breaks: forward
# mistake: The gradient is weighted with 1 − momentum, as in a moving average, so with momentum the steps are too small.
import numpy as np

from convkit import Layer


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        params, grads = self.network.params, self.network.grads
        for name in params:
            v = self.velocity.get(name, 0.0)
            v = self.momentum * v - (1 - self.momentum) * self.lr * grads[name]
            self.velocity[name] = v
            params[name] = params[name] + v


# %% SGD: unseen-learning-rate-on-velocity-too
# breaks: forward
# mistake: The momentum is multiplied by the learning rate too: v = lr·(momentum·v − grad).
import numpy as np

from convkit import Layer


class SGD:
    """v <- momentum v - lr grad;  param <- param + v"""

    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        for name in list(self.network.params.keys()):
            param = self.network.params[name]
            grad = self.network.grads[name]
            if name not in self.velocity:
                self.velocity[name] = np.zeros_like(param)
            self.velocity[name] = self.lr * (self.momentum * self.velocity[name] - grad)
            self.network.params[name] = param + self.velocity[name]


# %% SGD: unseen-nesterov
# breaks: forward
# mistake: The parameter moves by Nesterov's look-ahead, momentum·v − lr·grad with the new v, instead of by v.
import numpy as np

from convkit import Layer


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        params, grads = self.network.params, self.network.grads
        for name in params:
            v = self.velocity.get(name, 0.0)
            v = self.momentum * v - self.lr * grads[name]
            self.velocity[name] = v
            params[name] = params[name] + self.momentum * v - self.lr * grads[name]


# %% SGD: unseen-velocity-by-shape
# breaks: forward
# mistake: The velocities are kept by the parameter's shape, so parameters of the same shape share one velocity.
import numpy as np

from convkit import Layer


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        params, grads = self.network.params, self.network.grads
        for name in params:
            v = self.velocity.get(params[name].shape, 0.0)
            v = self.momentum * v - self.lr * grads[name]
            self.velocity[params[name].shape] = v
            params[name] = params[name] + v


# %% SGD: unseen-velocity-starts-with-gradient
# breaks: forward
# mistake: The velocity starts as the first gradient instead of 0, so with momentum the first step contains momentum·grad uphill.
import numpy as np

from convkit import Layer


class SGD:
    """v <- momentum v - lr grad;  param <- param + v"""

    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        for name in list(self.network.params.keys()):
            param = self.network.params[name]
            grad = self.network.grads[name]
            if name not in self.velocity:
                self.velocity[name] = grad.copy()
            self.velocity[name] = self.momentum * self.velocity[name] - self.lr * grad
            self.network.params[name] = param + self.velocity[name]
