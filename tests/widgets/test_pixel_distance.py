"""How far an image is from itself, moved or in another light."""

import numpy as np
import pytest

from convkit.data import shift
from convkit.widgets import PixelDistance
from tests.widgets.browser_side import arrays

random = np.random.default_rng(0)
IMAGES = random.uniform(size=(9, 6, 5))
LABELS = np.arange(9) % 3


def test_the_distances_are_those_of_the_vectors_of_pixels():
    shown = PixelDistance(IMAGES, LABELS, number=4, light=0.5, reach=2).compute()
    place = 3 * 5 + 0  # of 5×5 moves: one down, two to the left
    x = 0.5 * shift(IMAGES[4], 1, -2)
    np.testing.assert_allclose(shown["x"][place], x, rtol=1e-6)
    distances = np.array([np.linalg.norm(image - x) for image in IMAGES])
    itself, other = shown["whom"][place]
    assert itself == 4
    assert distances[other] == distances[LABELS[4] != LABELS].min()
    np.testing.assert_allclose(shown["distances"][place], distances[[itself, other]])


def test_an_image_at_rest_is_no_way_from_itself_but_some_way_from_another():
    shown = PixelDistance(IMAGES, LABELS, number=2).compute()
    own, other = shown["distances"][len(shown["x"]) // 2]
    assert own == 0 < other


def test_a_change_is_answered():
    widget = PixelDistance(IMAGES, LABELS)
    before = arrays(widget)["distances"]
    widget.light = 0.5
    assert (arrays(widget)["distances"] != before).any()


def test_one_class_alone_is_refused():
    with pytest.raises(ValueError, match="labels: expected at least two classes"):
        PixelDistance(IMAGES, np.zeros(9))


def test_an_image_that_is_not_there_is_refused_and_the_old_one_kept():
    widget = PixelDistance(IMAGES, LABELS)
    with pytest.raises(ValueError, match="number: expected at most 8, got 9"):
        widget.number = 9
    assert widget.number == 0


def test_the_picture_says_the_distances_of_an_image_that_is_moved():
    widget = PixelDistance(IMAGES, LABELS, reach=1)
    titles = [axes.get_title() for axes in widget.picture().axes]
    assert titles[0] == "the image"
    assert titles[1] == f"moved: {widget.compute()['distances'][-1, 0]:.2f}"
