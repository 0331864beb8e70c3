"""What the gradebook says of how submissions ended, whenever it is asked."""

import shutil
import warnings

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import CreateTable

from convkit.grading import ledger
from convkit.grading.outcome import Outcome, Status


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """One assignment with a test, a bonus and a written answer, graded for ann and bob."""
    path = tmp_path_factory.mktemp("ledger") / "gradebook.db"
    with warnings.catch_warnings(), Gradebook(f"sqlite:///{path}") as gradebook:
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own doing, and harmless
        gradebook.add_assignment("mini")
        gradebook.add_notebook("mini", "mini")
        cells = (("test", 2, "code"), ("bonus", 0, "code"), ("why", 3, "markdown"))
        for name, points, kind in cells:
            gradebook.add_grade_cell(name, "mini", "mini", max_score=points, cell_type=kind)
        for student in ("ann", "bob"):
            gradebook.add_student(student)
            gradebook.add_submission("mini", student)
            grade(gradebook, student, "test").auto_score = 2.0
            grade(gradebook, student, "bonus").extra_credit = 1.0
            grade(gradebook, student, "why").manual_score = 2.5
            ledger.finish(gradebook, "mini", student, {"mini": Outcome()}, "f1")
    return path


@pytest.fixture
def gradebook(filled, tmp_path):
    copied = shutil.copy(filled, tmp_path)
    with Gradebook(f"sqlite:///{copied}") as gradebook:
        yield gradebook


def grade(gradebook, student, cell):
    return gradebook.find_grade(cell, "mini", "mini", student)


def test_beginning_takes_back_what_was_earned_and_nothing_else(gradebook):
    ledger.begin(gradebook, "mini", "ann", ["mini"], "f2")
    gradebook.db.expire_all()
    assert grade(gradebook, "ann", "test").auto_score is None
    assert grade(gradebook, "ann", "test").needs_manual_grade
    assert grade(gradebook, "ann", "bonus").extra_credit is None
    assert grade(gradebook, "ann", "why").manual_score == 2.5
    assert grade(gradebook, "bob", "test").auto_score == 2.0
    known = ledger.entries(gradebook, "mini")
    assert known["ann"].outcome == ledger.UNFINISHED
    assert known["bob"].outcome == Outcome()


def test_what_is_written_is_read_again(gradebook):
    said = Outcome(Status.TIMED_OUT, "It took “long”.", ("one, two", "three\nfour"))
    ledger.finish(gradebook, "mini", "ann", {"mini": said}, "f3")
    entry = ledger.entries(gradebook, "mini")["ann"]
    assert (entry.outcome, entry.fingerprint) == (said, "f3")
    assert ledger.entries(gradebook, "mini")["bob"].fingerprint == "f1"


def test_a_notebook_that_was_not_graded_leaves_the_submission_without_a_grade(gradebook):
    gradebook.add_assignment("two")
    for name in ("a", "b"):
        gradebook.add_notebook(name, "two")
    ledger.finish(gradebook, "two", "ann", {"a": Outcome()}, "f1")
    assert ledger.entries(gradebook, "two")["ann"].outcome.status is Status.GRADER_ERROR
    ledger.finish(gradebook, "two", "ann", {"b": Outcome()}, "f2")
    entry = ledger.entries(gradebook, "two")["ann"]
    assert entry.outcome == Outcome()
    assert entry.fingerprint == ""  # of different states: it is to be graded again


def test_the_table_is_made_for_postgresql_too():
    made = str(CreateTable(ledger.OUTCOMES).compile(dialect=postgresql.dialect()))
    assert "TIMESTAMP" in made
    assert "PRIMARY KEY (assignment, student, notebook)" in made
