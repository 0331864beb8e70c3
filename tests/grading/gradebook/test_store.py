"""Are points, and how it ended, stored together or not at all, in whichever database?"""

import contextlib

import pytest
from nbformat.v4 import new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import text
from traitlets.config import Config

from convkit.grading.gradebook.autograde import course_at
from convkit.grading.gradebook.saving import STORING
from convkit.grading.gradebook.store import Store
from convkit.grading.outcome import Outcome, Status
from convkit.grading.running.submission import Part
from tests.grading.course import known_cell
from tests.grading.gradebook.filled import grade

ENDED = Outcome(Status.TIMED_OUT, "It took long.")
UNFINISHED = (None, "grader error")


@pytest.fixture
def finish(url, tmp_path):
    """Grade ann again by these of nbgrader's parts: this time she earns 1 point."""
    config = Config()
    config.CourseDirectory.db_url, config.CourseDirectory.root = url, str(tmp_path)
    app = NbGrader(config=config)
    course = course_at(CourseDirectory(parent=app), app)

    def finish(*parts):
        test = known_cell("code", "test", "", grade=True, locked=True, points=2)
        test.outputs = [new_output("execute_result", data={"text/plain": "1.0"})]
        (tmp_path / "files").mkdir()
        part = Part(ENDED, new_notebook(cells=[test]))
        with contextlib.closing(Store(app, course, "mini", parts)) as store:
            store.begin("ann", ["mini"], "f2")
            return store.finish("ann", {"mini": part}, tmp_path / "files", "f2")

    return finish


def seen(url):
    """What another program finds of ann: her points, and how her submission ended."""
    with Gradebook(url) as gradebook:
        query = text("SELECT status FROM convkit_outcome WHERE student = 'ann'")
        return grade(gradebook, "ann", "test").auto_score, gradebook.db.execute(query).scalar()


def test_both_are_there_at_the_end_and_neither_before(finish, url):
    between = []

    def look(parent):
        return lambda notebook, resources: (between.append(seen(url)), (notebook, resources))[1]

    assert finish(*STORING, look) == ENDED
    assert between == [UNFINISHED]
    assert seen(url) == (1.0, "timed out")


def test_neither_is_there_where_something_fails(finish, url):
    def fail(parent):
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk"):
        finish(*STORING, fail)
    assert seen(url) == UNFINISHED
