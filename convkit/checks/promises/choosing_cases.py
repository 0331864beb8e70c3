"""Which of many cases to take, so that few of them show a mistake wherever it may hide; and how
the arrays of some lie in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from convkit.checks.observing.behaviour import Case

TIMES = 2


def covering(cases: Sequence[Case]) -> list[Case]:
    """As few of the cases as show each of their traits twice, where they can.

    Every other one lies transposed in memory. One after the other is taken, each time the one with
    the most traits that are still missing.
    """
    cases = every_other_transposed(cases)
    counts = Counter(trait for case in cases for trait in case.traits)
    missing = Counter({trait: min(count, TIMES) for trait, count in counts.items()})
    found: list[Case] = []
    while missing := +missing:
        left = (case for case in cases if case not in found)
        found.append(max(left, key=lambda case: len(missing.keys() & set(case.traits))))
        missing.subtract(dict.fromkeys(missing.keys() & set(found[-1].traits), 1))
    return found


def every_other_transposed(cases: Sequence[Case]) -> list[Case]:
    """The cases; in every other one arrays lie in memory as a transposed array does.

    So may what another layer gives, and code that takes each array's neighbours in memory for its
    neighbours in a row goes wrong there.
    """
    return [_transposed(case) if number % 2 else case for number, case in enumerate(cases)]


def _transposed(case: Case) -> Case:
    arguments = tuple(map(_in_columns, case.arguments))
    x, grad_y = _in_columns(case.x), _in_columns(case.grad_y)
    if not any(isinstance(array, np.ndarray) and array.flags.fnc for array in (x, *arguments)):
        return case
    (name,) = case.arrays if len(case.arrays) == 1 else (case.input_name,)
    subject = "the arrays lie" if len(case.arrays) > 1 else f"{name} lies"
    said = f"{subject} transposed in memory, as after x.transpose()"
    return replace(
        case,
        words=f"{case.words}; {said}",
        traits=[*case.traits, said],
        arguments=arguments,
        x=x,
        grad_y=grad_y,
    )


def _in_columns(argument: Any) -> Any:
    return np.array(argument, order="F") if isinstance(argument, np.ndarray) else argument
