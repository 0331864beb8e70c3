"""The smallest case that fails: small, still failing, and Python that runs."""

import re
import time

import numpy as np
import pytest

import convkit
from convkit.checks.checking import find
from convkit.checks.observing.quantity import Quantity, Y, grads
from convkit.checks.saying.simpler import simpler
from convkit.checks.saying.smallest import MOST_TRIES, smallest_failure


class Bent(convkit.Conv2d):
    """Wrong in y and in a gradient, in a way that no size explains."""

    def forward(self, x):
        y = super().forward(x)
        return np.where(y > 2, 2, y)


class Lost(convkit.Conv2d):
    def backward(self, grad_y):
        grad_x = super().backward(grad_y)
        self.grads["weight"] = self.grads["weight"] * np.cos(self.grads["weight"])
        return grad_x


class WrongWhereWide(convkit.Conv2d):
    """Wrong only for kernels that are wider than high."""

    def forward(self, x):
        kh, kw = self.kernel_size
        return super().forward(x) + (kw > kh)


class MeanOverSome(convkit.BatchNorm):
    """Wrong in y by something that no slip does."""

    def forward(self, x):
        return np.round(super().forward(x), 2)


class Rounded(convkit.SoftmaxCrossEntropy):
    def backward(self):
        return np.round(super().backward(), 2)


class Hasty(convkit.SGD):
    def step(self):
        before = {name: value.copy() for name, value in self.network.params.items()}
        super().step()
        for name, value in self.network.params.items():
            value += np.sin(value - before[name])


def even(x, k, mode="valid"):
    y = convkit.correlate2d(x, k, mode)
    if k.shape[1] % 2 == 0:
        raise IndexError("even")
    return y


GRAD_LOGITS, FIRST_STEP = Quantity("grad", "logits"), Quantity("params", "0.bias", step=1)


def failing(name, target, quantity, number=None):
    """The example from a case on which the target fails, and the arrays that run in it."""
    concept = find(name)
    cases = concept.cases if number is None else concept.cases[number : number + 1]
    found = (smallest_failure(concept, target, case, quantity) for case in cases)
    return next(filter(None, found))


@pytest.mark.parametrize(
    ("name", "target", "quantity", "made"),
    [
        ("Conv2d", Bent, Y, "layer = Conv2d(1, "),
        ("Conv2d", Lost, grads("weight"), "layer = Conv2d(1, 1, 1)"),
        ("Conv2d", WrongWhereWide, Y, "layer = Conv2d(1, 1, (1, 2))"),
        ("correlate2d", even, Y, "y = correlate2d(x, k)"),
        ("BatchNorm", MeanOverSome, Y, "layer = BatchNorm(1)"),
        (
            "SoftmaxCrossEntropy",
            Rounded,
            GRAD_LOGITS,
            "loss.forward(logits, labels)",
        ),
        ("SGD", Hasty, FIRST_STEP, "optimizer = SGD(network, lr=0.1)"),
    ],
)
def test_it_is_small_and_fails_when_it_is_run(name, target, quantity, made):
    example = failing(name, target, quantity)
    assert made in example
    assert max(map(len, example.splitlines())) < 80
    names = {name: target}
    try:
        exec(example, names)
    except IndexError:
        assert "# got IndexError: even" in example
        return
    expected, came = (eval(text) for text in re.findall(r"# (?:expected|got) (.*)", example))
    (printed,) = re.findall(r"print\((.*)\)", example)
    array = eval(printed, names)
    np.testing.assert_allclose(np.round(array, 4), came)
    assert not np.allclose(expected, came)


def test_what_is_correct_has_none():
    assert smallest_failure(find("Conv2d"), convkit.Conv2d, find("Conv2d").cases[0], Y) is None


def test_an_optimizer_whose_dicts_are_replaced_has_none():
    """It would take lines that nobody reads."""
    replaced = find("SGD").cases[2]
    assert smallest_failure(find("SGD"), Hasty, replaced, FIRST_STEP) is None


def test_few_calls_and_little_time(monkeypatch):
    """Each call may have to cross into another process; one that never ends is given up."""
    forwards = []

    class Slow(Bent):
        def forward(self, x):
            forwards.append(1)
            return super().forward(x)

    failing("Conv2d", Slow, Y, 0)
    assert len(forwards) <= 2 * MOST_TRIES
    monkeypatch.setattr("convkit.checks.saying.smallest.SECONDS", 0.2)

    class Endless(convkit.Conv2d):
        def forward(self, x):
            y = super().forward(x) + 1
            while x.size < 200:
                pass
            return y

    started = time.monotonic()
    smallest_failure(find("Conv2d"), Endless, find("Conv2d").cases[0], Y)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("name", ["Conv2d", "LocallyConnected2d", "Linear", "MaxPool2d", "Gain"])
def test_simpler_cases_are_legal_and_channels_get_fewer(name):
    concept = find(name)
    (case, *_) = concept.cases
    found = list(simpler(concept, case))
    for each in found:
        layer = concept.reference(*each.arguments, **each.options)
        layer.params.update(each.params)
        assert layer.forward(each.x).shape == each.grad_y.shape
    assert any(each.x.shape[1] < case.x.shape[1] for each in found)
