"""The catalogue of misconceptions: wrong implementations, each with what to say about it.

An entry names a learner's mistake (by behaving like it), and proves that the checks can fail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, TypeVar

from convkit.checks.look import Look
from convkit.checks.properties import Situation

_Implementation = TypeVar("_Implementation", bound=Callable[..., Any])

Mark = Callable[[str, Sequence[Situation]], str | bool]
"""Is given a quantity and the situations it was judged in: do they show that this is the mistake?

A sentence means yes, and is added to the entry's; it must tell nothing of a hidden case.

For mistakes that come out in more ways than one can implement; the implementations are examples.
"""


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
        same_as: ids of entries that cannot be told apart from this one by what they do.
        mark: tells the mistake where no implementation of the catalogue behaves in the same way.
        broad: it is told by its mark alone.
        only: or it is told by the pass that goes wrong, and the trait of the cases where it does.
    """

    id: str
    of: str
    title: str
    sentence: str
    hint: str
    lecture: str
    section: str
    implementations: Sequence[Callable[..., Any]]
    same_as: tuple[str, ...] = ()
    mark: Mark | None = None
    broad: bool = False
    only: tuple[str, str] | None = None


@dataclass(frozen=True)
class Teller:
    """Tells mistakes by the numbers that came, where no implementation behaves in the same way.

    Attributes:
        tell: the mistake that all that goes wrong shows, or None.
        ids: those of the mistakes that it can tell.
    """

    tell: Callable[[Look], Misconception | None]
    ids: Sequence[str]


_TELLERS: dict[str, list[Teller]] = {}
_LAST: dict[str, list[Teller]] = {}

_CATALOGUE: dict[str, list[Misconception]] = {}


def misconception(
    id: str,
    of: str,
    *,
    title: str,
    when: str,
    hint: str,
    read: tuple[str, str],
    variants: tuple[Callable[..., Any], ...] = (),
    same_as: tuple[str, ...] = (),
    mark: Mark | None = None,
    broad: bool = False,
    only: tuple[str, str] | None = None,
) -> Callable[[_Implementation], _Implementation]:
    """Enter the decorated wrong implementation into the catalogue.

    Args:
        when: what the code does instead, as a sentence without capital and full stop.
        read: the lecture and the section that teach it.
        variants: further implementations of the same mistake.
        mark: tells it where it comes out in yet another way; ``broad``: it alone does.
        only: see `Misconception`.
    """

    def enter_it(implementation: _Implementation) -> _Implementation:
        implementations: tuple[Callable[..., Any], ...] = (implementation, *variants)
        enter(
            Misconception(
                id, of, title, when, hint, *read, implementations, same_as, mark, broad, only
            )
        )
        return implementation

    return enter_it


def enter(entry: Misconception) -> None:
    """Enter a mistake whose sentence still stands without capital and full stop."""
    _CATALOGUE.setdefault(entry.of, []).append(finished(entry))


def entered(name: str) -> set[str]:
    """The ids of what has been entered for ``name`` so far."""
    return {entry.id for entry in _CATALOGUE.get(name, ())}


def finished(entry: Misconception, *more: str) -> Misconception:
    """The entry with a whole sentence, and with ``more`` sentences behind it."""
    sentences = (f"{_with_capital(entry.sentence)}.", *filter(None, more))
    return replace(entry, sentence=" ".join(sentences))


def enter_teller(name: str, teller: Teller, *, last: bool = False) -> None:
    """Let it be asked about ``name``, after those before; ``last``: after all entries."""
    (_LAST if last else _TELLERS).setdefault(name, []).append(teller)


def told(name: str, look: Look, *, last: bool = False) -> Misconception | None:
    """What the first teller that knows says of a quantity."""
    tellers = (_LAST if last else _TELLERS).get(name, ())
    return next((answer for teller in tellers if (answer := teller.tell(look))), None)


def known_ids(concept: str, name: str) -> set[str]:
    """The ids of all mistakes that can be said of ``name``."""
    told_by_numbers = {
        id for each in (_TELLERS, _LAST) for teller in each.get(name, ()) for id in teller.ids
    }
    return told_by_numbers | {entry.id for entry in catalogue(concept, name)}


def _with_capital(sentence: str) -> str:
    """With a capital letter, unless it begins with a name from the code or a formula."""
    first = sentence.split(maxsplit=1)[0]
    names = ("eps", "log", "lr", *"bcdefghijklmnopqrstuvwxyz")
    english = first.isalpha() and first.isascii() and first not in names
    return sentence[:1].upper() + sentence[1:] if english else sentence


def catalogue(concept: str, name: str) -> list[Misconception]:
    """The entries for ``name``, from the module of its concept."""
    import_module(f"{__name__}.{concept}")
    return _CATALOGUE[name]
