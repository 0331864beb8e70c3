"""Errors that help: each names the argument, what was expected, and what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np

from convkit.layers.base import Array


def integer(value: Any, name: str, minimum: int = 1) -> int:
    """``value`` as an int of at least ``minimum``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
        raise ValueError(f"{name}: expected an integer of at least {minimum}, got {value!r}")
    return int(value)


def pair(value: Any, name: str, minimum: int = 1) -> tuple[int, int]:
    """``value`` as (vertical, horizontal): an int stands for both."""
    sizes = value if isinstance(value, Sequence | np.ndarray) else (value, value)
    try:
        vertical, horizontal = (integer(size, name, minimum) for size in sizes)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name}: expected an integer of at least {minimum} or a pair of them, got {value!r}"
        ) from None
    return vertical, horizontal


def positive(value: Any, name: str) -> float:
    """``value`` as a finite number above 0."""
    if not isinstance(value, Real) or not isfinite(value) or float(value) <= 0:
        raise ValueError(f"{name}: expected a finite number above 0, got {value!r}")
    return float(value)


def fraction(value: Any, name: str) -> float:
    """``value`` as a number from 0 to 1."""
    if not isinstance(value, Real) or not 0 <= float(value) <= 1:
        raise ValueError(f"{name}: expected a number from 0 to 1, got {value!r}")
    return float(value)


def floating(x: Any, name: str) -> Array:
    """``x`` as a real array: float32 and float64 stay, integers and bools become float64."""
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name}: expected an array of numbers, got {error}") from None
    if array.dtype in (np.float32, np.float64):
        return array
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    raise ValueError(
        f"{name}: expected float64, float32 or integer numbers, got dtype {array.dtype}"
    )


def filled(x: Any, name: str) -> Array:
    """``x`` as a real array of any shape with at least one element."""
    array = floating(x, name)
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one element, got shape {array.shape}")
    return array


def shaped(x: Any, name: str, *expected: Sequence[int | str]) -> Array:
    """``x`` as a real array of an ``expected`` shape, in which a letter stands for any size > 0."""
    array = floating(x, name)
    if not any(_fits(array.shape, shape) for shape in expected):
        shapes = " or ".join(_written(shape) for shape in expected)
        raise ValueError(f"{name}: expected shape {shapes}, got {array.shape}")
    return array


def gradient(grad_y: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """``grad_y`` as handed to a layer whose output had this ``shape`` and ``dtype``."""
    return shaped(grad_y, "grad_y", shape).astype(dtype, copy=False)


def parameter(
    params: Mapping[str, Array], name: str, expected: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    """The entry ``name`` of a layer's ``params``, in the precision of the layer's input."""
    if name not in params:
        raise ValueError(f'params: expected an entry "{name}", got {sorted(params)}')
    return shaped(params[name], f'params["{name}"]', expected).astype(dtype, copy=False)


def _fits(shape: tuple[int, ...], expected: Sequence[int | str]) -> bool:
    return len(shape) == len(expected) and all(
        size > 0 if isinstance(wanted, str) else size == wanted
        for size, wanted in zip(shape, expected, strict=True)
    )


def _written(shape: Sequence[int | str]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
