"""`convkit grade` on a class: everybody's result is exact, whatever became of the others."""

import fcntl
import os
import re
import shutil
import signal
import time

import nbformat
import pytest
from nbgrader.api import Gradebook

from tests.grading.course import (
    FULL,
    NOTHING,
    SHORT_TIMES,
    UNFINISHED,
    Course,
    mini_source,
    write,
)
from tests.grading.mini_submissions import CODE, SCALE_ONLY, answered

pytestmark = [pytest.mark.course, pytest.mark.timeout(1800)]

LOOPS = "%%implement double\ndef double(x):\n    while True: pass"
DIES = "%%implement double\nimport os\ndef double(x):\n    os._exit(0)"
GREEDY = "%%implement double\ndef double(x):\n    return bytearray(1 << 40)"
DOUBLE = {
    "right": CODE["double"],
    "loops": LOOPS,
    "dies": DIES,
    "greedy": GREEDY,
    "renamed": CODE["double"],
}
EXPECTED = {
    "right": ("graded", FULL),
    "untouched": ("graded", NOTHING | {"why": 0.0}),
    "loops": ("timed out", SCALE_ONLY),
    "dies": ("crashed", SCALE_ONLY),
    "greedy": ("out of memory", SCALE_ONLY),
    "renamed": ("graded", FULL),
    "damaged": ("unreadable", None),
    "absent": ("missing", None),
}


def hand_in(course, student, double):
    write(answered(course, double), course.submitted("mini", student))


@pytest.fixture(scope="module")
def graded_one(tmp_path_factory):
    """A course in which only ann has handed something in, and is graded."""
    folder = tmp_path_factory.mktemp("one") / "course"
    course = Course.create(folder, {"mini": mini_source()}, SHORT_TIMES)
    course.seconds = 1500
    assert course.nbgrader("generate_assignment", "mini").returncode == 0
    hand_in(course, "ann", CODE["double"])
    graded = course.convkit("grade", "mini")
    assert graded.returncode == 0, graded.stderr
    yield course
    shutil.rmtree(course.temporary)


@pytest.fixture
def one(graded_one, tmp_path):
    """A copy of it, to be changed."""
    one = Course(shutil.copytree(graded_one.folder, tmp_path / "course"), seconds=1500)
    yield one
    shutil.rmtree(one.temporary)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "course"
    course = Course.create(folder, {"mini": mini_source()}, SHORT_TIMES)
    course.seconds = 1500
    assert course.nbgrader("generate_assignment", "mini").returncode == 0
    for student, double in DOUBLE.items():
        hand_in(course, student, double)
    renamed = course.submitted("mini", "renamed")
    renamed.rename(renamed.with_name("Mini (2).ipynb"))
    write(course.released("mini"), course.submitted("mini", "untouched"))
    damaged = course.submitted("mini", "damaged")
    damaged.parent.mkdir(parents=True)
    damaged.write_text('{"cells": [')
    course.submitted("mini", "absent").parent.parent.mkdir()
    (course.folder / "gradebook.db").unlink()  # it need not know the assignment yet
    course.run = course.convkit("grade", "mini")
    yield course
    shutil.rmtree(course.temporary)


def test_a_run_says_what_an_instructor_needs_to_know(course):
    said = course.run.stdout
    assert course.run.returncode == 0, course.run.stderr
    assert said.startswith("mini: the solution earns all 9 points, the release none.\n")
    assert "loops: timed out: 2 of 4 tests did not come to an end" in said
    assert "renamed: graded\n" in said
    assert "right:" not in said
    summary = said.splitlines()[-1]
    for part in ("3 graded", "1 crashed", "1 timed out", "1 unreadable", "1 missing"):
        assert part in summary


@pytest.mark.parametrize("student", EXPECTED)
def test_status_and_points_are_exact(course, student):
    status, scores = EXPECTED[student]
    assert course.outcomes("mini")[student][0] == status
    stored = course.scores("mini").get(student)
    if scores is None:
        assert stored is None or set(stored.values()) == {None}
    else:
        assert stored == scores


