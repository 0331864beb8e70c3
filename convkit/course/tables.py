"""The CSV files that learning platforms write and read, whatever wrote them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from convkit.course import CourseError
from convkit.grading.terminal import harmless, is_formula

_DELIMITERS = ",;\t"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_OTHER_FILES = {
    b"PK\x03\x04": "a workbook or an archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
_SHOWN = 20
_HINT = re.compile(r"\Asep=.\r?\n")  # which Excel writes above a table, and takes out again


@dataclass(frozen=True)
class Table:
    """A CSV file: its columns' names and its rows by these.

    Attributes:
        delimiter: what stands between cells.
        marked: whether the file began with a mark of its encoding.
    """

    path: Path
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    delimiter: str = ","
    marked: bool = True

    def column(self, *names: str) -> str | None:
        """The first of the columns that is called so; capitals, blanks and _ do not matter."""
        return next(iter(self.called(*names)), None)

    def called(self, *names: str) -> list[str]:
        """All columns that are called so, in the order of the names."""
        known = {_plain(column): column for column in self.columns}
        return [known[_plain(name)] for name in names if _plain(name) in known]


def read(path: Path) -> Table:
    """A table as a platform or a spreadsheet wrote it.

    Raises:
        CourseError: it is none.
    """
    data = path.read_bytes()
    for sign, what in _OTHER_FILES.items():
        if data.startswith(sign):
            raise CourseError(f"{path} is {what}, and no CSV file. Export or save it as CSV.")
    text = _HINT.sub("", _text(data))
    csv.field_size_limit(2**31 - 1)  # an answer may be longer than a cell is by default
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=lambda each: len(next(csv.reader([head], delimiter=each), ())))
    try:
        lines = [
            [cell.strip() for cell in line]
            for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise CourseError(f"{path} is no CSV file ({error}). Export it again.") from None
    lines = [line for line in lines if any(line)]
    if not lines:
        raise CourseError(f"{path} is empty. Export it again.")
    columns = lines[0]
    if twice := next((name for name in columns if name and columns.count(name) > 1), None):
        raise CourseError(f"{path} has two columns called {harmless(twice, 40)!r}. Rename one.")
    rows = [dict(zip(columns, [*line, *[""] * len(columns)], strict=False)) for line in lines[1:]]
    return Table(path, columns, rows, delimiter, marked=data.startswith(tuple(_MARKS)))


def listed(names: Sequence[str]) -> str:
    """Columns' names, as they can be shown."""
    shown = ", ".join(repr(harmless(name, 40)) for name in names[:_SHOWN])
    left = len(names) - _SHOWN
    return f"{shown} and {left} more" if left > 0 else shown or "none"


def written(
    columns: Sequence[str], rows: Iterable[Mapping[str, str]], *, like: Table | None = None
) -> bytes:
    """A CSV file in which nothing is a formula.

    Args:
        like: another, with whose delimiters and mark it is written; those by which Excel reads
            UTF-8, if there is none.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=like.delimiter if like else ",")
    writer.writerow(map(unformulated, columns))
    writer.writerows([unformulated(row.get(name, "")) for name in columns] for row in rows)
    return text.getvalue().encode("utf-8" if like and not like.marked else "utf-8-sig")


def unformulated(cell: str) -> str:
    """The cell, marked as text where a spreadsheet would run it; numbers are left alone."""
    return f"'{cell}" if is_formula(cell) and number(cell) is None else cell


def as_meant(cell: str) -> str:
    """The cell without the sign that `unformulated` has put before it."""
    return cell[1:] if cell.startswith("'") and is_formula(cell[1:]) else cell


def number(cell: str) -> float | None:
    """What a cell counts, with a point or a comma; None where it is no number."""
    try:
        found = float(cell.strip().replace(",", "."))
    except ValueError:
        return None
    return found if abs(found) < 1e9 else None


def _text(data: bytes) -> str:
    for encoding in (_MARKS.get(data[:2], "utf-8-sig"), "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _plain(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())
