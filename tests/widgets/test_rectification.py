"""Two polarities of one scene, through three functions and one's own."""

import numpy as np
import pytest

from convkit import Abs, AvgPool2d, MaxPool2d, ReLU, Sigmoid, Tanh, convolve2d
from convkit.widgets import Rectification
from convkit.widgets.rectification import EDGE
from tests.widgets.browser_side import arrays

IMAGE = np.random.default_rng(8).uniform(size=(10, 13))
K = np.array(EDGE)[::-1, ::-1]


def test_the_second_row_has_black_and_white_exchanged():
    shown = arrays(Rectification(IMAGE))
    np.testing.assert_allclose(shown["x"], [IMAGE, 1 - IMAGE], rtol=1e-6)
    np.testing.assert_allclose(shown["z"][0], convolve2d(IMAGE, K), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(shown["z"][1], -shown["z"][0], rtol=1e-5, atol=1e-6)


def test_the_contrast_is_about_grey():
    widget = Rectification(IMAGE)
    z = arrays(widget)["z"]
    widget.contrast = -0.5
    shown = arrays(widget)
    np.testing.assert_allclose(shown["x"][0], 0.5 - 0.5 * (IMAGE - 0.5), rtol=1e-6)
    np.testing.assert_allclose(shown["z"], -z / 2, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("pooling", "layer"), [("none", None), ("average", AvgPool2d), ("max", MaxPool2d)]
)
def test_each_map_is_the_layers_and_pooled(pooling, layer):
    widget = Rectification(IMAGE)
    widget.size = 3
    widget.pooling = pooling
    z = convolve2d(IMAGE, K)[np.newaxis, np.newaxis]
    shown = arrays(widget)
    for y, function in zip(shown["y"], (Tanh(), Abs(), ReLU()), strict=True):
        expected = layer(3)(function(z)) if layer else function(z)
        np.testing.assert_allclose(y[0], expected[0, 0], rtol=1e-5, atol=1e-6)
    assert shown["size"] == (3 if layer else 1)


def test_only_the_absolute_value_makes_the_rows_alike():
    tanh, absolute, relu = Rectification(IMAGE).compute()["differences"]
    assert tanh == pytest.approx(2)
    assert absolute == pytest.approx(0)
    assert 1 < relu < 1.5


def test_nothing_differs_where_there_is_nothing():
    widget = Rectification(IMAGE)
    widget.contrast = 0.0
    assert widget.compute()["differences"] == [0, 0, 0]


def test_the_curves_run_from_the_smallest_to_the_largest_answer():
    shown = Rectification(IMAGE).compute()
    assert shown["limit"] == 3
    z = np.linspace(-3, 3, 121)
    np.testing.assert_array_equal(shown["curves"], [np.tanh(z), np.abs(z), np.maximum(z, 0)])


def test_a_layer_of_ones_own_is_shown_beside():
    shown = Rectification(IMAGE, layer=Sigmoid).compute()
    assert shown["names"] == ["tanh", "|z|", "max(0, z)", "your Sigmoid"]
    assert len(shown["y"]) == len(shown["curves"]) == 4


def test_a_layer_that_gives_another_shape_is_refused():
    class Total(Tanh):
        def forward(self, x):
            return x.sum()

    with pytest.raises(ValueError, match=r"layer: expected shape \(2, 1, 8, 11\), got \(\)"):
        Rectification(IMAGE, layer=Total).compute()


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match=r"image: expected shape \(H, W\), got \(13,\)"):
        Rectification(IMAGE[0])
    with pytest.raises(ValueError, match=r"weight: expected shape \(h, w\), got \(3,\)"):
        Rectification(IMAGE, [1, 0, 1])


def test_a_neighbourhood_larger_than_the_maps_is_refused_in_the_browser_and_put_back():
    widget = Rectification(IMAGE)
    widget.set_state({"pooling": "average"})
    widget.set_state({"size": 12})
    assert "expected images of at least" in widget.answer["problem"]
    assert widget.size == 4


def test_the_picture_shows_all_of_them():
    widget = Rectification(IMAGE)
    titles = [axes.get_title() for axes in widget.picture().axes]
    assert titles == ["x", "z", "tanh", "|z|", "max(0, z)"]
    assert "image/png" in widget._repr_mimebundle_()[0]
