"""Which cell is which: answers count as they were meant, and no test is the student's own."""

import copy
import json
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell
from nbgrader.utils import compute_checksum

from convkit.grading import notebook as nb
from convkit.grading.intake.folder import look_into
from convkit.grading.intake.handed_in import receive
from convkit.grading.intake.which_cell import released
from convkit.grading.outcome import Outcome, Status
from tests.grading.course import cell, known_cell, mini_source
from tests.grading.intake.handing_in import (
    DOUBLE,
    NOT_TOLD,
    NOT_WRITTEN,
    RELEASE,
    RIGHT,
    SCALE,
    SOURCE,
    answered,
    answers,
    changed,
    put,
    received,
)


def strip_marks(notebook, *, ids=True):
    for each in notebook.cells:
        each.metadata = {}
        if ids:
            each.pop("id", None)
    if ids:
        notebook.nbformat_minor = 4


def shuffle(notebook):
    strip_marks(notebook)
    notebook.cells.reverse()


def split_answer(notebook):
    at = [each.id for each in notebook.cells].index("scale")
    upper = notebook.cells[at]
    lower = copy.deepcopy(upper)
    lower.id = "lower"
    position = SCALE.index("    def backward")
    upper.source, lower.source = SCALE[:position].rstrip("\n"), SCALE[position:]
    notebook.cells.insert(at + 1, lower)


def copy_answer(text, *, before=False):
    def change(notebook):
        at = [each.id for each in notebook.cells].index("double")
        second = copy.deepcopy(notebook.cells[at])
        second.id, second.source = "second", text
        notebook.cells.insert(at if before else len(notebook.cells), second)

    return change


def edit(name, change):
    return lambda notebook: cell(notebook, name).update(source=change(cell(notebook, name).source))


def retype(name, kind):
    return lambda notebook: cell(notebook, name).update(
        cell_type=kind, **({"outputs": [], "execution_count": None} if kind == "code" else {})
    )


def written(text):
    lines = (line.rstrip() for line in text.split("\n"))
    return [line for line in lines if line and not line.startswith(("#", "%%"))]


STUB = cell(RELEASE, "double").source
MEANT = {
    "marks lost": strip_marks,
    "marks lost, ids kept": lambda notebook: strip_marks(notebook, ids=False),
    "marks mangled": lambda notebook: [
        each.metadata.update(nbgrader={"grade_id": 7, "schema_version": 99})
        for each in notebook.cells
    ],
    "schema of the future": lambda notebook: [
        each.metadata.nbgrader.update(schema_version=99)
        for each in notebook.cells
        if "nbgrader" in each.metadata
    ],
    "split": split_answer,
    "copied": copy_answer(DOUBLE),
    "stub kept below": copy_answer(STUB),
    "stub kept above": copy_answer(STUB, before=True),
    "magic lost": edit("double", lambda text: text.split("\n", 1)[1]),
    "magic commented out": edit("double", lambda text: f"# {text}"),
    "magic moved down": edit("double", lambda text: f"\n\n# mine\n%%time\n{text}"),
    "code as markdown": retype("double", "markdown"),
    "code as raw": retype("double", "raw"),
    "text as code": retype("why", "code"),
    "windows lines": edit("double", lambda text: text.replace("\n", "\r\n")),
}


@pytest.mark.parametrize("change", MEANT.values(), ids=MEANT)
def test_answers_count_as_they_were_meant(folder, change):
    found = received(folder, json.dumps(changed(change)).encode())
    assert found.outcome.status is Status.GRADED, found.outcome
    kept = answers(found)
    assert {name: written(text) for name, text in kept.items()} == {
        name: written(text) for name, text in RIGHT.items()
    }
    assert kept["double"].startswith("%%implement double\n")
    assert [name for name, _ in nb.implementations(found.notebook)] == ["double", "Scale"]


def test_in_another_order_without_marks_all_but_prose_is_known(folder):
    found = received(folder, changed(shuffle))
    assert answers(found) == {"double": DOUBLE, "scale": SCALE, "why": NOT_WRITTEN}
    assert found.outcome.status is Status.PARTIAL
    assert found.outcome.reason == f"{NOT_TOLD} 'why'"


def test_in_another_order_prose_is_known_by_its_id(folder):
    def change(notebook):
        strip_marks(notebook, ids=False)
        notebook.cells.reverse()

    found = received(folder, changed(change))
    assert answers(found) == RIGHT
    assert found.outcome.status is Status.GRADED


def test_without_marks_an_answer_is_known_by_what_it_says_it_implements(folder):
    double = "%%implement double\ndouble = lambda x: x + x"
    notebook = answered(double=double)
    shuffle(notebook)
    assert answers(received(folder, notebook))["double"] == double


