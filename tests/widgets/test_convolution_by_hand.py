"""Do the numbers that travel equal those of the layers?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit import Conv2d, convolve2d, correlate2d
from convkit.widgets import ConvolutionByHand
from tests.widgets.browser_side import arrays


def test_the_worked_example_of_the_slides():
    shown = arrays(ConvolutionByHand())
    np.testing.assert_array_equal(shown["weight"], [[[[1, 0.5], [0.25, 0]]]])
    np.testing.assert_array_equal(shown["products"][0, 0, 0, 0], [[0, 40], [5, 0]])
    np.testing.assert_array_equal(shown["output"], [[[45, 110], [40, 40]]])


def test_without_the_flip_it_is_the_correlation():
    widget = ConvolutionByHand()
    widget.flip = False
    shown = arrays(widget)
    np.testing.assert_array_equal(shown["weight"], widget.kernel)
    np.testing.assert_array_equal(shown["output"], [[[70, 30], [10, 40]]])


sizes = st.integers(1, 4)


@given(
    kernel_size=st.tuples(sizes, sizes),
    larger=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    flip=st.booleans(),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    seed=st.integers(0, 1000),
)
def test_products_sums_and_output_belong_together(kernel_size, larger, flip, stride, padding, seed):
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=kernel_size)
    x = rng.normal(size=np.add(kernel_size, larger))
    widget = ConvolutionByHand(x, kernel, flip=flip, stride=stride, padding=padding)
    shown = arrays(widget)
    slide = convolve2d if flip else correlate2d
    expected = slide(np.pad(x, padding), kernel)[::stride, ::stride]
    np.testing.assert_allclose(shown["output"], expected[None])
    np.testing.assert_allclose(shown["sums"], expected[None])
    assert shown["agrees"].all()
    (h, w), (rows, columns) = kernel_size, expected.shape
    assert shown["products"].shape == (1, rows, columns, 1, h, w)
    last = shown["padded"][0, (rows - 1) * stride :, (columns - 1) * stride :][:h, :w]
    np.testing.assert_allclose(shown["products"][0, -1, -1, 0], last * shown["weight"][0, 0])
    widget.close()


def test_several_channels_and_maps_are_those_of_the_layer():
    rng = np.random.default_rng(3)
    x, kernel = rng.normal(size=(3, 5, 6)), rng.normal(size=(2, 3, 2, 3))
    widget = ConvolutionByHand(x, kernel, flip=False, stride=2, padding=1)
    shown = arrays(widget)
    layer = Conv2d(3, 2, (2, 3), 2, 1)
    layer.params.update(weight=kernel, bias=np.zeros(2))
    expected = layer.forward(x[None])[0]
    np.testing.assert_allclose(shown["output"], expected)
    np.testing.assert_allclose(shown["sums"], expected)
    np.testing.assert_allclose(shown["products"].sum(axis=(-2, -1)), shown["channel_sums"])
    np.testing.assert_allclose(shown["channel_sums"].sum(axis=-1), expected)
    window = shown["padded"][:, 2:4, 4:7]
    np.testing.assert_allclose(shown["products"][1, 1, 2], window * kernel[1])
    assert len(widget.picture().axes) == 4 * 3


def test_a_kernel_for_other_channels_is_refused():
    with pytest.raises(ValueError, match="kernel: expected one for each of the 1 channels of x"):
        ConvolutionByHand(kernel=np.ones((1, 2, 2, 2)))


def test_the_learners_layer_gives_the_output_and_the_reference_the_sums():
    class Doubled(Conv2d):
        def forward(self, x):
            y = super().forward(x)
            y[0, 0, 0, 1] *= 2
            return y

    shown = arrays(ConvolutionByHand(layer=Doubled))
    np.testing.assert_array_equal(shown["output"], [[[45, 220], [40, 40]]])
    np.testing.assert_array_equal(shown["sums"], [[[45, 110], [40, 40]]])
    np.testing.assert_array_equal(shown["agrees"], [[[1, 0], [1, 1]]])
    assert shown["whose"] == "your Doubled"
    assert arrays(ConvolutionByHand())["whose"] == ""


def test_a_learners_output_of_another_shape_is_named():
    class Cropped(Conv2d):
        def forward(self, x):
            return super().forward(x)[..., 1:]

    with pytest.raises(ValueError, match=r"Cropped to give .* shape \(1, 2, 2\), got \(1, 2, 1\)"):
        ConvolutionByHand(layer=Cropped)


def test_a_learners_error_from_a_change_in_the_browser_is_shown_there():
    class NoPadding(Conv2d):
        def forward(self, x):
            if self.padding != (0, 0):
                raise IndexError("index 3 is out of bounds")
            return super().forward(x)

    widget = ConvolutionByHand(layer=NoPadding)
    widget.set_state({"padding": 1})
    assert widget.answer["problem"] == "IndexError: index 3 is out of bounds"
    assert widget.padding == 0
    np.testing.assert_array_equal(arrays(widget)["output"], [[[45, 110], [40, 40]]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [1, 2, 3]}, r"x: expected shape \(C, H, W\), got \(3,\)"),
        ({"kernel": 1}, r"kernel: expected shape \(maps, C, h, w\), got \(\)"),
        ({"kernel": np.ones((4, 4))}, "expected images of at least"),
        ({"stride": 0}, "stride: expected an integer of at least 1 .*, got 0"),
        ({"padding": -1}, "padding: expected an integer of at least 0, got -1"),
    ],
)
def test_bad_arguments_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConvolutionByHand(**arguments)


def test_the_picture_for_readers_without_a_kernel_shows_all_numbers():
    texts = {text.get_text() for axes in ConvolutionByHand().picture().axes for text in axes.texts}
    assert {"80", "0.25", "45", "110"} <= texts
