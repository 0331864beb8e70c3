"""Break it: wrong layers as closed boxes, and the smallest case that tells each from a right one.

`box` lets a learner try one. A learner's function ``break_convolution`` gives a case for each box,
and one more, "any", that should catch wrong layers which nobody has shown. `caught` says which
boxes its cases catch and what that is worth, `caught_unseen` the same of the others.

A case is ``(settings, x)``. In every layer that is tried on it the parameters hold 1, 2, 3, … in
their order, and so does the gradient that is sent back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import convkit
from convkit.checks.checking import MODULES, WrongName
from convkit.checks.naming.misconception import Misconception, catalogue
from convkit.layers import Array

ANY = "any"
MOST_NUMBERS, MOST = 500, 8
"""So many numbers x may have, and so large a setting may be: who answers is not trusted."""
UNSEEN = 8
"""So many wrong layers a hidden test draws."""

Case = tuple[Mapping[str, Any], Array]


@dataclass(frozen=True)
class Wrong:
    """A wrong layer of the catalogue.

    Attributes:
        of: the name that it is a wrong implementation of.
        id, way: which entry, and which of its implementations.
        smallest: how many numbers the smallest case has that catches it.
    """

    of: str
    id: str
    way: int = 0
    smallest: int = 0

    @property
    def implementation(self) -> Callable[..., Any]:
        return _entry(self.of, self.id).implementations[self.way]


BOXES = {
    "convolution": {
        "A": Wrong("Conv2d", "conv2d-forward-flipped", smallest=4),
        "B": Wrong("Conv2d", "conv2d-forward-strides-mixed-up", smallest=3),
        "C": Wrong("Conv2d", "conv2d-backward-assigned", smallest=4),
    },
    "pooling": {
        "A": Wrong("MaxPool2d", "maxpool2d-forward-starts-at-zero", smallest=1),
        "B": Wrong("AvgPool2d", "avgpool2d-forward-divided-by-side", smallest=2),
        "C": Wrong("MaxPool2d", "maxpool2d-backward-assigned", smallest=3),
    },
    "classifier": {
        "A": Wrong("Linear", "linear-forward-weight-not-transposed", smallest=5),
        "B": Wrong("Linear", "linear-backward-bias-gradient-axis", smallest=4),
        "C": Wrong("Linear", "linear-backward-weight-gradient-of-sums", smallest=4),
    },
    "activation": {
        "A": Wrong("ReLU", "relu-backward-of-the-gradient", smallest=1),
        "B": Wrong("Abs", "abs-backward-nan-at-zero", smallest=1),
        "C": Wrong("Tanh", "tanh-backward-not-squared", smallest=1),
    },
    "batchnorm": {
        "A": Wrong("BatchNorm", "batchnorm-forward-over-everything", smallest=8),
        "B": Wrong("BatchNorm", "batchnorm-backward-statistics-constant", smallest=4),
        "C": Wrong("BatchNorm", "batchnorm-backward-by-samples", smallest=4),
    },
}
"""By concept the boxes that can be seen, each by its letter."""

_BEYOND = (
    *("-state-", "-running-", "-backward-added", "-grads-added", "-of-now"),  # a second call
    *("evaluation", "-of-training", "-stride-default", "-stride-required"),  # other arguments
    *("-ties-", "-minus-zero", "-overflow"),  # one kind of number or size alone
    "-plus-one-inside",  # sizes that the stride divides
    *("-gamma-beta-swapped", "-non-linearity"),  # other parameters
)
"""Parts of the ids of what no single case can be asked to catch among everything else."""


class NoCase(ValueError):  # noqa: N818 - it says what there is not
    """A right layer refuses it, or it is none."""


def box(concept: str, letter: str) -> Callable[[Mapping[str, Any], Any], dict[str, Array]]:
    """A wrong layer, closed: what it gives for a case.

    ``box("convolution", "A")(settings, x)`` gives y, grad_x and the gradients of the parameters
    by their names, as `behaviour` does of the learner's own layer.

    Raises:
        WrongName: there is no such box.
    """
    wrong = _boxes(concept).get(letter)
    if wrong is None:
        raise WrongName(f"letter: expected one of {', '.join(_boxes(concept))}, got {letter!r}")
    return lambda settings, x: behaviour(wrong.implementation, settings, x)


def behaviour(implementation: Any, settings: Mapping[str, Any], x: Any) -> dict[str, Array]:
    """What an implementation gives for a case: y and, of a layer, the gradients as well."""
    x = np.array(x, dtype=float)
    if not isinstance(implementation, type):
        return {"y": np.asarray(implementation(x, **settings))}
    layer = implementation(**settings)
    for name, array in layer.params.items():
        layer.params[name] = _numbered(np.shape(array))
    y = np.asarray(layer.forward(x))
    grad_x = layer.backward(_numbered(y.shape))
    return {"y": y, "grad_x": np.asarray(grad_x)} | {
        f'grads["{name}"]': np.asarray(array) for name, array in layer.grads.items()
    }


def different(mine: Mapping[str, Array], theirs: Mapping[str, Array]) -> list[str]:
    """In which of what two implementations give for a case they differ."""
    return [
        name
        for name in {**mine, **theirs}
        if name not in mine
        or name not in theirs
        or mine[name].shape != theirs[name].shape
        or not np.allclose(mine[name], theirs[name], rtol=1e-7, atol=1e-9, equal_nan=True)
    ]


def caught(target: Any, points: float) -> float:
    """Say which of the boxes the cases of ``target`` catch, and give what that is worth.

    Catching a box earns half of its points, the smallest case that does the other half; a case of
    twice as many numbers still half of that.
    """
    boxes = _boxes(_concept(target))
    cases = _cases(target)
    shares = []
    for letter, wrong in boxes.items():
        share, said = _worth(wrong, cases.get(letter))
        shares.append(share)
        print(f"{'✓' if share else '✗'} {letter}: {said}")
    return points * sum(shares) / len(shares)


def caught_unseen(target: Any, points: float, rng: np.random.Generator) -> float:
    """The points for "any": the share that it catches of wrong layers drawn by ``rng``."""
    concept = _concept(target)
    case = _cases(target).get(ANY)
    pool = unseen(concept)
    drawn = [pool[index] for index in rng.permutation(len(pool))[:UNSEEN]]
    try:
        found = sum(catches(wrong, case) for wrong in drawn)
    except NoCase as error:
        print(f'✗ "{ANY}": {error}')
        return 0.0
    print(f'"{ANY}" catches {found} of {len(drawn)} wrong layers that you have not seen.')
    return points * found / len(drawn)


@cache
def unseen(concept: str) -> tuple[Wrong, ...]:
    """The wrong layers of a concept's boxes' names that no box shows, each mistake once."""
    shown = {wrong.id for wrong in _boxes(concept).values()}
    names = dict.fromkeys(wrong.of for wrong in _boxes(concept).values())
    return tuple(
        Wrong(name, entry.id)
        for name in names
        for entry in catalogue(MODULES[name], name)
        if entry.id not in shown and not any(part in entry.id for part in _BEYOND)
    )


def catches(wrong: Wrong, case: Case | None) -> bool:
    """Whether a case tells a wrong layer from a right one.

    Raises:
        NoCase: it is none.
    """
    settings, x = _checked(wrong, case)
    expected = _right(wrong.of, settings, x)
    try:
        with np.errstate(all="ignore"):
            got = behaviour(wrong.implementation, settings, x)
    except Exception:  # a wrong layer may raise anything, and gives itself away
        return True
    return bool(different(expected, got))


def size(wrong: Wrong, case: Case) -> int:
    """How many numbers a case has: those of x and of the parameters."""
    settings, x = _checked(wrong, case)
    implementation = getattr(convkit, wrong.of)
    params = implementation(**settings).params if isinstance(implementation, type) else {}
    return int(x.size + sum(np.size(array) for array in params.values()))


def _worth(wrong: Wrong, case: Case | None) -> tuple[float, str]:
    """The share of a box's points, and what to say."""
    if case is None:
        return 0.0, "there is no case for it yet."
    try:
        if not catches(wrong, case):
            return (
                0.0,
                "it gives just what a right layer gives. Look for a case in which it differs.",
            )
        numbers = size(wrong, case)
    except NoCase as error:
        return 0.0, str(error)
    if numbers <= wrong.smallest:
        count = "1 number" if numbers == 1 else f"{numbers} numbers"
        return 1.0, f"caught, with {count}. It cannot be done with fewer."
    said = f"caught, with {numbers} numbers. It can be done with {wrong.smallest}."
    return (0.75 if numbers <= 2 * wrong.smallest else 0.5), said


