"""The assignment 08-convnet as students hand it in: with their own layers, without, and wrong."""

import json
import shutil

import nbformat
import pytest

from convkit.grading.running.travelling_layers import bring
from tests.grading.course import (
    ROOT,
    TESTS_ALONE,
    Course,
    asked_for,
    cell,
    changed,
    without_pictures,
    write,
)
from tests.sampling import sampled

pytestmark = [pytest.mark.course, pytest.mark.timeout(900)]

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

# Each: the files of mine/ that are not as they should be, the points of own-visible and own-bonus,
# and what is said of the core path.
NOT_OWN = {
    "one-wrong": (
        {"conv2d": ("grad_weight += ", "grad_weight -= ")},
        (16.0, 12.0),
        "Conv2d     reference  backward: ",
    ),
    "one-borrowed": (
        {"linear": ("import Layer", "import Layer, Linear as Borrowed")},
        (16.0, 12.0),
        "Linear     reference  yours does not load: ImportError: convkit.Linear is not there",
    ),
    "one-missing": (
        {"tanh": None, "subtractivenorm2d": None},
        (16.0, 8.0),
        "Tanh       reference  mine/tanh.py was not handed in",
    ),
}

CLAIM = """\
class Claimed(type):
    def __new__(kind, name, bases, attributes):
        attributes["__module__"] = f"convkit.mine.{name.lower()}"
        return super().__new__(kind, name, bases, attributes)


class Conv2d(Conv2d, metaclass=Claimed):
    pass


"""


def forged(names):
    """What is written where a learner's checks hold, without a check."""
    claim = {"version": "", "groups": {"forward": [], "backward": []}}
    return json.dumps(dict.fromkeys(names, claim))


@pytest.fixture(scope="module")
def course(request, tmp_path_factory):
    earlier = sorted(ROOT.glob("solutions/0[02-6]*/*.ipynb"))
    source = nbformat.read(ROOT / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    course = Course.create(
        tmp_path_factory.mktemp("convnet") / "course",
        {NAME: source},
        settings="\nc.GradeInAirlock.call_seconds = 60\n" + TESTS_ALONE,
    )
    course.seconds = 880
    made = course.nbgrader("generate_assignment", NAME)
    assert made.returncode == 0, made.stderr
    write(source, course.submitted(NAME, "with-own"))
    if "without" in asked_for(request):
        write(without_pictures(source), course.submitted(NAME, "without"))
    write(course.released(NAME), course.submitted(NAME, "untouched"))
    for student in asked_for(request) & WRONG.keys():
        name, before, after, _ = WRONG[student]
        write(changed(source, name, before, after), course.submitted(NAME, student))
    claiming = changed(source, "convnet", "def stage", CLAIM + "def stage")
    write(claiming, course.submitted(NAME, "claims"))
    not_own = asked_for(request) & NOT_OWN.keys()
    for student in not_own:
        changes, _, _ = NOT_OWN[student]
        write(without_pictures(source), course.submitted(NAME, student))
        bring(earlier, course.submitted(NAME, student).parent)
        for name, change in changes.items():
            path = course.submitted(NAME, student).with_name("mine") / f"{name}.py"
            if change is None:
                path.unlink()
                continue
            before = path.read_text()
            path.write_text(before.replace(*change))
            assert path.read_text() != before
    for student in ("with-own", "untouched"):
        bring(earlier, course.submitted(NAME, student).parent)
    for student in ("claims", *not_own):
        course.submitted(NAME, student).with_name("progress.json").write_text(forged(CORE + CHOICE))
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
    assert sum(points.values()) == 112
    assert "5 of 5 are yours." in said(course, "with-own", "own-visible")
    assert "3 of 3 are yours." in said(course, "with-own", "own-bonus")
    assert course.extra_credit(NAME)["with-own"]["own-bonus"] == 12


@pytest.mark.parametrize("student", sampled(["without", "claims"], "claims"))
def test_without_own_layers_the_reference_stands_in_and_those_points_alone_are_lost(
    course, points, student
):
    """Whoever only claims them, too: by a record of checks that never ran, and by their names."""
    assert earned(course, student) == points | {"own-visible": 0.0}
    assert course.extra_credit(NAME)[student]["own-bonus"] == 0
    assert "0 of 5 are yours." in said(course, student, "own-visible")


@pytest.mark.parametrize("student", sampled(NOT_OWN, "one-borrowed"))
def test_a_layer_that_does_not_pass_costs_its_own_points_alone(course, points, student):
    """Whatever progress.json says: convkit's layer stands in, so the network is none the worse."""
    _, (core, choice), words = NOT_OWN[student]
    assert earned(course, student) == points | {"own-visible": core}
    assert course.extra_credit(NAME)[student]["own-bonus"] == choice
    assert words in said(course, student, "own-visible")


def test_the_release_earns_exactly_nothing_whatever_lies_beside_it(course, points):
    assert earned(course, "untouched") == dict.fromkeys(points, 0.0)
    assert course.scores(NAME)["untouched"]["worth-answer"] == 0.0


@pytest.mark.parametrize("student", sampled(WRONG, "gradient-skips-the-first-layer"))
def test_a_mistake_loses_exactly_the_tests_it_should(course, points, student):
    scores = earned(course, student)
    lost = {name for name, score in scores.items() if score < points[name]}
    assert lost - {"own-visible"} == WRONG[student][3], scores
