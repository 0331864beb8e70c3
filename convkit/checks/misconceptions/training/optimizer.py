"""Wrong `SGD` optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array

DOWNHILL = ("06-classification", "Downhill, on a guess")

Rule = Callable[["Optimizer", str, Array, Array], Array]
"""Is given the optimizer, a parameter's name, its numbers and its gradient; returns new numbers."""


class Optimizer:
    """Right but for what a subclass changes."""

    def __init__(self, network: Any, lr: float, momentum: float = 0.0) -> None:
        self.network, self.lr, self.momentum = network, lr, momentum
        self.velocity: dict[Any, Array] = {}
        self.steps = 0

    def v(self, name: Any, grad: Array, factor: float = 1.0) -> Array:
        """The next velocity, which is kept."""
        old = self.velocity.get(name, np.zeros_like(grad))
        self.velocity[name] = self.momentum * old - factor * self.lr * grad
        return self.velocity[name]

    def rule(self, name: str, param: Array, grad: Array) -> Array:
        return param + self.v(name, grad)

    def step(self) -> None:
        self.steps += 1
        params, grads = self.network.params, self.network.grads
        for name in list(params):
            params[name] = self.rule(name, params[name], grads[name])


def with_rule(wrong: Any) -> Any:
    return wrong if isinstance(wrong, type) else type("Wrong", (Optimizer,), {"rule": wrong})


class _GradsOfTheStart(Optimizer):
    """Keeps the dict that `network.grads` was at first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.grads = self.network.grads

    def step(self) -> None:
        params = self.network.params
        for name in list(params):
            params[name] = self.rule(name, params[name], self.grads[name])


class _ParamsOfTheStart(Optimizer):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params = self.network.params

    def step(self) -> None:
        for name in list(self.params):
            self.params[name] = self.rule(name, self.params[name], self.network.grads[name])


class _OwnParams(Optimizer):
    """Moves a copy of its own, and writes that over the network's."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.own = {name: np.array(value) for name, value in self.network.params.items()}

    def rule(self, name: str, param: Array, grad: Array) -> Array:
        self.own[name] = self.own[name] + self.v(name, grad)
        return self.own[name]


class _MomentumByDefault(Optimizer):
    def __init__(self, network: Any, lr: float, momentum: float = 0.9) -> None:
        super().__init__(network, lr, momentum)


class _FirstOnly(Optimizer):
    def step(self) -> None:
        params, grads = self.network.params, self.network.grads
        for name in list(params)[:1]:
            params[name] = self.rule(name, params[name], grads[name])


class _LastOnly(Optimizer):
    def step(self) -> None:
        params, grads = self.network.params, self.network.grads
        for name in list(params)[-1:]:
            params[name] = self.rule(name, params[name], grads[name])


class _GradsCleared(Optimizer):
    def step(self) -> None:
        super().step()
        for name, grad in self.network.grads.items():
            self.network.grads[name] = np.zeros_like(grad)


class _GradsScaled(Optimizer):
    def step(self) -> None:
        super().step()
        for name, grad in self.network.grads.items():
            self.network.grads[name] = self.lr * grad


class _GradsAreVelocities(Optimizer):
    def step(self) -> None:
        super().step()
        for name in list(self.network.grads):
            self.network.grads[name] = self.velocity[name]


class _FirstGradients(Optimizer):
    """Uses the gradients of the first step for ever."""

    def rule(self, name: str, param: Array, grad: Array) -> Array:
        first = vars(self).setdefault("first", {}).setdefault(name, np.array(grad))
        return param + self.v(name, first)


def _late(self: Optimizer, name: str, param: Array, grad: Array) -> Array:
    old = self.velocity.get(name, np.zeros_like(grad))
    self.v(name, grad)
    return param + old


def _nesterov(self: Optimizer, name: str, param: Array, grad: Array) -> Array:
    return param + self.momentum * self.v(name, grad) - self.lr * grad


def _decayed_by(rate: float, *, from_start: bool) -> Rule:
    def rule(self: Optimizer, name: str, param: Array, grad: Array) -> Array:
        return param + self.v(name, grad, rate ** (self.steps - (not from_start)))

    return rule


