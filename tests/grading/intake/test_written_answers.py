"""Written answers: words that stand elsewhere are kept, and nobody guesses."""

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.utils import compute_checksum, determine_grade

from convkit.grading import notebook as nb
from convkit.grading.intake.folder import look_into
from convkit.grading.intake.handed_in import receive
from convkit.grading.intake.which_cell import released
from convkit.grading.outcome import Status
from tests.grading.course import cell, known_cell, mini_source
from tests.grading.intake.handing_in import (
    DOUBLE,
    RELEASE,
    answers,
    changed,
    put,
    received,
)

ELSEWHERE = "Because the weights are shared."


def own(make, text=ELSEWHERE, at=None):
    def change(notebook):
        where = len(notebook.cells) if at is None else at
        notebook.cells.insert(where, make(text))

    return change


def at_the_title(notebook):
    notebook.cells[0].source += f"\n\n{ELSEWHERE}"


def in_a_locked_text(notebook):
    cell(notebook, "question").source += f"\n\n{ELSEWHERE}"


def in_a_copy_of_a_locked_text(notebook):
    copied = copy.deepcopy(cell(notebook, "question"))
    copied.id = "copied"
    copied.source = ELSEWHERE
    notebook.cells.append(copied)


def in_a_test_made_into_text(notebook):
    cell(notebook, "double-visible").update(cell_type="markdown", source=ELSEWHERE)


def deleted_and_written_twice(notebook):
    notebook.cells.remove(cell(notebook, "why"))
    notebook.cells += [new_markdown_cell(ELSEWHERE), new_markdown_cell("More.")]


ANSWERED_ELSEWHERE = {
    "in a cell of one's own": own(new_markdown_cell),
    "at the top": own(new_markdown_cell, at=0),
    "in a raw cell": own(new_raw_cell),
    "in a code cell": own(new_code_cell),
    "as a comment": own(new_code_cell, f"# {ELSEWHERE}"),
    "as a string": own(new_code_cell, f'"""{ELSEWHERE}"""'),
    "at the title": at_the_title,
    "in a locked text": in_a_locked_text,
    "in a copy of a locked text": in_a_copy_of_a_locked_text,
    "in a test made into text": in_a_test_made_into_text,
    "where none is": deleted_and_written_twice,
}


def asking_source():
    source = mini_source()
    question = known_cell("markdown", "question", "# Why?\n\nTwo sentences.", locked=True)
    source.cells.insert(-1, question)
    return source


def asked(folder, change):
    source = asking_source()
    notebook = released(source)
    change(notebook)
    put(folder / "mini.ipynb", notebook)
    return receive(look_into(folder), {"mini": source})["mini"], source


@pytest.mark.parametrize("change", ANSWERED_ELSEWHERE.values(), ids=ANSWERED_ELSEWHERE)
def test_words_that_stand_elsewhere_are_kept_and_read_by_hand(folder, change):
    found, source = asked(folder, change)
    known = nb.graded_cells(released(source))
    kept = {n: nb.Released(compute_checksum(each), each.source) for n, each in known.items()}
    rebuilt = nb.rebuild(found.notebook, source, kept)
    nbformat.validate(rebuilt)
    answer = cell(rebuilt, "why")
    assert determine_grade(answer)[0] is None, "nbgrader would give 0, and ask nobody"
    (note,) = [note for note in found.outcome.notes if note.startswith("Nothing was written")]
    assert "'why'" in note
    (written,) = [each for each in rebuilt.cells if ELSEWHERE in each.source]
    assert nb.grade_id(written) is None
    assert cell(rebuilt, "question").source == cell(source, "question").source


NOT_ANSWERED = {
    "nothing": lambda notebook: None,
    "code of one's own": own(new_code_cell, "print(double(3))  # six"),
    "a magic": own(new_code_cell, "%time double(3)"),
    "an empty cell": own(new_markdown_cell, " \n"),
    "a test played with": lambda notebook: cell(notebook, "double-visible").update(source="# ok"),
    "the code that was asked for": lambda notebook: cell(notebook, "double").update(source=DOUBLE),
}


@pytest.mark.parametrize("change", NOT_ANSWERED.values(), ids=NOT_ANSWERED)
def test_where_there_are_no_words_nobody_is_asked(folder, change):
    found, source = asked(folder, change)
    assert answers(found)["why"] == cell(released(source), "why").source
    assert not any("elsewhere" in note for note in found.outcome.notes)


def test_of_two_notebooks_that_with_words_elsewhere_goes_on_from_the_other(folder):
    put(folder / "mini.ipynb", RELEASE)
    notebook = copy.deepcopy(RELEASE)
    own(new_markdown_cell)(notebook)
    assert received(folder, notebook, "other.ipynb").path == folder / "other.ipynb"


def test_which_prose_is_the_answer_is_not_guessed(folder):
    def change(notebook):
        notebook.cells.remove(cell(notebook, "why"))
        notebook.cells += [new_markdown_cell("One."), new_markdown_cell("Two.")]

    found = received(folder, changed(change))
    assert found.outcome.status is Status.PARTIAL
