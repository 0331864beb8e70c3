"""Points on top: a test tagged "bonus:3" adds to a score and to no maximum."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.api import Gradebook

from convkit.grading import notebook as nb
from convkit.grading.gradebook.saving import SaveGrades
from convkit.grading.outcome import Outcome
from tests.grading.gradebook.filled import COURSE

# nbgrader's own, whenever it records a submission.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def test_cell(name, points, earned, tags):
    return new_code_cell(
        "check(it)",
        metadata={
            "tags": tags,
            "nbgrader": {
                "grade_id": name, "points": points, "grade": True,
                "solution": False, "locked": True, "task": False,
            },
        },
        outputs=[new_output("execute_result", data={"text/plain": repr(earned)})],
    )  # fmt: skip


test_cell.__test__ = False


@pytest.fixture
def gradebook(tmp_path):
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        gradebook.add_assignment("a")
        gradebook.add_notebook("n", "a")
        gradebook.add_grade_cell("plain", "n", "a", max_score=4, cell_type="code")
        gradebook.add_grade_cell("extra", "n", "a", max_score=0, cell_type="code")
        gradebook.add_student("s")
        gradebook.add_submission("a", "s")
        yield gradebook


def saved(gradebook, earned):
    cells = [test_cell("plain", 4, 3.0, []), test_cell("extra", 0, earned, ["bonus:3"])]
    where = {"notebook": "n", "assignment": "a", "student": "s", "outcome": Outcome()}
    where["lent"] = (COURSE, gradebook)
    SaveGrades().preprocess(new_notebook(cells=cells), {"nbgrader": where})
    gradebook.db.expire_all()
    return gradebook.find_submission("a", "s")


@pytest.mark.parametrize("earned", [0.0, 2.25, 3.0])
def test_a_bonus_adds_to_the_score_and_not_to_the_maximum(gradebook, earned):
    submission = saved(gradebook, earned)
    assert (submission.score, submission.max_score) == (3 + earned, 4)
    assert not submission.needs_manual_grade


def test_grading_again_replaces_a_bonus(gradebook):
    saved(gradebook, 3.0)
    assert saved(gradebook, 1.0).score == 4


def test_a_cell_without_the_tag_has_no_bonus():
    assert nb.bonus(new_code_cell("x")) == 0
    assert nb.bonus(new_code_cell("x", metadata={"tags": ["explore"]})) == 0
    assert nb.points(test_cell("extra", 0, 0.0, ["bonus:3"])) == 3
    assert nb.points(test_cell("plain", 4, 0.0, [])) == 4
