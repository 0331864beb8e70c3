"""What can be said of running statistics that are none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from convkit.checks.batchnorm import EVALUATION
from convkit.checks.behaviour import Case
from convkit.checks.look import Look, View, equal, look
from convkit.checks.misconceptions.batchnorm.altered import COMPANY, axes
from convkit.checks.misconceptions.batchnorm.running import Statistics, moved, with_move
from convkit.checks.misconceptions.fitting import same, shares
from convkit.checks.misconceptions.marks import Marks, enter_marks
from convkit.checks.properties import Situation
from convkit.layers import Array, BatchNorm

_MEAN, _VARIANCE = "running_mean", "running_var"


def _kinds(x: Array, eps: float) -> Mapping[str, Array]:
    """What may go into running_var by mistake, in words."""
    over, m, samples = axes(x), x.size // x.shape[1], len(x)
    biased = x.var(over)
    kinds = {
        "divided by m, and not by m − 1": biased,
        "(m − 1)/m times too small": biased * (m - 1) / m,
        "m/(m − 1) times too large": biased * (m / max(m - 1, 1)) ** 2,
        "a deviation, the root of the variance": np.sqrt(biased * m / max(m - 1, 1)),
        "a deviation, the root of the variance divided by m": np.sqrt(biased),
        "a deviation, with ε in it": np.sqrt(biased + eps),
        "a variance with ε in it": biased + eps,
        "the mean of the squares, without the mean taken away": (x * x).mean(over),
        "the sum of the squares, divided by nothing": biased * m,
        "the inverse of a deviation": 1 / np.sqrt(biased + eps),
    }
    if samples > 1:
        kinds["corrected by N/(N − 1), though it has N·H·W numbers"] = (
            biased * samples / (samples - 1)
        )
    return kinds


def _before(case: Case) -> tuple[Array, Array]:
    count = case.x.shape[1]
    options = case.options
    mean = options.get(_MEAN, np.zeros(count))
    return mean, options.get(_VARIANCE, np.ones(count))


def _weights(case: Case, mean: Any) -> tuple[float | None, float] | None:
    """With which the old mean and the batch's came together; None for what cannot be known."""
    old, batch = _before(case)[0], case.x.mean(axes(case.x))
    if not isinstance(mean, np.ndarray) or mean.shape != old.shape:
        return None
    if not old.any():
        found = shares(mean, batch)
        return None if found is None else (None, float(found[0]))
    found = shares(mean, old, batch)
    return None if found is None else (float(found[0]), float(found[1]))


def _right_weights(case: Case, weights: tuple[float | None, float]) -> bool:
    momentum = case.options.get("momentum", 0.1)
    kept, taken = weights
    return same(taken, momentum) and (kept is None or same(kept, 1 - momentum))


def _puts_together(
    got: Array, old: Array, batch: Array, weights: tuple[float | None, float]
) -> bool:
    """Whether ``got`` is the old and the batch's variance with these weights."""
    kept, taken = weights
    if kept is not None:
        return equal(got, kept * old + taken * batch)
    rest = got - taken * batch  # a multiple of the old ones, which are all 1
    return got.size > 1 and equal(rest, np.full_like(rest, rest.mean()))


def _wrong(seen: Look) -> list[View]:
    """Where it goes wrong, if an array of the right shape came there."""
    fits = all(isinstance(v.got, np.ndarray) and v.got.shape == v.right.shape for v in seen.wrong)
    return list(seen.wrong) if fits else []


def _own_mean(view: View, situations: Sequence[Situation]) -> Any:
    (situation,) = (s for s in situations if s.trial.case is view.case)
    return situation.trial.behaviour.get(_MEAN)


def _other_weights(quantity: str, situations: Sequence[Situation]) -> bool:
    views = _wrong(look(quantity, situations))
    if quantity not in (_MEAN, _VARIANCE) or not views:
        return False
    for view in views:
        weights = _weights(view.case, _own_mean(view, situations))
        if EVALUATION in view.case.traits or weights is None:
            return False
        if _right_weights(view.case, weights):
            return False
        unbiased = view.case.x.var(axes(view.case.x), ddof=1)
        if quantity == _VARIANCE and not _puts_together(
            np.asarray(view.got), _before(view.case)[1], unbiased, weights
        ):
            return False
    return True


