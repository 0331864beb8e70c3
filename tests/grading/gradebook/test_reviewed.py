"""Is what was graded by hand to be looked at again where the answer changed, and only there?"""

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook

from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.saving import SaveGrades
from convkit.grading.intake.written_answers import REMARK
from convkit.grading.outcome import Outcome, Status
from tests.grading.course import known_cell
from tests.grading.gradebook.filled import COURSE

# nbgrader's own, whenever it records a submission.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

CODE = "%%implement f\ndef f(): return 1"


@pytest.fixture
def gradebook(tmp_path):
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        gradebook.add_assignment("a")
        gradebook.add_notebook("n", "a")
        gradebook.add_grade_cell("test", "n", "a", max_score=4, cell_type="code")
        gradebook.add_grade_cell("why", "n", "a", max_score=3, cell_type="markdown")
        for name in ("f", "why"):
            gradebook.add_solution_cell(name, "n", "a")
        gradebook.add_student("s")
        gradebook.add_submission("a", "s")
        yield gradebook


def grade(gradebook, why="Because.", code=CODE, beside="", outcome=None):
    """Grade the submission as `convkit grade` does, and give what is to be looked at by hand."""
    test = known_cell("code", "test", "assert f()", grade=True, locked=True, points=4)
    test.outputs = [new_output("execute_result", data={"text/plain": "4.0"})]
    cells = [
        known_cell("code", "f", code, solution=True),
        test,
        known_cell("markdown", "why", why, grade=True, solution=True, points=3),
        new_markdown_cell(beside),
    ]
    where = {"notebook": "n", "assignment": "a", "student": "s", "outcome": outcome or Outcome()}
    where["lent"] = (COURSE, gradebook)
    ledger.begin(COURSE, gradebook, "a", "s", ["n"], "")
    SaveGrades().preprocess(new_notebook(cells=cells), {"nbgrader": where})
    gradebook.db.expire_all()
    (notebook,) = gradebook.find_submission("a", "s").notebooks
    return {each.name for each in notebook.grades if each.needs_manual_grade}


def by_hand(gradebook, name):
    """As formgrader writes it."""
    found = gradebook.find_grade(name, "n", "a", "s")
    found.manual_score, found.needs_manual_grade = 2.0, False
    gradebook.db.commit()


def test_an_answer_that_is_as_it_was_stays_graded(gradebook):
    assert grade(gradebook) == {"why"}
    by_hand(gradebook, "why")
    assert grade(gradebook) == set()
    assert grade(gradebook, code=CODE.replace("1", "2")) == set()
    assert grade(gradebook, why="Because of that.") == {"why"}
    assert grade(gradebook, why="Because of that.") == {"why"}  # nobody has looked at it yet
    by_hand(gradebook, "why")
    assert grade(gradebook, why="Because of that.") == set()


def test_a_test_that_was_overruled_is_looked_at_again_where_the_code_changed(gradebook):
    grade(gradebook)
    by_hand(gradebook, "test")
    assert grade(gradebook, why="Because of that.") == {"why"}
    assert grade(gradebook, code=CODE.replace("1", "2")) == {"test", "why"}


def test_a_submission_in_between_that_cannot_be_read_changes_nothing(gradebook):
    grade(gradebook)
    by_hand(gradebook, "why")
    grade(gradebook, why="", outcome=Outcome(Status.UNREADABLE, "it is damaged"))
    assert grade(gradebook) == set()


def test_an_answer_beside_its_question_is_looked_at_again_where_that_changed(gradebook):
    grade(gradebook, why=REMARK, beside="Because.")
    by_hand(gradebook, "why")
    assert grade(gradebook, why=REMARK, beside="Because.") == set()
    assert grade(gradebook, why=REMARK, beside="Because of that.") == {"why"}
