"""Notebooks: of a submitted one the answers count, and everything else comes from the source."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from convkit.mine import parse_implementation

_MAKE: dict[str, Callable[..., NotebookNode]] = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "raw": new_raw_cell,
}
_HIDDEN = "BEGIN HIDDEN TESTS"
_EXPLORE = "explore"
_BONUS = "bonus:"
_REFERENCE = "reference"
_PYTHON = {"name": "python3", "display_name": "Python 3"}


@dataclass(frozen=True)
class Released:
    """What the gradebook knows of one of the source's cells."""

    checksum: str
    text: str


def read_source(folder: Path, name: str) -> NotebookNode:
    """The notebook that an assignment is made from.

    Raises:
        FileNotFoundError: there is none.
    """
    path = folder / f"{name}.ipynb"
    if not path.is_file():
        raise FileNotFoundError(f"there is no source notebook {path}, so there is nothing to test")
    return nbformat.read(path, as_version=4)


def grade_id(cell: NotebookNode) -> str | None:
    """The name nbgrader knows a cell by."""
    found = _nbgrader(cell).get("grade_id")
    return found if isinstance(found, str) else None


def is_test(cell: NotebookNode) -> bool:
    """A cell that earns points by running."""
    return cell.cell_type == "code" and _flag(cell, "grade") and not _flag(cell, "solution")


def is_trusted(cell: NotebookNode) -> bool:
    """A cell of the source that a student may not change: tests and whatever else is locked."""
    return not _flag(cell, "solution") and (_flag(cell, "grade") or _flag(cell, "locked"))


def is_answer(cell: NotebookNode) -> bool:
    """A cell of the source for students to write in."""
    return grade_id(cell) is not None and _flag(cell, "solution")


def is_read(cell: NotebookNode) -> bool:
    """An answer that is graded by hand."""
    return is_answer(cell) and _flag(cell, "grade") and cell.cell_type != "code"


def is_setup(cell: NotebookNode) -> bool:
    """A locked code cell that prepares the tests. A given ``%%implement`` cell is none."""
    prepares = cell.cell_type == "code" and is_trusted(cell) and not is_test(cell)
    return prepares and parse_implementation(cell.source) is None


def is_hidden(cell: NotebookNode) -> bool:
    """A test of which students may see neither text nor data."""
    return _HIDDEN in cell.source


def is_exploration(cell: NotebookNode) -> bool:
    """A cell that is not run when grading."""
    tags = cell.metadata.get("tags")
    return isinstance(tags, list) and _EXPLORE in tags


def offers_reference(source: NotebookNode) -> bool:
    """Whether answers may use convkit's own layers: a setup cell is tagged "reference"."""
    return any(
        is_setup(cell) and _REFERENCE in cell.metadata.get("tags", []) for cell in source.cells
    )


def bonus(cell: NotebookNode) -> float:
    """What a test can earn on top of the assignment's points: 3 where it is tagged "bonus:3"."""
    tags = cell.metadata.get("tags", [])
    return sum(float(tag.removeprefix(_BONUS)) for tag in tags if tag.startswith(_BONUS))


def points(test: NotebookNode) -> float:
    """What a test of the source can earn. A bonus is worth 0 to nbgrader, whose sums it exceeds."""
    return float(_nbgrader(test)["points"]) + bonus(test)


def implementations(notebook: NotebookNode) -> list[tuple[str, str]]:
    """(name, module source) of each ``%%implement`` cell, in order.

    What a locked cell gives, no other cell replaces.
    """
    found = [
        (is_trusted(cell), implementation)
        for cell in notebook.cells
        if cell.cell_type == "code" and not is_test(cell)
        if (implementation := parse_implementation(cell.source)) is not None
    ]
    given = {name for trusted, (name, _) in found if trusted}
    return [each for trusted, each in found if trusted or each[0] not in given]


