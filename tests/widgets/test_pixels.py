"""The numbers of a photograph."""

import numpy as np
import pytest

from convkit.widgets import Pixels
from tests.widgets.browser_side import arrays


def test_the_numbers_are_those_of_the_image():
    image = np.arange(120.0).reshape(10, 12) + 0.4
    shown = arrays(Pixels(image))
    np.testing.assert_array_equal(shown["image"], np.arange(120).reshape(10, 12))
    assert tuple(shown["frame"]) == (8, 10)


def test_an_image_smaller_than_the_frame_is_refused():
    with pytest.raises(ValueError, match="image: expected at least"):
        Pixels(np.zeros((7, 20)))
