"""Through the real nbgrader: good answers earn their points, and nothing else earns any."""

import copy
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
from nbformat.v4 import new_code_cell, new_output

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

pytestmark = [pytest.mark.course, pytest.mark.timeout(900)]

WRONG_DOUBLE = "%%implement double\n{top}\ndef double(x):\n    {body}\n    return x"
SCALE = next(cell.source for cell in mini_source().cells if cell.id == "scale")
CODE = {"double": "%%implement double\ndef double(x):\n    return 2 * x", "scale": SCALE}
SCALE_ONLY = FULL | {"double-visible": 0.0, "double-hidden": 0.0}
DOUBLE_ONLY = FULL | {"scale-forward": 0.0, "scale-backward": 0.0}

SUBMISSIONS = {}
EACH = []


def submission(expected, *, right=True, exhaustive=False):
    """Register a student: what is changed in a right (or else the untouched) notebook."""

    def register(change):
        SUBMISSIONS[change.__name__] = (right, change, expected)
        EACH.append(
            pytest.param(change.__name__, marks=[pytest.mark.exhaustive] if exhaustive else [])
        )
        return change

    return register


OTHERS = {"right", "floods", "exits_beside"}
"""Whom tests ask for that are about one student alone."""


def attack(text):
    """A cell of one's own at the top, with wrong answers below."""
    return lambda notebook: notebook.cells.insert(0, new_code_cell(text))


@submission(FULL)
def right(notebook):
    """Nothing is changed."""


@submission(NOTHING | {"why": 0.0}, right=False)
def untouched(notebook):
    """The release as it is."""


@submission(NOTHING, right=False)
def numpy_testing_patched(notebook):
    patch = """import numpy as np, builtins
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.ndarray.all = lambda self: True
class AlwaysEqual:
    __eq__ = lambda self, other: True
    all = lambda self: True
    __array__ = lambda self, *a, **k: np.array([0.0, 2, 4])
"""
    attack(patch)(notebook)
    cell(
        notebook, "double"
    ).source = f"%%implement double\n{patch}\ndef double(x): return AlwaysEqual()"


@submission(NOTHING, right=False, exhaustive=True)
def asserts_dropped(notebook):
    attack(
        """import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Drop())
get_ipython().input_transformers_cleanup.append(lambda lines: ["1.0\\n"])
"""
    )(notebook)


@submission(NOTHING, right=False, exhaustive=True)
def skips_tests(notebook):
    for each in notebook.cells:
        each.metadata["tags"] = ["skip-execution", "explore"]


@submission(NOTHING, right=False)
def edits_tests(notebook):
    """Edited, copied, with other points, turned into text, deleted."""
    cell(notebook, "double-visible").source = "1.0"
    second = copy.deepcopy(cell(notebook, "double-visible"))
    second.id = "copied"
    notebook.cells.append(second)
    cell(notebook, "double-hidden").metadata.nbgrader["points"] = 100
    cell(notebook, "scale-forward").cell_type = "markdown"
    notebook.cells.remove(cell(notebook, "scale-backward"))
    cell(notebook, "setup").source = "raise SystemExit"


@submission(NOTHING, right=False, exhaustive=True)
def results_forged(notebook):
    forged = """from IPython.display import publish_display_data, display, HTML
display({"text/plain": "4.0"}, raw=True)
publish_display_data({"application/vnd.convkit.verdict+json": {"share": 1.0}})
class Points(float):
    def __repr__(self): return "4.0"
    def _repr_mimebundle_(self, **k):
        return {"application/vnd.convkit.verdict+json": {"points": 4.0}, "text/plain": "4.0"}
"""
    attack(forged + "Points(4)")(notebook)
    for each in notebook.cells:
        if each.cell_type == "code":
            each.outputs = [new_output("execute_result", {"text/plain": "4.0"})]
    source = f"%%implement double\n{forged}\ndef double(x): return Points(4)"
    cell(notebook, "double").source = source


@submission(NOTHING, right=False, exhaustive=True)
def names_taken(notebook):
    """Names that the tests use, of one's own."""
    takes = "%%implement {name}\nclass {name}:\n    testing = assert_allclose = None\n"
    for name in ("np", "check", "Layer", "layer", "assert_allclose"):
        notebook.cells.append(new_code_cell(takes.format(name=name)))
    attack("class np: pass\nassert_allclose = check = print\n__builtins__.float = lambda x: 4.0")(
        notebook
    )


