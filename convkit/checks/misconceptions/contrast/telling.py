"""Which step of a contrast normalization, or which way back, is another one: told by what came out.

Where σ is below c, y is v/c, so that the two steps can be told apart; and grad_x is made of four
terms, whose factors say which way from y to x is another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from convkit.checks.behaviour import Case
from convkit.checks.contrast import FAINT
from convkit.checks.look import View, close, equal
from convkit.checks.misconceptions.contrast.altered import (
    FORWARDS,
    Parts,
    adjoint,
    deviation,
    matrices,
    over_channels,
    subtracted,
    way_back,
)
from convkit.checks.misconceptions.fitting import same, shares
from convkit.checks.misconceptions.marks import wrong_arrays
from convkit.checks.properties import Situation
from convkit.layers import Array, LocalContrastNorm2d


def _layer(case: Case) -> Any:
    return LocalContrastNorm2d(*case.arguments, **case.options)


def right_parts(layer: Any, x: Array) -> Parts:
    by = matrices(layer, x)
    v = subtracted(x, by)
    sigma = deviation(v, by)
    return Parts(v, np.maximum(layer.c, sigma), sigma > layer.c, by)


def _far_from_border(case: Case, windows: int) -> Array:
    """The places from which as many windows reach nothing beyond the border, (1, 1, H, W)."""
    half = windows * (_layer(case).kernel_size // 2)
    inside = np.zeros((1, 1, *case.x.shape[2:]), bool)
    height, width = case.x.shape[2:]
    inside[..., half : height - half, half : width - half] = True
    return inside


def at_border_only(quantity: str, situations: Sequence[Situation]) -> bool:
    """What came is right inside, where there is an inside."""
    insides = 0
    for view, got in wrong_arrays(quantity, situations):
        # Beyond a first window lies the mean, beyond a second one the deviation.
        inside = np.broadcast_to(_far_from_border(view.case, 2), got.shape)
        insides += int(inside.sum())
        if not close(got, view.right)[inside].all():
            return False
    return insides > 0


def below_c_only(quantity: str, situations: Sequence[Situation]) -> bool:
    """y is right wherever σ is above c."""
    above = 0
    for view, got in wrong_arrays(quantity, situations):
        steep = np.broadcast_to(right_parts(_layer(view.case), view.case.x).steep, got.shape)
        above += int(steep.sum())
        if not close(got, view.right)[steep].all():
            return False
    return above > 0


def one_divisor(quantity: str, situations: Sequence[Situation]) -> bool:
    """At each place all channels of v are divided by the same number, but by a wrong one."""
    told = 0
    for view, got in wrong_arrays(quantity, situations):
        v = right_parts(_layer(view.case), view.case.x).v
        factor = (got * v).sum(axis=1, keepdims=True) / np.maximum(
            (v * v).sum(axis=1, keepdims=True), 1e-30
        )
        told += view.case.x.shape[1] > 1
        if not equal(factor * v, got):
            return False
    return told > 0


def _faint(quantity: str, situations: Sequence[Situation]) -> Iterator[tuple[View, Array, float]]:
    """Cases in which y should be v/c: what was subtracted if it is so, and c."""
    for view, got in wrong_arrays(quantity, situations):
        if FAINT in view.case.traits and view.case.x.shape[1] > 1:
            yield view, got, _layer(view.case).c


def shared_mean(quantity: str, situations: Sequence[Situation]) -> bool:
    """All channels lose the same at a place, and are divided by c: but it is not their mean."""
    cases = list(_faint(quantity, situations))
    for view, got, c in cases:
        lost = view.case.x - c * got
        if not equal(lost, np.broadcast_to(over_channels(lost), lost.shape)):
            return False
    return bool(cases)


def same_for_all_channels(quantity: str, situations: Sequence[Situation]) -> bool | None:
    """At each place all channels lose one number and are divided by one; None if nothing tells.

    Then their differences are those of x, divided by one number; two channels differ anyhow.
    """
    told = False
    for view, got in wrong_arrays(quantity, situations):
        if view.case.x.shape[1] > 2:
            told = True
            ours, theirs = np.diff(got, axis=1), np.diff(view.case.x.astype(float), axis=1)
            if not equal(ours[:, 1:] * theirs[:, :-1], ours[:, :-1] * theirs[:, 1:]):
                return False
    return True if told else None


def other_channels(quantity: str, situations: Sequence[Situation]) -> bool:
    return same_for_all_channels(quantity, situations) is False


def other_numbers(quantity: str, situations: Sequence[Situation]) -> bool:
    return same_for_all_channels(quantity, situations) is True


def any_y(quantity: str, situations: Sequence[Situation]) -> bool:
    return bool(wrong_arrays(quantity, situations))


def _terms(view: View) -> list[Array]:
    """The terms of grad_x: direct, through σ, through the mean, and through both."""
    layer = _layer(view.case)
    parts, grad_y = right_parts(layer, view.case.x), view.case.grad_y
    direct = grad_y / parts.divisor
    inner = over_channels(parts.v * grad_y) * parts.steep / parts.divisor**3
    through = parts.v * adjoint(inner, parts.by)
    mean_terms = [
        np.broadcast_to(adjoint(over_channels(term), parts.by), grad_y.shape)
        for term in (direct, through)
    ]
    return [direct, through, *mean_terms]


_RIGHT = (1.0, -1.0, -1.0, 1.0)


def _off(view: View, got: Array) -> set[int] | None:
    """Which terms enter with another factor; None if grad_x is not made of them."""
    terms = _terms(view)
    there = [number for number, term in enumerate(terms) if term.any()]
    factors = shares(got, *(terms[number] for number in there))
    if factors is None:
        return None
    return {n for n, factor in zip(there, factors, strict=True) if not same(factor, _RIGHT[n])}


def only_terms(*terms: int) -> Callable[[str, Sequence[Situation]], bool]:
    def tells(quantity: str, situations: Sequence[Situation]) -> bool:
        offs = [_off(view, got) for view, got in wrong_arrays(quantity, situations)]
        return bool(offs) and all(off is not None and off <= set(terms) for off in offs)

    return tells


def mean_right(quantity: str, situations: Sequence[Situation]) -> bool:
    """Where σ is a matter of no account, grad_x is right: it is what flows through σ."""
    wrong = [view.case for view, _ in wrong_arrays(quantity, situations)]
    faint = [s.trial.case for s in situations if FAINT in s.trial.case.traits]
    return bool(wrong) and bool(faint) and not any(case in wrong for case in faint)


def shared_way(quantity: str, situations: Sequence[Situation]) -> bool:
    """With c alone below, grad_x less grad_y/c is the same in all channels, and yet wrong."""
    cases = list(_faint(quantity, situations))
    for view, got, c in cases:
        rest = got - view.case.grad_y / c
        if not equal(rest, np.broadcast_to(over_channels(rest), rest.shape)):
            return False
    return bool(cases)


_SLIPS: dict[str, dict[str, Any]] = {
    "the mean and the deviation are treated as constants": {
        "through_mean": 0.0,
        "through_deviation": 0.0,
    },
    "the mean is treated as a constant": {"through_mean": 0.0},
    "the deviation is treated as a constant": {"through_deviation": 0.0},
    "what flows through the mean has the wrong sign": {"through_mean": -1.0},
    "what flows through σ has the wrong sign": {"through_deviation": -1.0},
    "half of what flows through σ is missing": {"through_deviation": 0.5},
    "what flows through σ counts twice": {"through_deviation": 2.0},
}


def slipped_as_well(quantity: str, situations: Sequence[Situation]) -> str | bool:
    """A known wrong forward, and a mistake in backward besides; says which."""
    if quantity != "grad_x":
        return False
    layers = [_layer(situation.trial.case) for situation in situations]
    for wrong in FORWARDS:
        if all(_same_forward(*pair, wrong) for pair in zip(layers, situations, strict=True)):
            for words, factors in _SLIPS.items():
                if all(_same_slip(*pair, factors) for pair in zip(layers, situations, strict=True)):
                    return f"Here {words}."
    return False


def _same_forward(layer: Any, situation: Situation, wrong: Any) -> bool:
    case, y = situation.trial.case, situation.trial.behaviour.get("y")
    layer.x, layer.parts = case.x, None
    try:
        found = wrong(layer, case.x, situation.expected["y"].value)
    except ValueError:
        return False
    return isinstance(y, np.ndarray) and layer.parts is not None and equal(y, found)


def _same_slip(layer: Any, situation: Situation, factors: dict[str, Any]) -> bool:
    got, parts = situation.trial.behaviour["grad_x"], layer.parts
    # σ flows where it exceeds c, or wherever c is not what was divided by.
    for steep in (parts.steep, parts.divisor != layer.c):
        slipped = way_back(
            replace(parts, steep=steep), situation.trial.case.grad_y, parts.by, **factors
        )
        if isinstance(got, np.ndarray) and equal(got, slipped):
            return True
    return False
