"""Of a submission only the answers count; the rest is rebuilt from the source."""

import copy

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from convkit.grading import notebook as nb
from convkit.grading.notebook import Released, rebuild


def cell(kind, name, text, **flags):
    make = {"code": new_code_cell, "markdown": new_markdown_cell}[kind]
    known = {"grade_id": name, "schema_version": 3, "grade": False, "solution": False}
    return make(text, id=name, metadata={"nbgrader": known | {"locked": False} | flags})


SOURCE = new_notebook(
    cells=[
        new_markdown_cell("# Title", id="title"),
        cell("code", "setup", "import numpy as np", locked=True),
        cell("code", "given", "%%implement given\ndef given(): return 1", locked=True),
        cell("code", "double", "%%implement double\nsolution", solution=True),
        cell("code", "test", "assert double(1) == 2", grade=True, locked=True, points=1),
        cell(
            "code",
            "hidden",
            "### BEGIN HIDDEN TESTS\nassert double(2) == 4\n### END HIDDEN TESTS",
            grade=True,
            locked=True,
            points=2,
        ),
        cell("markdown", "why", "Because.", grade=True, solution=True, points=3),
    ],
    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
)
RELEASED = {
    name: Released(f"sum of {name}", "stub" if "nbgrader" in cell.metadata else cell.source)
    for name, cell in nb.graded_cells(SOURCE).items()
}


def submission(*changes):
    notebook = copy.deepcopy(SOURCE)
    by_name = {cell.id: cell for cell in notebook.cells}
    by_name["double"].source = "%%implement double\ndef double(x): return 2 * x"
    by_name["why"].source = "Why not?"
    by_name["hidden"].source = ""
    for change in changes:
        change(notebook, by_name)
    return notebook


def rebuilt(*changes):
    found = rebuild(submission(*changes), SOURCE, RELEASED)
    nbformat.validate(found)
    return found


def texts(notebook):
    return {nb.grade_id(cell): cell.source for cell in notebook.cells if nb.grade_id(cell)}


def test_answers_are_the_students_and_tests_are_the_sources():
    found = texts(rebuilt())
    assert found["double"] == "%%implement double\ndef double(x): return 2 * x"
    assert found["why"] == "Why not?"
    for name in ("setup", "given", "test", "hidden"):
        assert found[name] == texts(SOURCE)[name]


def test_the_order_is_the_students():
    def move(notebook, cells):
        notebook.cells.insert(0, notebook.cells.pop())

    assert next(iter(texts(rebuilt(move)))) == "why"


@pytest.mark.parametrize("name", ["test", "hidden", "setup"])
@pytest.mark.parametrize(
    "change",
    [
        lambda notebook, cell: notebook.cells.remove(cell),
        lambda notebook, cell: notebook.cells.append(copy.deepcopy(cell)),
        lambda notebook, cell: cell.update(source="assert True"),
        lambda notebook, cell: cell.metadata.update(tags=["skip-execution", "explore"]),
        lambda notebook, cell: cell.metadata.nbgrader.update(points=100, locked=False),
        lambda notebook, cell: cell.metadata.nbgrader.update(solution=True),
        lambda notebook, cell: cell.metadata.nbgrader.update(schema_version=99),
        lambda notebook, cell: cell.metadata.update(nbgrader=None),
        lambda notebook, cell: cell.metadata.update(nbgrader={"grade_id": ["x"]}),
        lambda notebook, cell: cell.update(cell_type="markdown"),
        lambda notebook, cell: cell.update(cell_type="raw"),
        lambda notebook, cell: cell.update(id="!"),
    ],
)
def test_whatever_became_of_a_trusted_cell_it_is_there_once_as_in_the_source(name, change):
    found = rebuilt(lambda notebook, cells: change(notebook, cells[name]))
    (there,) = [cell for cell in found.cells if nb.grade_id(cell) == name]
    source = nb.graded_cells(SOURCE)[name]
    assert (there.source, there.cell_type) == (source.source, source.cell_type)
    assert "tags" not in there.metadata
    expected = dict(source.metadata.nbgrader, checksum=f"sum of {name}", cell_type="code")
    assert there.metadata.nbgrader == expected


def test_missing_answers_come_back_as_they_were_released():
    def empty(notebook, cells):
        notebook.cells.clear()

    found = rebuilt(empty)
    assert list(texts(found)) == list(texts(SOURCE))
    assert texts(found)["double"] == texts(found)["why"] == "stub"


def test_a_copied_answer_stays_as_a_cell_of_the_students_own():
    def again(notebook, cells):
        second = copy.deepcopy(cells["double"])
        second.source = "%%implement double\nsecond"
        notebook.cells.append(second)

    found = rebuilt(again)
    assert [name for name, _ in nb.implementations(found)] == ["given", "double", "double"]
    assert len(texts(found)) == len(texts(SOURCE))


def test_own_cells_keep_their_text_and_lose_their_powers():
    def add(notebook, cells):
        own = new_code_cell("print(1)", metadata={"tags": ["explore", "skip-execution"]})
        own.metadata["nbgrader"] = {"grade": True, "points": 10, "grade_id": "mine"}
        own.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "10"})]
        notebook.cells.append(own)
        notebook.metadata["widgets"] = {"x": "<script>"}

    found = rebuilt(add)
    assert found.cells[-1].source == "print(1)"
    assert found.cells[-1].metadata == {"tags": ["explore"]}
    assert found.cells[-1].outputs == []
    assert set(found.metadata) == {"kernelspec"}


def test_what_is_what():
    kinds = nb.graded_cells(SOURCE)
    assert [name for name, cell in kinds.items() if nb.is_setup(cell)] == ["setup"]
    assert [name for name, cell in kinds.items() if nb.is_test(cell)] == ["test", "hidden"]
    assert [name for name, cell in kinds.items() if nb.is_hidden(cell)] == ["hidden"]
    assert [name for name, _ in nb.implementations(SOURCE)] == ["given", "double"]


@given(
    st.lists(st.integers(0, len(SOURCE.cells) - 1), max_size=12),
    st.sampled_from(["code", "markdown", "raw"]),
)
def test_no_shuffling_copying_or_retyping_changes_what_is_tested(picked, kind):
    notebook = new_notebook()
    notebook.cells = [copy.deepcopy(SOURCE.cells[i]) for i in picked]
    for each in notebook.cells[::2]:
        each.cell_type = kind
    found = rebuild(notebook, SOURCE, RELEASED)
    nbformat.validate(found)
    trusted = {name for name, cell in nb.graded_cells(SOURCE).items() if nb.is_trusted(cell)}
    there = [nb.grade_id(cell) for cell in found.cells if nb.grade_id(cell)]
    assert sorted(there) == sorted(texts(SOURCE))
    assert all(texts(found)[name] == texts(SOURCE)[name] for name in trusted)
