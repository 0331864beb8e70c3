"""Held out: what learners write at midnight (classifier, 5 of 5)."""

# ruff: noqa
# fmt: off

# %% SGD: midnight-scales-the-gradient-in-place
# breaks: forward
# mistake: grad *= lr changes the gradients of the network.
# names: sgd-changes-grads
class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}
    def step(self):
        for name in self.network.grads:
            grad = self.network.grads[name]
            grad *= self.lr
            velocity = self.velocity.get(name, 0) * self.momentum - grad
            self.velocity[name] = velocity
            self.network.params[name] = self.network.params[name] + velocity


# %% SGD: midnight-no-momentum-on-biases
# breaks: forward
# mistake: Momentum for weights only, as for weight decay; a bias moves by the plain gradient.
# names: sgd-momentum-some-only
class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}
    def step(self):
        for name in self.network.params:
            delta = -self.lr * self.network.grads[name]
            if name.endswith("weight"):
                delta = delta + self.momentum * self.velocity.get(name, 0)
                self.velocity[name] = delta
            self.network.params[name] = self.network.params[name] + delta
