"""Which layers that lie beside a notebook are the student's own: only those that pass, now."""

import shutil
from pathlib import Path

import pytest

from convkit.grading.airlock.airlock import WORKER_FILES
from convkit.grading.airlock.times import Times
from convkit.grading.notebook import read_source
from convkit.grading.running import travelling_layers
from convkit.grading.sandbox.bubblewrap import Sandbox, scratch_folder
from convkit.learning import journal
from tests.grading.course import Course

ROOT = Path(__file__).parents[3]
FLATTEN = """\
from convkit import Layer
from convkit.mine import rows


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return rows(x)

    def backward(self, grad_y):
        return grad_y.reshape(self.shape)
"""
ROWS = "def rows(x):\n    return x.reshape(len(x), -1)\n"
RELU = """\
import numpy as np
from convkit import Layer


class ReLU(Layer):
    def forward(self, x):
        return np.maximum(x, 0)

    def backward(self, grad_y):
        return grad_y
"""
FILES = {
    "rows": ROWS,
    "flatten": FLATTEN,
    "relu": RELU,
    "tanh": "import os\nos._exit(0)\n",
    "abs": "from convkit import Abs\n",
    "gain": "# much\n" * 20_000,
}
NAMES = ["Flatten", "ReLU", "Tanh", "Abs", "Gain", "Linear"]


@pytest.fixture(scope="module")
def judged():
    """The badges, and what a sandbox would find written of them."""
    with scratch_folder() as scratch:
        folder = scratch / "files"
        (folder / "mine").mkdir(parents=True)
        for name, source in FILES.items():
            (folder / "mine" / f"{name}.py").write_text(source)
        (folder / "progress.json").mkdir()  # in the way of ours
        sandbox = Sandbox(scratch, readable=WORKER_FILES, files=folder)
        badges = travelling_layers.judge(NAMES, folder, sandbox, Times(call=5))
        yield badges, {name: journal.state(name, folder) for name in NAMES}


def test_what_passes_is_own_and_what_does_not_says_why(judged):
    badges, _ = judged
    assert [badge.name for badge in badges] == NAMES
    assert [badge.name for badge in badges if badge.yours] == ["Flatten"]
    notes = {badge.name: badge.note for badge in badges}
    assert notes["ReLU"].startswith("backward: ")
    assert notes["Tanh"].startswith("yours does not load: ProcessEnded: ")
    assert notes["Abs"].startswith("yours does not load: ImportError: convkit.Abs is not there")
    assert notes["Gain"] == "mine/gain.py was not handed in, or is not text"
    assert notes["Linear"] == "mine/linear.py was not handed in, or is not text"


def test_what_is_written_down_agrees(judged):
    badges, states = judged
    own_names = [badge.name for badge in badges if badge.yours]
    assert [name for name, known in states.items() if known.state == journal.YOURS] == own_names


def test_the_parts_of_an_assignment_are_what_its_answers_take():
    names = travelling_layers.parts(read_source(ROOT / "solutions" / "08-convnet", "08-convnet"))
    assert {"Conv2d", "LocalContrastNorm2d", "SGD"} < set(names)
    assert (
        travelling_layers.parts(read_source(ROOT / "solutions" / "03-pooling", "03-pooling")) == []
    )


def test_a_solution_brings_what_it_is_built_from_and_no_other_does(tmp_path):
    travelling_layers.bring_along(ROOT / "solutions" / "03-pooling", tmp_path)
    assert list(tmp_path.iterdir()) == []
    travelling_layers.bring_along(ROOT / "solutions" / "08-convnet", tmp_path)
    assert {"conv2d.py", "blur.py", "sgd.py"} < {path.name for path in tmp_path.glob("mine/*.py")}
    assert not (tmp_path / "mine" / "convnet.py").exists()


@pytest.mark.course
@pytest.mark.timeout(900)
@pytest.mark.exhaustive
def test_the_canary_brings_them(tmp_path):
    """Without them the solution itself would not earn all, and nobody could be graded."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(
        ROOT / "exercises" / "08-convnet", tmp_path / "submitted" / "ada" / "08-convnet"
    )
    course = Course(tmp_path, seconds=880)
    run = course.convkit("grade", "08-convnet")
    shutil.rmtree(course.temporary)
    assert run.stdout.startswith("08-convnet: the solution earns all 112 points"), run.stderr
