"""The assignment 08-convnet as students hand it in: with their own layers, without, and wrong."""

import shutil
import subprocess
import sys

import nbformat
import pytest

from convkit.mine import parse_implementation
from tests.grading.course import ROOT, Course, cell, write

pytestmark = pytest.mark.course

NAME = "08-convnet"
CORE = ["Conv2d", "Tanh", "AvgPool2d", "Flatten", "Linear"]
CHOICE = ["Gain", "Abs", "LocalContrastNorm2d"]
ASSEMBLY = {"assembly-visible", "assembly-hidden"}
GRADIENT = {"gradient-visible", "gradient-hidden"}
TRAINING = {"train-visible", "train-hidden"}

# Each: the cell, what is written wrongly, how, and the tests that must notice.
WRONG = {
    "gradient-skips-the-first-layer": (
        "convnet",
        "in reversed(self.layers):",
        "in self.layers[:0:-1]:",
        {"assembly-visible"} | GRADIENT | TRAINING,
    ),
    "pooled-before-rectified": (
        "convnet",
        "[*filters, Abs(), LocalContrastNorm2d(5), AvgPool2d(2)]",
        "[*filters, AvgPool2d(2), Abs(), LocalContrastNorm2d(5)]",
        ASSEMBLY,
    ),
    "does-not-learn": ("train", "lr=0.01", "lr=1e-9", TRAINING),
}

CHECK_ALL = """
import sys
from pathlib import Path
from convkit import badges, check, mine
from convkit.journal import connect

connect()
for path in sorted(Path("cells").iterdir()):
    mine.implement(path.stem[3:], path.read_text())
for name in sys.argv[1:]:
    check(getattr(mine, name))
assert all(badge.yours for badge in badges(sys.argv[1:]))
"""


def implement_all(folder):
    """Write every earlier solution as a learner's own layer in ``folder``, and check it."""
    (folder / "cells").mkdir(parents=True)
    (folder / "nbgrader_config.py").touch()
    number = 10
    for path in sorted(ROOT.glob("solutions/0[02-6]*/*.ipynb")):
        for each in nbformat.read(path, as_version=4).cells:
            implemented = parse_implementation(each.source)
            if implemented and each.cell_type == "code":
                name, source = implemented
                (folder / "cells" / f"{number}-{name}").write_text(source)
                number += 1
    names = [*CORE, *CHOICE, "SoftmaxCrossEntropy", "SGD"]
    command = [sys.executable, "-c", CHECK_ALL, *names]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=200)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    own = tmp_path_factory.mktemp("own") / "course"
    implement_all(own)
    source = nbformat.read(ROOT / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    course = Course.create(
        tmp_path_factory.mktemp("convnet") / "course", {NAME: source}, settings=""
    )
    made = course.nbgrader("generate_assignment", NAME)
    assert made.returncode == 0, made.stderr
    write(source, course.submitted(NAME, "with-own"))
    write(source, course.submitted(NAME, "without"))
    write(course.released(NAME), course.submitted(NAME, "untouched"))
    for student, (name, before, after, _) in WRONG.items():
        wrong = nbformat.from_dict({**source, "cells": []})
        # The pictures take time, and are the same for all.
        wrong.cells = [each.copy() for each in source.cells if "nbgrader" in each.metadata]
        assert before in cell(wrong, name).source
        cell(wrong, name).source = cell(wrong, name).source.replace(before, after)
        write(wrong, course.submitted(NAME, student))
    for student in ("with-own", "untouched"):
        handed_in = course.submitted(NAME, student).parent
        shutil.copytree(own / "mine", handed_in / "mine")
        shutil.copy(own / "progress.json", handed_in)
    graded = course.nbgrader("autograde", NAME)
    assert graded.returncode == 0, graded.stderr
    yield course
    shutil.rmtree(course.temporary)


@pytest.fixture(scope="module")
def points(course):
    return course.points(NAME)


def earned(course, student):
    scores = course.scores(NAME)[student]
    return {name: score for name, score in scores.items() if name != "worth-answer"}


def said(course, student, name):
    outputs = cell(course.graded(NAME, student), name).outputs
    return "".join(output.get("text", "") for output in outputs)


def test_the_solution_with_its_own_layers_earns_every_point(course, points):
    assert earned(course, "with-own") == points
    assert sum(points.values()) == 28
    assert "3 of 3 are yours." in said(course, "with-own", "own-bonus")


def test_without_own_layers_the_reference_stands_in_and_those_points_alone_are_lost(course, points):
    assert earned(course, "without") == points | {"own-visible": 0.0}
    assert "0 of 5 are yours." in said(course, "without", "own-visible")


def test_the_release_earns_exactly_nothing_whatever_lies_beside_it(course, points):
    assert earned(course, "untouched") == dict.fromkeys(points, 0.0)
    assert course.scores(NAME)["untouched"]["worth-answer"] == 0.0


@pytest.mark.parametrize("student", WRONG)
def test_a_mistake_loses_exactly_the_tests_it_should(course, points, student):
    scores = earned(course, student)
    lost = {name for name, score in scores.items() if score < points[name]}
    assert lost - {"own-visible"} == WRONG[student][3], scores
