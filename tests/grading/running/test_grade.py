"""One submission, graded without nbgrader around it."""

import copy
import os
import tempfile
import time
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from convkit.grading import notebook as nb
from convkit.grading.airlock.times import Times
from convkit.grading.intake.folder import look_into
from convkit.grading.outcome import GraderError
from convkit.grading.running.grade import copy_files, grade
from convkit.grading.running.job import Job
from convkit.grading.running.kernels import KERNEL_FILES, Kernel
from convkit.grading.sandbox.bubblewrap import Limits, Sandbox, scratch_folder
from tests.grading.course import ROOT, cell, known_cell, mini_source

TEST = {"grade": True, "locked": True, "points": 1}


def graded(
    source, change=lambda notebook: None, files=None, memory_bytes=Limits.memory_bytes, **times
):
    """The notebook after grading what ``change`` makes of the solution."""
    notebook = copy.deepcopy(source)
    change(notebook)
    with tempfile.TemporaryDirectory() as nothing:
        job = Job(
            assignment="mini",
            source=ROOT,
            course=ROOT,
            files=files or Path(nothing),
            limits=Limits(memory_bytes=memory_bytes),
            times=Times(**times),
        )
        grade(notebook, source, job)
    return notebook


def points(notebook):
    tests = filter(nb.is_test, notebook.cells)
    return {nb.grade_id(test): float(test.outputs[-1].data["text/plain"]) for test in tests}


def texts(cell):
    return [output.text for output in cell.outputs if output.output_type == "stream"]


def with_cells(*cells):
    source = mini_source()
    source.cells = [source.cells[1], *cells]
    return source


@pytest.fixture
def files(tmp_path):
    """A folder as students hand it in."""
    folder = tmp_path / "files"
    (folder / "mine").mkdir(parents=True)
    (folder / "mine" / "earlier.py").write_text("def earlier(x):\n    return x + 1\n")
    (folder / "numbers.txt").write_text("1 2 3")
    (folder / "helper.py").write_text("three = 3")
    (folder / "numpy.py").write_text("raise SystemExit")
    (folder / "ipykernel_launcher.py").write_text("raise SystemExit")
    (folder / ".hidden").write_text("")
    (folder / "other.ipynb").write_text("")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "folder").symlink_to("/etc")
    return folder


def test_only_regular_files_that_may_be_read_are_taken(files, tmp_path, monkeypatch):
    (files / "locked.txt").write_text("")
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "locked.txt")
    copy_files(look_into(files), tmp_path / "copy")
    taken = {str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*")}
    assert taken == {
        "mine",
        "mine/earlier.py",
        "numbers.txt",
        "helper.py",
        "numpy.py",
        "ipykernel_launcher.py",
    }


def test_files_travel_with_a_submission_and_stand_in_for_nothing(files):
    answer = known_cell(
        "code",
        "f",
        "%%implement f\nimport numpy as np\nfrom convkit.mine import earlier\n"
        "from helper import three\n\n"
        "def f(x):\n    return earlier(np.float64(x)) * three + len(open('numbers.txt').read())",
        solution=True,
    )
    source = with_cells(
        answer,
        new_code_cell("import numpy, helper\nprint(f(1), helper.three)", id="playing"),
        known_cell("code", "test", "assert f(1) == 11", **TEST),
    )
    found = graded(source, files=files)
    assert points(found) == {"test": 1.0}
    assert [output.get("text", output) for output in found.cells[2].outputs] == ["11.0 3\n"]


def test_a_given_implementation_runs_in_the_sandbox_too():
    given = "%%implement given\nimport os\n\ndef given():\n    return os.path.exists('/etc/passwd')"
    source = with_cells(
        known_cell("code", "given", given, locked=True),
        known_cell("code", "test", "assert not given()", **TEST),
    )
    assert points(graded(source)) == {"test": 1.0}


def test_explorations_are_not_run():
    source = with_cells(
        new_code_cell("print('long training')", metadata={"tags": ["explore"]}),
        new_code_cell("print('short')"),
    )
    _, exploration, other = graded(source).cells
    assert exploration.outputs == []
    assert other.outputs[0].text == "short\n"


def test_without_time_for_them_no_cells_are_run_and_the_points_are_the_same():
    source = mini_source()
    source.cells.insert(2, new_code_cell("print('mine')", id="mine"))
    found = graded(source, cell=0)
    assert points(found) == points(graded(source))
    own = [each for each in found.cells if each.cell_type == "code" and not nb.is_test(each)]
    assert [texts(each) for each in own] == [
        ["Cells that are not tests were not run in this course.\n"],
        *[[]] * (len(own) - 1),
    ]


def test_a_broken_setup_is_no_students_fault():
    source = with_cells(known_cell("code", "broken", "import nosuchmodule", locked=True))
    with pytest.raises(GraderError, match=r"broken fails on the grader's side.*nosuchmodule"):
        graded(source)


def test_a_setup_that_needs_a_failing_answer_is_the_students_loss():
    source = with_cells(
        known_cell("code", "f", "%%implement f\ndef f(): return 3", solution=True),
        known_cell("code", "later", "three = f()", locked=True),
        known_cell("code", "needs", "assert three == 3", **TEST),
        known_cell("code", "stands-alone", "assert True", **TEST),
    )
    assert points(graded(source)) == {"needs": 1.0, "stands-alone": 1.0}

    def fail(notebook):
        cell(notebook, "f").source = "%%implement f\ndef f(): return 1 / 0"

    assert points(graded(source, fail)) == {"needs": 0.0, "stands-alone": 1.0}


def test_a_test_that_does_not_come_to_its_end_earns_nothing_and_the_next_runs(monkeypatch):
    monkeypatch.setattr("convkit.grading.running.tests._OURS_SECONDS", 1.0)
    source = with_cells(
        known_cell("code", "ends", "import os; os._exit(0)", **TEST),
        known_cell("code", "loops", "while True: pass", **TEST),
        known_cell("code", "exits", "raise SystemExit", **TEST),
        known_cell("code", "broken", "assert (", **TEST),
        known_cell("code", "empty", "", **TEST),
        known_cell("code", "last", "assert np.ones(1)", **TEST),
    )
    started = time.monotonic()
    found = graded(source, call=1.5)
    expected = dict.fromkeys(["ends", "loops", "exits", "broken"], 0.0) | {
        "empty": 1.0,
        "last": 1.0,
    }
    assert points(found) == expected
    assert time.monotonic() - started < 40


def test_the_time_of_all_cells_is_limited():
    source = with_cells(*(new_code_cell("while True: pass", id=f"n{n}") for n in range(5)))
    found = graded(source, cell=1.0, cells=2.0)
    first, *_, last = map(texts, found.cells[1:])
    assert "stopped" in first[-1]
    assert "not run, because those above took the 2 seconds" in last[-1]


FORKS = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        kept = bytearray(100 << 20)
        time.sleep(60)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("greedy", "notes", "below"),
    [
        ("bytearray(8 << 30)", ["This cell took too much memory.\n"], ["below\n"]),
        (
            FORKS,
            [
                "This cell took too much memory.\n",
                "Python ended in this cell, so those below were not run.\n",
            ],
            ["This cell was not run, because Python ended above.\n"],
        ),
        (
            "import os; os._exit(0)",
            ["Python ended in this cell, so those below were not run.\n"],
            ["This cell was not run, because Python ended above.\n"],
        ),
    ],
    ids=["refused", "ended for its memory", "ended"],
)
def test_a_cell_that_ends_python_or_takes_too_much_says_so(greedy, notes, below):
    source = with_cells(new_code_cell(greedy), new_code_cell("print('below')"))
    found = graded(source, memory_bytes=1 << 30)
    assert texts(found.cells[1])[-len(notes) :] == notes
    assert texts(found.cells[2]) == below