def _another_variance(quantity: str, situations: Sequence[Situation]) -> str | bool:
    """Says which one, where it is known."""
    views = _wrong(look(quantity, situations))
    if quantity != _VARIANCE or not views or any(EVALUATION in v.case.traits for v in views):
        return False
    found: set[str] | None = None
    for view in views:
        weights = _weights(view.case, _own_mean(view, situations))
        if weights is None:
            return True
        kinds = _kinds(view.case.x, view.case.options.get("eps", 1e-5))
        fitting = {
            words
            for words, batch in kinds.items()
            if _puts_together(np.asarray(view.got), _before(view.case)[1], batch, weights)
        }
        found = fitting if found is None else found & fitting
    return f"Here it is {min(found, key=len)}." if found else True


def _another_mean(quantity: str, situations: Sequence[Situation]) -> bool:
    views = _wrong(look(quantity, situations))
    return (
        quantity == _MEAN
        and bool(views)
        and not any(EVALUATION in view.case.traits for view in views)
    )


def _in_evaluation(quantity: str, situations: Sequence[Situation]) -> bool:
    views = _wrong(look(quantity, situations))
    return (
        quantity in (_MEAN, _VARIANCE)
        and bool(views)
        and all(EVALUATION in view.case.traits for view in views)
    )


def _suffixed(*quantities: str) -> Callable[[str, Sequence[Situation]], bool]:
    return lambda quantity, situations: quantity in quantities


def _other(layer: Any, x: Array, old: Statistics, batch: Statistics) -> Statistics:
    return moved(layer.momentum, old, (batch[0] + 0.3, batch[1]))


def _sums(layer: Any, x: Array, old: Statistics, batch: Statistics) -> Statistics:
    return moved(layer.momentum, old, (batch[0], 1.37 * batch[1]))


class _Drifting(BatchNorm):
    """Evaluation shakes the statistics a little."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        if not self.training:
            self.running_var = 1.01 * self.running_var
        return y


class _OnceOnly(BatchNorm):
    """The third of the batch's weight goes into the statistics from the second batch on."""

    def forward(self, x: Array) -> Array:
        self.batches = getattr(self, "batches", 0) + self.training
        momentum = self.momentum
        self.momentum = momentum / (3 if self.batches > 1 else 1)
        y = super().forward(x)
        self.momentum = momentum
        return y


class _HalfWay(BatchNorm):
    """After a batch in training, evaluation forgets half of the running mean."""

    def forward(self, x: Array) -> Array:
        if self.training:
            self.trained = True
            return super().forward(x)
        now = self.running_mean
        self.running_mean = 0.5 * now if hasattr(self, "trained") else now
        y = super().forward(x)
        self.running_mean = now
        return y


_MARKS: Marks = {
    "running-other-weights": (
        "Old and new are weighted otherwise",
        "the running statistics are made of the old ones and the batch's, as they should be, but "
        "not in the shares 1 − momentum and momentum",
        "With momentum = 0.3: how much of the old mean stays, and how much of the batch's comes "
        "in? What do the two shares sum to?",
        _other_weights,
        with_move(
            lambda layer, x, old, batch: tuple(
                0.5 * (1 - layer.momentum) * before + 0.8 * layer.momentum * now
                for before, now in zip(old, batch, strict=True)
            )
        ),
    ),
    "running-other-variance": (
        "Another variance goes into running_var",
        "what running_var takes from a batch is not Σ (x − mean)² / (m − 1)",
        "m numbers of a channel go into it. Work the variance out for channel 0 by hand, divided "
        "by m − 1.",
        _another_variance,
        with_move(_sums),
    ),
    "running-other-mean": (
        "Another mean goes into running_mean",
        "what running_mean takes from a batch is not the mean of the channel's numbers",
        "Over which axes does this mean run? Is it the one that is subtracted from x?",
        _another_mean,
        with_move(_other),
    ),
    "running-changed-in-evaluation": (
        "Evaluation changes the running statistics",
        "a forward pass in evaluation leaves other running statistics behind",
        "In which mode does the layer learn what the data are like?",
        _in_evaluation,
        _Drifting,
    ),
    "running-second-batch": (
        "The second batch moves the running statistics otherwise",
        "after one batch they are right, after two they are not: something is left over from the "
        "first, or is done only once",
        "From which numbers does the update of the second batch start?",
        _suffixed(f"{_MEAN} of two batches", f"{_VARIANCE} of two batches"),
        _OnceOnly,
    ),
    "running-modes": (
        "Switching between training and evaluation goes wrong",
        "a layer that has been trained gives another y after eval(), or after train() again, than "
        "one that starts in that mode",
        "What does your forward do between `if self.training:` and its `else:`? Which numbers does "
        "each branch use?",
        _suffixed("y in evaluation", "y in training again"),
        _HalfWay,
    ),
}

enter_marks("BatchNorm", COMPANY, _MARKS)
