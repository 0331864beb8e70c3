"""The catalogue of misconceptions: wrong implementations, each with what to say about it.

An entry names a learner's mistake (by behaving like it), and proves that the checks can fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

_Implementation = TypeVar("_Implementation", bound=Callable[..., Any])


@dataclass(frozen=True)
class Misconception:
    """A mistake, and an implementation that makes it.

    Attributes:
        id: its name for machines, unique over all concepts.
        of: the name it is a wrong implementation of.
        title: the mistake in a few words; ``sentence``: what the code then does instead.
        hint: where to look, without giving the answer away.
        lecture, section: what teaches it: a notebook of ``lectures/``, and a heading in it.
        implementation: the mistake itself.
    """

    id: str
    of: str
    title: str
    sentence: str
    hint: str
    lecture: str
    section: str
    implementation: Callable[..., Any]


_CATALOGUE: dict[str, list[Misconception]] = {}


def misconception(
    id: str, of: str, *, title: str, sentence: str, hint: str, read: tuple[str, str]
) -> Callable[[_Implementation], _Implementation]:
    """Enter the decorated wrong implementation into the catalogue; ``read``: lecture, section."""

    def enter(implementation: _Implementation) -> _Implementation:
        entry = Misconception(id, of, title, sentence, hint, *read, implementation)
        _CATALOGUE.setdefault(of, []).append(entry)
        return implementation

    return enter


def catalogue(concept: str, name: str) -> list[Misconception]:
    """The entries for ``name``, from the module of its concept."""
    import_module(f"{__name__}.{concept}")
    return _CATALOGUE.get(name, [])
