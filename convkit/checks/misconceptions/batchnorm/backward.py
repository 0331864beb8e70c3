"""Wrong backward passes of `BatchNorm`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.batchnorm.altered import BACK, axes, statistics, wide
from convkit.checks.misconceptions.common import with_backward
from convkit.checks.misconceptions.gradients import changed_gradient, enter_parameter_gradients
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, BatchNorm


def _formula(
    layer: Any,
    grad_y: Array,
    *,
    mean: float = 1.0,
    variance: float = 1.0,
    m: int | None = None,
    power: float = 1.0,
    eps: float | None = None,
    gamma: bool = True,
) -> Array:
    """γ/σ (∇y − mean · Σ∇y/m − variance · x̂ Σ(∇y x̂)/m), with factors that are right at 1."""
    x = layer.x
    centre, square = statistics(layer, x)
    deviation = wide(np.sqrt(square + (layer.eps if eps is None else eps)), x)
    normalized = (x - wide(centre, x)) / deviation
    m = m or x.size // x.shape[1]
    inner = grad_y - mean * grad_y.sum(axes(x), keepdims=True) / m
    inner = inner - variance * normalized * (grad_y * normalized).sum(axes(x), keepdims=True) / m
    scale = wide(layer.params["gamma"], x) if gamma else 1.0
    grad_x: Array = scale / deviation**power * inner
    return grad_x.astype(x.dtype)


def _in_training(**changes: Any) -> Any:
    """The formula with something changed; evaluation stays right."""
    return lambda layer, grad_y, grad_x: (
        _formula(layer, grad_y, **changes) if layer.training else grad_x
    )


def _by_samples(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    return _formula(layer, grad_y, m=len(grad_y)) if layer.training else grad_x


def _constants(**changes: Any) -> Callable[[Any], dict[str, Any]]:
    """Both modes; in evaluation mean and variance are constants in any case."""
    return lambda layer: changes if layer.training else {"mean": 0.0, "variance": 0.0, **changes}


def _in_both(**changes: Any) -> Any:
    return lambda layer, grad_y, grad_x: _formula(layer, grad_y, **_constants(**changes)(layer))


_TABLE: Table = {
    "backward-statistics-constant": (
        "In training the mean and the variance are treated as constants",
        "grad_x is γ/σ · grad_y, as in evaluation: but here both depend on x",
        "If one number of a batch grows, what happens to the mean of all?",
        _in_training(mean=0.0, variance=0.0),
    ),
    "backward-mean-constant": (
        "The mean is treated as a constant",
        "what flows back through the mean is left out",
        "If all numbers of a channel grow by 1, what does y do? What must grad_x sum to?",
        _in_training(mean=0.0),
    ),
    "backward-variance-constant": (
        "The variance is treated as a constant",
        "what flows back through the variance is left out",
        "If all numbers of a channel double, what does y do?",
        _in_training(variance=0.0),
    ),
    "backward-mean-sign": (
        "What flows through the mean has the wrong sign",
        "Σ grad_y / m is added where it should be subtracted",
        "If all numbers of a channel grow by 1, what does y do? What must grad_x sum to?",
        _in_training(mean=-1.0),
    ),
    "backward-variance-sign": (
        "What flows through the variance has the wrong sign",
        "the term with x̂ is added where it should be subtracted",
        "If all numbers of a channel double, what does y do?",
        _in_training(variance=-1.0),
    ),
    "backward-variance-half": (
        "What flows through the variance has a factor 2 too many or too few",
        "the square gives a factor 2 and the root a factor ½, and one of them is forgotten",
        "What is the slope of (x − μ)²? And that of √?",
        _in_training(variance=0.5),
        _in_training(variance=2.0),
    ),
    "backward-sums-for-means": (
        "There are sums in place of means",
        "the factor 1/m is lost in one of the two terms, or in both",
        "By how much does the mean change if one of m numbers grows by 1?",
        _in_training(m=1),
    ),
    "backward-by-samples": (
        "The means divide by the number of samples",
        "1/N stands in place of 1/m, with m = N·H·W numbers in a channel of feature maps",
        "Over how many numbers did forward take the mean?",
        _by_samples,
    ),
    "backward-formula-of-training": (
        "In evaluation the formula of training is used",
        "terms for the mean and the variance are subtracted, which are constants in evaluation",
        "What do the running statistics depend on in evaluation: on x?",
        lambda layer, grad_y, grad_x: _formula(layer, grad_y),
    ),
    "backward-gamma-forgotten": (
        "γ is forgotten on the way back",
        "grad_x is not multiplied with γ",
        "y = γ·x̂ + β. What is the slope along x̂?",
        _in_both(gamma=False),
    ),
    "backward-root-forgotten": (
        "On the way back it is divided by the variance",
        "1/σ² stands in place of 1/σ",
        "x̂ = (x − μ)/σ. With a constant σ, what is the slope along x?",
        _in_both(power=2.0),
    ),
    "backward-deviation-forgotten": (
        "The deviation is forgotten on the way back",
        "grad_x is not divided by σ",
        "x̂ = (x − μ)/σ. With a constant σ, what is the slope along x?",
        _in_both(power=0.0),
    ),
    "backward-deviation-multiplied": (
        "On the way back it is multiplied with the deviation",
        "σ stands in place of 1/σ",
        "x̂ = (x − μ)/σ. If σ is large, is the slope along x large or small?",
        _in_both(power=-1.0),
    ),
    "backward-eps-forgotten": (
        "eps is forgotten on the way back",
        "forward divides by √(σ² + ε) and backward by σ",
        "By what exactly did forward divide?",
        _in_both(eps=1e-300),
    ),
}


def _normalized(layer: Any) -> Array:
    mean, variance = statistics(layer, layer.x)
    normalized: Array = (layer.x - wide(mean, layer.x)) / np.sqrt(
        wide(variance, layer.x) + layer.eps
    )
    return normalized


def _matrix(layer: Any, gradient: Array, grad_y: Array) -> Array:
    rows, others = (
        np.moveaxis(values, 1, -1).reshape(-1, values.shape[1])
        for values in (grad_y, _normalized(layer))
    )
    product: Array = rows.T @ others
    return product


def _means_for_sums(*names: str) -> Any:
    """Gradients that are means, and a grad_x that is worked out from them."""

    def wrong(layer: Any, grad_y: Array, grad_x: Array) -> Array:
        m = grad_y.size // grad_y.shape[1]
        for name in names:
            layer.grads[name] = layer.grads[name] / m
        if not layer.training:
            return grad_x
        factors = {name: 1 / m if name in names else 1.0 for name in ("gamma", "beta")}
        return _formula(layer, grad_y, mean=factors["beta"], variance=factors["gamma"])

    return wrong


_GRADS: Table = {
    "backward-gamma-gradient-of-x": (
        "γ's gradient uses x where it should use x̂",
        "grad_y is multiplied with the input, not with what γ multiplies",
        "y = γ·x̂ + β. What is the slope along γ?",
        changed_gradient(
            "gamma", lambda layer, gradient, grad_y: (grad_y * layer.x).sum(axes(grad_y))
        ),
        changed_gradient(
            "gamma",
            lambda layer, gradient, grad_y: (
                grad_y * (layer.x - wide(statistics(layer, layer.x)[0], layer.x))
            ).sum(axes(grad_y)),
        ),
    ),
    "backward-gamma-gradient-of-y": (
        "γ's gradient uses y where it should use x̂",
        "grad_y is multiplied with the output, which has been scaled and shifted already",
        "y = γ·x̂ + β. What is the slope along γ?",
        changed_gradient(
            "gamma",
            lambda layer, gradient, grad_y: (
                grad_y
                * (
                    wide(layer.params["gamma"], grad_y) * _normalized(layer)
                    + wide(layer.params["beta"], grad_y)
                )
            ).sum(axes(grad_y)),
        ),
    ),
    "backward-gamma-gradient-without-x": (
        "γ's gradient is that of β",
        "grad_y is summed, and x̂ plays no part",
        "y = γ·x̂ + β. Along which of the two is the slope 1?",
        changed_gradient("gamma", lambda layer, gradient, grad_y: grad_y.sum(axes(grad_y))),
    ),
    "backward-gamma-gradient-matrix": (
        "γ's gradient is a matrix",
        "grad_y and x̂ are multiplied as matrices, (C, C), though each channel has a sum of its own",
        "How many numbers does γ have, and how many its gradient?",
        changed_gradient("gamma", _matrix),
    ),
    "backward-beta-gradient-with-x": (
        "β's gradient is that of γ",
        "grad_y is multiplied with x̂ before it is summed",
        "y = γ·x̂ + β. Along which of the two is the slope 1?",
        changed_gradient(
            "beta", lambda layer, gradient, grad_y: (grad_y * _normalized(layer)).sum(axes(grad_y))
        ),
    ),
    "backward-beta-gradient-scaled": (
        "γ takes part in β's gradient",
        "the sum of grad_y is multiplied with γ",
        "y = γ·x̂ + β. By how much does y grow with β?",
        changed_gradient(
            "beta", lambda layer, gradient, grad_y: layer.params["gamma"] * grad_y.sum(axes(grad_y))
        ),
    ),
    "backward-gradient-averaged": (
        "A gradient is a mean and not a sum",
        "the gradient of γ or of β is averaged over the m numbers of its channel",
        "Every number of a channel uses the same γ and β. How do their contributions add up?",
        changed_gradient("beta", lambda layer, gradient, grad_y: grad_y.mean(axes(grad_y))),
        changed_gradient(
            "gamma",
            lambda layer, gradient, grad_y: (grad_y * _normalized(layer)).mean(axes(grad_y)),
        ),
        *(_means_for_sums(*names) for names in (("beta",), ("gamma",), ("gamma", "beta"))),
    ),
    "backward-maps-not-summed": (
        "A gradient keeps rows and columns",
        "for feature maps the sum runs over the samples only",
        "One γ serves every place of a map. Over which axes does its gradient sum?",
        changed_gradient("beta", lambda layer, gradient, grad_y: grad_y.sum(axis=0)),
        changed_gradient(
            "gamma", lambda layer, gradient, grad_y: (grad_y * _normalized(layer)).sum(axis=0)
        ),
    ),
}

enter_parameter_gradients(BatchNorm, BACK, ("gamma", "beta"))
enter_table("BatchNorm", BACK, {**_TABLE, **_GRADS}, lambda wrong: with_backward(BatchNorm, wrong))
