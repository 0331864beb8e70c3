"""Cases that are simpler than a case: with less of something, or with small whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from convkit.checks.observing.behaviour import Case
from convkit.checks.promises.concept import Concept, LayerConcept
from convkit.layers import Array


def simpler(concept: Concept, case: Case) -> Iterator[Case]:
    """The case with one thing smaller or left out, the largest steps first; only legal cases."""
    if case.arguments and all(isinstance(each, Mapping) for each in case.arguments):
        if max(value.size for value in case.params.values()) > 1:  # the steps of an optimizer
            single = tuple({k: _first(v) for k, v in grads.items()} for grads in case.arguments)
            params = {name: _first(value) for name, value in case.params.items()}
            yield replace(case, arguments=single, params=params)
        return
    for arguments, options, x in _steps(case):
        with suppress(ValueError, TypeError, IndexError, ZeroDivisionError):
            yield _remade(concept, case, arguments, options, x)


def _remade(
    concept: Concept, case: Case, arguments: Sequence[Any], options: Mapping[str, Any], x: Array
) -> Case:
    """The case with these arguments: of params and grad_y there are as many numbers as it takes.

    So of running statistics; and labels are classes that there are.
    """
    if not isinstance(concept, LayerConcept):
        concept.reference(*arguments, **options)  # is it legal?
        return replace(case, arguments=tuple(arguments), options=options)
    arguments = tuple(
        np.resize(each, len(x)) % x.shape[1] if isinstance(each, np.ndarray) else each
        for each in arguments
    )
    options = {
        name: np.resize(each, x.shape[1]) if isinstance(each, np.ndarray) else each
        for name, each in options.items()
    }
    made = replace(case, arguments=arguments, options=options, x=x)
    layer = concept.make(concept.reference, *arguments, **options)
    params = {name: np.resize(case.params[name], layer.params[name].shape) for name in case.params}
    return replace(made, params=params, grad_y=np.resize(case.grad_y, np.shape(layer.forward(x))))


def _steps(case: Case) -> Iterator[tuple[Sequence[Any], Mapping[str, Any], Array]]:
    for axis, size in enumerate(case.x.shape):
        for fewer in _fewer(size) if case.params or case.grad_y.size else ():
            x = case.x[(slice(None),) * axis + (slice(0, fewer),)]
            yield case.arguments, case.options, x
            for position, value in enumerate(case.arguments if axis else ()):
                if isinstance(value, np.ndarray):
                    continue
                if value == (size if axis == 1 else case.x.shape[2:]):
                    told = fewer if axis == 1 else x.shape[2:]
                    yield _put(case.arguments, position, told), case.options, x
    for name in case.options:
        yield case.arguments, {k: v for k, v in case.options.items() if k != name}, case.x
    for position, value in enumerate(case.arguments):
        for smaller in _smaller(value):
            yield _put(case.arguments, position, smaller), case.options, case.x
    for name, value in case.options.items():
        for smaller in _smaller(value):
            yield case.arguments, {**case.options, name: smaller}, case.x


def _smaller(value: Any) -> Iterator[Any]:
    """Simpler values of an argument."""
    if isinstance(value, np.ndarray):
        for axis, size in enumerate(value.shape):
            for fewer in _fewer(size):
                yield value[(slice(None),) * axis + (slice(0, fewer),)]
    elif isinstance(value, tuple):
        if len(set(value)) == 1 and len(value) == 2:
            yield value[0]
        for position, part in enumerate(value):
            for smaller in _smaller(part):
                yield _put(value, position, smaller)
    elif isinstance(value, int) and value > 1:
        yield from _fewer(value)


def _fewer(size: int) -> list[int]:
    return sorted({1, size // 2, size - 1} - {0, size})


def _first(values: Array) -> Array:
    """One number, with as many axes."""
    return np.resize(values, (1,) * values.ndim)


def _put(values: Sequence[Any], position: int, value: Any) -> tuple[Any, ...]:
    return (*values[:position], value, *values[position + 1 :])


def in_whole_numbers(case: Case) -> Iterator[Case]:
    """The case with small whole numbers, in the order and with the signs of those that it has."""
    params = {name: _ranks(value) for name, value in case.params.items()}
    arguments = tuple(map(_in_whole_numbers, case.arguments))
    whole = replace(case, arguments=arguments, x=_ranks(case.x), params=params)
    yield replace(whole, grad_y=_ranks(case.grad_y))
    yield whole
    yield replace(case, params=params)


def _in_whole_numbers(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _ranks(each) for name, each in value.items()}
    floats = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return _ranks(value) if floats else value


def _ranks(values: Array) -> Array:
    """1, 2, 3, … for the positive numbers from the smallest on, −1, −2, … for the negative ones."""
    ranks = np.zeros(values.shape)
    for sign in (1, -1):
        there = np.sign(values) == sign
        ranks[there] = sign * (1 + np.unique(sign * values[there], return_inverse=True)[1].ravel())
    return ranks
