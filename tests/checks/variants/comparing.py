"""When two results are the same, and what a trial says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

TOLERANCE = {np.dtype(np.float64): 1e-7, np.dtype(np.float32): 1e-3}


def shapes(arrays: list[Any]) -> list[tuple[int, ...]]:
    return [np.shape(array) for array in arrays]


def same(found: list[Any], expected: list[Any], dtype: Any) -> bool:
    tolerance = TOLERANCE[np.dtype(dtype)]
    return shapes(found) == shapes(expected) and all(
        np.allclose(one, other, rtol=tolerance, atol=tolerance)
        for one, other in zip(found, expected, strict=True)
    )


@dataclass(frozen=True)
class Verdict:
    """What one trial says.

    Attributes:
        forward: the values, shape and dtype are right, and nothing given was changed.
        as_reference, as_own: backward is the gradient of the reference's forward; of its own.
        mixed: each of its gradients is one or the other.
        silent: nothing can be said of backward here.
    """

    forward: bool
    as_reference: bool
    as_own: bool
    mixed: bool = False
    silent: bool = False
