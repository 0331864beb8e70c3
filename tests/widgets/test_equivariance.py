"""The feature map moves along: measured, with and without stride, padding and sharing."""

import numpy as np
import pytest

from convkit import Conv2d
from convkit.widgets import Equivariance

IMAGE = np.random.default_rng(0).uniform(0, 255, (20, 20))
REACH = 3


def widget(**arguments):
    return Equivariance(IMAGE, reach=REACH, **arguments)


def largest_by_drag(**arguments):
    """(down + REACH, right + REACH) → the largest difference."""
    return widget(**arguments).compute()["largest"].reshape(2 * REACH + 1, 2 * REACH + 1)


def test_a_convolution_without_padding_moves_along_exactly():
    assert largest_by_drag().max() < 1e-9


def test_dragging_down_shows_what_lies_further_up():
    windows, drags = widget().windows()
    assert drags[0].tolist() == [-REACH, -REACH]
    np.testing.assert_array_equal(windows[0], IMAGE[2 * REACH :, 2 * REACH :])
    np.testing.assert_array_equal(windows[-1], IMAGE[: -2 * REACH, : -2 * REACH])


def test_y_is_what_the_layer_gives():
    example = widget(stride=2, padding=1)
    windows, _ = example.windows()
    layer = Conv2d(1, 1, 3, 2, 1)
    layer.params["weight"] = example.kernel[None, None]
    expected = layer.forward(windows[:, None])[:, 0]
    np.testing.assert_allclose(example.compute()["y"], expected, rtol=1e-5)


def test_with_a_stride_it_moves_along_only_by_whole_strides():
    largest = largest_by_drag(stride=3)
    assert largest[::3, ::3].max() < 1e-9  # drags of −3, 0 and 3
    assert np.delete(largest, [0, 3, 6], axis=0).min() > 1


def test_padding_is_wrong_at_the_border_alone():
    shown = widget(padding=1).compute()
    difference = shown["difference"][REACH * (2 * REACH + 1) + REACH + 1]  # one to the right
    assert np.nanmax(difference[:, 2:-1]) < 1e-3
    assert np.nanmax(difference) > 1
    assert np.isnan(difference[:, 0]).all()


def test_without_sharing_nothing_moves_along():
    largest = largest_by_drag(shared=False)
    assert largest[REACH, REACH] == 0
    assert np.sort(largest.ravel())[1] > 1


def test_without_sharing_stride_and_padding_give_the_same_sizes():
    arguments = {"stride": 2, "padding": 1}
    shared, local = (widget(shared=on, **arguments).compute()["y"] for on in (True, False))
    assert shared.shape == local.shape


@pytest.mark.parametrize("shape", [(6, 6), (20, 21)])
def test_an_image_too_small_or_not_square_is_refused(shape):
    with pytest.raises(ValueError, match="image: expected a square of more than 6 pixels"):
        Equivariance(np.zeros(shape), reach=REACH).compute()


def test_the_picture_shows_the_difference():
    titles = [axes.get_title() for axes in widget().picture().axes]
    assert titles[:3] == ["x, moved", "f(x)", "f(x₀), moved"]
    assert titles[3].startswith("difference ≤ ")
