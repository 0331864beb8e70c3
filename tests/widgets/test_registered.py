"""What networks read at every place: against reading it directly."""

import numpy as np
import pytest

from convkit import Flatten, Linear, Sequential, softmax
from convkit.data import digits, shift
from convkit.widgets import Registered

DATA = digits()
IMAGES = np.pad(DATA.x[:6], ((0, 0), (0, 0), (2, 2), (2, 2)))
LABELS = DATA.labels[:6]
NETWORK = Sequential(Flatten(), Linear(144, 10, rng=0))


def test_the_probabilities_are_those_of_the_network_on_moved_images():
    shown = Registered(IMAGES, LABELS, {"one": NETWORK}, reach=2).compute()
    assert shown["probabilities"].shape == (1, 25, 6, 10)
    for number, move in enumerate((down, right) for down in range(-2, 3) for right in range(-2, 3)):
        expected = softmax(NETWORK.forward(shift(IMAGES, *move)))
        np.testing.assert_allclose(shown["probabilities"][0, number], expected, rtol=1e-5)
        right = np.mean(expected.argmax(axis=1) == LABELS)
        assert shown["accuracies"][0, number // 5, number % 5] == right


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((IMAGES[:, 0], LABELS, {"one": NETWORK}), "images: expected shape"),
        ((IMAGES, LABELS[:3], {"one": NETWORK}), r"labels: expected shape \(6,\)"),
        ((IMAGES, LABELS, {}), "networks: expected at least one"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Registered(*arguments)


def test_the_picture_has_a_map_for_each_network():
    widget = Registered(IMAGES, LABELS, {"one": NETWORK, "other": NETWORK}, reach=2)
    titles = [axes.get_title() for axes in widget.picture().axes]
    assert titles == ["where they were in training", "one", "other"]
