"""A case as Python that a learner can run: as one would write it by hand for each kind of name."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.quantity import Quantity, Y
from convkit.checks.promises.concept import Concept, LayerConcept
from convkit.layers import Array

_WHOLE = 2.0**53
"""Below it a number without digits behind the point is exactly that whole number."""


def calls(concept: Concept, case: Case, quantity: Quantity) -> list[str]:
    """The lines that give a quantity."""
    write = {"SGD": _optimizer, "SoftmaxCrossEntropy": _loss, "BatchNorm": _batch_norm}
    default = _layer if isinstance(concept, LayerConcept) else _function
    return ["import numpy as np", *write.get(concept.name, default)(concept, case, quantity)]


def shown(quantity: Quantity) -> str:
    """What a quantity is called in these lines."""
    owner = {"params": "network.", "grads": "layer."}.get(quantity.what, "")
    return f"{owner}{quantity.array}"


def numbers(values: Array, digits: int = 4) -> str:
    """They are rounded to so many digits behind the point; whole numbers stand without one."""
    if np.all(np.abs(values).astype(np.float64) < _WHOLE) and np.all(values == np.round(values)):
        return str(values.astype(int).tolist())
    return str((np.round(values.astype(np.float64), digits) + 0.0).tolist())


def _array(values: Array) -> str:
    written = f"np.array({numbers(values)}{', float' if values.dtype.kind == 'f' else ''})"
    return f"np.asfortranarray({written})" if values.copy("K").flags.fnc else written


def _function(concept: Concept, case: Case, quantity: Quantity) -> list[str]:
    names = list(inspect.signature(concept.reference).parameters)
    arrays = {n: a for n, a in enumerate(case.arguments) if isinstance(a, np.ndarray)}
    given = [names[n] if n in arrays else repr(a) for n, a in enumerate(case.arguments)]
    lines = [f"{names[n]} = {_array(array)}" for n, array in arrays.items()]
    return [*lines, f"y = {concept.name}({', '.join(given)})"]


def _layer(concept: Concept, case: Case, quantity: Quantity) -> list[str]:
    return [*_made(concept, case, case.options), *_through(case, quantity)]


def _batch_norm(concept: Concept, case: Case, quantity: Quantity) -> list[str]:
    options = dict(case.options)
    mode = ["layer.eval()"] if options.pop("evaluate") else []
    running = {k: options.pop(k) for k in ("running_mean", "running_var") if k in options}
    mode += [f"layer.{name} = {_array(value)}" for name, value in running.items()]
    return [*_made(concept, case, options), *mode, *_through(case, quantity)]


def _made(concept: Concept, case: Case, options: Mapping[str, Any]) -> list[str]:
    given = [*map(repr, case.arguments), *(f"{k}={v!r}" for k, v in options.items())]
    lines = [f"layer = {concept.name}({', '.join(given)})"]
    return lines + [f'layer.params["{name}"] = {_array(v)}' for name, v in case.params.items()]


def _through(case: Case, quantity: Quantity) -> list[str]:
    lines = [f"x = {_array(case.x)}", "y = layer.forward(x)"]
    if quantity != Y:
        lines += [f"grad_y = {_array(case.grad_y)}", "grad_x = layer.backward(grad_y)"]
    return lines


def _loss(concept: Concept, case: Case, quantity: Quantity) -> list[str]:
    lines = [
        "loss = SoftmaxCrossEntropy()",
        f"logits = {_array(case.x)}",
        f"labels = {_array(case.arguments[0])}",
        "y = loss.forward(logits, labels)",
    ]
    return lines + ["grad_logits = loss.backward()"] * (quantity != Y)


def _optimizer(concept: Concept, case: Case, quantity: Quantity) -> list[str]:
    lines = ["from convkit import Layer", "network = Layer()"]
    lines += [f'network.params["{key}"] = {_array(value)}' for key, value in case.params.items()]
    given = ", ".join(f"{name}={value!r}" for name, value in case.options.items())
    lines.append(f"optimizer = SGD(network, {given})")
    for grads in case.arguments[: quantity.step]:
        lines += [f'network.grads["{key}"] = {_array(grad)}' for key, grad in grads.items()]
        lines.append("optimizer.step()")
    return lines