def test_a_kernel_that_student_code_took_over_can_send_anything(tmp_path):
    """Nonsense on the wire, outputs of wrong types, a flood of displays."""
    takeover = """
import zmq
kernel = get_ipython().kernel
session, socket = kernel.session, kernel.iopub_socket
parent = kernel.get_parent()
def send(kind, content):
    session.send(socket, kind, content, parent=parent, ident=b"x")
send("stream", {"name": 5, "text": ["a"]})
send("stream", {})
send("display_data", {"data": "text", "metadata": 3})
send("display_data", {"data": {"text/html": {"a": 1}, "x": None}, "metadata": 3})
send("error", {"traceback": 7})
send("nosuchkind", {"a": 1})
send("status", {"execution_state": ["idle"]})
socket.send_multipart([b"nonsense"])
socket.send_multipart([b"x", b"<IDS|MSG>", b"forged", b"{}", b"{}", b"{}", b"{}"])
print("end")
"""
    with scratch_folder() as scratch:
        sandbox = Sandbox(scratch, readable=KERNEL_FILES)
        with Kernel.inside(sandbox) as kernel:
            run = kernel.run(takeover, 10)
            assert run.outcome in ("ok", "error")
            assert "end\n" in "".join(output.get("text", "") for output in run.outputs)
            kernel.run("for n in range(5000): display(n)", 10)
            assert kernel.run("print(1)", 10).outputs[-1].text == "1\n"


BORROWED = """%%implement borrowed
def borrowed():
    from convkit import Sequential
    from convkit.learning.own_layers import Abs
    try:
        from convkit.grading import hidden_rng
    except ImportError:
        return Sequential.__name__, Abs.__module__
"""


@pytest.mark.parametrize("tags", [["reference"], []])
def test_the_reference_is_there_where_the_source_offers_it(tags):
    """And does the grading stay outside?"""
    test = "assert borrowed() == ('Sequential', 'convkit.layers.activation'), borrowed()"
    source = with_cells(
        known_cell("code", "borrowed", BORROWED, solution=True),
        known_cell("code", "test", test, **TEST),
    )
    source.cells[0].metadata["tags"] = tags
    assert points(graded(source)) == {"test": float(bool(tags))}


def test_what_is_given_no_other_cell_replaces():
    source = with_cells(
        known_cell("code", "given", "%%implement given\ndef given(): return 1", locked=True),
        known_cell("code", "test", "assert given() == 1", **TEST),
    )

    def replace(notebook):
        notebook.cells.append(new_code_cell("%%implement given\ndef given(): return 2"))

    assert points(graded(source, replace)) == {"test": 1.0}
