"""Relations between what came and what is right, number by number."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.look import Look, close, equal
from convkit.checks.naming.partly import everywhere, ndim_of
from convkit.layers import Array


def not_finite(look: Look, anatomy: Anatomy) -> bool:
    """On the case that is shown: elsewhere they may come of what goes wrong here in another way."""
    return any(np.any(~np.isfinite(got) & np.isfinite(right)) for got, right in look.pairs[:1])


def one_number(look: Look, anatomy: Anatomy) -> bool:
    told = any(got.size > 1 and np.ptp(right) > 0 for got, right in look.finite)
    return told and everywhere(look, lambda got, right: np.ptp(got) == 0)


def scaled(look: Look, anatomy: Anatomy) -> bool:
    """All numbers of a case are off by one factor."""

    def holds(got: Array, right: Array) -> bool:
        factor = float(np.vdot(got, right) / np.vdot(right, right)) if right.any() else 0.0
        return abs(factor) > 1e-9 and equal(got / factor, right)

    return any(right.size > 1 for _, right in look.finite) and everywhere(look, holds)


def signs(look: Look, anatomy: Anatomy) -> bool:
    return everywhere(look, lambda got, right: equal(np.abs(got), np.abs(right)))


def whole(look: Look, anatomy: Anatomy) -> bool:
    def is_cut(got: Array, right: Array) -> bool:
        little = 1e-6 * float(np.max(np.abs(right), initial=0.0))
        return bool(np.array_equal(got, np.trunc(got))) and any(
            bool(np.all((got == cut(right - little)) | (got == cut(right + little))))
            for cut in (np.trunc, np.floor, np.rint)
        )

    return everywhere(look, is_cut)


def something_added(look: Look, anatomy: Anatomy) -> str | bool:
    """What is added depends on some axes only; says on which."""
    ndim = ndim_of(look)
    for kept in ((1,), (0,), (0, 1), (2,), (3,), (2, 3), (1, 2, 3)):
        if max(kept) < ndim and len(kept) < ndim:
            others = tuple(axis for axis in range(ndim) if axis not in kept)

            def constant(got: Array, right: Array, others: Any = others) -> bool:
                return equal(got, right + (got - right).mean(axis=others, keepdims=True))

            told = any(all(r.shape[axis] > 1 for axis in others) for _, r in look.finite)
            if told and everywhere(look, constant):
                axes = anatomy.axes_of(look, ndim)
                words = " and ".join(axes[axis] for axis in kept)
                return f"What is added, or missing, differs only between the {words}."
    return False


def holes(look: Look, anatomy: Anatomy) -> bool:
    """Right, or 0."""
    return everywhere(look, lambda got, right: np.all(close(got, right) | (got == 0)))
