# ruff: noqa: E501
# fmt: off
"""Optimizers that slip."""

from ..slips import slip

SLIPS = {
    ("SGD", "new-arrays"): [
        slip("uphill", "forward", "The step goes up the gradient.", ("- self.lr *", "+ self.lr *"), names="sgd-uphill"),
        slip("momentum-ignored", "forward", "There is no memory of earlier steps.",
             ("            self.v[name] = v\n", ""), names="sgd-momentum-ignored"),
        slip("averaged-velocity", "forward", "The velocity is an average: the gradient counts 1 − momentum.",
             ("- self.lr * self", "- (1 - self.momentum) * self.lr * self"), names="sgd-momentum-average"),
        slip("nesterov", "forward", "It looks ahead, as Nesterov does.",
             ("self.network.params[name] + v",
              "self.network.params[name] + self.momentum * v - self.lr * self.network.grads[name]"), names="sgd-momentum-nesterov"),
        slip("lr-twice", "forward", "The learning rate is applied twice.",
             ("self.network.params[name] + v", "self.network.params[name] + self.lr * v"), names="sgd-lr-twice"),
        slip("one-velocity-for-all", "forward", "All parameters of a size share one velocity.",
             ("self.v.get(name, 0)", "self.v.get(self.network.params[name].shape, 0)"),
             ("self.v[name] = v", "self.v[v.shape] = v"), names="sgd-velocity-shared"),
        slip("velocity-subtracted", "forward", "The velocity, negative already, is subtracted.",
             ("self.network.params[name] + v", "self.network.params[name] - v"), names="sgd-uphill"),
        slip("momentum-on-gradient", "forward", "The momentum multiplies the gradient, not the velocity.",
             ("self.momentum * v - self.lr * self.network.grads[name]",
              "v - (1 + self.momentum) * self.lr * self.network.grads[name]"), names="sgd-momentum-on-gradient"),
        slip("weights-only", "forward", "Biases are never moved.",
             ("for name in self.network.params:", 'for name in [n for n in self.network.params if "bias" not in n]:'), names="sgd-some-only"),
    ],
    ("SGD", "in-place"): [
        slip("first-gradients-kept", "forward", "The gradients are looked up once, when the optimizer is made.",
             ("self.network.grads[name]", "self.first.get(name, 0)"),
             ("        self.lr = lr", "        self.lr = lr\n        self.first = dict(network.grads)"), names="sgd-dict-of-the-start; sgd-nothing-moves"),
        slip("first-arrays-kept", "forward", "The arrays are looked up once, so weights set later are not moved.",
             ("in self.network.params.items():\n            self.velocity[name] *=",
              "in self.arrays.items():\n            self.velocity[name] *="),
             ("        self.lr = lr", "        self.lr = lr\n        self.arrays = dict(network.params)"), names="sgd-dict-of-the-start"),
        slip("nothing-moves", "forward", "The sum is bound to a local name and lost.",
             ("value += self.velocity[name]", "value = value + self.velocity[name]"), names="sgd-nothing-moves"),
        slip("gradients-scaled", "forward", "The gradients themselves are multiplied by the learning rate.",
             ("            self.velocity[name] -= self.lr * self.network.grads[name]",
              "            grad = self.network.grads[name]\n            grad *= self.lr\n"
              "            self.velocity[name] -= grad"), names="sgd-changes-grads"),
    ],
    ("SGD", "learning-rate-outside"): [
        slip("memory-is-the-gradient", "forward", "The velocity forgets all but the last gradient.",
             ("self.mu * self.memory[key] + grads[key]", "self.mu * grads[key] + grads[key]"), names="sgd-momentum-on-gradient"),
        slip("rate-decays", "forward", "The learning rate shrinks with every step.",
             ("        params, grads =", "        self.eta *= 0.99\n        params, grads ="), names="-"),
        slip("first-parameter-only", "forward", "The function returns after the first parameter.",
             ("params[key] = params[key] - self.eta * self.memory[key]",
              "params[key] = params[key] - self.eta * self.memory[key]\n            return"), names="sgd-some-only"),
    ],
    ("SGD", "two-branches"): [
        slip("velocity-starts-with-lr-missing", "forward", "The learning rate is missing with momentum.",
             ("self.momentum * self.state[number] - self.lr * grads[k]", "self.momentum * self.state[number] - grads[k]"), names="sgd-lr-ignored"),
        slip("restarts", "forward", "The velocities are made anew at each step.",
             ("        if self.state is None:\n            self.state", "        if True:\n            self.state"), names="sgd-momentum-ignored"),
        slip("weights-decay", "forward", "A weight decay of 1% comes with every step.",
             ("params[k] = params[k] + self.state[number]", "params[k] = 0.99 * params[k] + self.state[number]"),
             ("params[k] -= self.lr * grads[k]", "params[k] -= self.lr * grads[k] + 0.01 * params[k]"), names="sgd-weight-decay"),
    ],
}
