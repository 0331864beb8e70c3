"""Inside a neighbourhood the eye may move; across a border it shows."""

import numpy as np
import pytest

from convkit import AvgPool2d, MaxPool2d
from convkit.data import face
from convkit.widgets import EyeDetector

REACH = 4
EYES = [(16, 15), (16, 25)]  # their middles, while the face is not moved


@pytest.fixture(scope="module")
def shown():
    return EyeDetector(kernel_size=4).compute()


def number(down, right):
    return (down + REACH) * (2 * REACH + 1) + right + REACH


@pytest.mark.parametrize("move", [(0, 0), (3, -2), (-4, 4)])
def test_it_fires_on_both_eyes_and_nowhere_else(shown, move):
    np.testing.assert_allclose(shown["x"][number(*move)] / 255, face(*move), atol=0.002)
    detection = shown["detection"][number(*move)]
    eyes = [[row + move[0], column + move[1]] for row, column in EYES]
    assert np.argwhere(detection > 0.5).tolist() == eyes


def test_the_pooled_maps_are_those_of_the_layers(shown):
    detection = shown["detection"][:, None]
    np.testing.assert_allclose(shown["max"], MaxPool2d(4).forward(detection)[:, 0])
    np.testing.assert_allclose(shown["average"], AvgPool2d(4).forward(detection)[:, 0], rtol=1e-5)


def test_inside_a_neighbourhood_the_pooled_maps_stay_and_across_a_border_not(shown):
    home = shown["max"][number(0, 0)]
    for down in (1, 2, 3):  # rows 17 to 19, of 16 to 19
        np.testing.assert_allclose(shown["max"][number(down, 0)], home, atol=0.01)
        moved, at_rest = shown["detection"][number(down, 0)], shown["detection"][number(0, 0)]
        assert np.abs(moved - at_rest).max() > 0.9
    for move in [(-1, 0), (4, 0), (0, 1)]:
        assert np.abs(shown["max"][number(*move)] - home).max() > 0.9


def test_ones_own_layer_pools():
    class Smallest(MaxPool2d):
        def forward(self, x):
            return -super().forward(-x)

    shown = EyeDetector(layer=Smallest).compute()
    assert shown["max"].max() < 0.5
    assert shown["whose"] == "your Smallest"


@pytest.mark.parametrize("eye", [np.eye(4), np.ones((3, 3))])
def test_an_eye_that_cannot_be_detected_is_refused(eye):
    with pytest.raises(ValueError, match="eye: expected odd sizes and more than one grey"):
        EyeDetector(eye=eye).compute()


def test_the_picture_shows_the_detector_and_what_is_pooled():
    titles = [axes.get_title() for axes in EyeDetector().picture().axes]
    assert titles == ["x", "detector", "max", "average"]
