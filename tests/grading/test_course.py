"""Through the real nbgrader: good answers earn their points, and nothing else earns any."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from convkit.grading.sandbox.bubblewrap import UNSAFE
from tests.grading.course import (
    CANARY,
    FULL,
    NOTHING,
    SHORT_TIMES,
    Course,
    asked_for,
    cell,
    mini_source,
    write,
)
from tests.grading.mini_submissions import CODE, EACH, OTHERS, SUBMISSIONS, answered

pytestmark = [pytest.mark.course, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def course(request, tmp_path_factory):
    """All submissions that a test of this run asks for, graded in one go."""
    folder = tmp_path_factory.mktemp("grading") / "course"
    course = Course.create(folder, {"mini": mini_source()}, SHORT_TIMES)
    made = course.nbgrader("generate_assignment", "mini")
    assert made.returncode == 0, made.stderr
    for student, (right, change, _) in SUBMISSIONS.items():
        if student not in asked_for(request) | OTHERS:
            continue
        notebook = answered(course) if right else course.released("mini")
        if student != "untouched":
            cell(notebook, "why").source = "I think so."
        change(notebook)
        write(notebook, course.submitted("mini", student))
    links = course.submitted("mini", "linked")
    links.parent.mkdir(parents=True)
    links.symlink_to(course.folder / "solutions" / "mini" / "mini.ipynb")
    files = course.submitted("mini", "right").parent
    (files / "notes.txt").write_text("a file of mine")
    (files / "stolen.txt").symlink_to(course.folder / "solutions" / "mini" / "mini.ipynb")
    (files / "stolen").symlink_to(course.folder / "solutions")
    course.log = course.nbgrader("autograde", "mini")
    course.nbgrader("generate_feedback", "mini")
    yield course
    shutil.rmtree(course.temporary)


def test_the_students_part_is_cleared_and_the_magic_stays(course):
    released = course.released("mini")
    double = cell(released, "double").source
    assert double.startswith("%%implement double\ndef double(x):\n    # YOUR CODE HERE\n")
    assert "    raise NotImplementedError()" in double
    assert CANARY not in nbformat.writes(released)


@pytest.mark.parametrize("student", EACH)
def test_points_are_exactly_what_was_earned(course, student):
    _, _, expected = SUBMISSIONS[student]
    assert course.scores("mini")[student] == expected, course.log.stderr


def test_a_submission_that_is_a_link_earns_nothing_and_nobody_else_suffers(course):
    status, reason = course.outcomes("mini")["linked"]
    assert status == "tampered"
    assert "symbolic link" in reason
    assert course.scores("mini")["linked"] == NOTHING | {"why": 0.0}


def test_links_beside_a_notebook_are_not_followed(course):
    folder = course.folder / "autograded" / "right" / "mini"
    assert sorted(path.name for path in folder.iterdir()) == ["mini.ipynb", "notes.txt"]


@pytest.mark.parametrize("student", ["prints_tests", "fails_the_hidden_test", "untouched"])
def test_feedback_tells_nothing_of_hidden_tests(course, student):
    feedback = course.feedback("mini", student)
    assert "%%implement" in feedback
    assert "assert_allclose" in feedback  # the visible test
    for secret in (CANARY, "7919", "15838"):
        assert secret not in feedback, feedback[feedback.find(secret) - 500 :][:1000]


def test_hidden_tests_are_not_there_to_be_printed(course):
    for each in course.graded("mini", "prints_tests").cells:
        assert CANARY not in json.dumps(each.get("outputs", []))


def test_outputs_of_ones_own_cells_are_kept_within_bounds(course):
    (playing,) = [c for c in course.graded("mini", "right").cells if c.source.startswith("print")]
    assert playing.outputs[0].text == "playing 42\n"
    cells = course.graded("mini", "floods").cells
    (flood,) = [cell for cell in cells if cell.source.startswith("print('x' * 5_000_000)")]
    text = "".join(output.get("text", "") for output in flood.outputs)
    assert "too much" in text
    assert len(text) < 5_000_000


def test_cells_below_a_loop_run_and_below_a_death_say_that_they_did_not(course):
    texts = [
        "".join(output.get("text", "") for output in each.outputs)
        for each in course.graded("mini", "exits_beside").cells
        if each.cell_type == "code"
    ]
    assert any("stopped after 2 seconds" in text for text in texts)
    assert any(text == "after the loop\n" for text in texts)
    assert any("Python ended in this cell" in text for text in texts)
    assert any("was not run" in text for text in texts)


def test_nothing_is_left_running(course):
    assert course.running() == []
    assert list(course.temporary.iterdir()) == []


def test_the_export_has_the_sums(course):
    rows = course.exported()
    assert {name: rows["right"][name] for name in ("raw_score", "score", "status", "current")} == {
        "raw_score": "9.0",
        "score": "9.0",
        "status": "graded",
        "current": "yes",
    }
    assert float(rows["untouched"]["score"]) == 0.0


def test_grading_again_gives_the_same(course):
    before = course.scores("mini")
    again = course.nbgrader("autograde", "mini", "--student", "fails_the_hidden_test", "--force")
    assert again.returncode == 0, again.stderr
    assert course.scores("mini") == before


def test_a_source_that_changed_since_is_noticed(course, tmp_path):
    path = course.folder / "solutions" / "mini" / "mini.ipynb"
    before = path.read_text()
    try:
        path.write_text(before.replace("[0, 2, 4]", "[0, 2, 5]"))
        run = course.nbgrader("autograde", "mini", "--student", "untouched", "--force")
    finally:
        path.write_text(before)
    assert run.returncode != 0
    assert "generate_assignment mini --force" in run.stderr


@pytest.fixture
def another(course, tmp_path):
    """The same course, in which only ann has handed something in."""
    for kept in ("nbgrader_config.py", "gradebook.db"):
        shutil.copy(course.folder / kept, tmp_path / kept)
    shutil.copytree(course.folder / "solutions", tmp_path / "solutions")
    another = Course(tmp_path)
    write(answered(course), another.submitted("mini", "ann"))
    yield another
    shutil.rmtree(another.temporary)


def test_validating_is_as_without_us(another):
    """The student's own `nbgrader validate`, which runs the visible tests in their own kernel."""
    submitted = another.submitted("mini", "ann")
    assert "Success" in another.nbgrader("validate", str(submitted)).stdout
    notebook = nbformat.read(submitted, as_version=4)
    cell(notebook, "double").source = CODE["double"].replace("2 * x", "3 * x")
    write(notebook, submitted)
    assert "FAILED ON 1 CELL" in another.nbgrader("validate", str(submitted)).stdout


