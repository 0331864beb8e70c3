"""What a unit sees: measured from the layer, against what one counts by hand."""

import numpy as np
import pytest

from convkit import Layer, LocallyConnected2d
from convkit.widgets import ReceptiveField

IMAGE = np.random.default_rng(0).uniform(0, 255, (3, 24, 24))


def side_seen(widget, stage):
    return np.count_nonzero(widget.compute()[f"{stage} 0"], axis=1)


@pytest.mark.parametrize(
    ("depth", "kernel_size", "stride", "side"),
    [(1, 5, 1, 5), (2, 5, 1, 9), (3, 3, 1, 7), (2, 3, 2, 7), (3, 3, 2, 15), (4, 1, 1, 1)],
)
def test_it_grows_by_kernel_size_minus_one_times_the_strides_before(
    depth, kernel_size, stride, side
):
    widget = ReceptiveField(IMAGE, depth=depth, kernel_size=kernel_size, stride=stride)
    assert side == 1 + sum((kernel_size - 1) * stride**layer for layer in range(depth))
    assert (side_seen(widget, depth) == side).all()


def test_the_middle_counts_more_often():
    ways = ReceptiveField(IMAGE, depth=2, kernel_size=3).compute()["2 0"]
    np.testing.assert_array_equal(ways[0, :6], [1, 2, 3, 2, 1, 0])


def test_the_layer_itself_is_asked():
    class Neighbourless(LocallyConnected2d):
        def forward(self, x):
            return super().forward(x) * 0 + x[:, :, : self.output_size[0]]

    widget = ReceptiveField(IMAGE, layer=Neighbourless)
    assert (side_seen(widget, 1) == 1).all()
    assert widget.compute()["whose"] == "your Neighbourless"


def test_an_image_too_small_for_so_many_layers_is_refused_and_the_depth_put_back():
    widget = ReceptiveField(IMAGE, depth=1, kernel_size=9)
    with pytest.raises(ValueError, match="input_size: expected images of at least"):
        widget.depth = 4
    assert widget.depth == 1


@pytest.mark.parametrize("shape", [(24, 24), (2, 24, 24), (3, 24, 20)])
def test_an_image_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match="image: expected"):
        ReceptiveField(np.zeros(shape))


def test_a_layer_that_is_not_finished_says_so():
    class Unfinished(Layer):
        def __init__(self, *args):
            super().__init__()
            self.params["weight"] = np.zeros(3)

    with pytest.raises(NotImplementedError, match="Unfinished does not define forward yet"):
        ReceptiveField(IMAGE, layer=Unfinished).compute()


def test_the_picture_shows_every_channel_and_layer():
    titles = [axes.get_title() for axes in ReceptiveField(IMAGE, depth=2).picture().axes]
    assert titles == ["channel 1", "channel 2", "channel 3", "layer 1", "layer 2"]
