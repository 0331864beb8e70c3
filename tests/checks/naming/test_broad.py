"""Broad diagnoses: they are true, say what they know, keep hidden data back, and never break."""

import numpy as np
import pytest

import convkit
from convkit import CheckFailed, check
from convkit.checks.checking import find
from tests.sampling import drawn, one_in

pytestmark = pytest.mark.usefixtures("capsys")


def findings_of(name, *, cases=(), **methods):
    target = type(name, (getattr(convkit, name),), methods)
    with pytest.raises(CheckFailed) as failed:
        check(target, cases=cases)
    return failed.value.report.findings


def test_a_factor_is_named():
    def backward(self, grad_y):
        grad_x = convkit.Conv2d.backward(self, grad_y)
        self.grads["weight"] = self.grads["weight"] * self.grads["weight"].shape[0]
        return grad_x

    (finding,) = findings_of("Conv2d", backward=backward)
    assert finding.misconception == "conv2d-backward-scaled"
    assert "4 is the number of feature maps" in finding.message


def test_nothing_of_a_hidden_case_is_said():
    """Wrong on hidden cases alone: is the layout of their windows kept back?"""
    seen = {case.x.shape for case in find("Conv2d").cases}
    seen |= {(1, *shape[1:]) for shape in seen} | {(2 * shape[0], *shape[1:]) for shape in seen}

    def forward(self, x):
        y = convkit.Conv2d.forward(self, x)
        return y if x.shape in seen else np.roll(y, 1, axis=-1)

    for finding in findings_of("Conv2d", cases=drawn("Conv2d", 3), forward=forward):
        assert "Here " not in finding.message


def test_where_it_goes_wrong_is_not_said_of_cases_that_were_not_judged():
    """A crash with a stride, wrong numbers with padding: is neither called the only trouble?"""

    def forward(self, x):
        y = convkit.Conv2d.forward(self, x)
        if self.stride != (1, 1):
            raise ValueError("operands could not be broadcast together")
        return y if max(self.padding) == 0 else y * np.cos(np.arange(y.size)).reshape(y.shape)

    findings = findings_of("Conv2d", forward=forward)
    assert findings[0].misconception == "conv2d-forward-error-shapes"
    assert not any("-only-" in str(finding.misconception) for finding in findings)


def test_a_gradient_for_a_y_of_another_shape_says_nothing_of_its_own():
    def forward(self, x):
        y = convkit.Conv2d.forward(self, x)
        return np.concatenate([y, y[..., :1]], axis=-1)

    def backward(self, grad_y):
        grad_x = convkit.Conv2d.backward(self, grad_y)
        return np.random.default_rng(0).normal(size=grad_x.shape)

    (finding,) = findings_of("Conv2d", forward=forward, backward=backward)
    assert finding.property == "shape"
    assert "For the same reason: grad_x" in finding.message


GARBAGE = {
    "nan": lambda value: np.full_like(value, np.nan),
    "infinite": lambda value: np.full_like(value, np.inf),
    "huge": lambda value: value * 1e300,
    "empty": lambda value: value[:0],
    "whole": lambda value: value.astype(int),
    "true": lambda value: value > 0,
    "noise": lambda value: np.random.default_rng(0).normal(size=value.shape),
    "half": lambda value: value.astype(np.float16),
    "nothing": lambda value: value * 0,
    "no-axes": lambda value: value.sum(),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=list(GARBAGE))
@pytest.mark.parametrize("name", one_in(4, ["MaxPool2d", "AvgPool2d", "Conv2d", "BatchNorm"]))
def test_no_result_breaks_a_check(name, garbage):
    right = getattr(convkit, name)

    def forward(self, x):
        return garbage(right.forward(self, x))

    def backward(self, grad_y):
        grad_x = garbage(right.backward(self, grad_y))
        self.grads = {name: garbage(gradient) for name, gradient in self.grads.items()}
        return grad_x

    assert findings_of(name, forward=forward)
    assert findings_of(name, backward=backward)


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=list(GARBAGE))
@pytest.mark.parametrize("name", ["correlate2d", "convolve2d"])
def test_no_result_breaks_the_check_of_a_function(name, garbage):
    right = getattr(convkit, name)

    def function(x, k, mode="valid"):
        return garbage(right(x, k, mode))

    function.__name__ = name
    with pytest.raises(CheckFailed):
        check(function)
