"""When two results are the same."""

from __future__ import annotations

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
