"""Credit for a backward pass that fits a wrong forward pass: its gradient, not the reference's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from convkit.checks.judging.properties import Expected, NotJudged, Own
from convkit.checks.observing.behaviour import Case, Trial
from convkit.checks.observing.foreign_code import LearnerError, Output, as_array, run
from convkit.checks.observing.numerical_gradient import typical_size
from convkit.checks.observing.quantity import Quantity, Y, grads
from convkit.checks.observing.recording import forward_each
from convkit.layers import Array

_STEP = float(np.cbrt(np.finfo(np.float64).eps))
_TOLERANCE = 1e-6
_KINK = 0.01
_DRAWS, _ENOUGH = 6, 0.25


class OwnForward:
    """The slopes of a layer's own forward along one random direction for x and each parameter.

    A wrong gradient agrees with a slope along a random direction with probability zero.

    Args:
        right: makes a right layer of the case, with the case's parameters.
    """

    def __init__(
        self,
        trial: Trial,
        expected: Mapping[Quantity, Expected],
        right: Callable[[], Any],
        output: Output,
    ) -> None:
        self._trial, self._expected, self._output = trial, expected, output
        self._right = right

    def credit(self, quantity: Quantity, gradient: Array) -> Own:
        """Whether ``gradient`` is that of the layer's own forward, which is a wrong one.

        It is credited where that forward gives y the right shape, depends on x and on every
        parameter, each number of y on no more of them than in a right layer and on some part of
        them at least, and is as linear as that is; otherwise it is refused.
        Raises NotJudged where the direction leads across a kink of that forward.
        """
        if quantity not in self._slopes:
            return "not its own"
        direction, slope = self._slopes[quantity]
        if np.isnan(slope):
            raise NotJudged
        along = float(np.vdot(direction, gradient))
        scale = np.linalg.norm(direction) * np.linalg.norm(gradient)
        if abs(along - slope) > _TOLERANCE * max(abs(slope), float(scale)):
            return "not its own"
        return "credited" if self._counts else "refused"

    @cached_property
    def _counts(self) -> bool:
        y, rng = self._trial.behaviour[Y], np.random.default_rng(1)
        assert isinstance(y, np.ndarray)
        try:
            return self._is_as_linear() and self._is_local(y, rng)
        except LearnerError:
            return False

    @cached_property
    def _slopes(self) -> dict[Quantity, tuple[Array, float]]:
        case, y = self._trial.case, self._trial.behaviour.get(Y)
        right = self._expected[Y]
        if not isinstance(y, np.ndarray) or y.shape != right.value.shape:
            return {}
        y = y.astype(np.float64)
        if np.all(np.abs(y - right.value) <= right.tolerance):
            return {}  # the forward is right, so its gradient is the reference's
        rng = np.random.default_rng(0)
        step_x: Array = np.asarray(rng.standard_normal(case.x.shape)) * max(
            1.0, typical_size(case.x)
        )
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
        inputs = [case.x + sign * _STEP * step_x for sign in (1, -1)]
        try:
            outputs = self._forward(inputs, settings)
        except LearnerError:
            return {}
        directions: dict[Quantity, Array] = {case.gradient: step_x}
        directions |= {grads(name): step for name, step in steps.items()}
        if len(outputs) != 2 * len(directions) or any(o.shape != y.shape for o in outputs):
            return {}
        slopes: dict[Quantity, tuple[Array, float]] = {
            quantity: (step, _slope(ahead, y, behind, case.grad_y))
            for (quantity, step), ahead, behind in zip(
                directions.items(), outputs[::2], outputs[1::2], strict=True
            )
        }
        independent = any(abs(slope) <= _TOLERANCE for _, slope in slopes.values())
        return {} if independent else slopes

    def _is_as_linear(self) -> bool:
        """Whether it is linear in x where a right layer is.

        Where that is not, and works on each number by itself, it has to be curved, too: the
        gradient of the identity is too cheap.
        """
        x, right, rng = self._trial.case.x, self._right(), np.random.default_rng(1)
        step = 3 * max(1.0, typical_size(x)) * rng.standard_normal(x.shape)
        inputs = [x, x + step, x - step]
        linear = _on_a_line(self._forward(inputs, []))
        if _on_a_line([np.asarray(right.forward(each)) for each in inputs]):
            return linear
        hollow = np.where(rng.random(x.shape) < 0.5, np.nan, x)
        by_itself = np.array_equal(np.isnan(right.forward(hollow)), np.isnan(hollow))
        return not (linear and by_itself)

    def _is_local(self, y: Array, rng: np.random.Generator) -> bool:
        """Whether the numbers of y depend on about as many numbers as in a right layer.

        Of x, or of a parameter, some numbers are changed at once. In a right layer, where they
        become NaN, some numbers of y depend on none of them; about as many must stay as they are.
        And of as many as change in a right layer, a good part must change.
        """
        case, right = self._trial.case, self._right()
        near = _TOLERANCE * float(np.max(np.abs(y), initial=0.0))
        for name, value in {"": case.x, **case.params}.items():
            share = 1 / (1 + _reach(right, case, name, rng))
            chosen = [rng.random(value.shape) < share for _ in range(_DRAWS)]
            size = max(1.0, typical_size(value))
            changed = [
                np.where(some, value + size * rng.normal(size=value.shape), value)
                for some in chosen
            ]
            hollow = [np.where(some, np.nan, value) for some in chosen]
            outputs = self._forward(*([], [{name: v} for v in changed]) if name else (changed, []))
            if any(output.shape != y.shape for output in outputs):
                return False
            stay = sum(np.count_nonzero(np.abs(output - y) <= near) for output in outputs)
            might = sum(np.count_nonzero(~np.isnan(_with(right, case, name, v))) for v in hollow)
            if 2 * stay < might:
                return False
            before = self._expected[Y].value
            far = _TOLERANCE * float(np.max(np.abs(before), initial=0.0))
            moves = (np.abs(_with(right, case, name, v) - before) > far for v in changed)
            if _DRAWS * y.size - stay < _ENOUGH * sum(map(np.count_nonzero, moves)):
                return False
        return True

    def _forward(self, inputs: list[Array], settings: list[dict[str, Array]]) -> list[Array]:
        """The layer's y of each x, and of the case's x with each setting of the parameters."""
        layer, x = self._trial.layer, self._trial.case.x

        def outputs() -> list[Array]:
            found = [layer.forward(each) for each in inputs]
            found += forward_each(layer, settings, x.copy()) if settings else []
            return [as_array(output, "the result of forward") for output in found]

        return [output.astype(np.float64) for output in run(outputs, output=self._output)]


def _on_a_line(outputs: list[Array]) -> bool:
    """Whether the first is in the middle of the others."""
    y, ahead, behind = outputs
    if not ahead.shape == behind.shape == y.shape:
        return False
    size = float(np.max(np.abs([ahead, behind]), initial=0.0))
    return bool(np.all(np.abs(ahead + behind - 2 * y) <= _TOLERANCE * size))


def _with(right: Any, case: Case, name: str, value: Array) -> Array:
    """y of a right layer with another parameter, or with another x where there is no name."""
    if not name:
        return np.asarray(right.forward(value))
    (y,) = forward_each(right, [{name: value}], case.x)
    return np.asarray(y)


def _reach(right: Any, case: Case, name: str, rng: np.random.Generator) -> float:
    """On about how many numbers of x, or of a parameter, a number of y depends in a right layer."""
    hollow = np.array(case.params[name] if name else case.x)
    hollow.flat[rng.integers(hollow.size)] = np.nan
    y = _with(right, case, name, hollow)
    return float(np.isnan(y).mean()) * hollow.size


def _slope(ahead: Array, y: Array, behind: Array, grad_y: Array) -> float:
    """The slope of ⟨y, grad_y⟩; NaN where there is none: at a kink, where the slopes of the two
    sides disagree, and where numbers are not finite."""
    if not all(np.isfinite(values).all() for values in (ahead, y, behind)):
        return float("nan")
    if np.max(np.abs(ahead + behind - 2 * y)) > _KINK * np.max(np.abs(ahead - behind)):
        return float("nan")
    return float(np.vdot(ahead - behind, grad_y) / (2 * _STEP))
