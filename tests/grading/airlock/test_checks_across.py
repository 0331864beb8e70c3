"""`check` says the same of a solution's classes and of their proxies."""

import nbformat
import pytest

from convkit.checks import CheckFailed, check, random_cases
from convkit.mine import parse_implementation
from tests.grading.airlock.test_airlock import opened
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
