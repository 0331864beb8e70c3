"""The assignment 02-convolution as students hand it in: right, untouched, and wrong in ten ways."""

import shutil

import nbformat
import pytest

from tests.grading.course import ROOT, Course, asked_for, changed, write
from tests.sampling import sampled

pytestmark = [pytest.mark.course, pytest.mark.timeout(900)]

NAME = "02-convolution"
FUNCTIONS = {"correlate2d-visible", "correlate2d-hidden", "convolve2d-visible", "convolve2d-hidden"}
FORWARD = {"conv2d-forward-visible", "conv2d-forward-hidden"}
BACKWARD = {"conv2d-backward-visible", "conv2d-backward-hidden"}

# Each: the cell, what is written wrongly, how, and the tests that must notice.
WRONG = {
    "flipped": (
        "conv2d",
        'weight = self.params["weight"].astype(x.dtype)',
        'weight = self.params["weight"].astype(x.dtype)[:, :, ::-1, ::-1]',
        FORWARD,
    ),
    "bias-forgotten": ("conv2d", "window, weight) + bias", "window, weight)", FORWARD),
    "height-for-width": (
        "conv2d",
        "(width - w) // stride_w + 1",
        "(height - w) // stride_w + 1",
        FORWARD,
    ),
    "stride-ignored-backward": (
        "conv2d",
        "rows = slice(stride_h * a, stride_h * a + h)\n"
        "                columns = slice(stride_w * b, stride_w * b + w)\n"
        "                window, grad",
        "rows = slice(a, a + h)\n"
        "                columns = slice(b, b + w)\n"
        "                window, grad",
        BACKWARD,
    ),
    "padding-not-cropped": (
        "conv2d",
        "return grad_padded[:, :, pad_h : height - pad_h, pad_w : width - pad_w]",
        "return grad_padded",
        BACKWARD,
    ),
    "cropped-by-minus-zero": (
        "conv2d",
        "pad_h : height - pad_h, pad_w : width - pad_w]",
        "pad_h:-pad_h, pad_w:-pad_w]",
        BACKWARD,
    ),
    "set-for-add": (
        "conv2d",
        "grad_padded[:, :, rows, columns] +=",
        "grad_padded[:, :, rows, columns] =",
        BACKWARD,
    ),
    "divided-by-n": (
        "conv2d",
        'self.grads["weight"] = grad_weight',
        'self.grads["weight"] = grad_weight / len(grad_y)',
        BACKWARD,
    ),
    "correlation-flips": (
        "correlate2d",
        "x[i : i + h, j : j + w] * k)",
        "x[i : i + h, j : j + w] * k[::-1, ::-1])",
        FUNCTIONS,
    ),
    "same-off-by-one": (
        "convolve2d",
        'if mode != "same":',
        "if True:",
        {"convolve2d-visible", "convolve2d-hidden"},
    ),
}


@pytest.fixture(scope="module")
def course(request, tmp_path_factory):
    source = nbformat.read(ROOT / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    folder = tmp_path_factory.mktemp("convolution") / "course"
    course = Course.create(folder, {NAME: source})
    (folder / "hidden_seed.txt").write_text("only this course knows")
    made = course.nbgrader("generate_assignment", NAME)
    assert made.returncode == 0, made.stderr
    write(source, course.submitted(NAME, "right"))
    write(course.released(NAME), course.submitted(NAME, "untouched"))
    for student in asked_for(request) & WRONG.keys():
        name, before, after, _ = WRONG[student]
        write(changed(source, name, before, after), course.submitted(NAME, student))
    # Without tests/stand_ins: as where nothing stands in for an installed package.
    course.log = course.nbgrader("autograde", NAME, PYTHONPATH="")
    assert course.log.returncode == 0, course.log.stderr
    assert course.nbgrader("generate_feedback", NAME, PYTHONPATH="").returncode == 0
    yield course
    shutil.rmtree(course.temporary)


@pytest.fixture(scope="module")
def points(course):
    return course.points(NAME)


def earned(course, student):
    scores = course.scores(NAME)[student]
    return {name: score for name, score in scores.items() if name != "flip-answer"}


def test_the_solution_earns_every_autograded_point(course, points):
    assert earned(course, "right") == points
    assert sum(points.values()) == 96
    assert course.scores(NAME)["right"]["flip-answer"] is None


def test_the_release_earns_exactly_nothing(course, points):
    assert earned(course, "untouched") == dict.fromkeys(points, 0.0)
    assert course.scores(NAME)["untouched"]["flip-answer"] == 0.0


@pytest.mark.parametrize("student", sampled(WRONG, "flipped", "set-for-add"))
def test_a_mistake_loses_exactly_the_tests_it_should(course, points, student):
    scores = earned(course, student)
    lost = {name for name, score in scores.items() if score < points[name]}
    assert lost == WRONG[student][3], scores


def test_the_pictures_of_a_submission_are_in_its_feedback(course):
    outputs = [
        output
        for each in course.graded(NAME, "right").cells
        if each.cell_type == "code"
        for output in each.outputs
    ]
    assert not [output for output in outputs if output.output_type == "error"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 3


def test_feedback_names_mistakes_and_shows_no_hidden_test(course):
    for student in ("flipped", "set-for-add", "untouched"):
        feedback = course.feedback(NAME, student)
        assert "hidden_cases" not in feedback
        assert "A hidden test fails." in feedback
    assert "Why:" in course.feedback(NAME, "flipped")