def graded_cells(source: NotebookNode) -> dict[str, NotebookNode]:
    """The source's cells that nbgrader knows, by their grade ids, in order."""
    found = {}
    for cell in source.cells:
        name = grade_id(cell)
        if name is not None and (is_trusted(cell) or _flag(cell, "solution")):
            found[name] = cell
    return found


def rebuild(
    submitted: NotebookNode, source: NotebookNode, released: Mapping[str, Released]
) -> NotebookNode:
    """The submission as it is graded: the student's answers and own cells, the source's rest.

    The student's order is kept. A trusted cell stands where the student has it, once, with the
    source's text; one that is missing is put back behind its predecessor in the source. A missing
    answer is put back as it was released. Of the student's cells only text and attachments are
    taken, and the tag "explore".
    """
    known = graded_cells(source)
    cells: list[NotebookNode] = []
    places: dict[str, NotebookNode] = {}
    for cell in submitted.cells:
        name = grade_id(cell)
        if name not in known:
            cells.append(_own_cell(cell))
        elif name in places:
            if not is_trusted(known[name]):  # a copied or split answer: its text counts as well
                cells.append(_own_cell(cell))
        else:
            places[name] = _known_cell(known[name], cell, released[name])
            cells.append(places[name])
    before: NotebookNode | None = None
    for name, cell in known.items():
        if name not in places:
            places[name] = _known_cell(cell, None, released[name])
            position = 0 if before is None else _position(cells, before) + 1
            cells.insert(position, places[name])
        before = places[name]
    name_cells(cells)
    metadata = {"kernelspec": source.metadata.get("kernelspec", _PYTHON)}
    return new_notebook(cells=cells, metadata=metadata, nbformat=4, nbformat_minor=5)


def _nbgrader(cell: NotebookNode) -> Mapping[str, Any]:
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, Mapping) else {}


def _flag(cell: NotebookNode, name: str) -> bool:
    return bool(_nbgrader(cell).get(name, False))


def _known_cell(
    source: NotebookNode, submitted: NotebookNode | None, released: Released
) -> NotebookNode:
    """A cell of the source, with the student's text in it where that is the student's part."""
    if is_trusted(source):
        text = source.source
    else:
        text = released.text if submitted is None else submitted.source
    cell = _MAKE[source.cell_type](source=text, metadata=copy.deepcopy(source.metadata))
    cell.metadata["nbgrader"] |= {"checksum": released.checksum, "cell_type": source.cell_type}
    cell.id = source.get("id", cell.id)
    if submitted is not None and not is_trusted(source):
        _take_attachments(cell, submitted)
    return cell


def _own_cell(submitted: NotebookNode) -> NotebookNode:
    """A cell the source knows nothing of."""
    cell = _MAKE.get(submitted.cell_type, _MAKE["raw"])(source=submitted.source)
    if is_exploration(submitted):
        cell.metadata["tags"] = [_EXPLORE]
    if isinstance(submitted.get("id"), str):
        cell.id = submitted.id
    _take_attachments(cell, submitted)
    return cell


def _take_attachments(cell: NotebookNode, submitted: NotebookNode) -> None:
    if cell.cell_type == "markdown" and isinstance(submitted.get("attachments"), dict):
        cell.attachments = submitted.attachments


def _position(cells: Iterable[NotebookNode], wanted: NotebookNode) -> int:
    return next(i for i, cell in enumerate(cells) if cell is wanted)


def as_type(cell: NotebookNode, kind: str) -> NotebookNode:
    """A cell with the same text as a cell of another type, if it is not of that already."""
    if cell.cell_type == kind:
        return cell
    return _MAKE[kind](source=cell.source, id=cell.id, metadata=cell.metadata)


def name_cells(cells: Iterable[NotebookNode]) -> None:
    """Give every cell an id that is valid and its own."""
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        names = (f"cell-{free}" for free in itertools.count(number))
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell.id) or cell.id in taken:
            cell.id = next(name for name in names if name not in taken)
        taken.add(cell.id)
