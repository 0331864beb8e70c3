"""What the gradebook says of how submissions ended, whenever it is asked."""

import pytest
from sqlalchemy import inspect, text

from convkit.grading.gradebook import ledger
from convkit.grading.outcome import Outcome, Status
from tests.grading.gradebook.filled import COURSE, grade


def test_beginning_takes_back_what_was_earned_and_nothing_else(gradebook):
    ledger.begin(COURSE, gradebook, "mini", "ann", ["mini"], "f2")
    gradebook.db.expire_all()
    assert grade(gradebook, "ann", "test").auto_score is None
    assert grade(gradebook, "ann", "test").needs_manual_grade
    assert grade(gradebook, "ann", "bonus").extra_credit is None
    assert grade(gradebook, "ann", "why").manual_score == 2.5
    assert grade(gradebook, "bob", "test").auto_score == 2.0
    known = ledger.entries(COURSE, gradebook, "mini")
    assert known["ann"].outcome == ledger.UNFINISHED
    assert known["bob"].outcome == Outcome()


def test_what_is_written_is_read_again(gradebook):
    said = Outcome(Status.TIMED_OUT, "It took “long”.", ("one, two", "three\nfour"))
    ledger.finish(COURSE, gradebook, "mini", "ann", {"mini": said}, "f3")
    entry = ledger.entries(COURSE, gradebook, "mini")["ann"]
    assert (entry.outcome, entry.fingerprint) == (said, "f3")
    assert ledger.entries(COURSE, gradebook, "mini")["bob"].fingerprint == "f1"


def test_no_character_of_a_reason_keeps_it_from_being_written(gradebook):
    ledger.finish(
        COURSE, gradebook, "mini", "ann", {"mini": Outcome(reason="\0é", notes=("\0",))}, "f"
    )
    assert ledger.entries(COURSE, gradebook, "mini")["ann"].outcome == Outcome(
        reason="é", notes=("\0",)
    )


def test_a_notebook_that_was_not_graded_leaves_the_submission_without_a_grade(gradebook):
    gradebook.add_assignment("two")
    for name in ("a", "b"):
        gradebook.add_notebook(name, "two")
    ledger.finish(COURSE, gradebook, "two", "ann", {"a": Outcome()}, "f1")
    assert ledger.entries(COURSE, gradebook, "two")["ann"].outcome.status is Status.GRADER_ERROR
    ledger.finish(COURSE, gradebook, "two", "ann", {"b": Outcome()}, "f2")
    entry = ledger.entries(COURSE, gradebook, "two")["ann"]
    assert entry.outcome == Outcome()
    assert entry.fingerprint == ""  # of different states: it is to be graded again


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's own doing
def test_what_is_known_belongs_to_the_very_rows_that_hold_the_points(gradebook):
    """Of a student or an assignment that was removed since, and came again, nothing is known."""
    gradebook.remove_student("ann")
    gradebook.add_student("ann")
    assert set(ledger.entries(COURSE, gradebook, "mini")) == {"bob"}
    gradebook.add_submission("mini", "ann")
    assert set(ledger.entries(COURSE, gradebook, "mini")) == {"bob"}
    gradebook.remove_assignment("mini")
    gradebook.add_assignment("mini")
    gradebook.add_notebook("mini", "mini")
    assert ledger.entries(COURSE, gradebook, "mini") == {}


def test_who_handed_nothing_in_is_known_without_a_row(gradebook):
    gradebook.add_student("eve")
    ledger.finish(COURSE, gradebook, "mini", "eve", {"mini": Outcome(Status.MISSING, "no")}, "f1")
    assert ledger.entries(COURSE, gradebook, "mini")["eve"].outcome.status is Status.MISSING


@pytest.mark.parametrize(
    ("handed_in", "due", "extension", "holds"),
    [
        ("2026-03-01", None, None, True),
        ("2026-03-01", "2026-03-02", None, True),
        ("2026-03-03", "2026-03-02", None, False),
        ("2026-03-03", "2026-03-02", 2, True),
    ],
)
def test_what_lateness_costs_is_compared(gradebook, handed_in, due, extension, holds):
    """It cost nothing when ann was graded: the deadline came later."""
    gradebook.update_or_create_submission("mini", "ann", timestamp=handed_in)
    gradebook.update_or_create_assignment("mini", duedate=due)
    if extension:
        gradebook.grant_extension("mini", "ann", days=extension)
    assert ledger.entries(COURSE, gradebook, "mini")["ann"].penalized == holds
    assert ledger.entries(COURSE, gradebook, "mini")["bob"].penalized
    ledger.finish(COURSE, gradebook, "mini", "ann", {"mini": Outcome()}, "f1")
    assert ledger.entries(COURSE, gradebook, "mini")["ann"].penalized


def test_a_table_of_an_earlier_convkit_is_read_and_written(gradebook):
    for column in ("submitted_notebook", "penalty"):
        gradebook.db.execute(text(f"ALTER TABLE convkit_outcome DROP COLUMN {column}"))
    gradebook.db.commit()
    assert ledger.entries(COURSE, gradebook, "mini")["ann"].outcome == Outcome()
    ledger.finish(COURSE, gradebook, "mini", "ann", {"mini": Outcome()}, "f3")
    assert ledger.entries(COURSE, gradebook, "mini")["ann"].fingerprint == "f3"


def test_the_points_of_one_are_found_without_a_search_through_the_class(gradebook):
    ledger.begin(COURSE, gradebook, "mini", "ann", ["mini"], "f2")
    for table, column in (("grade", "notebook_id"), ("submitted_notebook", "assignment_id")):
        indexes = inspect(gradebook.engine).get_indexes(table)
        assert [column] in [index["column_names"] for index in indexes]
