"""What can be said of a wrong `BatchNorm` in general, and the terms of its gradient."""

from collections.abc import Mapping

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.look import View
from convkit.checks.naming.slips.batchnorm.slips import BACK, FORMULA
from convkit.checks.naming.solver import enter_sum
from convkit.checks.observing.quantity import GRAD_X, grads
from convkit.checks.promises.batchnorm import EVALUATION, make
from convkit.layers import Array, BatchNorm

_AXES = {grads("gamma"): ("channels",), grads("beta"): ("channels",)}
_ANATOMY = Anatomy(BatchNorm, _AXES, FORMULA, BACK)


def _ways_back(view: View) -> Mapping[str, Array]:
    """The three ways from y to x, of which two are closed in evaluation."""
    case = view.case
    layer = make(BatchNorm, *case.arguments, **case.options)
    over = (0, *range(2, case.x.ndim))
    mean, variance = case.x.mean(over, keepdims=True), case.x.var(over, keepdims=True)
    if EVALUATION in case.traits:
        variance = layer.running_var.reshape(mean.shape)
    deviation = np.sqrt(variance + layer.eps)
    direct = case.params["gamma"].reshape(mean.shape) / deviation * case.grad_y
    if EVALUATION in case.traits:
        return {"direct": direct}
    hat = (case.x - mean) / deviation
    return {
        "direct": direct,
        "mean": np.broadcast_to(-direct.mean(over, keepdims=True), direct.shape),
        "variance": -hat * (direct * hat).mean(over, keepdims=True),
    }


# fmt: off
_WORDS = {
    "direct": ("the direct way, γ/σ · grad_y,",
        "If mean and variance stayed as they are, by how much would y change with x?"),
    "mean": ("what flows back through the mean",
        "If all numbers of a channel grow by 1, what does y do? So what must grad_x sum to?"),
    "variance": ("what flows back through the variance",
        "If all numbers of a channel double, y stays as it is. So what must Σ x̂·grad_x be?"),
}
# fmt: on

enter_sum(_ANATOMY, GRAD_X, _ways_back, _WORDS)
enter_general(_ANATOMY)
