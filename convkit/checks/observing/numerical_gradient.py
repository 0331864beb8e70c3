"""Numerical gradients: central differences, and how far to trust them.

The slope of f along coordinate i is (f(x + h) − f(x − h)) / 2h, up to two errors: cutting off the
Taylor series costs h²/6·|f‴| (truncation), and subtracting two nearly equal numbers costs about
ε·|f|/h (rounding). The first falls with h, the second grows; near h = ε^(1/3) times the size of x
they are alike, which in float64 leaves about ten right digits. The truncation is measured by
taking the slope a second time with the step doubled: the two differ by three times the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from convkit.layers import Array
from convkit.layers.arguments import floating, shaped

EVERY_COORDINATE_UP_TO = 1_000
"""`check_gradient` compares larger tensors along random directions."""

_DIRECTIONS = 16
_SAFETY = 10.0
_EPSILON = float(np.finfo(np.float64).eps)
_NUMBERS_AT_ONCE = 500_000

_ROUNDING_ELSEWHERE = 1e-11
"""What sums in another order may change, as a share of the largest number in a gradient."""


@dataclass(frozen=True)
class GradientComparison:
    """How far a gradient is from the numerical one, where they differ most.

    Attributes:
        error: |gradient − numerical| there; ``tolerance``: what truncation and rounding explain.
        where: index of the coordinate, or None where random directions were compared.
        compared: how many coordinates or directions were compared.
    """

    error: float
    tolerance: float
    where: tuple[int, ...] | None
    compared: int


def numerical_gradient(
    function: Callable[[Array], Array],
    x: Array,
    grad_y: Array | None = None,
    *,
    share_batch: bool = False,
) -> Array:
    """The gradient of ⟨function(x), grad_y⟩ with respect to x, by central differences in float64.

    Args:
        function: from an array like ``x`` to an array or a number.
        x: where, any shape; float32 and integers are taken to float64.
        grad_y: the upstream gradient, in the shape of ``function(x)``; left out where that is a
            single number.
        share_batch: the first axis of ``x`` and of the output is a batch of independent samples, so
            that many perturbed copies may go through ``function`` in one call.

    Raises:
        ValueError: ``grad_y`` is missing or has another shape than ``function(x)``.
    """
    return estimate_gradient(function, x, grad_y, share_batch=share_batch)[0]


def check_gradient(
    function: Callable[[Array], Array],
    x: Array,
    gradient: Array,
    grad_y: Array | None = None,
    *,
    rng: np.random.Generator | int = 0,
) -> GradientComparison:
    """Compare ``gradient`` with the numerical gradient of ⟨function(x), grad_y⟩ at x.

    Every coordinate up to `EVERY_COORDINATE_UP_TO` of them, beyond that random directions (drawn by
    ``rng``), along which a wrong gradient hides with probability zero. The tolerance is not a magic
    number but the sum of the two errors of a central difference, measured here.

    Raises:
        AssertionError: they differ by more than the tolerance; says where and by how much.
        ValueError: ``gradient`` has another shape than ``x``, or ``grad_y`` than ``function(x)``.
    """
    x = floating(x, "x").astype(np.float64)
    gradient = shaped(gradient, "gradient", x.shape).astype(np.float64)
    if x.size <= EVERY_COORDINATE_UP_TO:
        numerical, tolerance = estimate_gradient(function, x, grad_y)
        analytic = gradient
    else:
        directions = np.random.default_rng(rng).normal(size=(_DIRECTIONS, *x.shape))
        directions /= np.sqrt(np.square(directions).mean())
        numerical, tolerance = estimate_gradient(
            lambda steps: function(x + np.tensordot(steps, directions, 1)),
            np.zeros(_DIRECTIONS),
            grad_y,
            size=typical_size(x),
        )
        analytic = np.tensordot(directions, gradient, x.ndim)
    error = np.abs(analytic - numerical)
    excess = np.where(np.isfinite(error), error - tolerance, np.inf)
    worst = np.unravel_index(int(np.argmax(excess)), excess.shape)
    where = tuple(int(i) for i in worst) if x.size <= EVERY_COORDINATE_UP_TO else None
    comparison = GradientComparison(
        float(error[worst]), float(tolerance[worst]), where, excess.size
    )
    if excess[worst] > 0:
        place = f"at {list(where)}" if where is not None else "along a random direction"
        raise AssertionError(
            f"the gradient {place} is {analytic[worst]:.6g}, numerically it is "
            f"{numerical[worst]:.6g}; they differ by {comparison.error:.2g} where "
            f"{comparison.tolerance:.2g} can be explained"
        )
    return comparison


def estimate_gradient(
    function: Callable[[Array], Array],
    x: Array,
    grad_y: Array | None = None,
    *,
    share_batch: bool = False,
    size: float | None = None,
) -> tuple[Array, Array]:
    """The numerical gradient, and for each coordinate how far it may be off (with some safety).

    ``size`` is the scale of numbers that the step is measured by: that of ``x``, unless told.
    """
    x = floating(x, "x").astype(np.float64)
    y = np.asarray(function(x), np.float64)
    if grad_y is None:
        if y.size != 1:
            raise ValueError(f"grad_y: expected an array of shape {y.shape}, got None")
        grad_y = np.ones(y.shape)
    grad_y = shaped(grad_y, "grad_y", y.shape).astype(np.float64)
    step = steps(x, size)
    differences = _shared_differences if share_batch else _differences
    slopes, changed = differences(function, x, grad_y, step)
    doubled, _ = differences(function, x, grad_y, 2 * step)
    truncation = np.abs(doubled - slopes) / 3
    # An output whose change is lost in rounding looks like one that does not change: count one.
    changed = np.maximum(changed, np.abs(grad_y).max(initial=0.0))
    rounding = _EPSILON * float(np.abs(y).max(initial=0.0)) * changed / step
    elsewhere = _ROUNDING_ELSEWHERE * float(np.abs(slopes).max(initial=0.0))
    return slopes, _SAFETY * (truncation + rounding) + elsewhere


def steps(x: Array, size: float | None = None) -> Array:
    """How far each number is moved; twice as far when the truncation is measured."""
    return np.cbrt(_EPSILON) * np.maximum(np.abs(x), typical_size(x) if size is None else size)


def typical_size(x: Array) -> float:
    """The typical size of x's numbers; 1 where all are zero."""
    return float(np.sqrt(np.square(x).mean())) or 1.0 if x.size else 1.0


