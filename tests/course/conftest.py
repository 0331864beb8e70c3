"""Courses to try a term with."""

import pytest

from convkit.cli import main
from tests.grading.course import Course, mini_source

ASSIGNMENT = "mini"


@pytest.fixture
def year(tmp_path, monkeypatch):
    """The folder of a course with one small assignment, in which one works."""
    course = Course.create(tmp_path / "course", {ASSIGNMENT: mini_source()})
    monkeypatch.chdir(course.folder)
    return course.folder


@pytest.fixture
def said(capsys):
    """Runs a command and gives its exit status, what it said, and what it complained of."""

    def run(*arguments):
        capsys.readouterr()
        status = main([str(each) for each in arguments])
        return status, *capsys.readouterr()

    return run
