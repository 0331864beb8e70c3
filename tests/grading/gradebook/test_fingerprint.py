"""A grade is tied to what it depends on, and to nothing else."""

import os

import nbformat
import pytest
from nbformat.v4 import new_output

from convkit.grading.gradebook.fingerprint import fingerprint
from convkit.grading.intake.folder import look_into
from tests.grading.course import cell, mini_source, write


@pytest.fixture
def folders(tmp_path):
    """A course with one assignment and one submission."""
    write(mini_source(), tmp_path / "solutions" / "mini.ipynb")
    (tmp_path / "solutions" / "data.txt").write_text("1 2 3")
    write(mini_source(), tmp_path / "submitted" / "mini.ipynb")
    (tmp_path / "submitted" / "mine").mkdir()
    (tmp_path / "submitted" / "mine" / "conv2d.py").write_text("pass")
    return tmp_path


def now(folders, settings="30 seconds"):
    return fingerprint(look_into(folders / "submitted"), folders / "solutions", folders, settings)


def change_source(folders, change):
    path = folders / "solutions" / "mini.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    write(notebook, path)


CHANGES = {
    "its notebook": (lambda f: (f / "submitted" / "mini.ipynb").write_text("{}"), "the submission"),
    "its file": (lambda f: (f / "submitted" / "mine" / "conv2d.py").unlink(), "the submission"),
    "a link": (lambda f: (f / "submitted" / "x").symlink_to("/etc"), "the submission"),
    "a pipe": (lambda f: os.mkfifo(f / "submitted" / "x"), "the submission"),
    "a test": (
        lambda f: change_source(f, lambda n: cell(n, "double-visible").update(source="0.5")),
        "the assignment",
    ),
    "points": (
        lambda f: change_source(f, lambda n: cell(n, "why").metadata.nbgrader.update(points=9)),
        "the assignment",
    ),
    "a file of the source": (
        lambda f: (f / "solutions" / "data.txt").write_text("4"),
        "the assignment",
    ),
    "a source that is no notebook": (
        lambda f: (f / "solutions" / "mini.ipynb").write_bytes(b"{\xff"),
        "the assignment",
    ),
    "a source without cells": (
        lambda f: (f / "solutions" / "mini.ipynb").write_text('{"cells": [{}, 1]}'),
        "the assignment",
    ),
    "a seed that is no text": (
        lambda f: (f / "hidden_seed.txt").write_bytes(b"\xff"),
        "the grader",
    ),
    "the seed": (lambda f: (f / "hidden_seed.txt").write_text("secret"), "the grader"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_grade_depends_on_is_noticed_and_named(folders, name):
    before = str(now(folders))
    assert now(folders).changes(before) == ""
    change, said = CHANGES[name]
    change(folders)
    assert now(folders).changes(before) == said


def test_limits_belong_to_the_grader(folders):
    assert now(folders, "60 seconds").changes(str(now(folders))) == "the grader"


def test_several_changes_are_all_named(folders):
    before = str(now(folders))
    CHANGES["a test"][0](folders)
    CHANGES["the seed"][0](folders)
    assert now(folders).changes(before) == "the assignment and the grader"


def test_what_does_not_matter_does_not_count(folders):
    before = str(now(folders))

    def run(notebook):
        cell(notebook, "setup").outputs = [new_output("stream", text="hello")]
        cell(notebook, "setup").execution_count = 7

    change_source(folders, run)
    checkpoints = folders / "submitted" / ".ipynb_checkpoints"
    checkpoints.mkdir()
    (checkpoints / "mini-checkpoint.ipynb").write_text("{}")
    assert now(folders).changes(before) == ""


def test_a_fingerprint_of_another_kind_is_out_of_date(folders):
    assert now(folders).changes("") == "the way grades are kept"
    assert now(folders / "nosuch").changes(str(now(folders))) != ""
