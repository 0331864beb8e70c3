"""Whatever way a right implementation is written, it must pass every property."""

import time
import warnings

import numpy as np
import pytest

import convkit
from convkit import check
from convkit.checks.checking import MODULES
from tests.checks.variants import right_variants
from tests.sampling import drawn, one_in

RIGHT = [variant for variant in right_variants() if variant.name in MODULES]


def label(variant):
    return f"{variant.name}-{variant.id}"


@pytest.mark.parametrize("variant", one_in(4, RIGHT, label))
@pytest.mark.usefixtures("capsys")
def test_a_right_variant_passes(variant):
    report = check(variant.load(), cases=drawn(variant.name, 0))
    assert report.passed
    assert report.score == 1.0
    assert report.findings == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(1, 21))
@pytest.mark.parametrize("variant", RIGHT, ids=label)
@pytest.mark.usefixtures("capsys")
def test_a_right_variant_passes_on_many_seeds(variant, seed):
    assert check(variant.load(), cases=drawn(variant.name, seed)).passed


class Talkative(convkit.Conv2d):
    def forward(self, x):
        print("forward", x.shape)
        warnings.warn("this is fine", stacklevel=1)
        np.log(np.zeros(1))
        return super().forward(x)

    def backward(self, grad_y):
        print("backward " * 10_000)
        return super().backward(grad_y)


class Slow(convkit.Conv2d):
    def forward(self, x):
        time.sleep(0.002)
        return super().forward(x)


class Incomparable(np.ndarray):
    """An array whose comparison is of no use to anybody."""

    def __eq__(self, other):
        raise TypeError("do not compare me")

    __hash__ = None


class OddArrays(convkit.Conv2d):
    def forward(self, x):
        return super().forward(x).view(Incomparable)

    def backward(self, grad_y):
        return super().backward(grad_y).view(Incomparable)


class ViewsInFortranOrder(convkit.Conv2d):
    def forward(self, x):
        return np.repeat(np.asfortranarray(super().forward(x)), 2, axis=-1)[..., ::2]

    def backward(self, grad_y):
        framed = np.pad(super().backward(grad_y), 1)
        self.grads = {name: np.asfortranarray(grad) for name, grad in self.grads.items()}
        return framed[1:-1, 1:-1, 1:-1, 1:-1]


class KeepsTheVeryArrays(convkit.Conv2d):
    """As anybody may between a forward and its backward."""

    def forward(self, x):
        self.x = x
        return super().forward(x)

    def backward(self, grad_y):
        super().forward(self.x)
        return super().backward(grad_y)


class ReusesOneBuffer(convkit.Conv2d):
    """Hands out the same arrays again and again, as one may who never looks back."""

    def backward(self, grad_y):
        before = dict(self.grads)
        grad_x = super().backward(grad_y)
        for name, gradient in before.items():
            gradient[:] = self.grads[name]
            self.grads[name] = gradient
        return grad_x


@pytest.mark.parametrize(
    "odd",
    [Talkative, Slow, OddArrays, ViewsInFortranOrder, KeepsTheVeryArrays, ReusesOneBuffer],
)
@pytest.mark.usefixtures("capsys")
def test_odd_habits_cost_nothing(odd):
    assert check(type("Conv2d", (odd,), {}), cases=drawn("Conv2d", 0)).passed
