"""The learner's progress: what is kept, what it says, and that nothing spoils a check."""

import json
import os
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import convkit.checks
import convkit.mine
from convkit import CheckFailed, check, hint, progress, reveal
from convkit.cli import main

RIGHT = """%%implement correlate2d
import numpy as np
from convkit import correlate2d as reference

def correlate2d(x, k, mode="valid"):
    return reference(x, k, mode)
"""
WRONG = RIGHT.replace("return reference(x, k, mode)", "return -reference(x, k, mode)")
HALF = """%%implement Conv2d
from convkit import Conv2d as Reference

class Conv2d(Reference):
    pass
"""


@pytest.fixture
def course(course, monkeypatch):
    folder = course / "exercises" / "02-convolution"
    folder.mkdir()
    cells = ["check(correlate2d)", 'check(Conv2d, only="forward")', "x = 1\n# check(nothing)"]
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    nbformat.write(notebook, folder / "02-convolution.ipynb")
    monkeypatch.chdir(folder)
    return course


def states():
    return {entry.name: entry for names in progress().assignments.values() for entry in names}


def test_a_name_goes_from_untouched_to_yours(notebook, capsys):
    assert states()["correlate2d"].state == "untouched"

    notebook.run_cell(WRONG)
    assert states()["correlate2d"].state == "started"

    with pytest.raises(CheckFailed) as failure:
        check(notebook.user_ns["correlate2d"])
    entry = states()["correlate2d"]
    assert entry.state == "failing"
    assert failure.value.report.findings[0].property in entry.note

    notebook.run_cell(RIGHT)
    assert states()["correlate2d"].note == "changed since it was checked"
    check(notebook.user_ns["correlate2d"])
    assert states()["correlate2d"].state == "yours"
    assert states()["Conv2d"].state == "untouched"


def test_both_halves_of_a_layer_are_needed(notebook):
    notebook.run_cell(HALF)
    check(notebook.user_ns["Conv2d"], only="forward")
    entry = states()["Conv2d"]
    assert (entry.state, entry.note) == ("started", "backward not checked yet")
    check(notebook.user_ns["Conv2d"], only="backward")
    assert states()["Conv2d"].state == "yours"


def test_it_is_stored_beside_mine_and_nowhere_else(notebook, course):
    notebook.run_cell(RIGHT)
    before = {path for path in course.rglob("*") if path.is_file()}
    check(notebook.user_ns["correlate2d"])
    assert {path for path in course.rglob("*") if path.is_file()} - before == {
        course / "progress.json",
        course / "time_spent.json",
    }


def test_only_the_learners_own_code_counts(notebook, course):
    check(convkit.correlate2d)
    assert not (course / "progress.json").exists()
    notebook.run_cell(WRONG)
    stale = notebook.user_ns["correlate2d"]
    notebook.run_cell(RIGHT)
    with pytest.raises(CheckFailed):
        check(stale)
    assert states()["correlate2d"].note == "not checked yet"


def test_without_the_extension_nothing_is_kept(course):
    convkit.mine.implement(*convkit.mine.parse_implementation(RIGHT))
    check(convkit.mine.correlate2d)
    assert not (course / "progress.json").exists()


@pytest.mark.parametrize("content", ["", "{broken", "[1, 2]"])
def test_a_damaged_file_is_begun_anew(notebook, course, content):
    (course / "progress.json").write_text(content)
    notebook.run_cell(RIGHT)
    check(notebook.user_ns["correlate2d"])
    assert states()["correlate2d"].state == "yours"
    assert json.loads((course / "progress.json").read_text())
    assert (course / "progress-damaged-1.json").read_text() == content


RECORDS = [
    {"correlate2d": 3},
    {"correlate2d": {}},
    {"correlate2d": {"version": 3, "groups": []}},
    {"correlate2d": {"version": "3", "groups": {"forward": 3}}},
    {"correlate2d": {"version": "3", "groups": {"forward": [3]}}},
    {"correlate2d": {"groups": {}}},
    {"Gone": {"version": "3", "groups": {}}, "../x\0": 3},
]


@pytest.mark.parametrize("records", RECORDS)
def test_a_damaged_or_older_record_spoils_nothing(notebook, course, records):
    (course / "progress.json").write_text(json.dumps(records))
    notebook.run_cell(RIGHT)
    assert states()["correlate2d"].note == "not checked yet"
    check(notebook.user_ns["correlate2d"])
    assert states()["correlate2d"].state == "yours"
    others = {name: record for name, record in records.items() if name != "correlate2d"}
    assert others.items() <= json.loads((course / "progress.json").read_text()).items()
    (course / "exercises" / "02-convolution" / "02-convolution.ipynb").unlink()
    assert list(states()) == ["correlate2d"]


def test_a_damaged_exercise_does_not_hide_the_others(course):
    broken = course / "exercises" / "03-pooling"
    broken.mkdir()
    (broken / "03-pooling.ipynb").write_text("<<<<<<< HEAD")
    assert list(progress().assignments) == ["02-convolution"]