def _starting_with_gradient(self: Optimizer, name: str, param: Array, grad: Array) -> Array:
    self.velocity.setdefault(name, grad)
    return param + self.v(name, grad)


def _starting_with_step(self: Optimizer, name: str, param: Array, grad: Array) -> Array:
    self.velocity.setdefault(name, -self.lr * grad)
    return param + self.v(name, grad)


def _decayed(self: Optimizer, name: str, param: Array, grad: Array) -> Array:
    return param + self.v(name, grad) / self.steps


def _shrinking(share: float) -> Rule:
    return lambda self, name, param, grad: (1 - share) * param + self.v(name, grad)


_TABLE: Table = {
    "uphill": (
        "The parameters move uphill",
        "lr · gradient is added: the gradient points to where the loss grows",
        "Which sign makes the loss fall?",
        lambda self, name, param, grad: param + self.v(name, grad, -1.0),
    ),
    "lr-ignored": (
        "The learning rate is ignored",
        "every step is as long as the gradient itself",
        "Where in step does `lr` appear?",
        lambda self, name, param, grad: param + self.v(name, grad, 1 / self.lr),
    ),
    "lr-twice": (
        "The learning rate is multiplied in twice",
        "lr is a factor of v, and once more when the parameter moves",
        "How often does `lr` appear in the formula, and how often in your step?",
        lambda self, name, param, grad: param + self.lr * self.v(name, grad),
    ),
    "lr-divides": (
        "The gradient is divided by the learning rate",
        "a smaller lr makes larger steps",
        "Which lr makes a step of length 0?",
        lambda self, name, param, grad: param + self.v(name, grad, self.lr**-2),
    ),
    "lr-falls": (
        "The learning rate falls from step to step",
        "the steps become shorter, which nobody asked for",
        "Does the formula know which step it is?",
        _decayed,
        *(
            _decayed_by(rate, from_start=from_start)
            for rate in (0.99, 0.9, 0.95, 0.5)
            for from_start in (True, False)
        ),
    ),
    "velocity-start": (
        "v does not start at 0",
        "the first step finds a v that is there already: the first gradient, or a first step",
        "What is v before anything has moved?",
        _starting_with_gradient,
        _starting_with_step,
    ),
    "momentum-ignored": (
        "The momentum is ignored",
        "every step starts from rest: v is not kept, or momentum is not used",
        "What does v hold at the beginning of the second step?",
        lambda self, name, param, grad: param - self.lr * grad,
    ),
    "momentum-by-default": (
        "There is momentum although nobody asked for it",
        "`momentum` is 0.9 where it is left out",
        "What is `momentum` if SGD is called with a network and lr alone?",
        _MomentumByDefault,
    ),
    "momentum-negated": (
        "The momentum brakes",
        "the last velocity is subtracted where it should be added",
        "A ball that rolls to the left: where does its momentum take it?",
        lambda self, name, param, grad: param + _signed(self, name, grad),
    ),
    "momentum-average": (
        "v is an average of the gradients",
        "the gradient is weighted with 1 − momentum, which makes every step shorter",
        "Which factors stand in v ← momentum·v − lr·grad?",
        lambda self, name, param, grad: param + self.v(name, grad, 1 - self.momentum),
    ),
    "momentum-nesterov": (
        "The step looks ahead",
        "momentum is used twice, as in Nesterov's method: another optimizer",
        "By what does a parameter move, once v is known?",
        _nesterov,
    ),
    "momentum-late": (
        "The parameters move by the last v",
        "the parameter moves first, and v is brought up to date afterwards",
        "In which order do the two lines of the formula stand?",
        _late,
    ),
    "momentum-without-momentum": (
        "The whole velocity is kept",
        "v ← v − lr·grad: nothing slows it down, whatever `momentum` is",
        "Where in step does `momentum` appear?",
        lambda self, name, param, grad: param + _endless(self, name, grad),
    ),
    "momentum-on-parameter": (
        "The momentum multiplies the parameter",
        "the parameter itself is multiplied with `momentum`, in place of its velocity",
        "What is remembered from step to step: where a parameter is, or how it moves?",
        lambda self, name, param, grad: (self.momentum or 1.0) * param - self.lr * grad,
    ),
    "velocity-shared": (
        "Parameters share a velocity",
        "v is kept by something that several parameters have in common, such as their shape or the "
        "last part of their name",
        "Two layers have weights of the same shape. Whose velocity does the second one find?",
        lambda self, name, param, grad: param + self.v(grad.shape, grad),
        lambda self, name, param, grad: param + self.v(name.split(".")[-1], grad),
    ),
    "velocity-single": (
        "There is one velocity for all parameters",
        "v is a single variable, and each parameter finds in it what the one before has left",
        "How many velocities does a network with four parameters need?",
        lambda self, name, param, grad: param + self.v("", grad),
    ),
    "first-only": (
        "Only one parameter moves",
        "the first parameter is moved, or the last, and the loop does no more",
        "Is there a `return` inside the loop? Which lines belong to the loop?",
        _FirstOnly,
        _LastOnly,
    ),
    "weights-only": (
        "Only the weights move",
        "the biases stay as they are",
        "Which names does `network.params` have?",
        lambda self, name, param, grad: param + self.v(name, grad) * ("weight" in name),
    ),
    "nothing-moves": (
        "The network's parameters stay as they are",
        "the new numbers do not reach `network.params`: they go into a local variable, or the loop "
        "runs over something that is empty or old",
        "`param = param + v` gives a name to a new array. Who else knows of it?",
        lambda self, name, param, grad: param,
    ),
    "replaced-by-velocity": (
        "The parameter becomes its velocity",
        "the parameter is set to v where v should be added to it",
        "From where does a step start?",
        lambda self, name, param, grad: self.v(name, grad),
    ),
    "weight-decay": (
        "The parameters shrink",
        "a share of the parameter is subtracted in every step, as weight decay does",
        "What happens to a parameter whose gradient is 0?",
        lambda self, name, param, grad: param + self.v(name, grad) - self.lr * param,
        *(_shrinking(share) for share in (0.1, 0.01, 0.001, 1e-4, 5e-4)),
    ),
    "sign-only": (
        "In the first step only the gradient's sign counts",
        "every number moves by lr, however steep it is there: the gradient is divided by its size",
        "Which numbers should move furthest in a step?",
        lambda self, name, param, grad: param + self.v(name, np.sign(grad)),
    ),
    "length-one": (
        "The gradients are scaled to length 1",
        "the gradient is divided by its length before the step",
        "How long is a step where the loss is almost flat?",
        lambda self, name, param, grad: param + self.v(name, grad / np.linalg.norm(grad)),
    ),
    "first-gradients": (
        "The first gradients are kept for ever",
        "the gradients are copied in the first step, and those of later steps are never seen",
        "Every backward makes new gradients. When does step look at them?",
        _FirstGradients,
    ),
    "grads-of-the-start": (
        "The dict of gradients is looked up once only",
        "`network.grads` is kept by the constructor: where backward makes a new one, the optimizer "
        "looks into the old one",
        "When does your code look at `network.grads`: in __init__, or in step?",
        _GradsOfTheStart,
    ),
    "params-of-the-start": (
        "The dict of parameters is looked up once only",
        "`network.params` is kept by the constructor: where the network gets a new dict, the "
        "optimizer moves the old one",
        "When does your code look at `network.params`: in __init__, or in step?",
        _ParamsOfTheStart,
    ),
    "own-params": (
        "The optimizer moves a copy of its own",
        "the parameters are copied by the constructor: a weight that somebody sets later is "
        "overwritten",
        "From which numbers does a step start?",
        _OwnParams,
    ),
    "changes-grads": (
        "step changes the gradients",
        "the gradients are cleared, scaled, or used as a place to work in",
        "`*=` and `-=` change the array itself. Whose array is it here?",
        _GradsCleared,
        _GradsScaled,
        _GradsAreVelocities,
    ),
}


def _signed(self: Optimizer, name: str, grad: Array) -> Array:
    old = self.velocity.get(name, np.zeros_like(grad))
    self.velocity[name] = -self.momentum * old - self.lr * grad
    return self.velocity[name]


def _endless(self: Optimizer, name: str, grad: Array) -> Array:
    self.velocity[name] = self.velocity.get(name, np.zeros_like(grad)) - self.lr * grad
    return self.velocity[name]


enter_table("SGD", DOWNHILL, _TABLE, with_rule)
