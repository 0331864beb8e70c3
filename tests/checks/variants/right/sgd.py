# ruff: noqa
# fmt: off
# Right optimizers; each cell is a module of its own.

# %% SGD: new-arrays
import numpy as np


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network, self.lr, self.momentum = network, lr, momentum
        self.v = {}

    def step(self):
        for name in self.network.params:
            v = self.v.get(name, 0)
            v = self.momentum * v - self.lr * self.network.grads[name]
            self.network.params[name] = self.network.params[name] + v
            self.v[name] = v


# %% SGD: in-place
import numpy as np


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {name: np.zeros_like(value) for name, value in network.params.items()}

    def step(self):
        for name, value in self.network.params.items():
            self.velocity[name] *= self.momentum
            self.velocity[name] -= self.lr * self.network.grads[name]
            value += self.velocity[name]


# %% SGD: learning-rate-outside
# v collects plain gradients; with a constant lr that is the same path.
from collections import defaultdict


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.net = network
        self.eta, self.mu = lr, momentum
        self.memory = defaultdict(float)

    def step(self):
        params, grads = self.net.params, self.net.grads
        for key in list(params):
            self.memory[key] = self.mu * self.memory[key] + grads[key]
            params[key] = params[key] - self.eta * self.memory[key]


# %% SGD: two-branches
import numpy as np


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.state = None

    def step(self):
        params = self.network.params
        grads = self.network.grads
        if self.momentum == 0:
            for k in params.keys():
                params[k] -= self.lr * grads[k]
            return
        if self.state is None:
            self.state = [np.zeros(p.shape) for p in params.values()]
        for number, k in enumerate(params.keys()):
            self.state[number] = self.momentum * self.state[number] - self.lr * grads[k]
            params[k] = params[k] + self.state[number]