@submission(FULL)
def prints_tests(notebook):
    """Looking for the tests wherever they might be. The answers are right."""
    look = f"""import gc, glob, os, sys
found = []
for folder in (".", "..", "/tmp", "/run", os.path.expanduser("~"), {str(Path.cwd())!r}):
    for path in glob.glob(os.path.join(folder, "**", "*.ipynb"), recursive=True):
        found.append(open(path).read())
spaces = [space for space in gc.get_objects() if isinstance(space, dict)]
frame = sys._getframe()
while frame:
    spaces += [frame.f_locals, frame.f_globals]
    frame = frame.f_back
found += [text for space in spaces for text in list(space.values()) if isinstance(text, str)]
print(*[text for text in found if "canary" in text])
"""
    notebook.cells.append(new_code_cell(look + "print(In[-1], In, Out)"))
    for name in ("double", "scale"):
        answer = cell(notebook, name)
        magic, body = answer.source.split("\n", 1)
        answer.source = f"{magic}\n{look}\n{body}"


@submission(NOTHING, right=False, exhaustive=True)
def exits_at_the_top(notebook):
    attack("import os\nos._exit(0)")(notebook)
    body = "pass"
    cell(notebook, "double").source = WRONG_DOUBLE.format(top="import os; os._exit(0)", body=body)
    cell(notebook, "scale").source = "%%implement Scale\nimport sys\nsys.exit(0)"


@submission(SCALE_ONLY, exhaustive=True)
def exits_inside(notebook):
    cell(notebook, "double").source = WRONG_DOUBLE.format(top="import os", body="os._exit(0)")


@submission(FULL)
def exits_beside(notebook):
    """Whatever a cell of one's own does, the answers are judged alone."""
    attack("import sys\nsys.exit()")(notebook)
    notebook.cells.insert(2, new_code_cell("while True: pass"))
    notebook.cells.insert(3, new_code_cell("print('after the loop')"))
    notebook.cells.insert(
        4, new_code_cell("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    )


@submission(SCALE_ONLY, exhaustive=True)
def loops_at_the_top(notebook):
    cell(notebook, "double").source = WRONG_DOUBLE.format(top="while True: pass", body="pass")


@submission(DOUBLE_ONLY)
def loops_inside(notebook):
    forward = "    def forward(self, x):\n        while True:\n            pass\n"
    cell(notebook, "scale").source = SCALE.replace("    def forward(self, x):\n", forward)


@submission(SCALE_ONLY, exhaustive=True)
def loops_that_will_not_be_stopped(notebook):
    stubborn = """while True:
    try:
        while True: pass
    except BaseException:
        pass
"""
    attack(stubborn)(notebook)
    body = "bytearray(1 << 40); [0] * (1 << 40)"
    cell(notebook, "double").source = WRONG_DOUBLE.format(top="", body=body)


@submission(FULL)
def floods(notebook):
    attack("print('x' * 5_000_000)\nfor n in range(300_000): print(n)")(notebook)
    cell(notebook, "double").source = CODE["double"].replace(
        "return", "print('x' * 1_000_000); import sys, warnings; warnings.warn('!'); return"
    )


@submission(FULL, exhaustive=True)
def mistakes_beside(notebook):
    for text in ("def f(:", "1 / 0", "input()", "import os; os.chdir('/')", "%nosuchmagic"):
        notebook.cells.insert(1, new_code_cell(text))


@submission(FULL | {"double-hidden": 0.0})
def fails_the_hidden_test(notebook):
    """Says what it was given, there and wherever else that could be shown."""
    cell(notebook, "double").source = """%%implement double
import numpy as np
seen = []
def double(x):
    seen.append(str(x))
    if np.ndim(x) == 0:
        raise ValueError(f"given: {x}")
    return 2 * x
"""
    tell = """    def forward(self, x):
        import sys
        seen = sys.modules["convkit.mine.double"].seen
        if any("[" not in text for text in seen):
            raise ValueError(f"given: {seen}")
"""
    cell(notebook, "scale").source = SCALE.replace("    def forward(self, x):\n", tell)


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
        notebook = course.released("mini")
        if right:
            for name, text in CODE.items():
                cell(notebook, name).source = text
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
    assert any("stopped after 6 seconds" in text for text in texts)
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
    notebook = course.released("mini")
    for name, text in CODE.items():
        cell(notebook, name).source = text
    cell(notebook, "why").source = "I think so."
    another = Course(tmp_path)
    write(notebook, another.submitted("mini", "ann"))
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
