"""What the network says, how wrong it is, and where it is pushed."""

import numpy as np
import pytest

from convkit import SoftmaxCrossEntropy, softmax
from convkit.widgets import Softmax

LOGITS = [3.0, -1.0, 0.5]
CLASSES = ("a", "b", "c")


def test_the_numbers_are_those_of_the_loss():
    shown = Softmax(LOGITS, 2, classes=CLASSES).compute()
    loss = SoftmaxCrossEntropy()
    assert shown["loss"] == loss.forward(np.array([LOGITS]), np.array([2]))
    np.testing.assert_array_equal(shown["gradient"], loss.backward()[0])
    np.testing.assert_array_equal(shown["probabilities"], softmax(np.array([LOGITS]))[0])
    np.testing.assert_array_equal(shown["downhill"], LOGITS - shown["gradient"])


def test_steps_downhill_make_the_right_class_the_likeliest():
    widget = Softmax([8, -8, 0, -1], 1)
    losses = []
    for _ in range(20):
        shown = widget.compute()
        losses.append(shown["loss"])
        widget.logits = shown["downhill"]
    assert losses == sorted(losses, reverse=True)
    assert widget.compute()["probabilities"].argmax() == 1


def test_a_change_is_answered():
    widget = Softmax()
    widget.label = 0
    assert widget.answer["number"] == 1
    assert widget.answer["arrays"]["label"] == 0


def test_a_loss_of_ones_own_is_shown():
    class Halved(SoftmaxCrossEntropy):
        def forward(self, logits, labels):
            return super().forward(logits, labels) / 2

    shown = Softmax(loss=Halved).compute()
    assert shown["loss"] == Softmax().compute()["loss"] / 2
    assert shown["whose"] == "your Halved"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"logits": [1, 2]}, r"logits: expected shape \(4,\), got \(2,\)"),
        ({"label": 4}, "labels: expected classes from 0 to 3, got 4"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Softmax(**arguments).compute()


def test_the_picture_shows_probabilities_and_gradient():
    titles = [axes.get_title() for axes in Softmax().picture().axes]
    assert titles == ["p", "∇a"]
