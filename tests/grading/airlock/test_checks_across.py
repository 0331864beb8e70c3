"""`check` says the same of a solution's classes and of their proxies."""

import nbformat
import numpy as np
import pytest

from convkit.checks import CheckFailed, check, random_cases
from convkit.learning.breaking import NoCase, caught, caught_unseen
from convkit.mine import parse_implementation
from tests.grading.airlock.lending import opened
from tests.grading.course import ROOT

ASSIGNMENTS = {
    "04-classifier": ("Linear", "Flatten", "softmax", "SoftmaxCrossEntropy", "SGD"),
    "06-contrast-normalization": ("LocalContrastNorm2d",),
    "07-batch-normalization": ("BatchNorm",),
}


def solution(assignment):
    notebook = nbformat.read(ROOT / "solutions" / assignment / f"{assignment}.ipynb", 4)
    parsed = (parse_implementation(cell.source) for cell in notebook.cells)
    return [found for found in parsed if found]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.usefixtures("capsys")
def test_solutions_pass_through_the_airlock(assignment):
    with opened(solution(assignment)) as airlock:
        for name in ASSIGNMENTS[assignment]:
            assert check(airlock.lent[name], cases=random_cases(name, 1)).passed


def test_what_is_lent_is_never_said_to_be_convkits_own(notebook, capsys):
    """Where convkit is loaded, as in the kernel of the tests, a check says whose it looks at."""
    with opened(solution("02-convolution")) as airlock:
        for name in ("correlate2d", "Conv2d"):
            assert check(airlock.lent[name], only="forward").remark == ""
    assert "not yours" not in capsys.readouterr().out


@pytest.mark.usefixtures("capsys")
def test_a_wrong_optimizer_is_named_through_the_airlock():
    sources = [
        (name, source.replace("- self.lr * grad", "+ self.lr * grad"))
        for name, source in solution("04-classifier")
        if name == "SGD"
    ]
    with opened(sources) as airlock, pytest.raises(CheckFailed) as failed:
        check(airlock.lent["SGD"])
    assert {f.misconception for f in failed.value.report.findings} == {"sgd-uphill"}


BROKEN = {
    "02-convolution": "break_convolution",
    "03-pooling": "break_pooling",
    "04-classifier": "break_classifier",
    "05-activation": "break_activation",
    "07-batch-normalization": "break_batchnorm",
}


@pytest.mark.parametrize("assignment", BROKEN)
@pytest.mark.usefixtures("capsys")
def test_cases_that_break_wrong_layers_come_through_the_airlock(assignment):
    name = BROKEN[assignment]
    with opened([each for each in solution(assignment) if each[0] == name]) as airlock:
        assert caught(airlock.lent[name], points=6) == 6.0
        assert caught_unseen(airlock.lent[name], 6, np.random.default_rng(3)) == 6.0


@pytest.mark.parametrize(
    "case", ['"A"', '({"kernel_size": 10**9}, [[1]])', '({"kernel_size": 1}, "x")', "(1, 2, 3)"]
)
def test_a_case_that_is_none_earns_nothing(case, capsys):
    source = f'def break_pooling():\n    return {{"A": {case}, "any": {case}}}\n'
    with opened([("break_pooling", source)]) as airlock:
        assert caught(airlock.lent["break_pooling"], points=6) == 0.0
        assert caught_unseen(airlock.lent["break_pooling"], 6, np.random.default_rng(3)) == 0.0
    assert "✗ A: " in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["None", "[]", "3"])
def test_an_answer_that_holds_no_cases_is_refused(answer):
    source = f"def break_pooling():\n    return {answer}\n"
    with opened([("break_pooling", source)]) as airlock, pytest.raises(NoCase, match="a dict"):
        caught(airlock.lent["break_pooling"], points=6)