def test_a_question_is_not_taken_for_its_answer(folder):
    source = mini_source()
    source.cells.insert(-1, known_cell("markdown", "question", "Why?", locked=True))
    notebook = released(source)
    cell(notebook, "question").source = "Why? I do not know."
    notebook.cells.remove(cell(notebook, "why"))
    strip_marks(notebook)
    put(folder / "mini.ipynb", notebook)
    found = receive(look_into(folder), {"mini": source})["mini"]
    assert found.outcome.status is Status.PARTIAL
    assert answers(found)["why"] == NOT_WRITTEN


def test_an_answer_moved_out_of_its_cell_is_known_by_what_it_defines(folder):
    def change(notebook):
        notebook.cells.remove(cell(notebook, "double"))
        notebook.cells.append(new_code_cell("def double(x):\n    return x + x"))

    found = received(folder, changed(change))
    assert answers(found)["double"] == DOUBLE
    assert "The line %%implement double was missing, and is there again." in found.outcome.notes


def test_answers_that_differ_are_all_kept_and_the_last_counts(folder):
    second = DOUBLE.replace("x + x", "2 * x")
    found = received(folder, changed(copy_answer(second)))
    texts = [text for _, text in nb.implementations(found.notebook)]
    assert [text for text in texts if "2 * x" in text] == texts[-1:]
    assert answers(found)["double"] == DOUBLE
    assert "there 2 times: all are kept" in found.outcome.notes[0]


@pytest.mark.parametrize("name", ["double", "scale", "why"])
def test_a_missing_answer_makes_it_partial(folder, name):
    found = received(folder, changed(lambda notebook: notebook.cells.remove(cell(notebook, name))))
    assert found.outcome == Outcome(
        Status.PARTIAL,
        f"{NOT_TOLD} '{name}'",
    )


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda notebook, test: test.update(source="assert True"), "edited"),
        (lambda notebook, test: notebook.cells.remove(test), "missing"),
        (lambda notebook, test: notebook.cells.append(copy.deepcopy(test)), "there more than once"),
        (lambda notebook, test: test.update(cell_type="raw"), "edited"),
    ],
)
def test_what_became_of_a_test_is_noted(folder, change, how):
    found = received(folder, changed(lambda n: change(n, cell(n, "double-visible"))))
    assert found.outcome == Outcome(notes=(f"Put back, because {how}: 'double-visible'.",))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda test: test.metadata.update(tags=["skip-execution"]),
            "the test 'double-visible' bears the tag 'skip-execution'",
        ),
        (
            lambda test: test.metadata.update(tags=["bonus:100"]),
            "the test 'double-visible' bears the tag 'bonus:100'",
        ),
        (
            lambda test: test.metadata.nbgrader.update(points=100),
            "the test 'double-visible' says 100 points instead of 1",
        ),
        (
            lambda test: test.metadata.nbgrader.update(points="many"),
            "the test 'double-visible' says 'many' points instead of 1",
        ),
        (
            lambda test: test.metadata.nbgrader.update(solution=True),
            "the test 'double-visible' is marked as if it were none",
        ),
    ],
)
def test_forged_tests_are_tampering_and_the_answers_count_still(folder, change, reason):
    found = received(folder, changed(lambda n: change(cell(n, "double-visible"))))
    assert found.outcome == Outcome(Status.TAMPERED, reason)
    assert answers(found) == RIGHT


def test_a_test_of_an_older_release_is_no_forgery(folder):
    def change(notebook):
        test = cell(notebook, "double-visible")
        test.metadata.nbgrader["points"] = 5
        test.metadata.nbgrader["checksum"] = compute_checksum(test)

    assert received(folder, changed(change)).outcome == Outcome()


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SOURCE.cells) - 1),
            st.sampled_from(["keep", "copy", "drop", "strip", "retype", "empty", "first half"]),
        )
    )
)
@settings(max_examples=60, deadline=None)
def test_nothing_done_to_cells_raises(done):
    notebook = answered()
    for index, what in done:
        at = index % max(1, len(notebook.cells))
        if not notebook.cells:
            break
        each = notebook.cells[at]
        if what == "copy":
            notebook.cells.append(copy.deepcopy(each))
        elif what == "drop":
            del notebook.cells[at]
        elif what == "strip":
            each.metadata = {}
        elif what == "retype":
            each.cell_type = "raw" if each.cell_type == "code" else "code"
        elif what == "empty":
            each.source = ""
        elif what == "first half":
            each.source = each.source[: len(each.source) // 2]
    place = Path(tempfile.mkdtemp())
    try:
        found = received(place, json.dumps(notebook).encode())
    finally:
        shutil.rmtree(place)
    if found.notebook is not None:
        names = [nb.grade_id(each) for each in found.notebook.cells if nb.grade_id(each)]
        assert len(set(names)) == len(names)
        rebuilt = nb.rebuild(
            found.notebook, SOURCE, {n: nb.Released("", "") for n in nb.graded_cells(SOURCE)}
        )
        nbformat.validate(rebuilt)
        for name, text in answers(found).items():
            assert cell(rebuilt, name).source == text
