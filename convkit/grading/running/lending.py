"""Lending: which of a notebook's names the tests are lent, and what is run for that.

An answer is a ``%%implement`` cell, a module of its own. In an ordinary nbgrader assignment, whose
answers are plain cells, they share one namespace with all other cells, as in a kernel: then the
whole notebook is run, and the names that the source's answers bind are lent.
"""

from __future__ import annotations

import ast
import re

from nbformat import NotebookNode

from convkit.grading import notebook as nb
from convkit.mine import parse_implementation

CELL = ""
"""In the place of a name: a cell that shares its namespace with others."""

_LINE_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
_HARMLESS = ("%%time", "%%timeit", "%%capture")


class AnswerError(ValueError):
    """An answer of the source's that cannot be graded; the message says why."""


def sources(submission: NotebookNode, source: NotebookNode) -> list[tuple[str, str]]:
    """(name, text) of what a worker loads, in order; the name of plain cells is `CELL`."""
    found = nb.implementations(submission)
    if _plain(source):
        found += [(CELL, python(cell.source) or "") for cell in _cells(submission)]
    return found


def names(source: NotebookNode) -> list[str]:
    """What is lent to the source's tests."""
    found = [name for name, _ in nb.implementations(source)]
    for cell in _plain(source):
        for statement in _statements(cell):
            found += _bound(statement)
    return list(dict.fromkeys(found))


def setup(source: NotebookNode) -> list[tuple[NotebookNode, str]]:
    """The cells that prepare the source's tests, in order, and what of each does.

    With plain answers these are all other cells, locked or not, and what the answers import.
    """
    plain = _plain(source)
    if not plain:
        return [(cell, cell.source) for cell in filter(nb.is_setup, source.cells)]
    found = []
    for cell in _cells(source):
        text = cell.source
        if cell in plain:
            imported = (
                ast.unparse(each)
                for each in _statements(cell)
                if isinstance(each, ast.Import | ast.ImportFrom)
            )
            text = "\n".join(imported)
        found.append((cell, text))
    return found


def check(source: NotebookNode) -> None:
    """See that every answer can be graded.

    Raises:
        AnswerError: one cannot.
    """
    for cell in _plain(source):
        _statements(cell)


def python(text: str) -> str | None:
    """A cell without magics; None where it is another language."""
    first, _, rest = text.partition("\n")
    if first.startswith("%%"):
        if first.split()[0] not in _HARMLESS:
            return None
        text = f"\n{rest}"
    return _LINE_MAGIC.sub(r"\1pass", text)


def _plain(source: NotebookNode) -> list[NotebookNode]:
    """The source's answers that are no ``%%implement`` cells."""
    return [cell for cell in _cells(source) if nb.is_answer(cell)]


def _cells(notebook: NotebookNode) -> list[NotebookNode]:
    """What shares one namespace in a kernel, as far as it is run when grading."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code"
        if not nb.is_test(cell) and not nb.is_exploration(cell)
        if parse_implementation(cell.source) is None
    ]


def _statements(cell: NotebookNode) -> list[ast.stmt]:
    text = python(cell.source)
    name = nb.grade_id(cell)
    if text is None:
        magic = cell.source.split()[0]
        raise AnswerError(f"the answer {name!r} begins with {magic}, and only Python can be graded")
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError) as error:
        raise AnswerError(f"the answer {name!r} cannot be read as Python: {error}") from None


def _bound(node: ast.AST) -> list[str]:
    """The names that a statement binds, outside functions, classes and comprehensions."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return []
    return [name for child in ast.iter_child_nodes(node) for name in _bound(child)]
