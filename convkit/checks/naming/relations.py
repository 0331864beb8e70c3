"""Relations between what came and what is right, which are true whatever made the numbers.

They are asked last, those that say most first: a relation must hold on every case that goes wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import combinations, permutations
from typing import Any

import numpy as np

from convkit.checks.naming.anatomy import Anatomy, pass_of
from convkit.checks.naming.failures import failure
from convkit.checks.naming.look import Look, View, close, equal
from convkit.checks.naming.misconception import Misconception, capital
from convkit.checks.naming.words import CONDITIONS
from convkit.checks.observing.behaviour import Behaviour, Case
from convkit.checks.observing.quantity import GRAD_X, Y
from convkit.layers import Array

Pair = Callable[[Array, Array], Any]
"""Is given what came and what is right, of one case."""

Holds = Callable[[Look, Anatomy], str | bool]
"""False where a relation does not hold; a sentence about it where there is more to say."""


def relation(anatomy: Anatomy, look: Look) -> Misconception | None:
    """The first relation that holds."""
    id, words, more = next(_found(anatomy, look), ("", None, ""))
    if words is None:
        return None
    it = f"{look.first}{',' * bool(look.first.step or look.first.how)}"
    it = "the result" if anatomy.back is None and look.first == Y else it
    title, when, hint = (text.format(it=it, only=look.only).rstrip(",") for text in words)
    said = f"{capital(when)}. {more}".strip()
    words = capital(title), said, capital(hint), *anatomy.read(look.quantity)
    full, exact = anatomy.begins(look.quantity) + id, id in ("zeros", "negated", "scaled")
    return Misconception(full, anatomy.name, *words, exact=exact)


def _found(anatomy: Anatomy, look: Look) -> Iterator[tuple[str, Any, str]]:
    """Relations that hold: the id, the words, and what more there is to say."""
    if not look.wrong:
        return
    yield from holding(RELATIONS, look, anatomy)
    if found := failure(look, anatomy):
        yield found
    if look.only:
        passing = "Backward" if pass_of(look.quantity) == "backward" else "Forward"
        for id, (pattern, hint) in CONDITIONS.items():
            if re.fullmatch(pattern, look.only):
                title = f"{passing} goes wrong only where {{only}}"
                yield f"only-{id}", (title, "everywhere else it is right", hint), ""
    yield from holding(RARE, look, anatomy)


def holding(
    relations: Mapping[str, tuple[Holds, str, str, str]], look: Look, anatomy: Anatomy
) -> Iterator[tuple[str, Any, str]]:
    for id, (holds, *words) in relations.items():
        if said := holds(look, anatomy):
            yield id, words, said if isinstance(said, str) else ""


def related(got: Array, right: Array) -> str:
    """What holds between a result and the right one, in a few sentences; "" if nothing does."""
    axes = {Y: {1: ("numbers",), 2: ("rows", "columns")}.get(right.ndim, ())}
    view = View(Y, Case("", (), ()), got, right, True, False, Behaviour(), {})
    found = holding(RELATIONS, Look(Y, [view]), Anatomy(None, axes, ("", "")))
    for _, (title, _, hint), more in found:
        return " ".join(filter(None, (f"{capital(title.format(it='the result'))}.", more, hint)))
    return ""


def _everywhere(look: Look, holds: Pair) -> bool:
    return bool(look.finite) and all(holds(got, right) for got, right in look.finite)


def _in_each(holds: Pair) -> Holds:
    return lambda look, anatomy: _everywhere(look, holds)


def _ndim_of(look: Look) -> int:
    """How many axes there are in every case; 0 where they differ."""
    found = {right.ndim for _, right in look.finite}
    return found.pop() if len(found) == 1 else 0


def _not_finite(look: Look, anatomy: Anatomy) -> bool:
    """On the case that is shown: elsewhere they may come of what goes wrong here in another way."""
    return any(np.any(~np.isfinite(got) & np.isfinite(right)) for got, right in look.pairs[:1])


def _one_number(look: Look, anatomy: Anatomy) -> bool:
    told = any(got.size > 1 and np.ptp(right) > 0 for got, right in look.finite)
    return told and _everywhere(look, lambda got, right: np.ptp(got) == 0)


def _scaled(look: Look, anatomy: Anatomy) -> bool:
    def holds(got: Array, right: Array) -> bool:
        factor = float(np.vdot(got, right) / np.vdot(right, right)) if right.any() else 0.0
        return abs(factor) > 1e-9 and equal(got / factor, right)

    return any(right.size > 1 for _, right in look.finite) and _everywhere(look, holds)


def _whole(got: Array, right: Array) -> bool:
    little = 1e-6 * float(np.max(np.abs(right), initial=0.0))
    some_cut = bool(np.array_equal(got, np.trunc(got))) and not equal(right, np.rint(right))
    return some_cut and any(
        bool(np.all((got == cut(right - little)) | (got == cut(right + little))))
        for cut in (np.trunc, np.floor, np.rint)
    )


def _something_added(look: Look, anatomy: Anatomy) -> str | bool:
    """What is added depends on some axes only; says on which."""
    ndim = _ndim_of(look)
    for kept in ((), (1,), (0,), (0, 1), (2,), (3,), (2, 3), (1, 2, 3)):
        if max(kept, default=0) < ndim and len(kept) < ndim:
            others = tuple(axis for axis in range(ndim) if axis not in kept)

            def constant(got: Array, right: Array, others: Any = others) -> bool:
                return equal(got, right + (got - right).mean(axis=others, keepdims=True))

            told = any(all(r.shape[axis] > 1 for axis in others) for _, r in look.finite)
            if told and _everywhere(look, constant):
                axes = anatomy.axes_of(look, ndim)
                words = f"differs only between the {' and '.join(axes[axis] for axis in kept)}"
                return f"What is added, or missing, {words if kept else 'is the same everywhere'}."
    return False


def _mirrored(look: Look, anatomy: Anatomy) -> str | bool:
    """Reversed along one or more axes; says along which."""

    def flipped(got: Array, right: Array, axes: tuple[int, ...]) -> bool:
        return equal(got, np.flip(right, axes))

    ndim = _ndim_of(look)
    for count in range(1, ndim + 1):
        for axes in combinations(range(ndim), count):
            if _everywhere(look, partial(flipped, axes=axes)):
                names = anatomy.axes_of(look, ndim)
                return f"It is reversed along its {' and '.join(names[axis] for axis in axes)}."
    return False


def _refolded(look: Look, anatomy: Anatomy) -> bool:
    """The numbers as another order of the axes lays them in memory."""

    def folds(got: Array, right: Array, order: tuple[int, ...]) -> bool:
        shape = [right.shape[axis] for axis in order]
        return equal(got, right.transpose(order).reshape(right.shape)) or equal(
            got, right.reshape(shape).transpose(np.argsort(order))
        )

    orders = [*permutations(range(_ndim_of(look)))][1:]
    return any(_everywhere(look, partial(folds, order=order)) for order in orders)


def _piled_up(look: Look, anatomy: Anatomy) -> bool:
    """Each number has those before it added, along an axis or from place to place."""

    def holds(got: Array, right: Array, axis: int) -> bool:
        if axis < 0:
            got, right = (each.reshape(*each.shape[:-2], -1) for each in (got, right))
        (first, right), (begin, _) = (np.split(each, [1], axis) for each in (right, got))
        more = np.diff(got, axis=axis) - right
        return equal(begin, first) and equal(more - more.mean(axis, keepdims=True) + right, right)

    return any(
        any(right.shape[axis] > 2 for _, right in look.finite)
        and _everywhere(look, partial(holds, axis=axis))
        for axis in range(-(_ndim_of(look) > 1), _ndim_of(look))
    )


def _scattered(got: Array, right: Array) -> bool:
    return right.size > 3 and equal(np.sort(got, axis=None), np.sort(right, axis=None))


_PARTS: dict[str, Callable[[int], slice]] = {
    "the first of its {} is": lambda size: slice(0, 1),
    "the last of its {} is": lambda size: slice(size - 1, size),
    "all its {} but the first are": lambda size: slice(1, size),
    "all its {} but the last are": lambda size: slice(0, size - 1),
    "all its {} but the first and the last are": lambda size: slice(1, size - 1),
    "the second half of its {} is": lambda size: slice(size // 2, size),
    "the first half of its {} is": lambda size: slice(0, size // 2),
}


def _partly_right(look: Look, anatomy: Anatomy) -> str | bool:
    """Right in some part along an axis, the same part in every case; says in which."""

    def right_in(got: Array, right: Array, axis: int, part: Callable[[int], slice]) -> bool:
        """Right in the part, and wrong all over the rest; or there is no rest."""
        others = tuple(other for other in range(right.ndim) if other != axis)
        lines = np.asarray(close(got, right).all(axis=others))
        inside = np.zeros(lines.size, bool)
        inside[part(lines.size)] = True
        return bool(inside.any()) and bool(np.array_equal(lines, inside))

    ndim = _ndim_of(look)
    for axis in range(ndim):
        for words, part in _PARTS.items():
            if _everywhere(look, partial(right_in, axis=axis, part=part)):
                return f"Only {words.format(anatomy.axes_of(look, ndim)[axis])} right."
    return False


def _few(look: Look, anatomy: Anatomy) -> bool:
    """Few numbers are wrong, at most one in four, in every case that is large enough to tell."""
    large = [pair for pair in look.finite if np.prod(pair[1].shape[-2:]) >= 8]
    return bool(large) and all(np.sum(~close(got, right)) * 4 <= right.size for got, right in large)


def _elsewhere(look: Look, anatomy: Anatomy) -> bool:
    """Each map of grad_x adds up to what it should."""

    def holds(got: Array, right: Array) -> bool:
        off, size = (got - right).sum((2, 3)), np.abs(right).sum((2, 3))
        return bool(np.all(np.abs(off) <= 1e-6 * size))

    return look.first == GRAD_X and _ndim_of(look) == 4 and _everywhere(look, holds)


# fmt: off
RELATIONS: dict[str, tuple[Holds, str, str, str]] = {
    "digits-lost": (lambda look, anatomy: look.rounding, "{it} has lost digits",
        "only its first digits are right: something is rounded, or a small constant is added",
        "Look for float32, for round, and for an epsilon."),
    "not-a-number": (_not_finite, "There is NaN or infinity in {it}",
        "somewhere you divide by 0, take the logarithm of a number that is not positive or the "
        "mean of an empty slice, or read memory that nobody has filled",
        "Which line of your code can make infinity or NaN? With which numbers?"),
    "zeros": (_in_each(lambda got, right: not got.any()), "{it} is 0 everywhere",
        "your results never get into it, or each of them is multiplied by 0",
        "Where do you write into it, after np.zeros? Or which factor of your results is 0?"),
    "one-number": (_one_number, "{it} holds the same number everywhere",
        "you sum up, average or look up one number, and spread it over the whole array",
        "Over which axes does your sum run? Which of them should be left?"),
    "negated": (_in_each(lambda got, right: equal(-got, right)), "{it} has the wrong sign",
        "every number of it is minus the right one",
        "Follow one number by hand. Where does the minus come from?"),
    "scaled": (_scaled, "{it} is off by a factor",
        "one and the same factor explains every wrong number",
        "Divide one of your numbers by the right one. Which size in this case is it?"),
    "whole-numbers": (_in_each(_whole), "{it} holds whole numbers",
        "everything after the decimal point is cut off, by a dtype of integers or by `//`",
        "What is the dtype of the array that you write to?"),
    "signs": (_in_each(lambda got, right: equal(np.abs(got), np.abs(right))),
        "Some signs are wrong in {it}",
        "all numbers have the right size, and some have the wrong sign",
        "Which term comes with a minus? Should it?"),
    "something-added": (_something_added, "Something is added or forgotten in {it}",
        "your numbers are off by the same amount along whole axes, as when a bias is missing",
        "Which term of the formula does not depend on all of the indices?"),
    "holes": (_in_each(lambda got, right: np.all(close(got, right) | (got == 0))),
        "Some numbers of {it} stay 0",
        "what is there is right, and the rest is never written, or is set to 0",
        "Which places are 0? Which index never gets there?"),
    "mirrored": (_mirrored, "{it} is mirrored",
        "the numbers are right, but in reversed order",
        "Where does the first number end up? Is there a flip too many, or one too few?"),
    "transposed": (
        _in_each(lambda got, right: right.ndim > 1 and equal(got, right.swapaxes(-1, -2))),
        "{it} is transposed", "the numbers are right, but its last two axes have changed places",
        "Which index comes first in your array, that of the row or that of the column?"),
    "refolded": (_refolded, "{it} is reshaped where it should be transposed",
        "the numbers are right, but stand in wrong places: reshape never moves an axis",
        "Which axis varies fastest before the reshape, and which one after it?"),
    "piled-up": (_piled_up, "Earlier numbers are added to later ones in {it}",
        "the first number is right, and each one has those before it added: a sum goes on and on",
        "Where is your sum set back to its beginning? In which of your loops should it be?"),
    "scattered": (_in_each(_scattered), "{it} has the right numbers in wrong places",
        "every number is there once, but not where it belongs",
        "Take one number of the result. Which indices does it have, and which should it have?"),
    "partly-right": (_partly_right, "Only a part of {it} is right",
        "one part of the result is right and all the rest is wrong",
        "What is different about the part that is right? Which loop or slice ends there?"),
}
"""Relations that say what happened to the numbers: what tells them; title, sentence, hint."""

RARE: dict[str, tuple[Holds, str, str, str]] = {
    "few": (_few, "A few numbers of {it} are wrong",
        "nearly everything is right: something goes wrong in a few places only",
        "Print the places where the difference is not 0. What do they have in common?"),
    "elsewhere": (_elsewhere, "The gradient arrives, but at the wrong pixels",
        "each map of your grad_x adds up to what it should, but the wrong pixels get it",
        "Take one number of grad_y. Which pixels of x should get it, and which ones do?"),
}
"""Relations that only say where to look."""