def _right(name: str, settings: Mapping[str, Any], x: Array) -> dict[str, Array]:
    try:
        with np.errstate(all="ignore"):
            return behaviour(getattr(convkit, name), settings, x)
    except Exception as error:
        raise NoCase(f"a right {name} refuses this case: {error}") from None


def _checked(wrong: Wrong, case: Any) -> Case:
    """The case of somebody, with x as float64.

    Raises:
        NoCase: it is none, or too large.
    """
    if not isinstance(case, tuple | list) or len(case) != 2 or not isinstance(case[0], dict):
        raise NoCase("expected (settings, x), with settings a dict by name")
    settings, given = case
    numbers = (n for value in settings.values() for n in np.ravel(value))
    if not all(isinstance(n, int | np.integer) and 0 <= n <= MOST for n in numbers):
        raise NoCase(f"settings: expected whole numbers from 0 to {MOST}, or pairs of them")
    settings = {name: tuple(v) if isinstance(v, list) else v for name, v in settings.items()}
    try:
        x = np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise NoCase("x: expected an array of numbers") from None
    if not 0 < x.size <= MOST_NUMBERS:
        raise NoCase(f"x: expected 1 to {MOST_NUMBERS} numbers, got {x.size}")
    return settings, x


def _cases(target: Any) -> dict[str, Case]:
    cases = target()
    if not isinstance(cases, dict):
        raise NoCase(f"expected a dict of cases by box, got a {type(cases).__name__}")
    return cases


def _concept(target: Any) -> str:
    name = str(getattr(target, "__name__", target))
    concept = name.removeprefix("break_")
    _boxes(concept)
    return concept


def _boxes(concept: str) -> dict[str, Wrong]:
    if concept not in BOXES:
        raise WrongName(f"concept: expected one of {', '.join(BOXES)}, got {concept!r}")
    return BOXES[concept]


def _entry(name: str, id: str) -> Misconception:
    return next(entry for entry in catalogue(MODULES[name], name) if entry.id == id)


def _numbered(shape: tuple[int, ...]) -> Array:
    return np.arange(1.0, np.prod(shape, dtype=int) + 1).reshape(shape)
