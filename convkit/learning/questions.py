"""The questions of the lectures: one TOML file for each lecture, in ``lectures/`` beside this.

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
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from convkit.checks.checking import WrongName

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


@cache
def lectures() -> dict[str, tuple[Asked, ...]]:
    """By lecture, such as "03-parameter-sharing", its questions in their order."""
    folder = files("convkit.learning") / "lectures"
    return {
        path.name.removesuffix(".toml"): _read(path)
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
    }


def _read(path: Any) -> tuple[Asked, ...]:
    lecture = path.name.removesuffix(".toml")
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(asked(lecture, name, entry) for name, entry in entries.items())


def asked(lecture: str, name: str, entry: dict[str, Any]) -> Asked:
    """The question that a table of a lecture's file describes, which is used up."""
    right, because = entry.pop("right", (None, entry.pop("because", "")))
    wrong = tuple((given, reply) for given, reply in entry.pop("wrong", ()))
    grid = tuple(map(tuple, entry.pop("grid", ())))
    return Asked(name, lecture, right=right, because=because, wrong=wrong, grid=grid, **entry)
