"""The canary lives only if the solution earns everything and the release nothing."""

import copy
import tempfile
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook, new_output

from convkit.grading.airlock.times import Times
from convkit.grading.canary import see_alive
from convkit.grading.outcome import GraderError, Outcome, Status
from convkit.grading.running.grade import grade
from convkit.grading.running.job import Job
from convkit.grading.running.submission import Part
from convkit.grading.sandbox.bubblewrap import Limits
from tests.grading.course import cell, known_cell, mini_source

TESTS = [
    known_cell("code", "a", "assert f(1)", grade=True, locked=True, points=1),
    known_cell("code", "b", "assert f(2)", grade=True, locked=True, points=2.5),
    known_cell("code", "bonus", "assert f(3)", grade=True, locked=True, points=0),
]
TESTS[2].metadata["tags"] = ["bonus:2"]


def graded(*points, outcome=None):
    cells = copy.deepcopy(TESTS)
    for each, earned in zip(cells, points, strict=True):
        said = new_output("stream", text="✗ f is wrong\n")
        each.outputs = [said, new_output("execute_result", {"text/plain": repr(earned)})]
    return {"mini": Part(outcome or Outcome(), new_notebook(cells=cells))}


NOTHING = graded(0.0, 0.0, 0.0)


@pytest.mark.parametrize("bonus", [0.0, 2.0])
def test_all_and_nothing_is_right_and_a_bonus_is_no_matter(bonus):
    assert see_alive(graded(1.0, 2.5, bonus), NOTHING) == 3.5


def test_a_solution_that_earns_less_is_named_with_what_its_test_said():
    with pytest.raises(GraderError, match=r"b: 1\.25 of 2\.5\. ✗ f is wrong") as caught:
        see_alive(graded(1.0, 1.25, 2.0), NOTHING)
    assert "a:" not in str(caught.value)


@pytest.mark.parametrize("points", [(0.5, 0.0, 0.0), (0.0, 0.0, 2.0)])
def test_a_release_that_earns_anything_is_named(points):
    with pytest.raises(GraderError, match=r"earns points.*: (a|bonus)$"):
        see_alive(graded(1.0, 2.5, 0.0), graded(*points))


def test_a_canary_that_cannot_be_graded_is_no_canary():
    lost = {"mini": Part(Outcome(Status.UNREADABLE, "cut short"), new_notebook(cells=TESTS))}
    with pytest.raises(GraderError, match=r"solution itself cannot be graded.*unreadable: cut"):
        see_alive(lost, NOTHING)
    with pytest.raises(GraderError, match="release itself cannot be graded"):
        see_alive(graded(1.0, 2.5, 0.0), {"mini": Part(Outcome(Status.MISSING, "none"), None)})


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("assert doubel(1) == 2", "NameError: name 'doubel' is not defined\n  line 4: assert doub"),
        ("assert double(1) == 3", "AssertionError: \n  line 4: assert double(1) == 3"),
        ("assert double(1) = 2", "line 4"),
        ("raise ValueError(hidden_seed)", "name 'hidden_seed'"),
    ],
)
def test_a_broken_hidden_test_says_the_cell_the_line_and_the_error_to_the_instructor(broken, said):
    source = mini_source()
    cell(
        source, "double-hidden"
    ).source = f"# hidden\n### BEGIN HIDDEN TESTS\nx = 1\n{broken}\n### END HIDDEN TESTS"
    results = {}
    for explain in (True, False):
        notebook = copy.deepcopy(source)
        with tempfile.TemporaryDirectory() as nothing:
            folder = Path(nothing)
            places = dict.fromkeys(("source", "course", "files"), folder)
            limits = {"limits": Limits(), "times": Times()}
            job = Job(assignment="mini", explain=explain, **places, **limits)
            outcome = grade(notebook, source, job)
        results[explain] = {"mini": Part(outcome, notebook)}
    with pytest.raises(GraderError) as caught:
        see_alive(results[True], NOTHING)
    assert "double-hidden: 0 of 2. ✗ " in str(caught.value)
    assert said in str(caught.value)
    assert said not in str(results[False])