def test_without_a_sandbox_grading_is_refused_unless_it_is_allowed(another, tmp_path):
    bwrap = tmp_path / "bin" / "bwrap"
    bwrap.parent.mkdir()
    bwrap.write_text("#!/bin/sh\necho No permissions >&2\nexit 1\n")
    bwrap.chmod(0o755)
    path = f"{bwrap.parent}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}/usr/bin:/bin"
    refused = another.nbgrader("autograde", "mini", PATH=path)
    assert refused.returncode != 0
    assert "bubblewrap says: No permissions" in refused.stderr
    assert another.scores("mini").get("ann", {}).get("double-visible") is None
    allowed = another.nbgrader("autograde", "mini", PATH=path, **{UNSAFE: "1"})
    assert allowed.returncode == 0, allowed.stderr
    assert another.scores("mini")["ann"] == FULL


def test_killing_the_grader_leaves_nothing_running(another):
    submitted = another.submitted("mini", "ann")
    notebook = nbformat.read(submitted, as_version=4)
    cell(notebook, "double").source = "%%implement double\nwhile True: pass"
    write(notebook, submitted)
    grader = subprocess.Popen(
        [sys.executable, "-m", "nbgrader", "autograde", "mini"],
        cwd=another.folder,
        env=another.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    with grader:
        for line in grader.stderr:
            if "Autograding" in line:
                break
        while not another.running():
            time.sleep(0.05)
        time.sleep(1)  # the student's loop has begun
        grader.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while another.running() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert another.running() == []
