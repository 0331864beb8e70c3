"""Long tables of tests, of which an ordinary run takes a sample, and an exhaustive one all."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

from convkit.checks import random_cases

T = TypeVar("T")


def one_in(every: int, items: Iterable[T], name: Callable[[T], str] = str) -> list[ParameterSet]:
    """The items as parameters of a test: one in so many is always tried."""
    return [
        pytest.param(item, id=name(item), marks=marks(always=number % every == 0))
        for number, item in enumerate(items)
    ]


def sampled(names: Iterable[T], *always: T) -> list[ParameterSet]:
    """The names as parameters of a test: ``always`` those are tried."""
    return [pytest.param(name, marks=marks(always=name in always)) for name in names]


def marks(*, always: bool) -> list[pytest.MarkDecorator]:
    """Those of a parameter that is always tried, or in an exhaustive run alone."""
    return [] if always else [pytest.mark.exhaustive]


drawn = cache(random_cases)
"""Hidden cases by name and seed. What is right of them takes seconds, and is worked out once."""
