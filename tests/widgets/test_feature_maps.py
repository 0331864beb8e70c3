"""Are the maps y_j = g_j tanh(Σ_i k_ij ∗ x_i + b_j)?"""

import numpy as np
import pytest

from convkit import Conv2d, convolve2d
from convkit.widgets import FeatureMaps
from tests.widgets.browser_side import arrays

RNG = np.random.default_rng(3)
IMAGE = RNG.uniform(size=(3, 8, 6))
WEIGHT = RNG.normal(size=(4, 3, 2, 3))


def by_the_formula(gain, bias):
    kernels = WEIGHT[:, :, ::-1, ::-1]  # k_ij is W_ij flipped
    sums = np.array(
        [sum(convolve2d(x, k) for x, k in zip(IMAGE, of_map, strict=True)) for of_map in kernels]
    )
    per_map = (slice(None), np.newaxis, np.newaxis)
    return gain[per_map] * np.tanh(sums + bias[per_map])


def test_the_maps_follow_the_formula_with_gain_and_bias():
    widget = FeatureMaps(IMAGE, WEIGHT)
    np.testing.assert_allclose(
        arrays(widget)["y"], by_the_formula(np.ones(4), np.zeros(4)), rtol=1e-5, atol=1e-6
    )
    gain, bias = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.0, 1.0, -1.0, 0.5])
    widget.gain, widget.bias = gain, bias
    np.testing.assert_allclose(
        arrays(widget)["y"], by_the_formula(gain, bias), rtol=1e-5, atol=1e-6
    )


def test_the_learners_layer_computes_the_pre_activations():
    class Negative(Conv2d):
        def forward(self, x):
            return -super().forward(x)

    shown = arrays(FeatureMaps(IMAGE, WEIGHT, layer=Negative))
    np.testing.assert_allclose(shown["y"], -arrays(FeatureMaps(IMAGE, WEIGHT))["y"])
    assert shown["whose"] == "your Negative"


@pytest.mark.parametrize(
    ("image", "weight", "message"),
    [
        (IMAGE[0], WEIGHT, r"image: expected shape \(C, H, W\), got \(8, 6\)"),
        (IMAGE, WEIGHT[0], r"weight: expected shape \(maps, C, h, w\), got \(3, 2, 3\)"),
        (IMAGE[:2], WEIGHT, "x: expected shape"),
    ],
)
def test_bad_arguments_are_refused_by_name(image, weight, message):
    with pytest.raises(ValueError, match=message):
        FeatureMaps(image, weight)


def test_a_gain_from_the_browser_for_too_few_maps_is_refused_there():
    widget = FeatureMaps(IMAGE, WEIGHT)
    widget.set_state({"gain": [1.0]})
    assert "expected shape (4,), got (1,)" in widget.answer["problem"]
    np.testing.assert_array_equal(widget.gain, np.ones(4))


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_it_has_a_picture_for_readers_without_a_kernel(channels):
    widget = FeatureMaps(IMAGE[:channels], WEIGHT[:, :channels])
    assert len(widget.picture().axes) == 5
    assert "image/png" in widget._repr_mimebundle_()[0]
