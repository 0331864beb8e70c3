"""Mistakes that can be made in a layer of any kind, each written once for all names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.misconception import Misconception, capital, enter, entered
from convkit.checks.observing.quantity import GRAD_X, Quantity, Y, grads
from convkit.layers import Array, Layer

Made = type[Layer]

Table = Mapping[str, tuple[Any, ...]]
"""id: (title, when, hint, mistake, further ways to make it, …).

A way to make it may be a pair: what the code does then, and the mistake.
"""

Makers = Sequence[tuple[str, Callable[[Any], Made]]]
"""Each makes a wrong layer of a mistake; before it stands what goes wrong."""


def enter_any_layer(anatomy: Anatomy) -> None:
    """Enter them for a layer, behind its own; an id that is there already is left as it is.

    The anatomy names the axes of ``grads["weight"]`` and the like: so it is known which there are.
    """
    name, base, axes = anatomy.name, anatomy.target, anatomy.axes
    parameters = [quantity.name for quantity in axes if quantity.what == "grads"]
    choices = [[name] for name in parameters] + [parameters] * (len(parameters) > 1)
    of_places = "rows" in axes.get(Y, ()) and "places" not in str([*axes.values()])
    summed = {**GRADIENT, **GRADS, **(PLACES if of_places else {})}
    kept = KEPT if Y in axes else {}  # samples that do not influence one another
    gradients = partial(partial, _with_gradients, base)
    whole: Makers = [("", lambda make: make(base))]
    tables: list[tuple[str, Quantity, Table, Makers]] = [
        ("forward", Y, BATCH, [("your y", partial(_with_forward, base))]),
        ("backward", GRAD_X, {**BATCH, **GRADIENT}, [("your grad_x", gradients(["x"]))]),
        ("state", GRAD_X, STATE, whole),
        ("state", Y, {**PARAMS, **kept} if parameters else {}, whole),
        ("grads", Quantity("grads"), summed, [(_entry_of(n), gradients(n)) for n in choices]),
    ]
    one = axes.get(Y, ("samples",))[0].removesuffix("s")
    for begins, quantity, table, makers in tables:
        it = "a parameter's gradient" if begins == "grads" else str(quantity)
        several = "an entry of your `grads`" if begins == "grads" else f"your {it}"
        for id, (title, when, hint, *ways) in table.items():
            full = f"{name.lower()}-{begins}-{id}"
            made = [
                (make(wrong), (said or when).format(one=one, entry=entry))
                for entry, make in makers
                for said, wrong in (way if isinstance(way, tuple) else ("", way) for way in ways)
            ]
            if made and full not in entered(name):
                wrong, said = zip(*made, strict=True)
                title, when, hint = (
                    text.format(it=it, one=one, entry=several) for text in (title, when, hint)
                )
                words = capital(title), when, hint, *anatomy.read(quantity)
                enter(Misconception(full, name, *words, wrong, said))


def _entry_of(names: Sequence[str]) -> str:
    return f"`{grads(names[0])}`" if len(names) == 1 else "each entry of your `grads`"


def _with_forward(base: Made, change: Callable[..., Any]) -> Made:
    """``base`` whose y is ``change(layer, "y", right, x)``, with a right backward."""

    def forward(self: Layer, x: Array) -> Any:
        return change(self, "y", base.forward(self, x), x)

    return _derived(base, forward=forward)


def _with_gradients(base: Made, names: Sequence[str], change: Callable[..., Any]) -> Made:
    """``base`` whose gradients are ``change(layer, name, right, grad_y)`` for these names.

    "x" stands for grad_x. ``layer.again(name, grad_y)`` is what is right for another grad_y.
    """

    def right(self: Layer, grad_y: Array) -> dict[str, Any]:
        return {"x": base.backward(self, grad_y), **self.grads}

    def backward(self: Layer, grad_y: Array) -> Any:
        gradients = right(self, grad_y)
        wrong = {name: change(self, name, gradients[name], grad_y) for name in names}
        self.grads = gradients | wrong
        return self.grads.pop("x")

    def again(self: Layer, name: str, grad_y: Array) -> Array:
        gradient: Array = right(self, grad_y)[name]
        return gradient.copy()

    return _derived(base, backward=backward, again=again)


def _one_image(values: Array, image: int) -> Array:
    """``values`` where only one image of the batch is more than zeros."""
    kept = np.zeros_like(values)
    kept[image] = values[image]
    return kept


def _keeping(base: Made, keep: Callable[[Any, Array], Array]) -> Made:
    """``base`` whose backward belongs to a forward of ``keep(layer, x)``: of ``layer.kept``."""

    def forward(self: Any, x: Array) -> Array:
        self.kept = keep(self, x)
        return base.forward(self, x)

    def backward(self: Any, grad_y: Array) -> Array:
        base.forward(self, self.kept)
        return base.backward(self, grad_y)

    return _derived(base, forward=forward, backward=backward)


def _first_weights(base: Made, most: int | None = None) -> Made:
    """It copies its parameters, or the first of them, on its first call."""

    def forward(self: Any, x: Array) -> Array:
        if not hasattr(self, "first"):
            self.first = {name: self.params[name] for name in [*self.params][:most]}
        now, self.params = self.params, {**self.params, **self.first}
        y = base.forward(self, x)
        self.params = now
        return y

    return _derived(base, forward=forward)


def _derived(base: Made, **methods: Callable[..., Any]) -> Made:
    return type("Wrong", (base,), methods)


def _added(layer: Any, name: str, right: Array, grad_y: Array) -> Array:
    before = vars(layer).setdefault("before", {})
    fits = name in before and before[name].shape == right.shape
    total: Array = right + before[name] if fits else right
    before[name] = total
    return total


def _last_place(grad_y: Array) -> Array:
    kept = np.zeros_like(grad_y)
    kept[..., -1, -1] = grad_y[..., -1, -1]
    return kept if grad_y.ndim > 2 else grad_y


# fmt: off
BATCH: Table = {
    "one-image": ("Only one {one} of the batch is computed",
        "{entry} is right for the first {one}, or for the last, and not for the others",
        "Is your `return` inside the loop? Which index does the loop over the batch write to?",
        ("{entry} is right for the first {one} only",
         lambda layer, name, right, given: _one_image(right, 0)),
        ("{entry} is right for the last {one} only",
         lambda layer, name, right, given: _one_image(right, -1)),
        ("{entry} is that of the first {one}, for every {one}",
         lambda layer, name, right, given: np.repeat(right[:1], len(right), axis=0))),
}
"""What can be done to the right y, and to the right grad_x."""

GRADIENT: Table = {
    "upstream-ignored": ("{it} does not use grad_y",
        "{entry} is the gradient of the sum of y, as if grad_y were all ones",
        "By the chain rule, where does grad_y come in?",
        lambda layer, name, right, grad_y: layer.again(name, np.ones_like(grad_y))),
    "averaged": ("{it} is divided by the size of the batch",
        "{entry} is divided by N; the loss does that once, and no layer should do it again",
        "Where is N in the chain rule? Who divides by it: the loss, or every layer?",
        lambda layer, name, right, grad_y: right / len(grad_y)),
    "added": ("{it} is added to that of the last call",
        "your backward adds into an array that is never made anew, so old gradients stay in it",
        "Where is this array made: in __init__, in forward or in backward?", _added),
}
"""What can be done to every right gradient."""

STATE: Table = {
    "first-input": ("The first input is kept for ever",
        "you store what backward needs on the first forward only, so later it belongs to another x",
        "backward belongs to the *latest* forward. When do you store what it needs?",
        lambda base: _keeping(base, lambda layer, x: getattr(layer, "kept", x.copy()))),
}

PARAMS: Table = {
    "first-weights": ("The first weights are kept for ever",
        "you copy the parameters on the first call, so setting params later changes nothing",
        "An optimizer sets params after every step. When does your layer look at them?",
        _first_weights, lambda base: _first_weights(base, 1)),
}

KEPT: Table = {
    "last-kept": ("Only the last {one} is kept for backward",
        "what your forward keeps of one {one} is overwritten by the next; backward finds the last",
        "What does `self` hold after your loop over the batch?",
        lambda base: _keeping(base, lambda layer, x: np.repeat(x[-1:], len(x), axis=0))),
}

GRADS: Table = {
    "one-sample": ("Only one {one} counts for {it}",
        "{entry} comes from one {one} of the batch alone",
        "Every {one} used the same parameter. How do their contributions come together?",
        ("{entry} comes from the last {one} of the batch alone: each overwrites the one before",
         lambda layer, name, right, grad_y: layer.again(name, _one_image(grad_y, -1))),
        ("{entry} comes from the first {one} of the batch alone",
         lambda layer, name, right, grad_y: layer.again(name, _one_image(grad_y, 0)))),
}

PLACES: Table = {
    "one-place": ("Only the last place of y counts for {it}",
        "{entry} comes from the last window alone: each overwrites the one before",
        "Every place of y used the same parameter. Is it `=` or `+=` that you need?",
        lambda layer, name, right, grad_y: layer.again(name, _last_place(grad_y)),
        lambda layer, name, right, grad_y: layer.again(name, _one_image(_last_place(grad_y), -1))),
}
"""What can be done to the gradient of a parameter that serves every place of y."""
