"""What an instructor reads of a class."""

from types import SimpleNamespace

import pytest

from convkit.grading.gradebook.standings import (
    Row,
    spreadsheet_cell,
    spreadsheet_row,
    still_to_grade,
    table,
)
from convkit.grading.outcome import Outcome, Status
from convkit.grading.terminal import columns

ASSIGNMENT = SimpleNamespace(name="mini", duedate=None, max_score=12.0)


def row(name, outcome, raw_score=None, **changes):
    student = SimpleNamespace(id=name, last_name=None, first_name=None, email=None)
    usual = {"timestamp": None, "penalty": 0.0, "outdated": "", "by_hand": False}
    return Row(student, ASSIGNMENT, raw_score=raw_score, outcome=outcome, **usual | changes)


def test_the_table_says_who_has_what_and_why():
    found = table(
        [
            row("ann", Outcome(), 9.0, by_hand=True),
            row("bartholomew", Outcome(Status.TIMED_OUT, "1 of 4 tests\nmore"), 6.5, penalty=2.0),
            row("cyd", Outcome(Status.MISSING, "nothing was handed in")),
            row("dan", Outcome(), 12.0, outdated="the submission changed since"),
            row("eve", None),
        ]
    )
    assert found == (
        "student         score  status\n"
        "ann            9 / 12  graded          answers are to be graded by hand\n"
        "bartholomew  4.5 / 12  timed out       1 of 4 tests\n"
        "cyd                 –  missing         nothing was handed in\n"
        "dan           12 / 12  graded          OUT OF DATE, the submission changed since\n"
        "eve                 –  not graded yet"
    )


def test_what_is_to_be_graded_is_said_with_the_command():
    ann = row("ann", Outcome(), 9.0)
    found = [ann, row("dan", Outcome(), 12.0, outdated="the submission changed since")]
    assert still_to_grade([*found, row("eve", None)]) == (
        "To be graded: 2, by `convkit grade mini`."
    )
    assert still_to_grade([ann]) == still_to_grade([]) == ""


def test_a_penalty_never_makes_a_score_negative():
    assert row("ann", Outcome(), 3.0, penalty=5.0).score == 0.0


@pytest.mark.parametrize("value", ["=1+1", "+1", "-rf", "@SUM(A1)", " =1", "＝1+1"])
def test_no_spreadsheet_runs_what_a_name_or_reason_says(value):
    assert spreadsheet_cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["\t=1", "\r=1", "\n=1", "\x1b[31m=1", "\u202e=1", "a\nb"])
def test_no_character_that_does_something_is_exported(value):
    cell = spreadsheet_cell(value)
    assert cell.isprintable()
    assert cell[0] in "\\a"


def test_a_table_stays_readable_whatever_students_are_called():
    names = ["a" * 250, "\x1b]0;owned\x07\x1b[31m", "two\nlines", "{0}", "\u202egpj", "李小龙"]
    said = Outcome(Status.CRASHED, "a\x1b[31m reason\nmore")
    lines = table([row(name, said, 9.0) for name in names]).splitlines()
    assert len(lines) == 1 + len(names)
    for line in lines:
        assert line.isprintable()
        assert columns(line) < 90
    assert {columns(line[: line.index("9 / 12")]) for line in lines[1:]} == {34}
    assert "aaa…aaa" in lines[1]


@pytest.mark.parametrize("value", ["ann", "it = 3", -1.5, None, Status.GRADED])
def test_anything_else_is_left_alone(value):
    assert spreadsheet_cell(value) == value


def test_who_was_not_graded_is_not_current():
    assert spreadsheet_row(row("eve", None))[-4:] == [None, "not graded yet", "no", "no"]
    assert spreadsheet_row(row("dan", Outcome(), 12.0))[-4:] == [Status.GRADED, "", "yes", "no"]
