"""Implementations as learners write them, right and wrong, which prove what the checks say.

They know nothing of the catalogue of misconceptions, so that the checks meet them unseen.

    for variant in right_variants("Conv2d"):
        check(variant.load())

`right/` and the files `wrong/*_attempts.py` hold whole implementations, one in each ``# %%`` cell.
The other files in `wrong/` hold slips: a right implementation, named, with a few words replaced.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from .slips import Slip

_HERE = Path(__file__).parent
_FORWARD, _BACKWARD = frozenset({"forward"}), frozenset({"backward"})
# What a variant's "breaks" stands for: passes that are broken, passes on which opinions may differ.
_PASSES = {
    "forward": (_FORWARD, frozenset()),
    "backward": (_BACKWARD, frozenset()),
    "both": (_FORWARD | _BACKWARD, frozenset()),
    "forward at least": (_FORWARD, _BACKWARD),
}


@dataclass(frozen=True)
class Variant:
    """One implementation of ``name``: plain source text, for a notebook cell or for `load`.

    Attributes:
        name: what a learner implements, such as Conv2d.
        id: unique among the variants of ``name``; a slip's begins with the id of its base.
        source: a module of its own, without ``%%implement``.
        mistake: what it does wrong, in a sentence; empty when right.
        breaks: "forward", "backward" or both; empty when right. Forward means values, shape and
            dtype of what it returns, an input left as it was, and the running statistics; for
            functions and the optimizer it is all there is. A backward that is the gradient of its
            own wrong forward is not broken.
        unsettled: "backward", where it is broken only if read strictly: forward raises on some
            legal configurations and backward is right on the others, or one of its gradients is
            the true forward's and another the own forward's.
        names: which entries of the catalogue name it rightly, and after a semicolon which are not
            wrong but say less: "id, id; id, id". Empty where nobody has said so yet.
    """

    name: str
    id: str
    source: str
    mistake: str = ""
    breaks: frozenset[str] = frozenset()
    unsettled: frozenset[str] = frozenset()
    names: str = ""

    def judged(self, name: str | None) -> str:
        """A name that `check` gave it: "right", "vague", "false" or "none"."""
        if name is None:
            return "none"
        right, _, vague = self.names.partition(";")
        if name in re.findall(r"[^\s,]+", right):
            return "right"
        return "vague" if name in re.findall(r"[^\s,]+", vague) else "false"

    def load(self) -> Any:
        """The class or function, from a fresh run of the source as a module of its own."""
        module = ModuleType(self.name.lower())
        module.__file__ = f"<{self.name}: {self.id}>"
        lines = self.source.splitlines(keepends=True)
        linecache.cache[module.__file__] = (len(self.source), None, lines, module.__file__)
        exec(compile(self.source, module.__file__, "exec", dont_inherit=True), module.__dict__)
        return getattr(module, self.name)


def right_variants(name: str | None = None) -> list[Variant]:
    """All right implementations, or those of one name."""
    return [variant for variant in _right() if name in (None, variant.name)]


def wrong_variants(name: str | None = None) -> list[Variant]:
    """All wrong implementations, or those of one name."""
    return [variant for variant in _wrong() if name in (None, variant.name)]


@cache
def _right() -> list[Variant]:
    return [
        Variant(name, id, source)
        for path in sorted((_HERE / "right").glob("*.py"))
        for name, id, source in _cells(path)
    ]


@cache
def _wrong() -> list[Variant]:
    from .wrong import SLIPS, TOGETHER

    bases = {(variant.name, variant.id): variant for variant in _right()}
    slipped = {
        (place, slip.id): _slipped(bases[place], slip) for place, made in SLIPS for slip in made
    }
    doubly = [
        _slipped(slipped[place, first], next(s for s in dict(SLIPS)[place] if s.id == second))
        for place, pairs in TOGETHER.items()
        for first, second in pairs
    ]
    attempts = [
        _attempt(*cell)
        for path in sorted((_HERE / "wrong").glob("*_attempts.py"))
        for cell in _cells(path)
    ]
    return [*slipped.values(), *doubly, *attempts]


def _slipped(variant: Variant, slip: Slip) -> Variant:
    """``variant``, right or wrong already, with one more slip."""
    breaks, unsettled = _PASSES[slip.breaks]
    return Variant(
        variant.name,
        f"{variant.id}/{slip.id}",
        slip.applied_to(variant.source),
        f"{variant.mistake} {slip.mistake}".strip(),
        variant.breaks | breaks,
        (variant.unsettled | unsettled) - variant.breaks - breaks,
        _both(variant.names, slip.names),
    )


def _both(names: str, more: str) -> str:
    """The names of two mistakes in one: either is right."""
    pairs = zip(names.partition(";")[::2], more.partition(";")[::2], strict=True)
    right, vague = (", ".join(filter(None, map(str.strip, pair))) for pair in pairs)
    return f"{right}; {vague}" if vague else right


def _cells(path: Path) -> Iterator[tuple[str, str, str]]:
    """Name, id and source of each cell ``# %% name: id``."""
    _, *cells = re.split(r"^# %% ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for cell in cells:
        title, _, source = cell.partition("\n")
        name, _, id = title.partition(": ")
        yield name, id, source.rstrip() + "\n"


def _attempt(name: str, id: str, source: str) -> Variant:
    """A wrong cell: its first lines say ``# breaks: …``, ``# mistake: …`` and ``# names: …``."""
    breaks, mistake, source = source.split("\n", 2)
    names = ""
    if source.startswith("# names: "):
        names, source = source.split("\n", 1)
    return Variant(
        name,
        id,
        source,
        mistake.removeprefix("# mistake: "),
        *_PASSES[breaks.removeprefix("# breaks: ")],
        names.removeprefix("# names: "),
    )
