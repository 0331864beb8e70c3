"""What every question of every lecture promises, and how an answer to it is judged."""

import re
from pathlib import Path

import nbformat
import pytest

from convkit.checks.checking import WrongName
from convkit.learning.questions import CHOICE, NUMBER, PLACE, WRITTEN, Asked, lectures, question

ROOT = Path(__file__).parents[2]
ALL = [asked for each in lectures().values() for asked in each]
each_question = pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.name)


def asked_in(lecture):
    """The names in a lecture's cells, in order; those of the last cell are the closing ones."""
    cells = nbformat.read(ROOT / "lectures" / f"{lecture}.ipynb", 4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    calls = [re.findall(r"^(?:Question|ask)\(([^)]*)", source, re.MULTILINE) for source in code]
    return [re.findall(r'"([^"]+)"', call) for found in calls for call in found]


def test_no_two_questions_have_one_name():
    assert len({asked.name for asked in ALL}) == len(ALL)


@each_question
def test_a_wrong_answer_is_wrong_and_has_a_reply_of_its_own(asked):
    assert asked.ask
    assert asked.because
    replies = [reply for _, reply in asked.wrong]
    assert all(replies)
    assert len({*replies, asked.otherwise}) == len(replies) + 1
    assert not any(asked.holds(given) for given, _ in asked.wrong)
    if asked.kind == CHOICE:
        assert asked.wrong
        assert len({asked.right, *(given for given, _ in asked.wrong)}) == len(asked.wrong) + 1
    if asked.kind in (NUMBER, PLACE):
        assert asked.otherwise, "any other answer needs a reply, too"


@each_question
def test_its_right_answer_is_right(asked):
    rights = asked.right if asked.kind == PLACE else [asked.right]
    assert all(asked.holds(given) is (None if asked.kind == WRITTEN else True) for given in rights)
    for row, column in rights if asked.kind == PLACE else ():
        assert asked.grid[row][column] is not None


@pytest.mark.parametrize("lecture", lectures())
def test_a_lecture_asks_all_its_questions_once_and_ends_with_three(lecture):
    calls = asked_in(lecture)
    names = [name for call in calls for name in call]
    assert sorted(names) == sorted(asked.name for asked in lectures()[lecture])
    if lecture != "00-start-here":
        assert len(calls[-1]) >= 3
        assert sum(question(name).kind == WRITTEN for name in names) >= 1


@pytest.mark.parametrize("path", sorted(ROOT.glob("lectures/*.ipynb")), ids=lambda path: path.stem)
def test_each_moving_picture_waits_for_a_prediction_when_it_is_first_shown(path):
    from convkit import widgets

    moving = set(widgets.__all__) - {"Question", "ask", "recall"}
    unlocked = set()
    for cell in nbformat.read(path, 4).cells:
        called = set(re.findall(r"\b(\w+)\(", cell.source)) & moving
        shown = cell.source.splitlines()[-1].split("(")[0] if cell.source else ""
        if cell.cell_type == "code" and "then=" in cell.source:
            unlocked |= called
        elif cell.cell_type == "code" and shown in moving:
            assert called <= unlocked, cell.id


@pytest.mark.parametrize(
    ("given", "holds"), [(3, True), (3.04, True), (3.2, False), ("3", False), (None, False)]
)
def test_a_number_may_be_off_by_so_much(given, holds):
    assert Asked("n", "l", "?", 3, "because", within=0.05).holds(given) is holds


def test_a_decimal_at_the_border_holds_as_in_the_widget():
    assert Asked("n", "l", "?", 4.16, "because", within=0.02).holds(4.14)


def test_a_name_that_nobody_asks_is_refused():
    with pytest.raises(WrongName, match=r"a question, such as .*sharing-count.* got 'sharing'"):
        question("sharing")
