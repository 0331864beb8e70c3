"""The same pixels in another order, and what networks make of them."""

import numpy as np
import pytest

from convkit import Flatten, Linear, Sequential
from convkit.data import digits
from convkit.widgets import ShuffledPixels

DATA = digits()
IMAGES, LABELS = DATA.x[:20], DATA.labels[:20]
PERMUTATION = np.random.default_rng(0).permutation(64)


def network():
    return Sequential(Flatten(), Linear(64, 10, rng=0))


def shuffled_network():
    """The network whose weights lie in the order of the shuffled pixels."""
    twin = network()
    twin.params["1.weight"] = twin.params["1.weight"][:, PERMUTATION]
    return twin


def widget(**changes):
    arguments = {
        "images": IMAGES,
        "labels": LABELS,
        "permutation": PERMUTATION,
        "networks": {"dense": (network(), shuffled_network())},
    }
    return ShuffledPixels(**(arguments | changes))


def test_every_image_is_shuffled_in_the_same_way():
    shown = widget().compute()
    for image, shuffled in zip(shown["images"], shown["shuffled"], strict=True):
        np.testing.assert_array_equal(shuffled.ravel(), image.ravel()[PERMUTATION])


def test_a_dense_network_with_its_weights_shuffled_reads_the_same():
    shown = widget().compute()
    np.testing.assert_array_equal(shown["guesses"][0, 0], shown["guesses"][0, 1])
    np.testing.assert_array_equal(shown["guesses"][0, 0], network().forward(IMAGES).argmax(axis=1))
    assert shown["accuracies"][0, 0] == np.mean(shown["guesses"][0, 0] == LABELS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"permutation": np.zeros(64)}, "permutation: expected each number from 0 to 63 once"),
        ({"permutation": np.arange(9)}, r"permutation: expected shape \(64,\)"),
        ({"labels": LABELS[:3]}, r"labels: expected shape \(20,\)"),
        ({"images": IMAGES[:, 0]}, "images: expected shape"),
        ({"networks": {}}, "networks: expected at least one"),
    ],
)
def test_wrong_arguments_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        widget(**changes)


def test_the_picture_shows_both_orders_and_the_accuracies():
    titles = [axes.get_title() for axes in widget().picture().axes]
    assert titles == ["as it is", "shuffled", "read correctly"]
