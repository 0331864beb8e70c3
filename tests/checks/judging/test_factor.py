"""Numbers that are all wrong by one factor: by which, and what there is so many of."""

import numpy as np
import pytest

from convkit import AvgPool2d, Conv2d
from convkit.checks.judging.factor import layer_sizes, said_of_factor

RNG = np.random.default_rng(4)
RIGHT = RNG.normal(size=(4, 3))
OTHER = RNG.normal(size=(5, 2))


@pytest.mark.parametrize(
    ("factors", "says"),
    [
        ((-1, -1), "Every number has the wrong sign, and nothing else is wrong."),
        ((3, 3), "Every number is 3 times too large."),
        ((1 / 4, 1 / 5), "Here every number is divided by 4: 4 is the number of images."),
        ((1 / 4, 1 / 4), "Every number is divided by 4."),
        ((-2, -2), "Every number is 2 times too large and has the wrong sign."),
        ((0.7, 0.7), "Every number is 0.7 times what it should be."),
        ((3, 1.5), "Here every number is 3 times what it should be."),
    ],
)
def test_what_is_said(factors, says):
    wrong = [(right, f * right) for f, right in zip(factors, (RIGHT, OTHER), strict=True)]
    sizes = [{"the number of images": len(right), "rows": 7} for right in (RIGHT, OTHER)]
    assert said_of_factor(wrong, sizes) == says


def test_two_sizes_with_the_same_number_are_not_told_apart():
    sizes = [{"the number of images": 4, "the number of rows": 4}]
    assert said_of_factor([(RIGHT, RIGHT / 4)], sizes) == "Every number is divided by 4."


@pytest.mark.parametrize(
    "got",
    [
        RIGHT + 1,
        0 * RIGHT,
        np.where(RIGHT > 0, 2 * RIGHT, RIGHT),
        RIGHT[:2],
        RIGHT * np.nan,
        np.round(RIGHT, 7),
    ],
)
def test_no_factor_where_there_is_none(got):
    assert said_of_factor([(RIGHT, 2 * RIGHT), (RIGHT, got)], [{}, {}]) is None


def test_a_single_number_proves_no_factor():
    assert said_of_factor([(np.array([3.0]), np.array([6.0]))], [{}]) is None


def test_what_a_layer_has_so_many_of():
    x = RNG.normal(size=(2, 3, 7, 8))
    sizes = layer_sizes(Conv2d(3, 5, (2, 4)), x, np.zeros((2, 5, 6, 5)))
    assert sizes["the number of images"] == 2
    assert sizes["the number of feature maps"] == 5
    assert sizes["the size of a map"] == 30
    assert layer_sizes(AvgPool2d((3, 2)), x, np.zeros((2, 3, 2, 4)))["the size of the window"] == 6
