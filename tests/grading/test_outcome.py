"""Of several parts, how the whole ended."""

import pytest

from convkit.grading.outcome import Outcome, Status, of_submission, together

GONE = Outcome(Status.MISSING, "Nothing is there.")
SLOW = Outcome(Status.TIMED_OUT, "1 of 2 tests.", ("a note",))


def test_the_gravest_gives_its_reason_and_all_others_are_noted():
    crashed = Outcome(Status.CRASHED, "It died.", ("a note", "another"))
    assert together([crashed, Outcome(), SLOW]) == Outcome(
        Status.TIMED_OUT, "1 of 2 tests.", ("It died.", "a note", "another")
    )
    assert together([]) == Outcome()


@pytest.mark.parametrize(
    ("notebooks", "status"),
    [
        ({"a": Outcome()}, Status.GRADED),
        ({"a": GONE, "b": GONE}, Status.MISSING),
        ({"a": GONE, "b": Outcome()}, Status.PARTIAL),
        ({"a": Outcome(Status.UNREADABLE, "Cut."), "b": Outcome()}, Status.PARTIAL),
        ({"a": GONE, "b": SLOW}, Status.TIMED_OUT),
        ({"a": GONE, "b": Outcome(Status.UNREADABLE, "Cut.")}, Status.MISSING),
        ({"a": GONE, "b": Outcome(Status.GRADER_ERROR, "Ours.")}, Status.GRADER_ERROR),
    ],
)
def test_a_submission_with_a_part_that_is_not_there(notebooks, status):
    assert of_submission(notebooks).status is status


def test_a_partial_submission_names_the_part():
    found = of_submission({"a": GONE, "b": Outcome()})
    assert found.reason == "a.ipynb is missing: Nothing is there."


def test_who_has_a_grade():
    without = {status for status in Status if not status.has_grade}
    assert without == {Status.UNREADABLE, Status.MISSING, Status.GRADER_ERROR}
