"""What can be said of wrong counts of parameters: which formula they compute, if it is simple."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np

from convkit.checks.behaviour import Case
from convkit.checks.look import Look
from convkit.checks.misconceptions.broad import Anatomy, enter_broad
from convkit.checks.misconceptions.broad.entering import enter_mark
from convkit.checks.misconceptions.broad.errors import ERRORS, RESULTS
from convkit.checks.misconceptions.local.counts import DENSE, SHARED
from convkit.layers import Array, conv_parameters, dense_parameters, local_parameters

Factors = Mapping[str, int]


def _of_shape(case: Case) -> Factors:
    shape, units = case.arguments
    return {
        "units": units,
        "the first size": shape[0],
        "the last size": shape[-1],
        "the sum of the sizes": sum(shape),
        "the product of the sizes": prod(shape),
        "the number of sizes": len(shape),
    }


def _of_kernel(count: str) -> Callable[[Case], Factors]:
    def factors(case: Case) -> Factors:
        channels, number, size = case.arguments
        height, width = size if isinstance(size, tuple) else (size, size)
        return {"channels": channels, count: number, "height": height, "width": width}

    return factors


def _products(cases: list[Factors], most: int) -> Iterator[tuple[str, Array]]:
    """Products of powers of the factors up to ``most``, in words and for each case."""
    names = list(cases[0])
    for powers in sorted(product(range(most + 1), repeat=len(names)), key=sum):
        words = [name for name, power in zip(names, powers, strict=True) for _ in range(power)]
        values = [
            float(prod(case[name] ** power for name, power in zip(names, powers, strict=True)))
            for case in cases
        ]
        yield " · ".join(words) or "1", np.array(values)


def _formulas(cases: list[Factors]) -> Iterator[tuple[str, Array]]:
    """The simplest first: products, their halves and doubles, sums and differences of two."""
    yield from _products(cases, 2)
    simple = list(_products(cases, 1))
    for words, values in simple:
        yield f"2 · {words}", 2 * values
        yield f"½ · {words}", values / 2
    for (one, first), (other, second) in combinations(simple, 2):
        yield f"{other} + {one}", second + first
        yield f"{other} − {one}", second - first
    for (words, values), (one, first), (other, second) in product(simple, simple[:8], simple[:8]):
        yield f"{words} · ({one} + {other})", values * (first + second)


def formula(look: Look, anatomy: Anatomy) -> str | bool:
    """What the results of all failing cases may have been worked out by."""
    if len(look.finite) < 2 or any(got.size != 1 for got, _ in look.finite):
        return False
    came = np.array([float(got) for got, _ in look.finite])
    for words, values in _formulas([anatomy.sizes(view.case) for view in look.wrong]):
        if np.allclose(came, values, rtol=1e-9):
            return f"What comes out is {words}."
    return False


def more(look: Look, anatomy: Anatomy) -> bool:
    return bool(look.finite) and all(np.all(got > right) for got, right in look.finite)


def less(look: Look, anatomy: Anatomy) -> bool:
    return bool(look.finite) and all(np.all(got < right) for got, right in look.finite)


def other(look: Look, anatomy: Anatomy) -> bool:
    return bool(look.finite)


_ROWS: tuple[tuple[str, str, str, str, Any, Callable[[Any], Any]], ...] = (
    (
        "another-formula",
        "Another formula is computed",
        "factors are added where they should be multiplied, are there twice, or are missing",
        "How many weights has one unit? And how many units are there?",
        formula,
        lambda count: 2 * count,
    ),
    (
        "too-many",
        "Too many weights are counted",
        "every result is larger than it should be: something is counted that is no weight, or "
        "twice",
        "Draw two units and their weights, for the smallest case you can think of. Count them.",
        more,
        lambda count: count * 3 + 1,
    ),
    (
        "too-few",
        "Too few weights are counted",
        "every result is smaller than it should be: a factor is missing, or something is divided",
        "Draw two units and their weights, for the smallest case you can think of. Count them.",
        less,
        lambda count: count // 3 - 1,
    ),
    (
        "another-number",
        "Another number is computed",
        "now too many weights are counted, and now too few",
        "Take the smallest case that fails. Which weights are there, and which do you count?",
        other,
        lambda count: 3 * count + 1 if count % 4 else count // 3 - 1,
    ),
)


def _enter(target: Callable[..., Any], sizes: Callable[[Case], Factors], read: Any) -> None:
    anatomy = Anatomy(target, {}, sizes, read)
    for id, title, when, hint, recognise, change in _ROWS:
        enter_mark(anatomy, id, title, when, hint, recognise, _changed(target, change))
    enter_broad(anatomy, [*RESULTS, *ERRORS])


def _changed(target: Callable[..., Any], change: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *arguments: change(target(*arguments))


_enter(dense_parameters, _of_shape, DENSE)
_enter(local_parameters, _of_kernel("units"), DENSE)
_enter(conv_parameters, _of_kernel("feature maps"), SHARED)