def test_the_canary_is_no_student(course):
    assert set(course.outcomes("mini")) == set(EXPECTED)
    assert {path.name for path in (course.folder / "autograded").iterdir()} <= set(EXPECTED)


def test_nothing_of_the_run_is_left(course):
    assert course.running() == []
    assert list(course.temporary.iterdir()) == []


def test_who_has_no_grade_is_exported_without_one(course):
    rows = course.exported()
    for student, (status, scores) in EXPECTED.items():
        assert rows[student]["status"] == status
        assert rows[student]["current"] == "yes"
        expected = "" if scores is None else str(float(sum(filter(None, scores.values()))))
        assert rows[student]["score"] == expected
        assert (rows[student]["reason"] == "") == (status == "graded")


def test_feedback_shows_how_it_ended(course):
    assert course.nbgrader("generate_feedback", "mini").returncode == 0
    assert "Status: timed out" in course.feedback("mini", "loops")
    assert "because the code took too long: double-visible" in course.feedback("mini", "loops")
    damaged = course.feedback("mini", "damaged")
    assert "Status: unreadable" in damaged
    assert "No grade" in damaged
    assert "0 / " not in damaged
    assert "Status: graded" in course.feedback("mini", "right")


def test_formgraders_files_can_be_graded_again_by_nbgrader_alone(course):
    before = course.scores("mini")["greedy"]
    run = course.nbgrader("autograde", "mini", "--student", "greedy", "--force")
    assert run.returncode == 0, run.stderr
    assert course.scores("mini")["greedy"] == before
    assert course.outcomes("mini")["greedy"][0] == "out of memory"


def test_only_what_changed_is_graded_again(course):
    before = course.scores("mini")
    hand_in(course, "dies", CODE["double"].replace("2 * x", "3 * x"))
    try:
        report = course.convkit("report", "mini").stdout
        (line,) = [line for line in report.splitlines() if line.startswith("dies")]
        assert "OUT OF DATE, the submission changed since" in line
        assert course.exported()["dies"]["current"] == "no: the submission changed since"
        run = course.convkit("grade", "mini")
    finally:
        hand_in(course, "dies", DIES)
    assert "Graded now: 1 graded. Up to date already: 7" in run.stdout
    assert course.outcomes("mini")["dies"] == ("graded", "")
    after = course.scores("mini")
    assert after.pop("dies") == SCALE_ONLY
    before.pop("dies")
    assert after == before
    report = course.convkit("report", "mini", "--help")
    assert report.returncode == 0


def by_hand(course, points):
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "convkit") as gradebook:
        grade = gradebook.find_grade("why", "mini", "mini", "ann")
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def test_points_given_by_hand_survive_grading_again(one):
    by_hand(one, 2.5)
    assert one.exported()["ann"]["score"] == "11.5"
    assert one.convkit("grade", "mini", "--force").returncode == 0
    assert one.exported()["ann"]["score"] == "11.5"


def due(course, day):
    added = course.nbgrader("db", "assignment", "add", "mini", f"--duedate={day}")
    assert added.returncode == 0, added.stderr


