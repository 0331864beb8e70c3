"""Broad entries about sums: what came is made of the terms of the right sum.

A gradient is a sum over everything that grad_y reaches it through, so its terms are what the right
backward makes of a grad_y that is 0 but in one place. A forward pass that is linear in its weights
is a sum over the weights, likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from convkit.checks.look import Look, View, close
from convkit.checks.misconceptions.broad.entering import (
    Anatomy,
    Recognise,
    enter_mark,
)
from convkit.checks.misconceptions.common import Backward, Forward, with_backward, with_forward
from convkit.layers import Array

_MOST_TERMS = 80
"""More terms than this are not told apart."""

_MOST_CASES = 4

Terms = tuple[str, Array]
"""What is summed over, and the terms: (terms, *shape of the sum)."""


def gradient_terms(view: View, name: str, anatomy: Anatomy) -> Iterable[Terms]:
    """The terms of a gradient along each axis of grad_y, and place by place."""
    grad_y = view.case.grad_y
    layer = anatomy.layer(view.case)
    layer.forward(view.case.x)
    words = anatomy.axes.get("y", [f"axis {axis}" for axis in range(grad_y.ndim)])
    ways: list[tuple[tuple[int, ...], str]]
    ways = [((axis,), words[axis]) for axis in range(grad_y.ndim)]
    if grad_y.ndim == 4:
        ways += [((2, 3), "places"), ((0, 1), "maps of all images")]
    for axes, what in ways:
        shape = [grad_y.shape[axis] for axis in axes]
        if 1 < np.prod(shape) <= _MOST_TERMS:
            terms = []
            for index in np.ndindex(*shape):
                one = np.zeros_like(grad_y)
                place: list[Any] = [slice(None)] * grad_y.ndim
                for axis, at in zip(axes, index, strict=True):
                    place[axis] = at
                one[tuple(place)] = grad_y[tuple(place)]
                grad_x = layer.backward(one)
                term = grad_x if name == "grad_x" else layer.grads[name[7:-2]]
                terms.append(term.copy())
            yield what, np.array(terms)


def output_terms(view: View, name: str, anatomy: Anatomy) -> Iterable[Terms]:
    """The terms of y along each axis of the weights, the bias among them as the last."""
    case, layer = view.case, anatomy.layer(view.case)
    weight, bias = case.params["weight"], case.params["bias"]
    words = anatomy.axes['grads["weight"]']
    for axis in range(1, weight.ndim):
        if 1 < weight.shape[axis] <= _MOST_TERMS:
            terms = []
            for index in range(weight.shape[axis]):
                one = np.zeros_like(weight)
                place = (slice(None),) * axis + (index,)
                one[place] = weight[place]
                layer.params = {"weight": one, "bias": np.zeros_like(bias)}
                terms.append(layer.forward(case.x))
            layer.params = {"weight": np.zeros_like(weight), "bias": bias}
            yield words[axis], np.array([*terms, layer.forward(case.x)])


def _terms(look: Look, view: View, anatomy: Anatomy) -> Iterable[Terms]:
    if look.name == "y":
        return output_terms(view, look.name, anatomy)
    return gradient_terms(view, look.name, anatomy)


Judge = Callable[[Array, Array, Array], bool]
"""Is given what came, the right sum and its terms."""


def _of_terms(judge: Judge, says: str) -> Recognise:
    """In every failing case the judge agrees, for the same kind of terms where there are any."""

    def recognise(look: Look, anatomy: Anatomy) -> str | bool:
        if not look.finite or look.name not in anatomy.axes:
            return False
        agreed = [
            [what for what, terms in _terms(look, view, anatomy) if judge(got, right, terms)]
            for view, (got, right) in zip(look.wrong[:_MOST_CASES], look.finite, strict=False)
        ]
        if not all(agreed):
            return False
        common = [what for what in agreed[0] if all(what in others for others in agreed)]
        return says.format((common or agreed[0])[0])

    return recognise


def _coefficients(got: Array, terms: Array) -> Array | None:
    """How often each term is in what came, but for terms that are 0; None where it is no sum."""
    matrix = terms.reshape(len(terms), -1)
    matrix = matrix[matrix.any(axis=1)].T
    if matrix.shape[0] < 2 * matrix.shape[1] or not matrix.size:
        return None
    found, _, rank, _ = np.linalg.lstsq(matrix, got.ravel(), rcond=1e-10)
    if rank < matrix.shape[1] or not np.all(close(matrix @ found, got.ravel())):
        return None
    return np.asarray(found)


def left_out(got: Array, right: Array, terms: Array) -> bool:
    """Each term is there once or not at all. Where there are few, none may be left."""
    found = _coefficients(got, terms)
    if found is None:
        return False
    whole = np.abs(found[:, None] - np.array([0.0, 1.0])).min(axis=1) < 1e-5
    return bool(whole.all()) and bool(np.any(found < 0.5))


def counted_again(got: Array, right: Array, terms: Array) -> bool:
    """Each term is there a whole number of times."""
    found = _coefficients(got, terms)
    if found is None:
        return False
    return bool(np.all(np.abs(found - np.rint(found)) < 1e-5)) and found.max() > 1.5


def weighed(got: Array, right: Array, terms: Array) -> bool:
    """Each term is there, with a factor of its own."""
    return _coefficients(got, terms) is not None


def overwritten(got: Array, right: Array, terms: Array) -> bool:
    """Each number is one of its terms, and not their sum."""
    return len(terms) > 1 and bool(close(terms, got[None]).any(axis=0).all())


def enter_sums(anatomy: Anatomy, passes: Sequence[str]) -> None:
    """Enter the mistakes in sums, of the "forward" or "backward" pass.

    The forward pass must be that of a layer with params "weight" and "bias" and linear in them.
    """
    for passing in passes:
        it, examples = (
            ("y", _FORWARD_EXAMPLES) if passing == "forward" else ("a gradient", _BACKWARD_EXAMPLES)
        )
        make: Any = with_forward if passing == "forward" else with_backward
        for id, (title, when, hint, says, judge) in _SUMS.items():
            enter_mark(
                anatomy,
                f"{passing}-{id}",
                title.format(it),
                when,
                hint,
                _of_terms(judge, says),
                make(anatomy.target, examples[id]),
            )


def _with_weight(change: Callable[[Array], None]) -> Forward:
    """y with weights that are changed in place."""

    def wrong(layer: Any, x: Array, y: Array) -> Array:
        weight = layer.params["weight"].copy()
        change(weight)
        right, layer.params = layer.params, layer.params | {"weight": weight}
        changed: Array = layer.once_more(x)
        layer.params = right
        layer.once_more(x)
        return changed

    return wrong


def _second(axis: int, factor: float) -> Callable[[Array], None]:
    def change(weight: Array) -> None:
        np.moveaxis(weight, axis, 0)[1 % weight.shape[axis]] *= factor

    return change


def _upstream(factors: Callable[[int], Array]) -> Backward:
    """grad_x of a grad_y whose rows have factors; what is in ``grads`` stays right."""

    def wrong(layer: Any, grad_y: Array, grad_x: Array) -> Array:
        right = dict(layer.grads)
        weighed = grad_y * factors(grad_y.shape[2])[:, np.newaxis]
        changed: Array = layer.once_more(weighed)
        layer.grads = right
        return changed

    return wrong


def _only(kept: int, count: int) -> Array:
    return np.arange(count) == kept


def _one_term_each(layer: Any, grad_y: Array, grad_x: Array) -> Array:
    """Pixels get the terms of the rows of grad_y in turn."""
    rows = range(grad_y.shape[2])
    terms = np.array([_upstream(partial(_only, row))(layer, grad_y, grad_x) for row in rows])
    turn = np.arange(grad_x.size).reshape(grad_x.shape) % len(terms)
    return np.take_along_axis(terms, turn[None], 0)[0]


_FORWARD_EXAMPLES: dict[str, Forward] = {
    "terms-left-out": _with_weight(_second(-1, 0.0)),
    "terms-overwritten": _with_weight(_second(-1, 0.0)),
    "terms-counted-again": _with_weight(_second(-1, 2.0)),
    "terms-weighed": _with_weight(_second(-1, 0.3)),
}

_BACKWARD_EXAMPLES: dict[str, Backward] = {
    "terms-left-out": _upstream(lambda count: np.arange(count) != min(1, count - 1)),
    "terms-overwritten": _one_term_each,
    "terms-counted-again": _upstream(lambda count: 1 + (np.arange(count) == count // 2)),
    "terms-weighed": _upstream(lambda count: 1 + 0.3 * np.arange(count)),
}

_SUMS: dict[str, tuple[str, str, str, str, Judge]] = {
    "terms-left-out": (
        "Terms of the sum are left out in {}",
        "some terms of the sum are there as they should be, and others never come to it: a loop "
        "ends early, begins late, or sees only a part",
        "Over what does the sum run, and from where to where does your loop?",
        "It is a sum over only some of the {}.",
        left_out,
    ),
    "terms-overwritten": (
        "A sum keeps only one of its terms in {}",
        "each number holds one term of its sum: the terms overwrite each other, where they should "
        "be added",
        "`=` or `+=`? How many terms come together in one number?",
        "What should be added up are the {}.",
        overwritten,
    ),
    "terms-counted-again": (
        "Terms of the sum are counted more than once in {}",
        "the terms are right, and some of them are added two, three or more times",
        "How often does your loop come to the same place?",
        "It is a sum over the {}, and some are in it more than once.",
        counted_again,
    ),
    "terms-weighed": (
        "The terms of the sum have wrong factors in {}",
        "the right terms are added up, each multiplied with a factor that does not belong there",
        "Which number do the terms have in common, and which factor do you multiply it with?",
        "It is a sum over the {}, each with a factor of its own.",
        weighed,
    ),
}
