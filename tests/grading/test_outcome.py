"""Of several parts, how the whole ended."""

from convkit.grading.outcome import Outcome, Status, together

SLOW = Outcome(Status.TIMED_OUT, "1 of 2 tests.", ("a note",))


def test_the_gravest_gives_its_reason_and_all_others_are_noted():
    crashed = Outcome(Status.CRASHED, "It died.", ("a note", "another"))
    assert together([crashed, Outcome(), SLOW]) == Outcome(
        Status.TIMED_OUT, "1 of 2 tests.", ("It died.", "a note", "another")
    )
    assert together([]) == Outcome()


def test_who_has_a_grade():
    without = {status for status in Status if not status.has_grade}
    assert without == {Status.UNREADABLE, Status.MISSING, Status.GRADER_ERROR}
