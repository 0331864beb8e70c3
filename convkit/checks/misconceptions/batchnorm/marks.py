"""What can be said of a batch normalization that is none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.batchnorm import EVALUATION
from convkit.checks.look import View, equal, look
from convkit.checks.misconceptions import Mark
from convkit.checks.misconceptions.batchnorm.altered import BACK, FORMULA, axes, wide
from convkit.checks.misconceptions.batchnorm.channels import about_grad_x, about_y
from convkit.checks.misconceptions.common import with_backward, with_forward
from convkit.checks.misconceptions.marks import Marks, enter_marks, wrong_arrays
from convkit.checks.misconceptions.tables import enter_table
from convkit.checks.properties import Situation
from convkit.layers import Array, BatchNorm


def _verdicts(quantity: str, situations: Sequence[Situation]) -> set[str]:
    """One for each case that goes wrong, as far as there is one."""
    found = set()
    for situation in situations:
        view = look(quantity, [situation]).views[0]
        if not view.wrong:
            continue
        if not isinstance(view.got, np.ndarray) or view.got.shape != view.right.shape:
            return set()
        if not np.isfinite(view.got).all():
            continue
        verdict = (
            about_y(view)
            if quantity == "y"
            else about_grad_x(view, situation.trial.behaviour.get("y"))
        )
        if verdict:
            found.add(verdict)
    return found


def _modes(quantity: str, situations: Sequence[Situation]) -> str | bool:
    """Whether it goes wrong in one mode only, in words."""
    views = look(quantity, situations).views
    wrong = {EVALUATION in view.case.traits for view in views if view.wrong}
    right = {EVALUATION in view.case.traits for view in views if not view.wrong}
    if len(wrong) == 1 and right - wrong:
        return (
            "Here it happens in evaluation only." if wrong.pop() else "In evaluation it is right."
        )
    return True


_Y: Marks = {
    "forward-scale": (
        "x̂ is divided by another number",
        "what is subtracted and what is added are right, but the factor is not γ/√(σ²+ε)",
        "Work out the variance of y in one channel. What should it be, with this γ?",
        {"scale"},
        lambda layer, x, y: _bent(layer, x, y, factor=1.17),
    ),
    "forward-shift": (
        "Another number is subtracted or added",
        "the factor of x is right, but y is too large or too small by one number in each channel: "
        "the mean or β is another one, or comes in at the wrong place",
        "Work out the mean of y in one channel. What should it be, with this β?",
        {"shift"},
        lambda layer, x, y: _bent(layer, x, y, summand=0.21),
    ),
    "forward-scale-and-shift": (
        "Each channel is scaled and shifted by other numbers",
        "within a channel all numbers are treated alike, as they should be, but with another mean "
        "and another deviation, or another γ and another β",
        "From which numbers are the mean and the variance of channel 0 worked out? List them.",
        {"both", "scale", "shift"},
        lambda layer, x, y: _bent(layer, x, y, factor=1.17, summand=0.21),
    ),
    "forward-uneven": (
        "The numbers of one channel are not treated alike",
        "within a channel, two numbers are not moved by the same mean and not divided by the same "
        "deviation: the statistics run over other axes, or numbers end up in other places",
        "How many means does a layer with C channels have? Print the shape of yours.",
        {"uneven", "both", "scale", "shift"},
        lambda layer, x, y: y + 0.05 * np.roll(x, 1, axis=0) if len(x) > 1 else y + 0.05 * x**3,
    ),
}

_X: Marks = {
    "backward-scale": (
        "The factor in front of grad_x is not right",
        "the terms of grad_x stand in the right proportion, but all of them are multiplied with "
        "another number than γ/σ",
        "By how much does y change with x̂, and x̂ with x, if mean and variance stay?",
        {"scale"},
        lambda layer, grad_y, grad_x: 1.17 * grad_x,
    ),
    "backward-several": (
        "Several terms of grad_x are not right",
        "grad_x is made of grad_y, its sum and its sum with x̂, as it should be, but more than one "
        "of them enters with another factor",
        "Three ways lead from x to y: directly, through μ and through σ. Take them one by one.",
        {"several", "scale", "both", "mean", "variance", "direct"},
        lambda layer, grad_y, grad_x: _back(layer, grad_y, direct=1.17, mean=0.37, variance=0.61),
    ),
    "backward-uneven": (
        "grad_x is not worked out channel by channel",
        "within a channel, grad_x is not made of grad_y, one constant and one multiple of x̂: sums "
        "run over other axes, or numbers end up in other places",
        "Over which axes does forward take the mean? Are those the axes of the sums in backward?",
        {"uneven", "several", "scale", "both", "mean", "variance", "direct"},
        lambda layer, grad_y, grad_x: (
            grad_x + 0.05 * np.roll(grad_y, 1, axis=0)
            if len(grad_y) > 1
            else grad_x + 0.05 * grad_y**3
        ),
    ),
}


def _bent(layer: Any, x: Array, y: Array, *, factor: float = 1.0, summand: float = 0.0) -> Array:
    beta = layer.params["beta"].reshape(1, -1, *[1] * (x.ndim - 2))
    bent: Array = factor * (y - beta) + beta + summand
    return bent.astype(x.dtype)


def _back(
    layer: Any, grad_y: Array, *, direct: float = 1.0, mean: float = 1.0, variance: float = 1.0
) -> Array:
    """The right way back with other factors; in evaluation, where it is too simple, another one."""
    over = (0, *range(2, grad_y.ndim))
    wide = (1, -1, *[1] * (grad_y.ndim - 2))
    batch = layer.x.mean(over), layer.x.var(over)
    centre, square = batch if layer.training else (layer.running_mean, layer.running_var)
    deviation = np.sqrt(square.reshape(wide) + layer.eps)
    normalized = (layer.x - centre.reshape(wide)) / deviation
    if layer.training:
        through = grad_y.mean(over, keepdims=True)
        along = normalized * (grad_y * normalized).mean(over, keepdims=True)
    else:
        through, along = np.ones_like(grad_y) * (mean != 1), normalized * (variance != 1)
    slope = layer.params["gamma"].reshape(wide) / deviation
    result: Array = slope * (direct * grad_y - mean * through - variance * along)
    return result.astype(grad_y.dtype)


def _odd_forward() -> type[BatchNorm]:
    """Another scale and shift in y, and the right formula with the x̂ that belongs to them."""

    def forward(self: Any, x: Array) -> Array:
        y = _bent(self, x, BatchNorm.forward(self, x), factor=1.3, summand=0.4)
        wide = (1, -1, *[1] * (x.ndim - 2))
        gamma, beta = (self.params[name].reshape(wide) for name in ("gamma", "beta"))
        over = (0, *range(2, x.ndim))
        deviation = np.sqrt((x.var(over) if self.training else self.running_var) + self.eps)
        self.own = ((y - beta) / gamma, 1.3 * gamma / deviation.reshape(wide))
        return y

    def backward(self: Any, grad_y: Array) -> Array:
        BatchNorm.backward(self, grad_y)
        normalized, slope = self.own
        over = (0, *range(2, grad_y.ndim))
        if self.training:
            along = normalized * (grad_y * normalized).mean(over, keepdims=True)
            return (slope * (grad_y - grad_y.mean(over, keepdims=True) - along)).astype(
                grad_y.dtype
            )
        return (slope * grad_y).astype(grad_y.dtype)

    return type("Wrong", (BatchNorm,), {"forward": forward, "backward": backward})


def _own_normalized(view: View, situations: Sequence[Situation]) -> Array | None:
    """x̂ as it stands in the implementation's own y."""
    (situation,) = (s for s in situations if s.trial.case is view.case)
    y, params = situation.trial.behaviour.get("y"), view.case.params
    if not isinstance(y, np.ndarray) or y.shape != view.case.x.shape:
        return None
    return (y - wide(params["beta"], y)) / wide(params["gamma"], y)


