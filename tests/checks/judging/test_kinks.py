"""Where there is no slope: not compared, counted, shown, and never held against anybody."""

import numpy as np
import pytest

import convkit
from convkit import CheckFailed, check
from convkit.checks import Case, checking
from convkit.checks.observing.quantity import GRAD_X
from convkit.checks.promises.pooling import TIES
from tests.sampling import drawn


def layer(base, **methods):
    """A class named like ``base``, with other methods."""
    return type(base.__name__, (base,), methods)


def findings(target, **options):
    with pytest.raises(CheckFailed) as failed:
        check(target, **options)
    return [(f.property, f.misconception) for f in failed.value.report.findings]


def row(report, name):
    return next(result for result in report.results if result.name == name)


def at_zero(base, slope):
    """``base`` with another slope at 0."""

    def forward(self, x):
        self.zero = x == 0
        return base.forward(self, x)

    def backward(self, grad_y):
        return np.where(self.zero, slope * grad_y, base.backward(self, grad_y))

    return layer(base, forward=forward, backward=backward)


@pytest.mark.parametrize(
    ("base", "slope"), [(convkit.ReLU, 0.0), (convkit.ReLU, 1.0), (convkit.ReLU, 0.5)]
)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.usefixtures("capsys")
def test_any_slope_will_do_at_a_kink(base, slope, seed):
    assert check(at_zero(base, slope), cases=drawn(base.__name__, seed)).passed


@pytest.mark.usefixtures("capsys")
def test_a_slope_of_minus_one_will_do_for_abs():
    assert check(at_zero(convkit.Abs, -1.0)).passed


@pytest.mark.parametrize(
    ("base", "name"),
    [(convkit.ReLU, "relu-backward-not-a-number"), (convkit.Abs, "abs-backward-nan-at-zero")],
)
@pytest.mark.usefixtures("capsys")
def test_nan_is_no_slope(base, name):
    assert findings(at_zero(base, np.nan)) == [("grad_x", name)]


@pytest.mark.usefixtures("capsys")
def test_what_is_left_out_is_counted_and_shown():
    """Are the zeros in the visible cases told, and nothing of hidden ones?"""
    visible = row(check(convkit.ReLU), "grad_x").note
    assert visible.startswith("12 of 267 left out")
    assert row(check(convkit.ReLU, cases=drawn("ReLU", 0)), "grad_x").note == visible
    assert row(check(convkit.Sigmoid), "grad_x").note == ""


@pytest.mark.usefixtures("capsys")
def test_too_many_kinks_are_not_a_pass():
    """Is nothing said where fewer than 80 % of the slopes could be compared?"""
    zeros = Case(
        words="nothing but zeros",
        traits=[],
        arguments=(),
        x=np.zeros((16, 19)),
        grad_y=np.ones((16, 19)),
    )
    with pytest.raises(CheckFailed) as failed:
        check(convkit.ReLU, cases=[zeros])
    report = failed.value.report
    assert not report.passed
    assert report.findings == []
    assert row(report, "grad_x").status == checking.NOT_TESTED
    assert report.score < 1


def maximum(share):
    """A max pooling that gives the pixels that equal the maximum ``share(how many they are)``."""

    def forward(self, x):
        self.x = x
        return convkit.MaxPool2d.forward(self, x)

    def backward(self, grad_y):
        (h, w), (down, right) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for n, i, j, k in np.ndindex(*grad_y.shape):
            place = (n, i, slice(down * j, down * j + h), slice(right * k, right * k + w))
            equal = self.x[place] == self.x[place].max()
            grad_x[place] += equal * grad_y[n, i, j, k] * share(equal.sum())
        return grad_x

    return layer(convkit.MaxPool2d, forward=forward, backward=backward)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.usefixtures("capsys")
def test_equals_may_share(seed):
    assert check(maximum(lambda count: 1 / count), cases=drawn("MaxPool2d", seed)).passed


@pytest.mark.parametrize(
    ("share", "name"),
    [
        (lambda count: 1, "maxpool2d-backward-ties-all"),
        (lambda count: count == 1, "maxpool2d-backward-ties-none"),
    ],
    ids=["all of it to each", "nothing to anybody"],
)
@pytest.mark.usefixtures("capsys")
def test_equals_get_all_of_the_gradient_and_no_more(share, name):
    assert findings(maximum(share)) == [("ties", name)]


@pytest.mark.usefixtures("capsys")
def test_a_mistake_is_named_whoever_wins_among_equals():
    """Do shares, where the catalogue's wrong layers know one winner, hide another mistake?"""
    sharing = maximum(lambda count: 1 / count)

    def backward(self, grad_y):
        return -sharing.backward(self, grad_y)

    assert findings(layer(sharing, backward=backward)) == [("grad_x", "maxpool2d-backward-negated")]


@pytest.mark.usefixtures("capsys")
def test_a_wrong_forward_is_credited_in_spite_of_kinks():
    """Twice the maximum, and twice its gradient, one winner among equals or the other."""

    def forward(self, x):
        return 2 * convkit.MaxPool2d.forward(self, x)

    def backward(self, grad_y):
        return 2 * convkit.MaxPool2d.backward(self, grad_y)

    with pytest.raises(CheckFailed) as failed:
        check(layer(convkit.MaxPool2d, forward=forward, backward=backward))
    assert {finding.property for finding in failed.value.report.findings} == {"values"}
    assert "your own forward" in row(failed.value.report, "grad_x").note


@pytest.mark.usefixtures("capsys")
def test_a_kink_of_a_wrong_forward_accuses_nobody():
    """max(0, x − 0.25) with a backward of its own: at x = 0.25 nothing can be said of it."""

    def forward(self, x):
        self.slope = (x > 0.25).astype(x.dtype)
        return np.maximum(x - 0.25, 0)

    def backward(self, grad_y):
        return self.slope * grad_y

    x = np.array([[2.0, 0.25, -1.0], [0.5, 3.0, 0.25]])
    case = Case(words="0.25 twice", traits=[], arguments=(), x=x, grad_y=x + 0.3)
    target = layer(convkit.ReLU, forward=forward, backward=backward)
    with pytest.raises(CheckFailed) as failed:
        check(target, cases=[case])
    assert {finding.property for finding in failed.value.report.findings} == {"values"}


@pytest.mark.parametrize("seed", range(10))
def test_ties_are_drawn_and_do_not_overlap(seed):
    cases = drawn("MaxPool2d", seed)
    tied = [case for case in cases if TIES in case.traits]
    assert len(tied) >= 2
    assert not any("windows overlap" in case.traits for case in tied)
    for case in cases:
        expected = checking.find("MaxPool2d").expected(case)
        assert np.any(expected[GRAD_X].kinks) == (case in tied)
        assert (GRAD_X.again("summed over each window") in expected) == (case in tied)
