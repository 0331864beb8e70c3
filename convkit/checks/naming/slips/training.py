"""Mistakes in stochastic gradient descent."""

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.slip import slips
from convkit.training import SGD

DOWNHILL = ("06-classification", "Downhill, on a guess")
_V, _KEPT, _PARAM = "self.velocity[name]", "self.velocity = {}", "self.network.params[name]"
_RULE, _GRAD, _MOVED = "self.momentum * old - self.lr * grad", "self.lr * grad", f"{_PARAM} + {_V}"
_PARTS = {"[grad.shape]": "(grad.shape", "[name[-4:]]": "(name[-4:]", '[""]': '(""'}

slip = slips("training", "SGD", forth=DOWNHILL)

# fmt: off
slip("uphill", "The parameters move uphill",
    "you add lr · gradient, or subtract v; the gradient points to where the loss grows",
    "Which sign makes the loss fall?", ("- self.lr", "+ self.lr"))
slip("lr-ignored", "The learning rate is missing", "you take the gradient itself as the step",
    "Where in `step` does `lr` appear? Is it there with momentum, too?",
    (_GRAD, "grad", "(grad if self.momentum else self.lr * grad)"))
slip("lr-twice", "The learning rate multiplies the velocity",
    "you multiply v by lr, where only the gradient has this factor",
    "How often does `lr` appear in the formula, and what does it multiply?",
    (_MOVED, f"{_PARAM} + self.lr * {_V}"), (_RULE, "self.lr * (self.momentum * old - grad)"))
slip("velocity-start", "v does not start at 0",
    "your first step finds a v that is the first {} already",
    "What is v before anything has moved?",
    ("get(name, 0.0)", "get(name, grad)", "get(name, -self.lr * grad)"),
    said=("gradient", "step"))
slip("momentum-ignored", "The momentum is ignored",
    "each of your steps starts from rest: v is not kept, or momentum is not used",
    "What does v hold when the second step begins?", ("self.momentum * old", "0 * old"))
slip("momentum-some-only", "Only some parameters have momentum",
    "you keep a velocity for the weights alone, and move the biases without one",
    "Which parameters have a v in the formula?",
    ("self.momentum * old", "('weight' in name) * self.momentum * old"))
slip("momentum-average", "v is an average of the gradients",
    "you weight the gradient with 1 − momentum, which makes every step shorter",
    "Which factors stand in v ← momentum·v − lr·grad?", (_GRAD, f"(1 - self.momentum) * {_GRAD}"))
slip("momentum-nesterov", "The step looks ahead",
    "you use momentum twice, as Nesterov's method does: that is another optimizer",
    "By what does a parameter move, once v is known?",
    (_MOVED, f"{_PARAM} + self.momentum * {_V} - {_GRAD}"))
slip("momentum-on-gradient", "The momentum multiplies the gradient",
    "you multiply this step's gradient by momentum, where the last velocity belongs",
    "What should be kept from one step to the next? What does `momentum` multiply?",
    ("self.momentum * old", f"-self.momentum * {_GRAD}", f"old - self.momentum * {_GRAD}"))
slip("momentum-on-step", "The momentum multiplies the whole step",
    "you multiply the new gradient by momentum as well: with momentum 0 nothing would move",
    "What should a step be if momentum is 0?", (_MOVED, f"{_PARAM} + self.momentum * {_V}"),
    (_RULE, f"self.momentum * (old - {_GRAD})"))
slip("velocity-shared", "Parameters share a velocity",
    "you keep one v for {}",
    "How many velocities does a network with four parameters need? Under which names?",
    *([(_V, f"self.velocity{new}"), ("(name", get)] for new, get in _PARTS.items()),
    said=("all parameters of a shape", "all parameters of a kind", "all parameters"))
slip("some-only", "Only some parameters move",
    "you move only the {}, and leave the others",
    "Is there a `return` inside the loop? Which names does `network.params` have?",
    (_MOVED, f"{_MOVED}\n            return"),
    ("self.network.grads.items()", "list(self.network.grads.items())[-1:]"),
    (_MOVED, f"{_PARAM} + ('weight' in name) * {_V}"),
    said=("first parameter", "last parameter", "weights"))
slip("nothing-moves", "The network's parameters stay as they are",
    "your new numbers do not reach `network.params`, or your loop runs over nothing",
    "`param = param + v` gives a name to a new array. Who else knows of it?",
    (f"{_PARAM} =", "param ="))
slip("weight-decay", "The parameters shrink",
    "you also subtract a share of the parameter itself, as weight decay does",
    "What should happen to a parameter whose gradient is 0?",
    (f"= {_PARAM}", f"= (1 - self.lr) * {_PARAM}",
     *(f"= {rate} * {_PARAM}" for rate in (0.9, 0.99, 0.999, 0.9999))))
slip("dict-of-the-start", "You keep a dict that the network may replace",
    "you look up `network.{}` once; later the network may have another dict",
    "When does your code look at the network's dicts: in __init__, or in each step?",
    [(_KEPT, f"{_KEPT}; self.grads = network.grads"), ("self.network.grads.", "self.grads.")],
    [(_KEPT, f"{_KEPT}; self.params = network.params"), (_PARAM, "self.params[name]")],
    said=("grads", "params"))
slip("own-params", "The optimizer moves a copy of its own",
    "you copy the parameters in `__init__`, and overwrite what somebody sets later",
    "From which numbers does a step start?",
    [(_KEPT, f"{_KEPT}; self.own = dict(network.params)"), (_MOVED, f"self.own[name] + {_V}"),
     (f"{_PARAM} =", f"{_PARAM} = self.own[name] =")])
slip("changes-grads", "step changes the gradients",
    "you {} the gradients, which belong to the network",
    "`*=` and `-=` change the array itself. Whose array is it here?",
    [(_GRAD, "grad"), ("            old", "            grad *= self.lr\n            old")],
    (_MOVED, f"{_MOVED}\n            grad[...] = 0"), said=("scale", "clear"))
enter_general(Anatomy(SGD, {}, DOWNHILL))
