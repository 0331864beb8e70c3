"""Of which terms a batch normalization's gradient is the sum: the three ways from x to y."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from convkit.checks.batchnorm import EVALUATION
from convkit.checks.look import View
from convkit.checks.misconceptions.batchnorm.broad import ANATOMY
from convkit.checks.misconceptions.solver import enter_sum
from convkit.layers import Array


def _ways_back(view: View) -> Mapping[str, Array]:
    case = view.case
    layer = ANATOMY.layer(case)
    wide = (1, -1, *[1] * (case.x.ndim - 2))
    over = (0, *range(2, case.x.ndim))
    if EVALUATION in case.traits:
        deviation = np.sqrt(layer.running_var + layer.eps).reshape(wide)
        return {"direct": layer.params["gamma"].reshape(wide) / deviation * case.grad_y}
    centred = case.x - case.x.mean(over, keepdims=True)
    deviation = np.sqrt(case.x.var(over, keepdims=True) + layer.eps)
    direct = layer.params["gamma"].reshape(wide) / deviation * case.grad_y
    hat = centred / deviation
    mean = np.broadcast_to(direct.mean(over, keepdims=True), direct.shape)
    return {
        "direct": direct,
        "mean": -mean,
        "variance": -hat * (direct * hat).mean(over, keepdims=True),
    }


enter_sum(
    ANATOMY,
    "grad_x",
    _ways_back,
    {
        "direct": (
            "the direct way, γ/σ · grad_y,",
            "If mean and variance stayed as they are, by how much would y change with x?",
        ),
        "mean": (
            "what flows back through the mean",
            "If all numbers of a channel grow by 1, what does y do? What must grad_x sum to?",
        ),
        "variance": (
            "what flows back through the variance",
            "If all numbers of a channel double, y stays as it is. What is Σ x̂·grad_x, then?",
        ),
    },
)
