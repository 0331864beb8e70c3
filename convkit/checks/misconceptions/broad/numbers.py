"""Broad entries about single numbers: each that came is made of the right one in the same place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.look import Look, close, equal
from convkit.checks.misconceptions.broad.entering import Anatomy, Broad
from convkit.checks.misconceptions.solver import in_words
from convkit.layers import Array


def not_finite(look: Look, anatomy: Anatomy) -> bool:
    """On the case that is shown: elsewhere they may come of what goes wrong here in another way."""
    return any(np.any(~np.isfinite(got) & np.isfinite(right)) for got, right in look.pairs[:1])


def zeros(look: Look, anatomy: Anatomy) -> bool:
    return bool(look.finite) and not any(got.any() for got, _ in look.finite)


def one_number(look: Look, anatomy: Anatomy) -> bool:
    return bool(look.finite) and all(
        np.ptp(got) == 0 and got.size > 1 and np.ptp(right) > 0 for got, right in look.finite
    )


def scaled(look: Look, anatomy: Anatomy) -> str | bool:
    """All numbers of a case are off by one factor; says which, if it is known."""
    factors = []
    for got, right in look.finite:
        factor = float(np.vdot(got, right) / np.vdot(right, right)) if right.any() else 0.0
        if abs(factor) < 1e-9 or right.size < 2 or not equal(got / factor, right):
            return False
        factors.append(factor)
    if not factors:
        return False
    return in_words(factors, look.wrong, anatomy) or True


def signs(look: Look, anatomy: Anatomy) -> bool:
    return _everywhere(look, lambda got, right: equal(np.abs(got), np.abs(right)))


def cut_to_whole(look: Look, anatomy: Anatomy) -> bool:
    return _everywhere(look, _is_cut)


def _is_cut(got: Array, right: Array) -> bool:
    little = 1e-6 * float(np.max(np.abs(right), initial=0.0))
    return bool(np.array_equal(got, np.trunc(got))) and any(
        bool(np.all((got == cut(right - little)) | (got == cut(right + little))))
        for cut in (np.trunc, np.floor, np.rint)
    )


def rounded(look: Look, anatomy: Anatomy) -> bool:
    return look.rounding


def clipped(look: Look, anatomy: Anatomy) -> bool:
    """Right between a lowest and a highest number; what would lie beyond is one of these."""

    def inside(got: Array, right: Array) -> bool:
        low, high = float(got.min()), float(got.max())
        return low < high and equal(got, np.clip(right, low, high))

    return _everywhere(look, inside)


def shifted_by_one_number(look: Look, anatomy: Anatomy) -> bool:
    """The same number is added everywhere."""

    def same(got: Array, right: Array) -> bool:
        difference = got - right
        return got.size > 1 and equal(got, right + difference.mean())

    return _everywhere(look, same)


def shifted_along_axes(look: Look, anatomy: Anatomy) -> str | bool:
    """What is added depends on some axes only; says on which."""
    if not look.finite:
        return False
    ndim = look.finite[0][1].ndim
    for kept in ((1,), (0,), (0, 1), (2,), (3,), (2, 3), (1, 2, 3)):
        if max(kept) < ndim and len(kept) < ndim and _constant_but(look, kept):
            axes = anatomy.axes_of(look, ndim)
            words = " and ".join(axes[axis] for axis in kept)
            return f"What is too much, or too little, differs between the {words} only."
    return False


def _constant_but(look: Look, kept: tuple[int, ...]) -> bool:
    def constant(got: Array, right: Array) -> bool:
        others = tuple(axis for axis in range(got.ndim) if axis not in kept)
        difference = (got - right).mean(axis=others, keepdims=True)
        return equal(got, right + difference)

    told = any(
        all(size > 1 for axis, size in enumerate(right.shape) if axis not in kept)
        for _, right in look.finite
    )
    return told and _everywhere(look, constant)


def function_of_right(look: Look, anatomy: Anatomy) -> bool:
    """Each number is a smooth, rising function of the right one, the same function everywhere."""
    if not look.finite:
        return False
    got = np.concatenate([got.ravel() for got, _ in look.finite])
    right = np.concatenate([right.ravel() for _, right in look.finite])
    if right.size < 30:
        return False
    order = np.argsort(right)
    return bool(np.all(np.diff(got[order]) >= -1e-9)) and np.ptp(got) > 0


def _everywhere(look: Look, holds: Callable[[Array, Array], Any]) -> bool:
    return bool(look.finite) and all(holds(got, right) for got, right in look.finite)


def some_zero(look: Look, anatomy: Anatomy) -> bool:
    """Right, or 0."""

    def right_or_zero(got: Array, right: Array) -> bool:
        return bool(np.all(close(got, right) | (got == 0)))

    return _everywhere(look, right_or_zero)


def some_double(look: Look, anatomy: Anatomy) -> bool:
    """Some numbers are a whole multiple of what they should be, the others are right."""

    def multiple(got: Array, right: Array) -> bool:
        some = right != 0
        if not some.any() or not close(got, right)[~some].all():
            return False
        ratio = got[some] / right[some]
        return equal(got[some], np.rint(ratio) * right[some]) and np.rint(ratio.min()) >= 1

    return _everywhere(look, multiple)


DIGITS = [
    Broad(
        "digits-lost",
        "{it} has lost digits",
        "the first six digits or so are right, and the others are not: something was rounded on "
        "the way, worked out only nearly, or had a small constant added",
        "Look for float32, for round, and for an epsilon.",
        rounded,
        (lambda value: value.astype(np.float32).astype(value.dtype),),
    ),
]

NUMBERS = [
    *DIGITS,
    Broad(
        "not-a-number",
        "{it} holds numbers that are none",
        "somewhere 0 is divided by 0, a logarithm is taken of a negative number, the mean of an "
        "empty slice, or memory is used that nobody has filled",
        "Which line of your code can make infinity or NaN? With which numbers?",
        not_finite,
        (lambda value: np.where(value > value.mean(), np.nan, value),),
    ),
    Broad(
        "one-number",
        "{it} holds the same number everywhere",
        "everything is summed up, averaged or looked up in one place, and spread over the result",
        "Over which axes does your sum run? Which of them should be left?",
        one_number,
        (lambda value: np.full_like(value, 0.5 + value.flat[0]),),
    ),
    Broad(
        "scaled",
        "{it} is off by a factor",
        "all numbers are too large, or too small, by the same factor: something is multiplied, "
        "divided or counted that should not be, or is left out",
        "Divide one of your numbers by the right one. Which size in this case equals the quotient?",
        scaled,
        (lambda value: 7.25 * value,),
    ),
    Broad(
        "whole",
        "{it} holds whole numbers",
        "what comes after the point is cut off, by a dtype of integers or by `//`",
        "Which dtype does the array have that you write to?",
        cut_to_whole,
        (np.floor,),
    ),
    Broad(
        "signs",
        "Signs are wrong in {it}",
        "the numbers have the right size, and some or all of them the wrong sign",
        "Which term enters with a minus? Should it?",
        signs,
        (lambda value: np.abs(value),),
    ),
    Broad(
        "clipped",
        "{it} is cut off above or below",
        "numbers beyond a bound are replaced by the bound",
        "Look for a maximum, a minimum, a clip, or a search that does not begin low enough.",
        clipped,
        (lambda value: np.minimum(value, np.median(value)),),
    ),
    Broad(
        "number-added",
        "The same number is added everywhere in {it}",
        "every number is off by the same amount",
        "Subtract what you got from what was expected. Which number of this case is it?",
        shifted_by_one_number,
        (lambda value: value + 0.123,),
    ),
    Broad(
        "something-added",
        "Something is added in {it}, or forgotten",
        "the difference from what is right is the same along whole axes: a term like a bias is "
        "missing, is there twice, or is a wrong one",
        "Which term of the formula does not depend on all of the indices?",
        shifted_along_axes,
        (
            lambda value: (
                value + 0.1 * np.cos(_count(value, 1))[:, np.newaxis, np.newaxis]
                if value.ndim == 4
                else value + _count(value, 0)[:, np.newaxis]
            ),
        ),
    ),
    Broad(
        "holes",
        "Some numbers of {it} stay 0",
        "what is there is right, and the rest was never written, or was set to 0",
        "Which places are 0? Which index never gets there?",
        some_zero,
        (lambda value: np.where(np.sin(np.arange(value.size)).reshape(value.shape) > 0, value, 0),),
    ),
    Broad(
        "some-twice",
        "Some numbers of {it} are counted more than once",
        "a part of the numbers is right, and the others are two, three or more times too large",
        "Which places does your loop come to twice?",
        some_double,
        (
            lambda value: (
                np.where(np.sin(np.arange(value.size)).reshape(value.shape) > 0, 1, 2) * value
            ),
        ),
    ),
    Broad(
        "another-function",
        "A function is applied to {it}",
        "each number is a function of the right one: squeezed, stretched or bent by something that "
        "is applied to it at the end",
        "What happens to the result in your last lines?",
        function_of_right,
        (lambda value: np.arctan(value),),
    ),
]

ZERO = [
    Broad(
        "all-zero",
        "{it} is 0 everywhere",
        "the numbers do not find their way into the result",
        "Where is the result written to, after np.zeros?",
        zeros,
        (lambda value: 0.0 * value,),
    ),
]


def _count(value: Array, axis: int) -> Array:
    """0, 1, 2, … along an axis, in the array's dtype."""
    return np.arange(value.shape[axis], dtype=value.dtype)
