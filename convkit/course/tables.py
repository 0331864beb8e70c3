"""The CSV files that learning platforms write and read, whatever wrote them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from convkit.course import CourseError
from convkit.grading.terminal import is_formula

_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Table:
    """A CSV file: its columns' names, its rows by these, and what stood between cells."""

    path: Path
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    delimiter: str

    def column(self, *names: str) -> str | None:
        """The first of the columns that is called so; capitals, blanks and _ do not matter."""
        known = {_plain(column): column for column in self.columns}
        return next((known[_plain(name)] for name in names if _plain(name) in known), None)


def read(path: Path) -> Table:
    """A table as a platform or a spreadsheet wrote it.

    Raises:
        CourseError: it is none.
    """
    text = _text(path.read_bytes())
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=head.count)
    lines = [
        [cell.strip() for cell in line]
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    ]
    lines = [line for line in lines if any(line)]
    if len(lines) < 1 or len(lines[0]) < 2:
        raise CourseError(f"{path} is no table: its first line should name at least two columns.")
    columns = lines[0]
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise CourseError(f"{path} has two columns called {twice.pop()!r}. Rename one.")
    rows = [dict(zip(columns, [*line, *[""] * len(columns)], strict=False)) for line in lines[1:]]
    return Table(path, columns, rows, delimiter)


def written(columns: Sequence[str], rows: Iterable[Mapping[str, str]], delimiter: str) -> bytes:
    """A CSV file in which nothing is a formula; Excel, too, reads it as UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(map(unformulated, columns))
    writer.writerows([unformulated(row.get(name, "")) for name in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def unformulated(cell: str) -> str:
    """The cell, marked as text where a spreadsheet would run it; numbers are left alone."""
    return f"'{cell}" if is_formula(cell) and number(cell) is None else cell


def number(cell: str) -> float | None:
    """What a cell counts, with a point or a comma; None where it is no number."""
    try:
        found = float(cell.strip().replace(",", "."))
    except ValueError:
        return None
    return found if abs(found) < 1e9 else None


def _text(data: bytes) -> str:
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _plain(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())
