"""Hints without shame: a question, a clue, nearly the line; and the reference's source."""

from __future__ import annotations

import difflib
import inspect
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import convkit
from convkit.journal import was_checked

_seen: Counter[str] = Counter()


@dataclass(frozen=True)
class Hint:
    """The steps of a hint that have been asked for so far."""

    topic: str
    steps: tuple[str, ...]
    left: int

    def __repr__(self) -> str:
        lines = [f"{number}. {step}" for number, step in enumerate(self.steps, start=1)]
        return "\n".join([*lines, self._more()])

    def _repr_markdown_(self) -> str:
        lines = [f"{number}. {step}" for number, step in enumerate(self.steps, start=1)]
        return "\n".join([*lines, "", f"*{self._more()}*"])

    def _more(self) -> str:
        if self.left:
            return f'More? Ask again: hint("{self.topic}")'
        return "That is all there is to say without giving it away."


@dataclass(frozen=True)
class Source:
    """The reference's source, coloured in a notebook and plain in a terminal."""

    name: str
    code: str
    place: str

    def __repr__(self) -> str:
        return f"# {self.place}\n{self.code}"

    def _repr_html_(self) -> str:
        from IPython.display import Code

        html: str = Code(repr(self), language="python")._repr_html_()
        return html


def hint(topic: str) -> Hint:
    """The next of the three steps for ``topic``, below those that were shown before.

    Raises:
        ValueError: there is no such topic; says which come close.
    """
    hints = topics()
    if topic not in hints:
        similar = difflib.get_close_matches(str(topic), hints, n=3, cutoff=0.4) or sorted(hints)
        raise ValueError(f"topic: expected one of {', '.join(similar)}, got {topic!r}")
    _seen[topic] = min(_seen[topic] + 1, len(hints[topic]))
    return Hint(topic, hints[topic][: _seen[topic]], len(hints[topic]) - _seen[topic])


def reveal(name: str) -> Source:
    """How convkit itself does ``name``, once an attempt of the learner's own has been checked.

    Raises:
        ValueError: convkit has no such class or function, or there was no attempt yet.
    """
    reference = getattr(convkit, name, None) if name in convkit.__all__ else None
    if not (inspect.isclass(reference) or inspect.isfunction(reference)):
        raise ValueError(f"name: expected a name that you implement, such as Conv2d, got {name!r}")
    if not was_checked(name):
        raise ValueError(f"name: first try it yourself and run check({name}), then ask again")
    lines, start = inspect.getsourcelines(reference)
    place = f"{reference.__module__.replace('.', '/')}.py, line {start}"
    return Source(name, "".join(lines), place)


@cache
def topics() -> dict[str, tuple[str, ...]]:
    """Every hint: its steps by its topic."""
    text = files("convkit").joinpath("hints.toml").read_text(encoding="utf-8")
    return {topic: tuple(entry["steps"]) for topic, entry in tomllib.loads(text).items()}
