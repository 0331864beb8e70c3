"""The questions of the lectures: one TOML file for each lecture, in ``lectures/`` beside this.

What lies in a course's own ``lectures/`` comes to them; there a question may also stand anew.

[name]                                  of its own among all lectures
ask = "…"                               in Markdown
right = ["…", "why it is right"]        a choice, a number, or, in a `grid`, [[row, column], …]
wrong = [["…", "what it teaches"], …]   what people believe, each with its reply
otherwise = "…"                         the reply to any other number or place
within = 0.5                            how far off a number may be (0)
grid = [[0, 1], [2, 3]]                 the picture in which a place is chosen
because = "…"                           instead of `right`, where the answer is written
why = "…"                               asks for a reason in writing, before the reply unfolds
"""

from __future__ import annotations

import difflib
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from convkit.checks.checking import WrongName
from convkit.mine import course_folder

CHOICE, NUMBER, PLACE, WRITTEN = "choice", "number", "place", "written"


@dataclass(frozen=True)
class Asked:
    """One question, as its file has it.

    Attributes:
        right: the option, the number, or the list of places that is right; None where the answer
            is written and nobody judges it.
        because: why that is right.
        wrong: what else may be answered, each with the reply to it.
        otherwise: the reply to an answer that stands nowhere.
    """

    name: str
    lecture: str
    ask: str
    right: Any
    because: str
    wrong: tuple[tuple[Any, str], ...] = ()
    otherwise: str = ""
    within: float = 0.0
    grid: tuple[tuple[float, ...], ...] = ()
    why: str = ""

    @property
    def kind(self) -> str:
        if self.grid:
            return PLACE
        return {str: CHOICE, type(None): WRITTEN}.get(type(self.right), NUMBER)

    def takes(self, given: Any) -> bool:
        """Whether that is an answer of the kind that is asked for, right or wrong."""
        if self.kind == PLACE:
            return isinstance(given, list) and list(map(type, given)) == [int, int]
        if self.kind == NUMBER:
            return type(given) in (int, float) and abs(given) <= sys.float_info.max
        return isinstance(given, str)

    def holds(self, given: Any) -> bool | None:
        """Whether an answer is right; None where nobody can say."""
        if self.kind == WRITTEN:
            return None
        if self.kind == PLACE:
            return given in self.right
        if self.kind == NUMBER:
            # The last digit of a decimal may be lost; the widget takes the same care.
            return isinstance(given, int | float) and abs(given - self.right) <= self.within + 1e-9
        return bool(given == self.right)


def question(name: str) -> Asked:
    """The question of that name.

    Raises:
        WrongName: there is none; says which come close.
    """
    known = {asked.name: asked for each in lectures().values() for asked in each}
    if name not in known:
        near = difflib.get_close_matches(str(name), known, 3, 0.4) or sorted(known)
        raise WrongName(f"name: expected a question, such as {', '.join(near)}, got {name!r}")
    return known[name]


def lectures() -> dict[str, tuple[Asked, ...]]:
    """By lecture, such as "03-parameter-sharing", its questions in their order."""
    return _lectures(course_folder() / "lectures")


@cache
def _lectures(own: Path) -> dict[str, tuple[Asked, ...]]:
    found: dict[str, dict[str, Asked]] = {}
    for path in (*(files("convkit.learning") / "lectures").iterdir(), *own.glob("*.toml")):
        lecture = path.name.removesuffix(".toml")
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        there = found.setdefault(lecture, {})
        there |= {name: asked(lecture, name, entry) for name, entry in entries.items()}
    return {lecture: tuple(found[lecture].values()) for lecture in sorted(found)}


def asked(lecture: str, name: str, entry: dict[str, Any]) -> Asked:
    """The question that a table of a lecture's file describes, which is used up."""
    right, because = entry.pop("right", (None, entry.pop("because", "")))
    wrong = tuple((given, reply) for given, reply in entry.pop("wrong", ()))
    grid = tuple(map(tuple, entry.pop("grid", ())))
    return Asked(name, lecture, right=right, because=because, wrong=wrong, grid=grid, **entry)
