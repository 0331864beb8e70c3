"""Inside a neighbourhood the eye may move; across a border it shows."""

import numpy as np
import pytest

from convkit import AvgPool2d, MaxPool2d
from convkit.widgets import EyeDetector

FACE = np.full((16, 16), 150.0)
EYE = np.array([[150, 250, 150], [250, 20, 250], [150, 250, 150]])
PLACES = 14


@pytest.fixture(scope="module")
def shown():
    return EyeDetector(FACE, EYE, kernel_size=4).compute()


def number(row, column):
    """Of the place with the eye's middle at row, column of x."""
    return (row - 1) * PLACES + column - 1


def test_it_fires_on_the_eye_and_nowhere_else(shown):
    for row, column in [(5, 6), (1, 1), (14, 14)]:
        detection = shown["detection"][number(row, column)]
        assert np.argwhere(detection > 0.5).tolist() == [[row, column]]


def test_the_pooled_maps_are_those_of_the_layers(shown):
    detection = shown["detection"][:, None]
    np.testing.assert_allclose(shown["max"], MaxPool2d(4).forward(detection)[:, 0])
    np.testing.assert_allclose(shown["average"], AvgPool2d(4).forward(detection)[:, 0], rtol=1e-5)


def test_inside_a_neighbourhood_the_pooled_map_stays_and_across_a_border_not(shown):
    home = shown["max"][number(5, 5)]
    for row, column in [(4, 4), (6, 7), (7, 7)]:
        np.testing.assert_allclose(shown["max"][number(row, column)], home, atol=0.01)
    for row, column in [(5, 8), (3, 5)]:
        assert np.abs(shown["max"][number(row, column)] - home).max() > 0.9


def test_ones_own_layer_pools():
    class Smallest(MaxPool2d):
        def forward(self, x):
            return -super().forward(-x)

    shown = EyeDetector(FACE, EYE, layer=Smallest).compute()
    assert shown["max"].max() < 0.5
    assert shown["whose"] == "your Smallest"


@pytest.mark.parametrize(
    ("eye", "message"),
    [
        (np.eye(4), "eye: expected odd sizes"),
        (np.eye(17), "eye: expected odd sizes"),
        (np.ones((3, 3)), "eye: expected more than one grey"),
    ],
)
def test_an_eye_that_cannot_be_detected_is_refused(eye, message):
    with pytest.raises(ValueError, match=message):
        EyeDetector(FACE, eye).compute()


def test_the_picture_shows_the_detector_and_what_is_pooled():
    titles = [axes.get_title() for axes in EyeDetector(FACE, EYE).picture().axes]
    assert titles == ["x", "detector", "max", "average"]
