"""The time from check to check is kept with the learner, and no pause is in it."""

import json
from contextlib import suppress

import pytest

from convkit import CheckFailed, Gain, check
from convkit.learning import time_spent

CELL = """%%implement {name}
from convkit import {name} as Reference

class {name}(Reference):
    pass
"""


@pytest.fixture
def after(notebook, monkeypatch):
    """Checks the learner's own code so many seconds after what came before."""
    now = [0.0]
    monkeypatch.setattr(time_spent, "monotonic", lambda: now[0])
    time_spent.begin()
    for name in ("ReLU", "Abs"):
        notebook.run_cell(CELL.format(name=name)).raise_error()

    def checked(seconds, name):
        now[0] += seconds
        with suppress(CheckFailed):
            check(notebook.user_ns[name], only="forward")

    return checked


def kept(course):
    return json.loads((course / time_spent.FILE).read_text())


def test_time_is_added_to_the_name_that_is_checked(course, notebook, after):
    after(100, "ReLU")
    after(20.04, "Abs")
    notebook.run_cell(CELL.format(name="ReLU").replace("pass", "forward = None"))
    after(30, "ReLU")  # which fails
    assert kept(course) == {"ReLU": 130.0, "Abs": 20.0}


def test_a_pause_is_not_counted(course, after):
    after(100, "ReLU")
    after(time_spent.PAUSE + 1, "ReLU")
    after(time_spent.PAUSE, "ReLU")
    assert kept(course) == {"ReLU": 100.0 + time_spent.PAUSE}


def test_a_check_of_other_code_goes_on_counting(course, after, notebook):
    notebook.user_ns["Gain"] = Gain
    after(100, "Gain")
    after(10, "ReLU")
    assert kept(course) == {"ReLU": 110.0}


def test_where_it_would_be_handed_in_unasked_nothing_is_kept(course, after):
    (course / "nbgrader_config.py").unlink()
    after(100, "ReLU")
    assert not [*course.rglob("time_spent*")]


@pytest.mark.parametrize("held", ["-1", "true", '"7"', "[1]", "NaN", "1e999", "1" + "0" * 400])
def test_a_damaged_time_is_begun_anew_beside_the_others(course, after, held):
    (course / time_spent.FILE).write_text(f'{{"ReLU": {held}, "Gone": 5}}')
    after(100, "ReLU")
    assert kept(course) == {"ReLU": 100.0, "Gone": 5}
