"""No file in the course's folder stands in for a module, and no other convkit for this one."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from convkit.grading.sandbox.bubblewrap import PACKAGE
from tests.grading.course import Course, mini_source, write

pytestmark = [pytest.mark.course, pytest.mark.timeout(900)]

STANDS_IN = "raise SystemExit('a file of the course stands in for a module')\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """In its folder there is a file for each of Python's modules, and a copy of the package."""
    course = Course.create(tmp_path_factory.mktemp("shadows") / "course", {"mini": mini_source()})
    write(mini_source(), course.submitted("mini", "ann"))
    for name in filter(importlib.util.find_spec, sys.stdlib_module_names):
        (course.folder / f"{name}.py").write_text(STANDS_IN)
    (course.folder / "convkit" / "grading").mkdir(parents=True)
    for package in ("convkit", "convkit/grading"):
        (course.folder / package / "__init__.py").write_text(STANDS_IN)
    yield course
    shutil.rmtree(course.temporary)


def run(course, *command):
    """A command as it is installed, started in the course's folder."""
    program, *arguments = command
    ended = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=course.folder,
        env=course.environment(),
        capture_output=True,
        text=True,
        timeout=course.seconds,
        check=False,
    )
    assert ended.returncode == 0, "\n".join(ended.stdout.splitlines()[:12]) + ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_class_is_graded(course):
    run(course, "convkit", "grade", "mini")
    assert course.outcomes("mini")["ann"][0] == "graded"
    assert course.scores("mini")["ann"]["scale-backward"] == 4.0


@pytest.mark.exhaustive
def test_nbgrader_grades_it_as_well(course):
    run(course, "nbgrader", "generate_assignment", "mini", "--force")
    run(course, "nbgrader", "autograde", "mini", "--force")
    run(course, "nbgrader", "generate_feedback", "mini", "--force")
    assert course.outcomes("mini")["ann"][0] == "graded"
    run(course, "nbgrader", "export")


def test_where_there_are_two_one_sentence_says_which(course):
    """As with a config file of an earlier version, which lets the copy in the folder come first."""
    shutil.rmtree(course.folder / "convkit")
    shutil.copytree(PACKAGE, course.folder / "convkit")
    doctor = [sys.executable, "-c", "from convkit.cli import main; main(['doctor'])"]
    for path in course.folder.glob("*.py"):
        path.unlink()
    ended = subprocess.run(
        doctor,
        cwd=course.folder,
        env=course.environment() | {"PYTHONSAFEPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    said = ended.stdout
    assert f"Here it is {course.folder / 'convkit'}, and" in said
    assert f"it is {PACKAGE}." in said
    assert "refused" in said
