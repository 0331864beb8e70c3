"""What can be said of a `softmax` that is none of the known wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convkit.checks.classifier import LARGE
from convkit.checks.look import View, close, equal, look
from convkit.checks.misconceptions.classifier.softmax import LOGITS
from convkit.checks.misconceptions.fitting import adds_up
from convkit.checks.misconceptions.marks import Marks, Wrong, enter_marks
from convkit.checks.properties import Situation
from convkit.layers import Array, softmax


def _large_only(quantity: str, situations: Sequence[Situation]) -> bool:
    """That moderate ones are right has been seen before large ones are looked at."""
    if quantity != "y":
        return False
    wrong = look(quantity, situations).wrong
    return bool(wrong) and all(LARGE in view.case.traits for view in wrong)


def _ratios(view: View, got: Array) -> Array:
    ratios: Array = got / view.right
    return ratios


def _own_factors(axis: int) -> Any:
    """All numbers of a row (1), or of a column (0), are off by one factor."""

    def tells(wrong: Wrong) -> bool:
        for view, got in wrong:
            ratios = _ratios(view, got)
            if not equal(ratios, np.broadcast_to(ratios.mean(axis, keepdims=True), ratios.shape)):
                return False
        return True

    return tells


def _warmer(wrong: Wrong) -> bool:
    """The logarithms of the shares in each row are the logits times a number, plus one."""
    for view, got in wrong:
        if np.any(got <= 0):
            return False
        logits = np.asarray(view.case.arguments[0], np.float64)
        centred = logits - logits.mean(axis=1, keepdims=True)
        logarithms = np.log(got)
        if not adds_up(logarithms - logarithms.mean(axis=1, keepdims=True), centred):
            return False
    return True


def _rows_sum_to_one(wrong: Wrong) -> bool:
    return all(close(got.sum(axis=1), np.ones(len(got))).all() for _, got in wrong)


def _columns_sum_to_one(wrong: Wrong) -> bool:
    return all(close(got.sum(axis=0), np.ones(got.shape[1])).all() for _, got in wrong)


def _any(wrong: Wrong) -> bool:
    return True


def _scaled_rows(logits: Array) -> Array:
    factors = 1 + np.arange(len(logits), dtype=logits.dtype)[:, np.newaxis]
    return softmax(logits) * factors * logits.dtype.type(0.7)


def _scaled_columns(logits: Array) -> Array:
    return softmax(logits) * (1 + np.arange(logits.shape[1], dtype=logits.dtype))


def _bent_shares(logits: Array) -> Array:
    with np.errstate(over="ignore"):
        powers = 1 + np.square(np.clip(logits, -50, 50)) + 0.1 * np.clip(logits, -50, 50)
    return (powers / powers.sum(axis=1, keepdims=True)).astype(logits.dtype)


_LARGE: Marks = {
    "large": (
        "Large logits go wrong",
        "moderate logits are right; with large ones a power overflows, a sum vanishes, or "
        "something that should keep them in bounds changes them",
        "Print each step of your code for the logits 0, 1000 and 10,000 in one row.",
        _large_only,
        lambda logits: np.where(np.abs(logits).max() < 500, softmax(logits), 0.9 * softmax(logits)),
    ),
}

_Y: Marks = {
    "row-factors": (
        "The rows are not divided by their own sum",
        "within a row the proportions are right, but the row does not sum to 1: it is divided by "
        "something else",
        "Sum the first row of your result. By what should the powers of that row be divided?",
        _own_factors(1),
        _scaled_rows,
    ),
    "column-factors": (
        "Each class has a factor of its own",
        "within a column the proportions are right, but not within a row: something is divided or "
        "subtracted along the wrong axis",
        "Which shape has the sum that you divide by? Against which axis does it broadcast?",
        _own_factors(0),
        _scaled_columns,
    ),
    "of-other-logits": (
        "The logits are changed before the powers are taken",
        "the rows are those of logits that have been multiplied with something, or of powers of "
        "another number than e",
        "How much larger is one power than another, if its logit is larger by 1?",
        _warmer,
        lambda logits: softmax(logits * logits.dtype.type(0.7)),
    ),
    "other-shares": (
        "The rows sum to 1, but the shares are not those of e^a",
        "something else than e^a is divided by its sum, or other numbers take part in it",
        "Two logits, 0 and 1: which shares should they get? Which do they get?",
        _rows_sum_to_one,
        _bent_shares,
    ),
    "columns-sum": (
        "The columns sum to 1",
        "the samples compete with one another, where the classes should",
        "Which sum must be 1: that of a row, or that of a column?",
        _columns_sum_to_one,
        lambda logits: _bent_shares(logits.T).T,
    ),
    "not-shares": (
        "The numbers of a row do not sum to 1",
        "neither rows nor columns are shares of something: a sum runs over the wrong numbers, or "
        "is not divided by",
        "Sum the first row of your result. What is missing?",
        _any,
        lambda logits: softmax(logits) ** 2 + softmax(logits),
    ),
}

enter_marks("softmax", LOGITS, _LARGE)
enter_marks("softmax", LOGITS, _Y, "y")
