"""Credit for a backward pass that fits a wrong forward pass: its gradient, not the reference's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from convkit.checks.behaviour import Trial, forward_each
from convkit.checks.learner import LearnerError, Output, as_array, run
from convkit.checks.properties import Expected, NotJudged
from convkit.layers import Array

_STEP = float(np.cbrt(np.finfo(np.float64).eps))
_TOLERANCE = 1e-6
_KINK = 0.01


class OwnForward:
    """The slopes of a layer's own forward along one random direction for x and each parameter.

    A wrong gradient agrees with a slope along a random direction with probability zero.
    """

    def __init__(self, trial: Trial, expected: Mapping[str, Expected], output: Output) -> None:
        self._trial, self._expected, self._output = trial, expected, output

    def has_gradient(self, quantity: str, gradient: Array) -> bool:
        """Whether ``gradient`` is that of the layer's own forward, which is a wrong one.

        Only where that forward has the right shape and depends on x and on every parameter.
        Raises NotJudged where the direction leads across a kink of that forward.
        """
        if quantity not in self._slopes:
            return False
        direction, slope = self._slopes[quantity]
        if np.isnan(slope):
            raise NotJudged
        along = float(np.vdot(direction, gradient))
        scale = np.linalg.norm(direction) * np.linalg.norm(gradient)
        return abs(along - slope) <= _TOLERANCE * max(abs(slope), float(scale))

    @cached_property
    def _slopes(self) -> dict[str, tuple[Array, float]]:
        case, y = self._trial.case, self._trial.behaviour["y"]
        right = self._expected["y"]
        if isinstance(y, LearnerError) or y.shape != right.value.shape:
            return {}
        if np.all(np.abs(y - right.value) <= right.tolerance):
            return {}  # the forward is right, so its gradient is the reference's
        rng = np.random.default_rng(0)
        layer = self._trial.layer
        step_x: Array = np.asarray(rng.standard_normal(case.x.shape))
        step_x[np.broadcast_to(self._expected[case.gradient].kinks, step_x.shape)] = 0
        steps: dict[str, Array] = {
            name: np.asarray(rng.standard_normal(value.shape))
            for name, value in case.params.items()
        }
        settings = [
            {name: case.params[name] + sign * _STEP * step}
            for name, step in steps.items()
            for sign in (1, -1)
        ]

        def outputs_of_layer() -> list[Array]:
            outputs = [layer.forward(case.x + sign * _STEP * step_x) for sign in (1, -1)]
            outputs += forward_each(layer, settings, case.x.copy())
            return [as_array(output, "the result of forward") for output in outputs]

        try:
            outputs = run(outputs_of_layer, output=self._output)
        except LearnerError:
            return {}
        directions: dict[str, Array] = {case.gradient: step_x}
        directions |= {f'grads["{n}"]': step for n, step in steps.items()}
        if len(outputs) != 2 * len(directions) or any(o.shape != y.shape for o in outputs):
            return {}
        slopes: dict[str, tuple[Array, float]] = {
            quantity: (step, _slope(ahead, y, behind, case.grad_y))
            for (quantity, step), ahead, behind in zip(
                directions.items(), outputs[::2], outputs[1::2], strict=True
            )
        }
        independent = any(abs(slope) <= _TOLERANCE for _, slope in slopes.values())
        return {} if independent else slopes


def _slope(ahead: Array, y: Array, behind: Array, grad_y: Array) -> float:
    """The slope of ⟨y, grad_y⟩; NaN where there is none: at a kink, where the slopes of the two
    sides disagree, and where numbers are not finite."""
    if not all(np.isfinite(values).all() for values in (ahead, y, behind)):
        return float("nan")
    if np.max(np.abs(ahead + behind - 2 * y)) > _KINK * np.max(np.abs(ahead - behind)):
        return float("nan")
    return float(np.vdot(ahead - behind, grad_y) / (2 * _STEP))
