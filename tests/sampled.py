"""Long tables of tests, of which an ordinary run takes a sample."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

T = TypeVar("T")


def sampled(items: Iterable[T], every: int, name: Callable[[T], str] = str) -> list[ParameterSet]:
    """The items as parameters of a test: one in so many, and all in a run that is exhaustive."""
    return [
        pytest.param(item, id=name(item), marks=[pytest.mark.exhaustive] if number % every else [])
        for number, item in enumerate(items)
    ]
