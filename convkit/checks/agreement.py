"""`agree`: one result beside the right one, for a step too small to have a check of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.judging.factor import said_of_factor
from convkit.checks.naming.relations import related
from convkit.layers import Array


class Disagreement(AssertionError):  # noqa: N818 - reads as what happened
    """A result is not what it should be; says where, and what holds between the two."""

    def _render_traceback_(self) -> list[str]:
        """In a notebook the sentence alone: no line of the traceback is the learner's."""
        return [f"✗ {self}"]


def agree(
    what: str, got: Any, expected: Any, *, rtol: float = 1e-7, atol: float = 1e-9, why: str = ""
) -> None:
    """Hold a result against the right one, by its name, and say ✓ or what is wrong with it.

    Args:
        what: what it is, such as "the mean" or "slope(np.sin, 0.3)".
        rtol, atol: how far each number may be off, as a share of it and as such.
        why: why it must be so, said where it is not.

    Raises:
        Disagreement: it is something else. An AssertionError.
    """
    right = np.asarray(expected)
    problem = _problem(got, right, rtol, atol)
    if problem:
        raise Disagreement(f"{what}: {problem}{f' ({why})' if why else ''}")
    print(f"✓ {what}")


def _problem(got: Any, right: Array, rtol: float, atol: float) -> str:
    if got is None:
        return "expected a result, got None. Does your code `return` it?"
    try:
        values = np.asarray(got)
    except ValueError:
        values = np.asarray(None)
    if values.dtype.kind not in "biuf":
        return f"expected numbers, got {type(got).__name__}"
    if values.shape != right.shape:
        turned = ", which is the same turned over" if values.shape == right.shape[::-1] else ""
        return f"expected shape {right.shape}, got {values.shape}{turned}"
    off = ~np.isclose(values, right, rtol=rtol, atol=atol, equal_nan=True)
    if not off.any():
        return ""
    far = np.where(off, np.nan_to_num(np.abs(values - right), nan=np.inf), -1.0)
    index = tuple(int(i) for i in np.unravel_index(far.argmax(), right.shape))
    place = f" at [{', '.join(map(str, index))}]" if index else ""
    some = f"{off.sum()} of {off.size} numbers are wrong; " if off.size > 1 else ""
    said = f"{some}expected {right[index]:.6g}{place}, got {values[index]:.6g}"
    if 2 * off.sum() < off.size:
        return said
    more = said_of_factor([(right, values)], [{}]) or related(values, right)
    return f"{said}. {more}" if more else said
