"""What is subtracted and divided, and what is measured in the window."""

import numpy as np
import pytest

from convkit import Conv2d, LocalContrastNorm2d
from convkit.widgets import ContrastNormalization
from tests.widgets.browser_side import arrays

RNG = np.random.default_rng(9)
IMAGE = RNG.uniform(size=(12, 15))
WEIGHT = RNG.normal(size=(3, 1, 3, 2))


def window(size, sigma):
    """The Gaussian, by the formula."""
    offsets = np.arange(size) - size // 2
    line = np.exp(-(offsets**2) / (2 * sigma**2))
    return np.outer(line, line) / line.sum() ** 2


def test_the_steps_are_those_of_the_layer():
    widget = ContrastNormalization(IMAGE)
    widget.kernel_size, widget.sigma, widget.c = 5, 1.0, 0.1
    shown = arrays(widget)
    y = LocalContrastNorm2d(5, sigma=1.0, c=0.1)(IMAGE[None, None])[0]
    np.testing.assert_allclose(shown["x"][0], IMAGE, rtol=1e-6)
    np.testing.assert_allclose(shown["y"], y, rtol=1e-5)
    np.testing.assert_allclose(shown["v"] / shown["scale"], y, rtol=1e-5, atol=1e-6)


def test_mean_and_deviation_are_weighted_in_the_window():
    widget = ContrastNormalization(IMAGE, WEIGHT)
    widget.kernel_size, widget.sigma = 5, 1.5
    shown = arrays(widget)
    weights = window(5, 1.5) / len(WEIGHT)
    for step, maps in enumerate((shown["x"], shown["v"], shown["y"])):
        patch = maps[:, 3:8, 4:9]  # around row 5, column 6
        mean = (weights * patch).sum()
        deviation = np.sqrt((weights * (patch - mean) ** 2).sum())
        np.testing.assert_allclose(shown["mean"][step, 5, 6], mean, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(shown["deviation"][step, 5, 6], deviation, rtol=1e-4)


def test_the_maps_are_filtered_squashed_and_made_louder_by_the_gain():
    widget = ContrastNormalization(IMAGE, WEIGHT)
    widget.gain = [1.0, 5.0, 0.0]
    convolution = Conv2d(1, 3, (3, 2))
    convolution.params["weight"] = WEIGHT
    maps = np.tanh(convolution(IMAGE[None, None]))[0]
    np.testing.assert_allclose(arrays(widget)["x"], maps * [[[1]], [[5]], [[0]]], rtol=1e-5)


def test_the_light_changes_from_left_to_right_and_then_the_maps_are_made():
    widget = ContrastNormalization(IMAGE)
    widget.shadow, widget.glare = 0.75, 0.5
    across = np.linspace(0, 1, 15)
    lit = IMAGE * (1 - 0.75 * across) + 0.5 * across
    np.testing.assert_allclose(arrays(widget)["x"][0], lit, rtol=1e-6)


def test_a_glare_that_grows_evenly_is_subtracted_and_a_shadow_divided_away():
    contrasts = np.tile([0.0, 1.0], (20, 20))
    widget = ContrastNormalization(contrasts)
    assert widget.compute()["differences"] == [0, 0, 0]
    widget.glare = 0.5
    x, v, _ = widget.compute()["differences"]
    assert v < x / 10
    widget.glare, widget.shadow = 0.0, 0.9
    x, v, y = widget.compute()["differences"]
    assert y < v / 5 < x / 5


def test_the_learners_layer_normalizes():
    class Negative(LocalContrastNorm2d):
        def forward(self, x):
            return -super().forward(x)

    own, reference = ContrastNormalization(IMAGE, layer=Negative), ContrastNormalization(IMAGE)
    np.testing.assert_array_equal(arrays(own)["y"], -arrays(reference)["y"])
    np.testing.assert_array_equal(arrays(own)["mean"][0], arrays(reference)["mean"][0])
    assert arrays(own)["whose"] == "your Negative"


def test_a_layer_that_gives_another_shape_is_refused():
    class Smaller(LocalContrastNorm2d):
        def forward(self, x):
            return x[:, :, 1:]

    with pytest.raises(ValueError, match=r"layer: expected shape \(1, 1, 12, 15\), got"):
        ContrastNormalization(IMAGE, layer=Smaller).compute()


@pytest.mark.parametrize(
    ("image", "weight", "message"),
    [
        (IMAGE[0], None, r"image: expected shape \(H, W\), got \(15,\)"),
        (IMAGE, WEIGHT[0], r"weight: expected shape \(maps, 1, h, w\), got \(1, 3, 2\)"),
    ],
)
def test_bad_arguments_are_refused_by_name(image, weight, message):
    with pytest.raises(ValueError, match=message):
        ContrastNormalization(image, weight)


def test_an_even_window_is_refused_in_the_browser_and_put_back():
    widget = ContrastNormalization(IMAGE)
    widget.set_state({"kernel_size": 4})
    assert widget.answer["problem"] == "kernel_size: expected an odd integer, got 4"
    assert widget.kernel_size == 7


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_the_picture_shows_the_three_steps(weight):
    widget = ContrastNormalization(IMAGE, weight)
    assert [axes.get_title() for axes in widget.picture().axes] == ["x", "v", "y"]
    assert "image/png" in widget._repr_mimebundle_()[0]
