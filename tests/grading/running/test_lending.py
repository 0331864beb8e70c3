"""An ordinary nbgrader assignment, whose answers are plain cells, is graded in the sandbox, too."""

import copy
import shutil

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from convkit.grading import notebook as nb
from convkit.grading.airlock.times import Times
from convkit.grading.running import lending
from convkit.grading.running.grade import grade
from convkit.grading.running.job import Job
from convkit.grading.sandbox.bubblewrap import Limits
from tests.grading.course import Course, known_cell, write

ANSWER = """import math
from collections import Counter

def squares(n):
    ### BEGIN SOLUTION
    return [float(k * k) for k in range(1, n + 1)]
    ### END SOLUTION

class Stack:
    def __init__(self):
        self.items = []
    def push(self, item):
        ### BEGIN SOLUTION
        self.items.append(item)
        ### END SOLUTION
    def top(self):
        return self.items[-1]
"""
TEST = {"grade": True, "locked": True}
SOURCE = new_notebook(
    cells=[
        new_code_cell("%matplotlib inline\nimport numpy as np\nfactor = 3", id="imports"),
        known_cell("code", "locked-setup", "offset = factor + 1", locked=True),
        known_cell("code", "answer", ANSWER, solution=True),
        new_code_cell("print(squares(4))\n!ls", id="playing"),
        known_cell(
            "code", "more", "total = sum(squares(3)) * offset\ntable = np.eye(2)", solution=True
        ),
        known_cell("code", "test-f", "assert squares(3) == [1, 4, 9]", points=2, **TEST),
        known_cell(
            "code",
            "test-c",
            "s = Stack(); s.push(math.pi)\nassert s.top() == math.pi",
            points=1,
            **TEST,
        ),
        known_cell(
            "code",
            "test-v",
            "assert total == 56\nnp.testing.assert_array_equal(table, np.eye(2))\n"
            "### BEGIN HIDDEN TESTS\nassert squares(5)[-1] == 25\n### END HIDDEN TESTS",
            points=4,
            **TEST,
        ),
    ]
)


def graded(tmp_path, change=lambda notebook: None, source=SOURCE):
    """The points of each test, and what became of it, when a solution so changed is handed in."""
    notebook = copy.deepcopy(source)
    change({cell.id: cell for cell in notebook.cells})
    places = dict.fromkeys(("source", "course", "files"), tmp_path)
    job = Job(assignment="plain", limits=Limits(), times=Times(call=2), **places)
    outcome = grade(notebook, source, job)
    tests = {cell.id: cell.outputs for cell in notebook.cells if nb.is_test(cell)}
    points = {name: float(out[-1].data["text/plain"]) for name, out in tests.items()}
    return points, tests, outcome


def test_the_solution_earns_everything(tmp_path):
    points, _, outcome = graded(tmp_path)
    assert points == {"test-f": 2, "test-c": 1, "test-v": 4}
    assert outcome.status == "graded"


def test_a_wrong_answer_loses_its_tests_and_cannot_touch_what_judges_it(tmp_path):
    def cheat(cells):
        cells["answer"].source = (
            "import numpy, builtins\nnumpy.testing.assert_array_equal = print\n"
            "class Equal(list):\n    def __eq__(self, other): return True\n"
            "def squares(n): return Equal([0.0])\n"
        )

    points, tests, _ = graded(tmp_path, cheat)
    assert points == dict.fromkeys(points, 0)
    assert "no cell binds Stack" in str(tests["test-c"])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("while True: pass", marks=pytest.mark.exhaustive),
        "import os; os._exit(0)",
        "1 / 0",
    ],
)
def test_a_cell_that_does_not_come_to_its_end_costs_what_it_binds(tmp_path, text):
    def change(cells):
        cells["playing"].source = text
        cells["more"].source = f"total = 56\n{text}"

    points, _, _ = graded(tmp_path, change)
    assert (points["test-f"], points["test-c"]) == (2, 1)


def test_what_cannot_be_handed_over_says_so(tmp_path):
    def change(cells):
        cells["more"].source = "total = object()\ntable = 1"

    points, tests, _ = graded(tmp_path, change)
    assert points["test-v"] == 0
    assert "A hidden test fails" in str(tests["test-v"])


def test_names_are_those_that_the_answers_bind():
    assert lending.names(SOURCE) == ["squares", "Stack", "total", "table"]
    lending.check(SOURCE)


@pytest.mark.parametrize(
    ("text", "words"),
    [("%%bash\nls", "begins with %%bash"), ("def f(:", "cannot be read as Python")],
)
def test_an_answer_that_cannot_be_graded_is_refused(text, words):
    broken = copy.deepcopy(SOURCE)
    broken.cells[2].source = text
    with pytest.raises(lending.AnswerError, match=words):
        lending.check(broken)


@pytest.mark.course
def test_a_class_is_graded_and_what_cannot_be_is_refused(tmp_path):
    broken = copy.deepcopy(SOURCE)
    broken.cells[2].source = "%%bash\nls"
    course = Course.create(tmp_path / "course", {"plain": SOURCE, "broken": broken})
    write(SOURCE, course.submitted("plain", "ann"))
    run = course.convkit("grade", "plain")
    assert run.stdout.startswith("plain: the solution earns all 7 points"), run.stderr
    full = {"test-f": 2.0, "test-c": 1.0, "test-v": 4.0}
    assert {name: course.scores("plain")["ann"][name] for name in full} == full
    assert course.nbgrader("generate_assignment", "plain", "--force").returncode == 0
    write(course.released("plain"), course.submitted("plain", "bob"))
    assert course.nbgrader("autograde", "plain").returncode == 0
    assert {course.scores("plain")["ann"][name] for name in full} == {2.0, 1.0, 4.0}
    assert {course.scores("plain")["bob"][name] for name in full} == {0.0}
    refused = course.convkit("grade", "broken")
    sentence = "the answer 'answer' begins with %%bash, and only Python can be graded"
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    refused = course.nbgrader("generate_assignment", "broken")
    assert refused.returncode != 0
    assert sentence in refused.stderr
    shutil.rmtree(course.temporary)