def _gamma_follows(quantity: str, situations: Sequence[Situation]) -> bool:
    """γ's gradient is the right sum with the x̂ of a wrong y."""
    if quantity != 'grads["gamma"]':
        return False
    wrong = wrong_arrays(quantity, situations)
    for view, got in wrong:
        normalized, grad_y = _own_normalized(view, situations), view.case.grad_y
        if normalized is None or not equal(got, (grad_y * normalized).sum(axes(grad_y))):
            return False
    return bool(wrong)


def _mark(quantity: str, verdicts: set[str]) -> Mark:
    def mark(asked: str, situations: Sequence[Situation]) -> str | bool:
        if asked != quantity:
            return False
        with np.errstate(all="ignore"):
            found = _verdicts(quantity, situations)
        return bool(found) and found <= verdicts and _modes(quantity, situations)

    return mark


def _follows(asked: str, situations: Sequence[Situation]) -> str | bool:
    return _gamma_follows(asked, situations) or _mark("grad_x", {"follows"})(asked, situations)


_OF_WRONG_FORWARD: Marks = {
    "backward-of-wrong-forward": (
        "The way back works with an x̂ that is not right",
        "the formula in backward is the right one, but forward has kept another x̂, or another "
        "deviation, for it: mend forward first",
        "Which numbers does backward take over from forward?",
        _follows,
        _odd_forward(),
    ),
}

enter_marks("BatchNorm", BACK, _OF_WRONG_FORWARD)
enter_table("BatchNorm", FORMULA, _Y, partial(with_forward, BatchNorm), mark=partial(_mark, "y"))
enter_table("BatchNorm", BACK, _X, partial(with_backward, BatchNorm), mark=partial(_mark, "grad_x"))
