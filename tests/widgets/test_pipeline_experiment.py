"""The published numbers are what the code at hand gives, and the finding is in them."""

import numpy as np
import pytest

from convkit import Abs, AvgPool2d, LocalContrastNorm2d, MaxPool2d
from convkit.network import Sequential
from convkit.widgets.pipeline_experiment import (
    DESIGNS,
    SEEDS,
    Design,
    difficult_digits,
    measure,
    measured,
)

ALIKE = 0.03  # of the test images: other processors round otherwise


def test_a_design_is_its_operations_in_order():
    steps = Design(1, True, True, "max").steps(0)
    assert [letter for letter, _ in steps] == ["F", "R", "N", "P"]
    kinds = [type(layer) for _, layer in steps]
    assert kinds == [Sequential, Abs, LocalContrastNorm2d, MaxPool2d]
    assert type(Design(2, False, False, "average").steps(0)[-1][1]) is AvgPool2d
    assert str(Design(2, True, False, "average")) == "2 × F–R–P_A"


def test_the_digits_are_difficult_and_always_the_same():
    train, test = difficult_digits()
    assert len(train.images) + len(test.images) == 1797
    np.testing.assert_array_equal(difficult_digits()[0].images, train.images)
    assert train.images.min() < -0.5 < 0.5 < train.images.max()


def test_every_design_was_measured():
    assert list(measured()) == [str(design) for design in DESIGNS]
    for result in measured().values():
        assert list(result) == ["random", "trained"]
        assert all(len(runs) == len(SEEDS) for runs in result.values())


@pytest.mark.parametrize("rectify", [False, True])
def test_the_numbers_are_what_is_measured_again(rectify):
    design = Design(1, rectify, False, "average")
    again = measure(design, trained=False, seed=1)
    assert again == pytest.approx(measured()[str(design)]["random"][1], abs=ALIKE)


@pytest.mark.exhaustive
@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_all_numbers_are_what_is_measured_again(design):
    for filters in ("random", "trained"):
        again = measure(design, trained=filters == "trained", seed=0)
        assert again == pytest.approx(measured()[str(design)][filters][0], abs=2 * ALIKE)


@pytest.mark.parametrize("stages", [1, 2])
def test_rectification_is_worth_as_much_as_training_the_filters(stages):
    """What lecture 11 says of the numbers."""
    plain = measured()[str(Design(stages, False, False, "average"))]
    rectified = measured()[str(Design(stages, True, False, "average"))]
    assert max(plain["random"]) < 0.21
    assert np.mean(rectified["random"]) > np.mean(plain["trained"])
    assert np.mean(rectified["trained"]) - np.mean(rectified["random"]) < 0.07
