"""Own layers for a network: the learner's where they pass, the reference elsewhere.

from convkit.learning.own_layers import Conv2d   the learner's where all checks hold, else convkit's
badges(["Conv2d", "Tanh"])                       which is which, and why
take_along()                                     copies what is the learner's beside the notebook
"""

from __future__ import annotations

import html
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import convkit
from convkit import mine
from convkit.learning.journal import YOURS, NameProgress, state
from convkit.mine import course_folder

_judged: dict[str, Badge] = {}


@dataclass(frozen=True)
class Badge:
    """Whether ``name`` is the learner's own and, if not, why the reference stands in."""

    name: str
    yours: bool
    note: str = ""

    @classmethod
    def of(cls, known: NameProgress) -> Badge:
        if known.state == YOURS:
            return cls(known.name, yours=True)
        return cls(known.name, yours=False, note=known.note or "you have not begun it")

    @property
    def text(self) -> str:
        return "✓ yours" if self.yours else "reference"


class Badges(list[Badge]):
    """A notebook shows it as a table, a terminal as text."""

    def __repr__(self) -> str:
        width = max((len(badge.name) for badge in self), default=0)
        lines = [f"{badge.name:<{width}}  {badge.text:<9}  {badge.note}".rstrip() for badge in self]
        return "\n".join([*lines, self._sum()])

    def _repr_html_(self) -> str:
        rows = []
        for badge in self:
            cells = (f"<code>{html.escape(badge.name)}</code>", badge.text, html.escape(badge.note))
            row = "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells)
            rows.append(f"<tr>{row}</tr>")
        return f"<table>{''.join(rows)}</table><p>{self._sum()}</p>"

    def _sum(self) -> str:
        return f"{sum(badge.yours for badge in self)} of {len(self)} are yours."


def badges(names: Sequence[str]) -> Badges:
    """For each name, whether `convkit.learning.own_layers` gives the learner's or convkit's.

    Raises:
        ValueError: convkit has no such part.
    """
    return Badges(_choose(name)[1] for name in names)


def settle(judged: Iterable[Badge]) -> None:
    """From now on `badges` says this, and the learner's own code is not loaded in this process."""
    _judged.update((badge.name, badge) for badge in judged)


def take_along() -> None:
    """Copy the learner's own code, ``mine/``, from the course folder beside the notebook.

    There it is handed in. Where the notebook lies in the course folder itself, it lies beside it
    already. Nothing is copied within ``solutions/``, whose files are released to everybody.
    """
    course, here = course_folder(), _notebook_folder()
    files = sorted(course.glob("mine/*.py"))
    names = ", ".join(path.name for path in files)
    if here is not None and (course / "solutions") in here.parents:
        print("Nothing is copied: what lies in solutions/ is released to everybody.")
    elif not files:
        print("There is nothing of yours yet, so there is nothing to hand in beside the notebook.")
    elif here is None:
        print(
            "Where this notebook lies cannot be seen from here. Is it not beside "
            f"{course / 'mine'}? Then copy that folder beside it, to hand in with it: {names}."
        )
    else:
        try:
            for path in files if here != course else ():
                target = here / path.relative_to(course)
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, target)
        except OSError as error:
            print(f"Your code could not be copied ({error.strerror}: {error.filename}).")
            print(f"Copy the folder {course / 'mine'} beside this notebook, to hand in with it.")
        else:
            print(f"Beside this notebook, to hand in with it: {names}.")


def _notebook_folder() -> Path | None:
    """Where the notebook lies: as its program says, or where there are notebooks."""
    here = Path.cwd().resolve()
    shell = sys.modules["__main__"]
    told = getattr(shell, "__vsc_ipynb_file__", None) or os.environ.get("JPY_SESSION_NAME", "")
    for base in (here, *here.parents):
        if (notebook := base / told).suffix == ".ipynb" and notebook.is_file():
            return notebook.resolve().parent
    return here if any(here.glob("*.ipynb")) else None


def __getattr__(name: str) -> Any:
    """``from convkit.learning.own_layers import NAME``."""
    try:
        return _choose(name)[0]
    except ValueError as error:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: {error}") from None


def _choose(name: str) -> tuple[Any, Badge]:
    """The learner's ``name`` or the reference's."""
    if name not in convkit.__all__:
        raise ValueError(f"name: expected a layer of convkit, such as Conv2d, got {name!r}")
    if _judged:
        unknown = Badge(name, yours=False, note="it is not among what was checked")
        return getattr(convkit, name), _judged.get(name, unknown)
    badge = Badge.of(state(name))
    if badge.yours:
        try:
            return getattr(mine, name), badge
        except Exception as error:  # whatever the learner's module raises
            note = f"yours does not load: {type(error).__name__}: {error}"
            badge = Badge(name, yours=False, note=note)
    return getattr(convkit, name), badge