def test_a_folder_that_cannot_be_written_does_not_spoil_a_check(notebook, course):
    notebook.run_cell(RIGHT)
    (course / "progress.json").mkdir()
    with pytest.warns(UserWarning, match="could not be kept"):
        assert check(notebook.user_ns["correlate2d"]).passed
    assert [path.name for path in course.glob("*.tmp")] == []


def test_loading_the_extension_twice_connects_once(notebook):
    notebook.run_line_magic("reload_ext", "convkit")
    assert len(convkit.checks.listeners) == 1


def test_the_command_prints_what_the_notebook_shows(notebook, course, capsys):
    notebook.run_cell(RIGHT)
    check(notebook.user_ns["correlate2d"])
    capsys.readouterr()
    os.chdir(course)
    assert main(["progress"]) == 0
    text = capsys.readouterr().out
    assert "02-convolution  (1 of 2 yours)" in text
    assert "✓ correlate2d  yours" in text
    assert "· Conv2d       untouched" in text
    shown = progress()._repr_html_()
    assert "<code>correlate2d</code>" in shown
    assert '<progress max="2" value="1" aria-label="02-convolution: 1 of 2 yours">' in shown


def test_without_exercises_it_shows_what_was_begun(notebook, course):
    notebook.run_cell(RIGHT)
    check(notebook.user_ns["correlate2d"])
    for path in course.rglob("*.ipynb"):
        path.unlink()
    assert [entry.name for entry in progress().assignments[course.name]] == ["correlate2d"]


def test_an_empty_folder_says_so(tmp_path):
    assert repr(progress(start=tmp_path)) == "There are no exercises here and nothing of yours yet."
    assert "no exercises" in progress(start=tmp_path)._repr_html_()


def test_reveal_waits_for_an_attempt(notebook):
    with pytest.raises(ValueError, match=r"run check\(correlate2d\)"):
        reveal("correlate2d")
    notebook.run_cell(WRONG)
    with pytest.raises(CheckFailed):
        check(notebook.user_ns["correlate2d"])
    revealed = reveal("correlate2d")
    assert repr(revealed).count("def correlate2d(") == 2
    plain, fast = (place for place, _ in revealed.sources)
    assert plain.startswith("convkit/plain/convolution.py")
    assert fast.startswith("convkit/layers/convolution.py")
    assert reveal(convkit.correlate2d) == revealed
    assert "correlate2d" in revealed._repr_html_()


def test_a_check_says_whose_version_it_looked_at(notebook, capsys):
    assert check(convkit.correlate2d).remark == "This is convkit's own correlate2d, not yours."
    notebook.run_cell(RIGHT)
    assert check(notebook.user_ns["correlate2d"]).remark == ""
    notebook.run_cell(RIGHT.replace("mode):", "mode:"))
    notebook.run_cell(RIGHT.replace("def correlate2d(x, k", "def correlate2d(x k"))
    capsys.readouterr()
    report = check("correlate2d")
    assert re.fullmatch(
        r"Your last cell for correlate2d did not load \(SyntaxError in line 5\)\. "
        "This is your version from before.",
        report.remark,
    )
    assert report.remark in capsys.readouterr().out
    notebook.run_cell("%%implement correlate2d\ndef correlate2d():\n    raise NotImplementedError")
    assert "(it is not filled in yet). This is your version" in check("correlate2d").remark
    notebook.run_cell(RIGHT)
    assert check("correlate2d").remark == ""


def test_a_name_will_do_for_the_object(notebook, capsys):
    notebook.run_cell(RIGHT)
    assert check("correlate2d").passed
    assert repr(progress("correlate2d")) == repr(progress(convkit.correlate2d))
    assert "Conv2d" not in repr(progress("correlate2d"))


def test_a_wrong_name_is_answered_in_a_sentence(notebook, capsys):
    for call in ('check("Conv3d")', 'hint("Conv2d")', 'reveal("x")', "progress(3)"):
        notebook.run_cell(f"import convkit; convkit.{call}")
        shown = capsys.readouterr().out.strip()
        assert shown.count("\n") == 0, call
        assert "Traceback" not in shown
    with pytest.raises(ValueError, match=r'ask for hint\("conv-forward"\) or hint\("conv-backward'):
        hint(convkit.Conv2d)


@pytest.mark.parametrize("name", ["check", "Nothing", "layers", 3])
def test_reveal_names_what_it_can(course, name):
    with pytest.raises(ValueError, match="name: "):
        reveal(name)


def test_hints_come_one_by_one(course):
    first, second, third, again = (hint("gain-backward") for _ in range(4))
    assert [len(shown.steps) for shown in (first, second, third, again)] == [1, 2, 3, 3]
    assert "Ask again" in repr(first)
    assert "Ask again" not in repr(third)
    assert third._repr_markdown_().startswith("1. ")


def test_an_unknown_hint_names_those_that_come_close():
    with pytest.raises(ValueError, match="conv-backward-weight"):
        hint("conv-backward-weights")
    with pytest.raises(ValueError, match=r'ask for hint\("Tanh"\)'):
        hint("tnah")
    assert hint("Tanh").topic == "tanh-backward"
