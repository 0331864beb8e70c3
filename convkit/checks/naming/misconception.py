"""The catalogue of misconceptions: wrong implementations, each with what to say about it.

An entry names a learner's mistake (by behaving like it), and proves that the checks can fail.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from convkit.checks.naming.look import Look

Reading = tuple[str, str]
"""A lecture, and a section in it."""


@dataclass(frozen=True)
class Misconception:
    """A mistake, and implementations that make it.

    Attributes:
        id: its name for machines, unique over all concepts.
        of: the name that it is a wrong implementation of.
        title: the mistake in a few words.
        sentence: what the code does instead.
        hint: where to look, without giving the answer away.
        lecture, section: what teaches it: a notebook of ``lectures/``, and a heading in it.
        implementations: the mistake itself; more than one where it can come out differently.
        said: what the code does in each of the implementations, where there is more to say.
        exact: it is told from numbers, and explains every one of them by itself.
    """

    id: str
    of: str
    title: str
    sentence: str
    hint: str
    lecture: str
    section: str
    implementations: Sequence[Callable[..., Any]] = ()
    said: tuple[str, ...] = ()
    exact: bool = False

    def in_way(self, way: int) -> Misconception:
        """The mistake as that implementation makes it."""
        said = self.said[way] if way < len(self.said) else ""
        return replace(self, sentence=said) if said else self

    def may_break(self, group: str, failing: Collection[str]) -> bool:
        """Whether it may be why a property of a group fails, where these groups have failures.

        A slip in backward leaves forward alone, and one in forward shows there first.
        """
        passing = self.id.split("-")[1]
        if passing in ("backward", "grads"):
            return group == "backward"
        return passing != "forward" or "forward" in failing


Teller = Callable[[Look], Misconception | None]
"""Tells the mistake that all that goes wrong shows, where no implementation behaves in that way."""

_TELLERS: dict[str, list[Teller]] = {}
_CATALOGUE: dict[str, list[Misconception]] = {}


def enter(entry: Misconception) -> None:
    """Enter a mistake whose sentence still stands without capital and full stop."""
    said = tuple(each and f"{capital(each)}." for each in entry.said)
    whole = replace(entry, sentence=f"{capital(entry.sentence)}.", said=said)
    _CATALOGUE.setdefault(entry.of, []).append(whole)


def entered(name: str) -> set[str]:
    """The ids of what has been entered for ``name`` so far."""
    return {entry.id for entry in _CATALOGUE.get(name, ())}


def enter_teller(name: str, teller: Teller) -> None:
    """Let it be asked about ``name``, after those before."""
    _TELLERS.setdefault(name, []).append(teller)


def told(name: str, look: Look) -> Misconception | None:
    """What the first teller that knows says of a quantity."""
    return next((said for teller in _TELLERS.get(name, ()) if (said := teller(look))), None)


def capital(sentence: str) -> str:
    """With a capital letter, unless it begins with a name from the code or a formula."""
    first = sentence.split(maxsplit=1)[0]
    names = ("eps", "log", "lr", *"bcdefghijklmnopqrstuvwxyz")
    english = first.isalpha() and first.isascii() and first not in names
    return sentence[:1].upper() + sentence[1:] if english else sentence


def catalogue(concept: str, name: str) -> list[Misconception]:
    """The entries for ``name``, from the module of its concept."""
    import_module(f"convkit.checks.naming.slips.{concept}")
    return _CATALOGUE[name]
