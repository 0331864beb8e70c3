"""Write build/kill-table/: what the tests of the course say of each mistake in the catalogue.

python -m tests.kill_table

The summary is docs/kill-table.md. It ends in failure, and writes nothing, where a mistake costs
less than one point in the tests of its assignment, or a right implementation is accused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from typing import Any, TypeVar

from tqdm import tqdm

from convkit.checks.checking import MODULES
from convkit.checks.naming.misconception import Misconception, catalogue
from convkit.grading import notebook as nb
from tests.answers import ROOT, Assignment, assignments, making
from tests.checks.variants import Variant, right_variants

T = TypeVar("T", Misconception, Variant)

FOLDER = ROOT / "build" / "kill-table"
SUMMARY = ROOT / "docs" / "kill-table.md"
SEEDS = range(1, 21)

PAGE_OF_ALL = """# The kill table

Which mistakes the tests of the course notice. `make kill-table` wrote this page, and a page for
each assignment into `build/kill-table/`. It runs the graded test cells of `solutions/` on every way
to make every mistake in the catalogue of misconceptions, and on right implementations. Nothing is
written if a mistake costs less than a point, or a right implementation loses any.

- *Visible*: of the ways, how many the visible tests notice without the hidden ones.
- *Named*: of the ways, how many the checks call by the mistake's own name whenever they fail;
  *now and then* is where some check says another name, or none: asked about the backward pass
  alone, it can see less than the whole.
- *Right*: implementations that earn every point, each with the hidden cases of {seeds} seeds.

| assignment | name | mistakes | ways | visible | named | now and then | right |
|---|---|---|---|---|---|---|---|
{digest}
"""

PAGE = """# What the tests of {} notice

A row is a mistake, a column a test that asks for the name, with its points; *h* is a hidden one.
In the row stands what is left of the test's points; a dot is all of them. *Left* is the share of
the points of all these tests together. Where a mistake can be made in several ways which do not
all leave the same, each such way has a row. *Named* is what the checks of the name call it: by its
own (✓), by another, or by none (–).
"""


@dataclass(frozen=True)
class Kill:
    """What the tests of its assignment say of one way to make a mistake.

    Attributes:
        name, id: of the entry.
        way: the number of its implementation.
        shares: how much each test that asks for the name gives of its points.
        named: the ids that the checks of this very name call it by, where they fail; "" is none.
            Of two that come to the same ("either … or …") it is the entry's own.
    """

    name: str
    id: str
    way: int
    shares: dict[str, float]
    named: frozenset[str]

    def left(self, test: str) -> float:
        """What is left of a test's points."""
        return self.shares[test] * self.worth(test)

    def worth(self, test: str) -> float:
        """A test's points."""
        return nb.points(home_of(self.name).tests[test])

    @property
    def lost(self) -> float:
        """How many points it costs."""
        return sum(self.worth(test) - self.left(test) for test in self.shares)

    @property
    def rejecting(self) -> list[str]:
        """The tests that notice."""
        return [test for test, share in self.shares.items() if share < 1]

    @property
    def own(self) -> frozenset[str]:
        """Its own name, if it is said."""
        return self.named & {self.id}


def entries(name: str) -> dict[str, Misconception]:
    """The catalogue's entries for ``name``, by id."""
    return {entry.id: entry for entry in catalogue(MODULES[name], name)}


def ways() -> list[tuple[str, str, int]]:
    """Name, id and number of each way to make each mistake."""
    return [
        (name, entry.id, way)
        for home in assignments()
        for name in home.names
        for entry in entries(name).values()
        for way in range(len(entry.implementations))
    ]


def sample(items: Iterable[T], count: int | None = None) -> list[T]:
    """Some of these entries or variants: always the same ones, and as good as drawn by lot."""

    def lot(item: T) -> bytes:
        return sha256(item.id.encode()).digest()

    return list(items) if count is None else sorted(items, key=lot)[:count]


@cache
def home_of(name: str) -> Assignment:
    """The assignment whose tests check ``name``."""
    (home,) = (each for each in assignments() if name in each.names)
    return home


def kill(name: str, id: str, way: int) -> Kill:
    """Put one way to make a mistake to the tests of its assignment."""
    home = home_of(name)
    answer = {name: making(entries(name)[id], way)}
    results = home.run(answer, home.asking_for(name))
    said = [
        [entry.id for entry in row.evidence.candidates]
        for result in results.values()
        if result.report and result.report.name == name
        for row in result.report.results
        if row.evidence
    ]
    named = {id if id in ids else next(iter(ids), "") for ids in said}
    shares = {test: result.share for test, result in results.items()}
    return Kill(name, id, way, shares, frozenset(named))


def right_ones(name: str) -> list[Variant]:
    """All right implementations of a name, the course's own first."""
    return [Variant(name, "the solution", home_of(name).solution[name]), *right_variants(name)]


