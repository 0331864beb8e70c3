"""Of which parts a wrong result is made: the factors with which known arrays add up to it."""

from __future__ import annotations

import numpy as np

from convkit.layers import Array

_ROUNDING = 1e-6
"""As a share of the largest number: what may be left over."""


def shares(got: Array, *parts: Array) -> Array | None:
    """The factors with which ``parts`` add up to ``got``, one for each part.

    None where they do not add up to it, or where there are too few numbers to say so: there must
    be more of them than parts, and no part may be made of the others.
    """
    numbers = np.asarray(got, np.float64).ravel()
    columns = np.stack([np.asarray(part, np.float64).ravel() for part in parts], axis=1)
    lengths = np.linalg.norm(columns, axis=0)
    finite = np.isfinite(numbers).all() and np.isfinite(columns).all()
    if not finite or numbers.size <= len(parts) or not lengths.all():
        return None
    factors, _, rank, _ = np.linalg.lstsq(columns / lengths, numbers, rcond=1e-9)
    left = np.max(np.abs(columns / lengths @ factors - numbers), initial=0.0)
    if rank < len(parts) or left > _ROUNDING * max(np.max(np.abs(numbers)), 1e-12):
        return None
    found: Array = factors / lengths
    return found


def adds_up(got: Array, *parts: Array) -> bool:
    """Whether ``parts``, each with one factor, add up to ``got``."""
    return shares(got, *parts) is not None


def same(one: float, other: float) -> bool:
    """Whether two factors are the same up to rounding."""
    return bool(np.isclose(one, other, rtol=1e-5, atol=1e-7))
