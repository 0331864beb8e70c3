"""Stochastic gradient descent, plainly: as exercise 04 asks for it."""


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network = network
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        """Move every parameter of the network once, by its gradient as it is now."""
        for name, grad in self.network.grads.items():
            old = self.velocity.get(name, 0.0)
            self.velocity[name] = self.momentum * old - self.lr * grad
            self.network.params[name] = self.network.params[name] + self.velocity[name]
