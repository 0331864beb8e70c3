"""Answers in words that do not stand where they were asked for.

By the text nobody can tell whether it is an answer. So a person reads it, if the cell for the
answer is as it was given, and anything else in the notebook is prose of the student's own.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from convkit.grading import notebook as nb

REMARK = (
    "*(Nothing was written here. Is the answer elsewhere in this notebook? To be read by hand.)*"
)
_CODE_CHARACTERS = 10_000


def own_prose(
    submitted: Sequence[NotebookNode],
    release: Sequence[NotebookNode],
    places: Mapping[int, Sequence[int]],
) -> dict[int, str]:
    """What students wrote into cells that are no answers, by the number of the cell.

    Args:
        places: of each of the release's cells where in ``submitted`` it is.
    """
    given = {i: release[j] for j, copies in places.items() for i in copies}
    found = {i: _added(cell, given.get(i)) for i, cell in enumerate(submitted)}
    return {i: text for i, text in found.items() if text}


def below(cell: NotebookNode, text: str) -> NotebookNode:
    """A cell for what was written into one that is put back as it was."""
    return new_markdown_cell(text, id=f"{cell.id[:50]}-written")


def to_be_read(cells: list[NotebookNode], answers: Mapping[str, NotebookNode]) -> list[str]:
    """Mark the answers in words that are as they were given, or not there; gives their names.

    nbgrader takes an answer that did not change for none, and asks nobody.
    """
    found = {nb.grade_id(cell): cell for cell in cells}
    marked = []
    for name, given in answers.items():
        if not nb.is_read(given):
            continue
        if name not in found:
            metadata = {"nbgrader": NotebookNode(grade_id=name)}
            cells.append(new_markdown_cell(given.source, metadata=metadata))
        cell = found.get(name, cells[-1])
        if cell.source.strip() == given.source.strip() and not cell.get("attachments"):
            cell.source = f"{cell.source}\n\n{REMARK}".strip()
            marked.append(name)
    return marked


def _added(cell: NotebookNode, given: NotebookNode | None) -> str:
    text = cell.source
    if given is not None:
        if nb.is_answer(given) or given.cell_type == cell.cell_type == "code":
            return ""
        known = {line.strip() for line in given.source.splitlines()} - {""}
        text = "\n".join(line for line in text.splitlines() if line.strip() not in known)
    text = text.strip()
    return "" if cell.cell_type == "code" and _runs(text) else text


def _runs(text: str) -> bool:
    """Whether there is anything in it that Python could run."""
    if len(text) > _CODE_CHARACTERS:
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return text.startswith(("%", "!"))
    return not all(
        isinstance(each, ast.Expr)
        and isinstance(each.value, ast.Constant)
        and isinstance(each.value.value, str)
        for each in body
    )