def test_lateness_costs_what_it_costs_today_whenever_the_points_come(one):
    config = one.folder / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    (one.submitted("mini", "ann").parent / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    due(one, "2026-02-01")
    assert one.convkit("grade", "mini").returncode == 0
    by_hand(one, 2.5)
    row = one.exported()["ann"]
    assert (row["raw_score"], row["score"], row["current"]) == ("11.5", "0.0", "yes")
    assert one.nbgrader("generate_feedback", "mini").returncode == 0
    assert re.search(r"<b>0(\.0)? / 12(\.0)?</b>", one.feedback("mini", "ann"))

    due(one, "2026-04-01")
    row = one.exported()["ann"]
    assert (row["score"], row["current"]) == ("11.5", "no: what lateness costs changed since")
    assert "Graded now: 1 graded." in one.convkit("grade", "mini").stdout
    row = one.exported()["ann"]
    assert (row["score"], row["current"]) == ("11.5", "yes")


@pytest.mark.exhaustive
def test_who_or_what_was_removed_and_came_again_is_graded_again(one):
    for again in (
        [("student", "remove", "ann", "--force"), ("student", "add", "ann")],
        [("assignment", "remove", "mini", "--force"), ("assignment", "add", "mini")],
    ):
        for command in again:
            assert one.nbgrader("db", *command).returncode == 0
        assert one.nbgrader("generate_assignment", "mini", "--force").returncode == 0
        row = one.exported()["ann"]
        assert (row["score"], row["status"], row["current"]) == ("", "", "no")
        assert "Graded now: 1 graded." in one.convkit("grade", "mini").stdout
        assert one.scores("mini") == {"ann": FULL}


ODD_NAMES = ["\x1b]0;owned\x07", "two\nlines", "a" * 250, "-rf", "{0}", "=1+1", "\u202egpj", "'<b>"]


def test_students_may_be_called_anything_and_nothing_of_it_does_anything(one):
    for name in ODD_NAMES:
        one.submitted("mini", name).parent.mkdir(parents=True)
        one.submitted("mini", name).write_text("{")
    os.makedirs(os.fsencode(one.folder / "submitted") + b"/bad\xff/mini")
    run = one.convkit("grade", "mini")
    assert f"Graded now: {len(ODD_NAMES)} unreadable. Up to date already: 1" in run.stdout
    assert "Not graded: bad\\udcff." in run.stdout
    report = one.convkit("report", "mini")
    assert len(report.stdout.splitlines()) == 1 + len(ODD_NAMES) + 2
    export = one.nbgrader("export")
    exported = (one.folder / "grades.csv").read_text()
    for text in (run.stdout, run.stderr, report.stdout, export.stderr, exported):
        assert all(each.isprintable() or each in "\r\n" for each in text)
    assert "'=1+1" in exported
    assert len(one.exported()) == len(ODD_NAMES) + 1


def changed_source(course, old, new):
    path = course.folder / "solutions" / "mini" / "mini.ipynb"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_solution_that_fails_stops_the_run_before_anybody_pays(one):
    before = one.scores("mini")
    changed_source(one, "[0, 2, 4]", "[0, 2, 5]")
    run = one.convkit("grade", "mini", "--force")
    assert run.returncode == 1
    assert "the solution itself does not earn all points here" in run.stderr
    assert "double-visible: 0 of 1. ✗ AssertionError" in run.stderr
    assert one.scores("mini") == before
    assert one.exported()["ann"]["current"] == "no: the assignment changed since"

    changed_source(one, "[0, 2, 5]", "[0, 2, 4]")
    changed_source(one, "assert (layer(np.ones((2, 2))) == 3).all()", "assert True")
    run = one.convkit("grade", "mini", "--force")
    assert run.returncode == 1
    assert "the release, in which nothing is answered, earns points" in run.stderr
    assert "scale-forward" in run.stderr


@pytest.mark.exhaustive
def test_a_resubmission_that_kills_its_process_leaves_no_old_score(one):
    hand_in(one, "ann", DIES)
    hand_in(one, "bob", CODE["double"])
    assert one.convkit("grade", "mini").returncode == 0
    assert {name: status for name, (status, _) in one.outcomes("mini").items()} == {
        "ann": "crashed",
        "bob": "graded",
    }
    assert one.scores("mini") == {"ann": SCALE_ONLY, "bob": FULL}


@pytest.mark.exhaustive
def test_grades_by_other_hidden_tests_are_said_to_be_out_of_date(one):
    changed_source(one, "-7919.0", "-7907.0")
    changed_source(one, "-15838", "-15814")
    assert one.exported()["ann"]["current"] == "no: the assignment changed since"
    assert one.convkit("grade", "mini").returncode == 0
    row = one.exported()["ann"]
    assert (row["score"], row["current"]) == ("9.0", "yes")


def test_what_cannot_be_done_is_said_in_a_line(one):
    for arguments, said in {
        ("grade", "nosuch"): "there is no assignment 'nosuch' in solutions/",
        ("report", "nosuch"): "the gradebook knows no assignment 'nosuch' (it knows mini)",
        ("grade", "mini", "--student", "bob"): "nobody here is called bob",
    }.items():
        run = one.convkit(*arguments)
        assert run.returncode == 1
        assert said in run.stderr
        assert "Traceback" not in run.stderr
        assert run.stdout == ""  # nothing was tried before
    with (one.folder / ".convkit-grading").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for run in (
            one.convkit("grade", "mini"),
            one.nbgrader("autograde", "mini", "--student", "ann", "--force"),
        ):
            assert run.returncode == 1
            assert "another grader is at work on this course" in run.stderr
    one.folder /= "solutions"
    run = one.convkit("grade", "mini")
    assert run.returncode == 1
    assert "Run this in the course's folder." in run.stderr


def test_a_run_that_is_stopped_leaves_the_truth_and_goes_on(one):
    """By Ctrl-C: `test_crashes` kills it."""
    hand_in(one, "ann", LOOPS)
    hand_in(one, "bob", CODE["double"])
    grader = one.grader("mini")
    while one.outcomes("mini")["ann"][0] == "graded":
        assert grader.poll() is None
        time.sleep(0.05)
    os.killpg(grader.pid, signal.SIGINT)  # as a terminal does
    _, said = grader.communicate(timeout=60)
    assert grader.returncode == 130, said
    assert said.splitlines()[-1] == "Stopped. `convkit grade mini` goes on from here."
    assert "Traceback" not in said
    assert list(one.temporary.iterdir()) == []
    assert one.running() == []
    assert one.outcomes("mini")["ann"] == UNFINISHED
    assert set(one.scores("mini")["ann"].values()) == {None}
    row = one.exported()["ann"]
    assert (row["score"], row["status"], row["current"][:2]) == ("", "grader error", "no")

    assert one.convkit("grade", "mini").returncode == 0
    assert {name: status for name, (status, _) in one.outcomes("mini").items()} == {
        "ann": "timed out",
        "bob": "graded",
    }
    assert one.scores("mini") == {"ann": SCALE_ONLY, "bob": FULL}
    assert list(one.temporary.iterdir()) == []


def test_a_failed_grading_by_nbgrader_leaves_no_old_score(one):
    hand_in(one, "bob", CODE["double"])
    assert one.nbgrader("autograde", "mini", "--student", "bob").returncode == 0
    assert one.scores("mini") == {"ann": FULL, "bob": FULL}
    changed_source(one, "import numpy as np", "import numpy as np, nosuchmodule")
    assert one.nbgrader("generate_assignment", "mini", "--force").returncode == 0
    run = one.nbgrader("autograde", "mini", "--student", "ann", "--force")
    assert run.returncode != 0
    status, reason = one.outcomes("mini")["ann"]
    assert status == "grader error"
    assert "nosuchmodule" in reason
    assert set(one.scores("mini")["ann"].values()) == {None}
    assert one.scores("mini")["bob"] == FULL
    rows = one.exported()
    assert rows["ann"]["score"] == ""
    assert rows["bob"]["current"] == "no: the assignment changed since"


def test_a_late_submission_and_a_timestamp_that_is_none(one):
    hand_in(one, "bob", CODE["double"])
    times = {"ann": "2026-03-01 12:00:00 UTC", "bob": "yesterday evening"}
    for student, text in times.items():
        (one.submitted("mini", student).parent / "timestamp.txt").write_text(text)
    run = one.convkit("grade", "mini")
    assert run.returncode == 0, run.stderr
    assert "bob: graded\n    timestamp.txt is no time" in run.stdout
    rows = one.exported()
    assert rows["ann"]["timestamp"] == "2026-03-01 12:00:00"
    assert rows["bob"]["timestamp"] == ""
    assert nbformat.validate(one.graded("mini", "ann")) is None
