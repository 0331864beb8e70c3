"""How far an image is from itself, moved or in another light."""

import numpy as np
import pytest

from convkit.data import shift
from convkit.widgets import PixelDistance

random = np.random.default_rng(0)
IMAGES = random.uniform(size=(9, 6, 5))
LABELS = np.arange(9) % 3


def test_the_distances_are_those_of_the_vectors_of_pixels():
    shown = PixelDistance(IMAGES, LABELS, number=4, down=1, right=-2, light=0.5).compute()
    x = 0.5 * shift(IMAGES[4], 1, -2)
    np.testing.assert_array_equal(shown["images"][1], x)
    own, nearest, other = shown["distances"]
    distances = np.array([np.linalg.norm(image - x) for image in IMAGES])
    assert own == pytest.approx(distances[4])
    assert nearest == pytest.approx(np.delete(distances, 4).min())
    assert other == pytest.approx(distances[LABELS[4] != LABELS].min())
    assert shown["labels"][0] == LABELS[4] != shown["labels"][3]


def test_an_image_at_rest_is_no_way_from_itself_and_is_not_its_own_neighbour():
    shown = PixelDistance(IMAGES, LABELS, number=2).compute()
    assert shown["distances"][0] == 0 < shown["distances"][1]


def test_a_change_is_answered():
    widget = PixelDistance(IMAGES, LABELS)
    widget.down = 2
    assert widget.answer["arrays"]["distances"][0] > 0


def test_one_class_alone_is_refused():
    with pytest.raises(ValueError, match="labels: expected at least two classes"):
        PixelDistance(IMAGES, np.zeros(9))


def test_an_image_that_is_not_there_is_refused_and_the_old_one_kept():
    widget = PixelDistance(IMAGES, LABELS)
    with pytest.raises(ValueError, match="number: expected at most 8, got 9"):
        widget.number = 9
    assert widget.number == 0


def test_the_picture_says_the_distances():
    titles = [axes.get_title() for axes in PixelDistance(IMAGES, LABELS).picture().axes]
    assert titles[1] == "moved, in other light: 0.00 away"