def accusation(name: str, number: int, seed: int) -> str | None:
    """Which tests of its assignment a right implementation fails, if any."""
    home, variant = home_of(name), right_ones(name)[number]
    results = home.run({name: variant.source}, home.asking_for(name), str(seed))
    failed = [test for test, result in results.items() if result.share < 1]
    return f"{name}, {variant.id}, seed {seed}: {', '.join(failed)}" if failed else None


def by_name(kills: Iterable[Kill]) -> dict[str, dict[str, list[Kill]]]:
    """The ways of each name's entries."""
    found: dict[str, dict[str, list[Kill]]] = {}
    for each in kills:
        found.setdefault(each.name, {}).setdefault(each.id, []).append(each)
    return found


def pages(found: dict[str, dict[str, list[Kill]]]) -> dict[str, str]:
    """The text of each file in the folder."""
    written = {}
    for home in assignments():
        lines = [PAGE.format(home.name)]
        for name in home.names:
            lines += [*head(name), *(row for same in found[name].values() for row in rows(same))]
            lines.append("")
        written[f"{home.name}.md"] = "\n".join(lines)
    return written


def summary(found: dict[str, dict[str, list[Kill]]]) -> str:
    """The page in docs/."""
    digest = []
    for home in assignments():
        for name in home.names:
            kills = [each for same in found[name].values() for each in same]
            seen = sum(any(not nb.is_hidden(home.tests[t]) for t in k.rejecting) for k in kills)
            always = sum(k.named == k.own for k in kills)
            sometimes = sum(bool(k.own) for k in kills) - always
            counts = [len(found[name]), len(kills), seen, always, sometimes, len(right_ones(name))]
            digest.append(f"| {home.name} | `{name}` | {' | '.join(map(str, counts))} |")
    return PAGE_OF_ALL.format(seeds=len(SEEDS), digest="\n".join(digest))


def head(name: str) -> list[str]:
    """What stands above the rows of ``name``."""
    home = home_of(name)
    tests = [(id, home.tests[id]) for id in home.asking_for(name)]
    columns = [f"{id} {nb.points(test):g}{' *h*' * nb.is_hidden(test)}" for id, test in tests]
    return [
        f"## `{name}`",
        "",
        f"| mistake | title | {' | '.join(columns)} | left | named |",
        f"|{'---|' * (len(columns) + 4)}",
    ]


def rows(kills: Sequence[Kill]) -> list[str]:
    """Of one entry: a row for all ways to make the mistake that leave the same points."""
    entry = entries(kills[0].name)[kills[0].id]
    alike: dict[str, list[Kill]] = {}
    for each in kills:
        alike.setdefault(_points(each), []).append(each)
    written = []
    for points, same in alike.items():
        numbers = ", ".join(str(each.way + 1) for each in same)
        mistake = f"`{entry.id}`" + f" {numbers}" * (len(alike) > 1)
        named = sorted(frozenset().union(*(each.named for each in same)))
        words = {entry.id: "✓", "": "–"}
        names = ", ".join(words.get(id, f"`{id}`") for id in named)
        written.append(f"| {mistake} | {title(entry)} | {points} | {names} |")
    return written


def title(entry: Misconception) -> str:
    """An entry's title, as it stands in a cell of a table."""
    return entry.title.replace("|", r"\|")


def _points(each: Kill) -> str:
    total = sum(each.worth(test) for test in each.shares)
    cells = ["·" if share == 1 else f"{each.left(test):.2f}" for test, share in each.shares.items()]
    return " | ".join([*cells, f"{1 - each.lost / total:.0%}"])


def put_to_the_tests() -> tuple[list[Kill], list[str]]:
    """Every way to make a mistake; and what must not be: escapes and accusations, in words."""
    names = [name for home in assignments() for name in home.names]
    right = [(name, n, s) for name in names for n in range(len(right_ones(name))) for s in SEEDS]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        kills = _all(pool, kill, ways(), "mistakes")
        accusations = _all(pool, accusation, right, "right implementations")
    escapes = [
        f"{k.id}, way {k.way + 1}, costs {k.lost:.2f} points, less than one"
        for k in kills
        if k.lost < 1
    ]
    return kills, [*escapes, *filter(None, accusations)]


def _all(
    pool: ProcessPoolExecutor, do: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], what: str
) -> list[Any]:
    results = pool.map(do, *zip(*tasks, strict=True), chunksize=8)
    return list(tqdm(results, desc=what, total=len(tasks)))


def main() -> None:
    kills, problems = put_to_the_tests()
    if problems:
        sys.exit("\n".join(problems))
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = by_name(kills)
    SUMMARY.write_text(summary(found), encoding="utf-8")
    for name, text in pages(found).items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    for each in kills:
        if not each.own:
            print(f"{each.id}, way {each.way + 1}, is never called by its name: {set(each.named)}")


if __name__ == "__main__":
    main()