def _differences(
    function: Callable[[Array], Array], x: Array, grad_y: Array, step: Array
) -> tuple[Array, Array]:
    """The slope along each coordinate, and the sum of |grad_y| over the outputs that it changes."""
    slopes, changed = np.empty(x.shape), np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += step[index]
        behind[index] -= step[index]
        change = np.asarray(function(ahead), np.float64) - function(behind)
        slopes[index] = np.vdot(change, grad_y) / (ahead[index] - behind[index])
        changed[index] = np.abs(grad_y[change != 0]).sum()
    return slopes, changed


def _shared_differences(
    function: Callable[[Array], Array], x: Array, grad_y: Array, step: Array
) -> tuple[Array, Array]:
    """The same, with the perturbed copies of a sample sharing one call.

    A sample's outputs depend on that sample alone, so only it is copied.
    """
    per_sample = x[0].size
    slopes, changed = np.empty((len(x), per_sample)), np.empty((len(x), per_sample))
    for n in range(len(x)):
        flat_step = step[n].reshape(-1)
        for chunk in _chunks(per_sample, max(1, _NUMBERS_AT_ONCE // (2 * per_sample))):
            moves = np.zeros((len(chunk), per_sample))
            moves[np.arange(len(chunk)), chunk] = flat_step[chunk]
            moves = moves.reshape(-1, *x.shape[1:])
            ahead, behind = x[n] + moves, x[n] - moves
            both = np.asarray(function(np.concatenate([ahead, behind])), np.float64)
            change = (both[: len(chunk)] - both[len(chunk) :]).reshape(len(chunk), -1)
            taken = (ahead - behind).reshape(len(chunk), -1)[np.arange(len(chunk)), chunk]
            upstream = grad_y[n].reshape(-1)
            slopes[n, chunk] = change @ upstream / taken
            changed[n, chunk] = (change != 0) @ np.abs(upstream)
    return slopes.reshape(x.shape), changed.reshape(x.shape)


def _chunks(count: int, size: int) -> Iterator[Array]:
    for start in range(0, count, size):
        yield np.arange(start, min(start + size, count))
