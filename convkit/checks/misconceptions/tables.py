"""Mistakes written as tables: by id, the title, when, the hint, and what makes the mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from convkit.checks.misconceptions import Mark, misconception

Reading = tuple[str, str]
"""A lecture, and a section in it."""

Table = Mapping[str, tuple[Any, ...]]
"""id: (title, when, hint, mistake, further ways to make it, …)."""


def enter_table(
    name: str,
    read: Reading,
    table: Table,
    make: Callable[[Any], Any] = lambda wrong: wrong,
    *,
    prefix: str | None = None,
    same_as: tuple[str, ...] = (),
    mark: Callable[[Any], Mark] | None = None,
) -> None:
    """Enter each row.

    Args:
        make: turns a mistake, as it stands in the row, into an implementation of ``name``.
        prefix: what the ids begin with, if not with the name.
        same_as: see `Misconception`; the same for all rows.
        mark: turns what tells a row, which then stands before its mistakes, into its mark.
    """
    for id, (title, when, hint, *row) in table.items():
        told = mark(row.pop(0)) if mark else None
        first, *others = map(make, row)
        misconception(
            f"{prefix or name.lower()}-{id}",
            name,
            title=title,
            when=when,
            hint=hint,
            read=read,
            variants=tuple(others),
            same_as=same_as,
            mark=told,
        )(first)


def in_all_ways(table: Table, ways: Callable[[Any], Iterable[Any]]) -> Table:
    """The table with each mistake replaced by ``ways(mistake)``: several that come from it."""
    return {
        id: (title, when, hint, *(way for each in wrong for way in ways(each)))
        for id, (title, when, hint, *wrong) in table.items()
    }
