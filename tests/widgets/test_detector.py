"""Does the detector show sigm(0.02 x ∗ k − 4), and where it fires?"""

import numpy as np
import pytest

from convkit import Conv2d, Sigmoid, convolve2d
from convkit.widgets import Detector
from convkit.widgets.detector import KERNELS
from tests.widgets.browser_side import arrays

IMAGE = np.random.default_rng(4).integers(0, 256, size=(9, 7))
STROKES = 255 * np.array([[0, 0, 1], [0, 1, 0], [0, 0, 1]])
STROKE = {"stroke": [[0, 0.5], [0.5, 0]]}


def test_what_is_shown_is_what_the_layers_compute():
    shown = arrays(Detector(IMAGE))
    response = convolve2d(IMAGE, next(iter(KERNELS.values())))
    np.testing.assert_allclose(shown["response"], response, rtol=1e-6)
    np.testing.assert_allclose(shown["detection"], Sigmoid()(0.02 * response - 4), rtol=1e-5)
    np.testing.assert_array_equal(shown["fires"], response > 200)
    assert shown["share"] == (response > 200).mean()
    assert shown["threshold"] == pytest.approx(200)


def test_the_slides_detector_finds_a_whole_stroke_and_only_that():
    shown = arrays(Detector(STROKES, STROKE))
    np.testing.assert_allclose(shown["detection"], [[0.02, 0.75], [0.19, 0.02]], atol=0.006)
    np.testing.assert_array_equal(shown["fires"], [[0, 1], [0, 0]])


def test_gain_and_bias_move_the_threshold():
    widget = Detector(STROKES, STROKE)
    widget.bias = -2.0
    assert arrays(widget)["threshold"] == pytest.approx(100)
    np.testing.assert_array_equal(arrays(widget)["fires"], [[0, 1], [1, 0]])
    widget.gain = 0.0
    assert arrays(widget)["threshold"] is None
    assert not arrays(widget)["fires"].any()


def test_a_kernel_of_another_size_can_be_picked():
    widget = Detector(IMAGE, STROKE | {"wide": [[1, 0, -1]]})
    widget.set_state({"kernel": [[1, 0, -1]]})
    assert widget.answer["problem"] == ""
    np.testing.assert_allclose(arrays(widget)["response"], convolve2d(IMAGE, [[1, 0, -1]]))


def test_the_kernels_that_say_they_are_their_own_flip_are():
    for name, kernel in KERNELS.items():
        flipped = np.array(kernel)[::-1, ::-1]
        assert np.array_equal(flipped, kernel) == ("its own flip" in name), name


def test_the_learners_layer_computes_the_response():
    class Negative(Conv2d):
        def forward(self, x):
            return -super().forward(x)

    shown = arrays(Detector(IMAGE, layer=Negative))
    np.testing.assert_allclose(shown["response"], -arrays(Detector(IMAGE))["response"])
    assert shown["whose"] == "your Negative"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((IMAGE[0],), r"image: expected shape \(H, W\), got \(7,\)"),
        ((IMAGE, {}), "kernels: expected at least one name and kernel, got none"),
        ((IMAGE[:2],), "expected images of at least"),
        ((IMAGE, {"flat": [1, 2]}), r"kernel: expected shape \(h, w\), got \(2,\)"),
    ],
)
def test_bad_arguments_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        Detector(*arguments)


def test_it_has_a_picture_for_readers_without_a_kernel():
    assert len(Detector(IMAGE).picture().axes) == 4
