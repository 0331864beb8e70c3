"""The exchange carries an assignment out, work in, and feedback back: docs/jupyterhub.md."""

import os
import subprocess
import sys

import pytest

from tests.grading.course import FULL, Course, mini_source, write
from tests.grading.mini_submissions import answered

pytestmark = [pytest.mark.course, pytest.mark.exhaustive]


@pytest.fixture
def course(tmp_path):
    """A course with an exchange, in which its one assignment is released."""
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange").chmod(0o777)
    exchange = f'\nc.Exchange.root = "{tmp_path / "exchange"}"\n'
    (tmp_path / "student" / ".jupyter").mkdir(parents=True)
    (tmp_path / "student" / ".jupyter" / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "convkit"{exchange}'
    )
    course = Course.create(tmp_path / "course", {"mini": mini_source()}, exchange)
    for command in ("generate_assignment", "release_assignment"):
        done = course.nbgrader(command, "mini")
        assert done.returncode == 0, done.stderr
    return course


def student(course, *arguments):
    """Run nbgrader as a student does, in a folder that knows nothing of the course's."""
    folder = course.folder.parent / "student"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=course.environment() | {"JUPYTER_CONFIG_DIR": str(folder / ".jupyter")},
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def test_the_exchange(course):
    fetched = student(course, "fetch_assignment", "mini") / "mini" / "mini.ipynb"
    assert fetched.read_bytes() == (course.folder / "exercises/mini/mini.ipynb").read_bytes()
    write(answered(course), fetched)
    student(course, "submit", "mini")
    collected = course.nbgrader("collect", "mini")
    assert collected.returncode == 0, collected.stderr
    (who,) = os.listdir(course.folder / "submitted")
    graded = course.convkit("grade", "mini")
    assert graded.returncode == 0, graded.stderr
    assert course.scores("mini") == {who: FULL}
    for command in ("generate_feedback", "release_feedback"):
        done = course.nbgrader(command, "mini")
        assert done.returncode == 0, done.stderr
    folder = student(course, "fetch_feedback", "mini")
    (page,) = folder.glob("mini/feedback/*/mini.html")
    assert "hidden-canary" not in page.read_text()
