"""A batch normalization seen channel by channel: which part of a formula is another one.

In each channel, y is a straight line over x, and grad_x is made of grad_y, a constant and x̂. The
factors of these tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from convkit.checks.batchnorm import EVALUATION
from convkit.checks.behaviour import Case
from convkit.checks.look import View
from convkit.checks.misconceptions.fitting import shares
from convkit.layers import Array

_CLOSE = 1e-5


@dataclass(frozen=True)
class _Channel:
    """The m numbers of a channel, and what is right for it."""

    x: Array
    grad_y: Array
    mean: float
    deviation: float
    gamma: float
    beta: float
    training: bool

    @property
    def normalized(self) -> Array:
        return (self.x - self.mean) / self.deviation

    def way_back(self, slope: float, normalized: Array) -> Array:
        """The factors of grad_y, of 1 and of ``normalized`` in the formula of the lecture."""
        if not self.training:
            return np.array([slope, 0.0, 0.0])
        means = np.mean(self.grad_y), np.mean(self.grad_y * normalized)
        return slope * np.array([1.0, -means[0], -means[1]])


def _columns(values: Array) -> Array:
    """(C, m)."""
    return np.moveaxis(values.astype(np.float64), 1, 0).reshape(values.shape[1], -1)


def channels(case: Case) -> Iterator[_Channel]:
    options = {"eps": 1e-5, **case.options}
    training = EVALUATION not in case.traits
    count = case.x.shape[1]
    columns = zip(_columns(case.x), _columns(case.grad_y), strict=True)
    for channel, (x, grad_y) in enumerate(columns):
        mean, variance = (
            (x.mean(), x.var())
            if training
            else (
                options.get("running_mean", np.zeros(count))[channel],
                options.get("running_var", np.ones(count))[channel],
            )
        )
        yield _Channel(
            x,
            grad_y,
            float(mean),
            float(np.sqrt(variance + options["eps"])),
            float(case.params["gamma"][channel]),
            float(case.params["beta"][channel]),
            training,
        )


def _line(x: Array, y: Array) -> Array | None:
    """Slope and height of the straight line on which all (x, y) lie."""
    return shares(y, x, np.ones_like(x))


def about_y(view: View) -> str | None:
    """What is wrong with y on a case: "scale", "shift", "both", or "uneven"; None if unclear."""
    assert isinstance(view.got, np.ndarray)
    found = set()
    for channel, y in zip(channels(view.case), _columns(view.got), strict=True):
        if channel.x.size < 3 or np.ptp(channel.x) == 0:
            continue
        line = _line(channel.x, y)
        if line is None:
            return "uneven"
        slope, height = line
        right_slope = channel.gamma / channel.deviation
        scale = abs(slope - right_slope) > _CLOSE * abs(right_slope)
        centre = slope * channel.mean + height - channel.beta
        shift = abs(centre) > _CLOSE * (abs(channel.beta) + np.max(np.abs(y)))
        if scale or shift:
            found.add("both" if scale and shift else "scale" if scale else "shift")
    return found.pop() if len(found) == 1 else "both" if found else None


def about_grad_x(view: View, own_y: Any) -> str | None:
    """What is wrong with grad_x on a case."""
    assert isinstance(view.got, np.ndarray)
    own = own_y if isinstance(own_y, np.ndarray) and own_y.shape == view.case.x.shape else None
    wrongs, follows = set(), True
    for number, (channel, got) in enumerate(
        zip(channels(view.case), _columns(view.got), strict=True)
    ):
        if channel.x.size < 4 or np.ptp(channel.x) == 0:
            continue
        parts = channel.grad_y, np.ones_like(got), channel.normalized
        factors = shares(got, *parts)
        if factors is None:
            return "uneven"
        right = channel.way_back(channel.gamma / channel.deviation, channel.normalized)
        sizes = np.maximum(np.abs(right), _CLOSE * np.max(np.abs(right)))
        off = np.abs(factors - right) > 1e-4 * sizes
        ratio = factors[0] / right[0]
        if off.any():
            scaled = bool(np.all(np.abs(factors - ratio * right) <= 1e-4 * sizes))
            wrongs.add("scale" if scaled else tuple(off))
        follows = follows and own is not None and _follows(channel, _columns(own)[number], got)
    if wrongs and follows:
        return "follows"
    return _words_for(wrongs)


def _words_for(wrongs: set[Any]) -> str | None:
    names = {
        (False, True, False): "mean",
        (False, False, True): "variance",
        (False, True, True): "both",
        (True, False, False): "direct",
    }
    if wrongs <= {(False, True, False), (False, False, True), (False, True, True)} and wrongs:
        return names[next(iter(wrongs))] if len(wrongs) == 1 else "both"
    if len(wrongs) == 1:
        (only,) = wrongs
        return "scale" if only == "scale" else names.get(only, "several")
    return "several" if wrongs else None


def _follows(channel: _Channel, y: Array, got: Array) -> bool:
    """Whether grad_x is the right formula with the x̂ and the slope of a wrong y."""
    line = _line(channel.x, y)
    if line is None or abs(channel.gamma) < _CLOSE:
        return False
    normalized = (y - channel.beta) / channel.gamma
    factors = channel.way_back(line[0], normalized)
    grad_x = factors[0] * channel.grad_y + factors[1] + factors[2] * normalized
    return bool(np.max(np.abs(grad_x - got)) <= _CLOSE * np.max(np.abs(got), initial=0.0))
