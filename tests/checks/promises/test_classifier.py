"""What is no layer is checked as well: losses, functions of logits, and an optimizer."""

import numpy as np
import pytest

import convkit
from convkit import CheckFailed, check


def failed(target, **options):
    with pytest.raises(CheckFailed) as caught:
        check(target, **options)
    return caught.value.report


@pytest.mark.parametrize("convert", [float, np.float32, np.asarray])
@pytest.mark.usefixtures("capsys")
def test_a_loss_may_be_any_kind_of_number(convert):
    class SoftmaxCrossEntropy(convkit.SoftmaxCrossEntropy):
        def forward(self, logits, labels):
            return convert(super().forward(logits, labels))

    assert check(SoftmaxCrossEntropy).passed


@pytest.mark.usefixtures("capsys")
def test_the_gradient_of_a_summed_loss_is_right_for_that_loss():
    """Does forgetting the mean in both passes cost forward alone?"""

    class SoftmaxCrossEntropy(convkit.SoftmaxCrossEntropy):
        def forward(self, logits, labels):
            self.n = len(labels)
            return super().forward(logits, labels) * self.n

        def backward(self):
            return super().backward() * self.n

    report = failed(SoftmaxCrossEntropy)
    assert {finding.property for finding in report.findings} == {"values"}
    assert check(SoftmaxCrossEntropy, only="backward").passed


@pytest.mark.usefixtures("capsys")
def test_an_optimizer_that_raises_is_told_where():
    class SGD:
        def __init__(self, network, lr, momentum=0.0):
            self.network = network

        def step(self):
            raise KeyError("velocity")

    (finding,) = failed(SGD).findings
    assert finding.property == "runs"
    assert "step raised KeyError" in finding.message


@pytest.mark.parametrize("name", ["Linear", "Flatten", "softmax", "SoftmaxCrossEntropy", "SGD"])
@pytest.mark.usefixtures("capsys")
def test_what_returns_nothing_gets_a_message(name):
    def nothing(*arguments, **options):
        return None

    nothing.__name__ = name
    assert failed(nothing).score < 1
