"""Feedback shows the student's work and what was made of it, and nothing that is hidden."""

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import AssignLatePenalties, GetGrades
from traitlets.config import Config

from convkit.grading import notebook as nb
from convkit.grading.feedback import set_up_feedback
from tests.grading.course import CANARY, ROOT, cell, known_cell, mini_source

SCHEME = "### BEGIN MARK SCHEME\n2 points for the word *scheme-canary*\n### END MARK SCHEME"


def feedback(notebook):
    """The page, without the grades, which come from a gradebook."""
    config = Config()
    set_up_feedback(config)
    exporter = HTMLExporter(config=config, template_name="classic")
    for preprocessor in config.GenerateFeedback.preprocessors:
        if preprocessor not in (GetGrades, AssignLatePenalties):
            exporter.register_preprocessor(preprocessor(config=config), enabled=True)
    page, _ = exporter.from_notebook_node(notebook)
    return page


def test_hidden_tests_are_told_of_in_two_words():
    page = feedback(mini_source())
    assert CANARY not in page
    assert "7919" not in page
    assert "hidden tests" in page
    assert "assert_allclose" in page  # the visible test


def test_mark_schemes_are_for_the_grader():
    notebook = mini_source()
    notebook.cells.append(known_cell("markdown", "question", f"Why?\n\n{SCHEME}", locked=True))
    page = feedback(notebook)
    assert "Why?" in page
    assert "scheme-canary" not in page


def test_what_students_write_is_left_alone():
    notebook = mini_source()
    cell(notebook, "double").source = "# BEGIN HIDDEN TESTS\nmine = 1\n# END HIDDEN TESTS"
    cell(notebook, "why").source = SCHEME.replace("scheme-canary", "mine as well")
    notebook.cells.append(new_code_cell("other = '### BEGIN HIDDEN TESTS'"))
    page = feedback(notebook)
    for text in ("mine", "mine as well", "other"):
        assert text in page


@pytest.mark.parametrize(
    "path", sorted((ROOT / "solutions").glob("*/*.ipynb")), ids=lambda p: p.stem
)
def test_no_hidden_test_of_the_course_is_in_its_feedback(path):
    notebook = nbformat.read(path, as_version=4)
    hidden = [each for each in notebook.cells if nb.is_test(each) and nb.is_hidden(each)]
    for number, each in enumerate(hidden):
        begin, inside = each.source.split("BEGIN HIDDEN TESTS\n", 1)
        each.source = f"{begin}BEGIN HIDDEN TESTS\ncanary_{number} = 1\n{inside}"
    page = feedback(new_notebook(cells=notebook.cells))
    assert "canary_" not in page
    assert "BEGIN MARK SCHEME" not in page
    assert "hidden_cases(" not in page
