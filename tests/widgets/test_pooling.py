"""Max and average side by side, and who won."""

import numpy as np
import pytest

from convkit import AvgPool2d, MaxPool2d
from convkit.widgets import Pooling


def test_the_maps_are_those_of_the_layers():
    x = np.random.default_rng(0).normal(size=(7, 9))
    shown = Pooling(x, kernel_size=3).compute()
    np.testing.assert_array_equal(shown["max"], MaxPool2d(3).forward(x[None, None])[0, 0])
    np.testing.assert_array_equal(shown["average"], AvgPool2d(3).forward(x[None, None])[0, 0])


def test_every_neighbourhood_has_one_winner_even_of_equals():
    shown = Pooling([[4, 4], [4, 4]]).compute()
    np.testing.assert_array_equal(shown["wins"], [[1, 0], [0, 0]])


def test_a_unit_can_win_in_several_neighbourhoods_that_overlap():
    shown = Pooling([[0, 0, 0], [0, 9, 0], [0, 0, 0]], overlapping=True).compute()
    np.testing.assert_array_equal(shown["wins"], [[0, 0, 0], [0, 4, 0], [0, 0, 0]])
    np.testing.assert_array_equal(shown["average"], np.full((2, 2), 9 / 4))


def test_a_change_is_answered():
    widget = Pooling([[1, 2], [3, 4]])
    widget.x = [[1, 2], [3, 8]]
    np.testing.assert_array_equal(widget.compute()["max"], [[8]])
    assert widget.answer["number"] == 1


def test_a_layer_of_ones_own_is_shown_beside():
    class Smallest(MaxPool2d):
        def forward(self, x):
            return -super().forward(-x)

    shown = Pooling([[1, 2], [3, 4]], layer=Smallest).compute()
    assert shown["own"] == [[1]]
    assert shown["whose"] == "Smallest"
    assert "own" not in Pooling().compute()


def test_a_layer_that_gives_another_shape_is_refused():
    class Whole(MaxPool2d):
        def forward(self, x):
            return x

    with pytest.raises(ValueError, match=r"layer: expected shape \(1, 1, 3, 3\), got"):
        Pooling(layer=Whole).compute()


def test_neighbourhoods_larger_than_x_are_refused_and_put_back():
    widget = Pooling([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="expected images of at least"):
        widget.kernel_size = 3
    assert widget.kernel_size == 2


def test_the_picture_shows_all_three():
    titles = [axes.get_title() for axes in Pooling().picture().axes]
    assert titles == ["x", "max", "average"]
