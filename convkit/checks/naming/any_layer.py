"""Mistakes that can be made in a layer of any kind, each written once for all names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.broken_promises import enter_promises
from convkit.checks.naming.making import (
    first_weights,
    keeping,
    one_image,
    with_backward,
    with_forward,
    with_grad_x,
    with_grads,
)
from convkit.checks.naming.misconception import Misconception, enter, entered
from convkit.checks.observing.quantity import GRAD_X, Quantity, Y, grads
from convkit.layers import Array, Layer

Table = Mapping[str, tuple[Any, ...]]
"""id: (title, when, hint, mistake, further ways to make it, …).

A way to make it may be a pair: what the code does then, and the mistake.
"""


def enter_any_layer(anatomy: Anatomy) -> None:
    """Enter them for a layer, behind its own; an id that is there already is left as it is.

    The anatomy names the axes of ``grads["weight"]`` and the like: so it is known which there are.
    """
    name, base, axes = anatomy.name, anatomy.target, anatomy.axes
    parameters = [quantity.name for quantity in axes if quantity.what == "grads"]
    choices = [[name] for name in parameters] + [parameters] * (len(parameters) > 1)
    of_places = "rows" in axes.get(Y, ()) and "places" not in str([*axes.values()])
    kept = KEPT if Y in axes else {}  # samples that do not influence one another
    whole: Makers = [({}, lambda make: make(base))]
    tables: list[tuple[str, Quantity, Table, Makers]] = [
        ("forward", Y, RESULT, [({}, partial(with_forward, base))]),
        ("backward", GRAD_X, RESULT, [({}, partial(with_grad_x, base))]),
        ("backward", GRAD_X, BACKWARD, [({}, partial(with_backward, base))]),
        ("state", GRAD_X, STATE, whole),
        ("state", Y, {**PARAMS, **kept} if parameters else {}, whole),
        (
            "grads",
            Quantity("grads"),
            {**GRADS, **(PLACES if of_places else {})},
            [({"entry": _entry_of(names)}, partial(with_grads, base, names)) for names in choices],
        ),
    ]
    one = axes.get(Y, ("samples",))[0].removesuffix("s")
    for begins, it, table, makers in tables:
        nouns = {"one": one, "it": it, "entry": "an entry of your `grads`"}
        for id, (title, when, hint, *ways) in table.items():
            full = f"{name.lower()}-{begins}-{id}"
            made = [
                (make(wrong), (said or when).format(**{**nouns, **more}))
                for more, make in makers
                for said, wrong in (way if isinstance(way, tuple) else ("", way) for way in ways)
            ]
            if made and full not in entered(name):
                title, when, hint = (text.format(**nouns) for text in (title, when, hint))
                # Gradients may all lie between −1 and 1, and then both give nothing but 0.
                alike = (full.replace(id, "zeros"),) if id == "whole-numbers" else ()
                wrong, said = zip(*made, strict=True)
                read = anatomy.read(it)
                enter(Misconception(full, name, title, when, hint, *read, wrong, alike, said))
    enter_promises(anatomy)


Makers = Sequence[tuple[Mapping[str, str], Callable[[Any], type[Layer]]]]
"""Each makes a wrong layer of a mistake; before it the nouns for that."""


def _entry_of(names: Sequence[str]) -> str:
    return f"`{grads(names[0])}`" if len(names) == 1 else "each entry of your `grads`"


def _added_up(layer: Any, grad_x: Array) -> Array:
    before = getattr(layer, "before", None)
    if before is not None and before.shape == grad_x.shape:
        grad_x = grad_x + before
    layer.before = grad_x
    return grad_x


def _added(layer: Any, name: str, right: Array, grad_y: Array) -> Array:
    before = vars(layer).setdefault("before", {})
    before[name] = right + before.get(name, np.zeros_like(right))
    total: Array = before[name]
    return total


def _last_place(grad_y: Array) -> Array:
    kept = np.zeros_like(grad_y)
    kept[..., -1, -1] = grad_y[..., -1, -1]
    return kept if grad_y.ndim > 2 else grad_y


def _of(layer: Any, name: str, grad_y: Array) -> Array:
    """The gradient of a parameter for another grad_y."""
    layer.once_more(grad_y)
    gradient: Array = layer.grads[name]
    return gradient.copy()


# fmt: off
RESULT: Table = {
    "zeros": ("{it} stays 0", "your {it} is made of zeros, and the results never get into it",
        "Where do you write into {it}, after np.zeros?", np.zeros_like),
    "one-image": ("Only one {one} of the batch is computed",
        "your {it} is right for the first {one}, or for the last, and not for the others",
        "Is your `return` inside the loop? Which index does the loop over the batch write to?",
        ("your {it} is right for the first {one} only", lambda value: one_image(value, 0)),
        ("your {it} is right for the last {one} only", lambda value: one_image(value, -1)),
        ("your {it} is that of the first {one}, for every {one}",
         lambda value: np.repeat(value[:1], len(value), axis=0))),
    "whole-numbers": ("{it} is cut off to whole numbers",
        "your results are cut off behind the decimal point, as in an array of integers",
        "Which dtype does your {it} have?", lambda value: value.astype(np.int64), np.trunc),
    "negated": ("{it} has the wrong sign", "your {it} is minus the right one",
        "Follow one number by hand. Where does the minus come from?", lambda value: -value),
}
"""What can be done to the right y, and to the right grad_x."""

BACKWARD: Table = {
    "upstream-ignored": ("grad_y is not used",
        "your grad_x is the gradient of the sum of y, as if grad_y were all ones",
        "By the chain rule, where does grad_y come in?",
        lambda layer, grad_y, grad_x: layer.once_more(np.ones_like(grad_y))),
    "upstream-squared": ("grad_y is multiplied in twice",
        "grad_y is a factor of your grad_x two times",
        "The chain rule is a product of two factors. Which two?",
        lambda layer, grad_y, grad_x: layer.once_more(grad_y * grad_y)),
    "averaged": ("grad_x is divided by the size of the batch",
        "you divide grad_x by N; the loss does that, once, and no layer does it again",
        "How much does y change if one number of x grows by 1? Does N play a part in it?",
        lambda layer, grad_y, grad_x: grad_x / len(grad_x)),
    "adds-up": ("grad_x is added to that of the last call",
        "your backward adds into an array that is never made anew, so old gradients stay in it",
        "Where is grad_x made: in __init__, in forward or in backward?",
        lambda layer, grad_y, grad_x: _added_up(layer, grad_x)),
}

STATE: Table = {
    "first-input": ("The first input is kept for ever",
        "you store what backward needs on the first forward only, so later it belongs to another x",
        "backward belongs to the *latest* forward. When do you store what it needs?",
        lambda base: keeping(base, lambda layer, x: getattr(layer, "kept", x.copy()))),
}

PARAMS: Table = {
    "first-weights": ("The first weights are kept for ever",
        "you copy the parameters on the first call, so setting params later changes nothing",
        "An optimizer sets params after every step. When does your layer look at them?",
        first_weights, lambda base: first_weights(base, 1)),
}

KEPT: Table = {
    "last-kept": ("Only the last {one} is kept for backward",
        "your forward keeps what one {one} needs, and the next {one} overwrites it: backward takes "
        "the last one for the whole batch", "What does `self` hold after your loop over the batch?",
        lambda base: keeping(base, lambda layer, x: np.repeat(x[-1:], len(x), axis=0))),
}

GRADS: Table = {
    "zeros": ("A parameter's gradient stays 0",
        "{entry} stays as np.zeros made it, so this parameter would never learn",
        "Where do you write into this entry, after np.zeros?",
        lambda layer, name, right, grad_y: np.zeros_like(right)),
    "averaged": ("A parameter's gradient is divided by the size of the batch",
        "{entry} is an average over the batch; the loss has already divided by N, once",
        "By the chain rule, how do the contributions of several {one}s to one parameter combine?",
        lambda layer, name, right, grad_y: right / len(grad_y)),
    "negated": ("A parameter's gradient has the wrong sign", "{entry} is minus the gradient",
        "Who goes downhill, the layer or the optimizer?",
        lambda layer, name, right, grad_y: -right),
    "one-sample": ("Only one {one} counts for a parameter's gradient",
        "{entry} comes from one {one} of the batch alone",
        "Every {one} used the same parameter. How do their contributions come together?",
        ("{entry} comes from the last {one} of the batch alone: each overwrites the one before",
         lambda layer, name, right, grad_y: _of(layer, name, one_image(grad_y, -1))),
        ("{entry} comes from the first {one} of the batch alone",
         lambda layer, name, right, grad_y: _of(layer, name, one_image(grad_y, 0)))),
    "upstream-ignored": ("A parameter's gradient does not use grad_y",
        "{entry} is the same whatever grad_y is, as if it were all ones",
        "By the chain rule, where does grad_y come in?",
        lambda layer, name, right, grad_y: _of(layer, name, np.ones_like(grad_y))),
    "axis-kept": ("A parameter's gradient has one axis too many",
        "your sum keeps an axis of length 1; `param - lr * grad` would then change the parameter's "
        "shape without a word",
        "What is the shape of the parameter, and what is the shape of its gradient?",
        lambda layer, name, right, grad_y: right[np.newaxis]),
    "summed-up": ("A parameter's gradient is a single number",
        "{entry} is the sum over all axes, so every number of the parameter would get the same",
        "Over which axes does your sum run? Which axis must be left?",
        lambda layer, name, right, grad_y: right.sum()),
    "added": ("The gradients are added to those of the last call",
        "your `grads` grow from call to call and never start again",
        "backward *sets* grads. Which numbers should they hold after two calls?", _added),
}

PLACES: Table = {
    "one-place": ("Only the last place of y counts for a parameter's gradient",
        "{entry} comes from the last window alone: each overwrites the one before",
        "Every place of y used the same parameter. Is it `=` or `+=` that you need?",
        lambda layer, name, right, grad_y: _of(layer, name, _last_place(grad_y)),
        lambda layer, name, right, grad_y: _of(layer, name, one_image(_last_place(grad_y), -1))),
}
"""What can be done to the gradient of a parameter that serves every place of y."""
