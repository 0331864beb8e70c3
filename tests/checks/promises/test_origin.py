"""Where a wrong number comes from: the window that a failure shows beside it."""

import numpy as np
import pytest

from convkit import (
    BatchNorm,
    CheckFailed,
    Conv2d,
    Gain,
    Linear,
    MaxPool2d,
    ReLU,
    check,
    correlate2d,
)
from convkit.checks.promises.origin import (
    of_layer_gradient,
    of_layer_output,
    of_output,
)

RNG = np.random.default_rng(2)


@pytest.mark.parametrize(
    ("forward", "shape", "index", "text", "window"),
    [
        (Conv2d(2, 3, (2, 3), stride=2, rng=1), (2, 2, 7, 8), (1, 0, 1, 2), "x[1, :, 2:4, 4:7]",
         np.s_[1:2, :, 2:4, 4:7]),
        (Conv2d(1, 1, 3, padding=1, rng=1), (1, 1, 5, 5), (0, 0, 0, 4), "x[0, 0, 0:2, 3:5]",
         np.s_[:, :, 0:2, 3:5]),
        (MaxPool2d((2, 3)), (2, 3, 6, 9), (0, 2, 1, 1), "x[0, 2, 2:4, 3:6]",
         np.s_[0:1, 2:3, 2:4, 3:6]),
        (Linear(4, 3, rng=1), (5, 4), (2, 1), "x[2]", np.s_[2:3, :]),
        (ReLU(), (3, 4), (1, 2), "x[1, 2]", np.s_[1:2, 2:3]),
        (lambda x: correlate2d(x, np.ones((2, 3))), (5, 6), (1, 2), "x[1:3, 2:5]",
         np.s_[1:3, 2:5]),
    ],
    ids=["convolution", "at the border", "maximum", "linear", "one number", "function"],
)  # fmt: skip
def test_the_window_behind_an_output(forward, shape, index, text, window):
    x = RNG.normal(size=shape)
    origin = of_output(forward, x, index)
    assert origin.place == text
    np.testing.assert_array_equal(np.squeeze(origin.numbers), np.squeeze(x[window]))


def test_the_outputs_that_an_input_feeds():
    layer, x = Conv2d(2, 3, 3, stride=2, rng=1), RNG.normal(size=(2, 2, 9, 9))
    grad_y = RNG.normal(size=(2, 3, 4, 4))
    (origin,) = of_layer_gradient(layer, x, (1, 0, 4, 5), grad_y, linear=True)
    assert origin.place == "grad_y[1, :, 1:3, 2]"
    np.testing.assert_array_equal(origin.numbers, grad_y[1:2, :, 1:3, 2:3])


def test_the_parameters_behind_an_output():
    layer, x = Conv2d(2, 3, (2, 3), rng=1), RNG.normal(size=(2, 2, 7, 8))
    weight = layer.params["weight"]
    places = [origin.place for origin in of_layer_output(layer, x, (1, 2, 0, 4))]
    assert places == ["x[1, :, 0:2, 4:7]", "weight[2]", "bias[2]"]
    assert layer.params["weight"] is weight, "the layer is left as it was"


def test_what_the_gradient_of_one_number_is_made_from():
    layer, x, grad_y = Gain(3), RNG.normal(size=(2, 3, 4, 5)), RNG.normal(size=(2, 3, 4, 5))
    for linear, places in (
        (True, ["grad_y[1, 2, 0, 4]", "gain[2]"]),
        (False, ["x[1, 2, 0, 4]", "grad_y[1, 2, 0, 4]", "gain[2]"]),
    ):
        origins = of_layer_gradient(layer, x, (1, 2, 0, 4), grad_y, linear=linear)
        assert [origin.place for origin in origins] == places


def test_where_everything_depends_on_everything_there_is_no_window():
    assert of_output(BatchNorm(2).forward, RNG.normal(size=(3, 2, 2, 2)), (1, 0, 1, 1)) is None
    image = RNG.normal(size=(1, 1, 3, 3))
    assert of_output(Conv2d(1, 1, 3, rng=1), image, (0, 0, 0, 0)) is None


@pytest.mark.usefixtures("capsys")
def test_a_failure_shows_the_window_and_stands_before_the_table():
    class MaxPool2d(Average):
        pass

    with pytest.raises(CheckFailed) as failed:
        check(MaxPool2d)
    text = str(failed.value.report)
    assert (
        text.index("Why:") < text.index("That number is made from `x[") < text.index("\n  forward ")
    )


class Average(MaxPool2d):
    """Takes the mean, in both passes."""

    def forward(self, x):
        from convkit import AvgPool2d

        self.pool = AvgPool2d(self.kernel_size, self.stride)
        return self.pool.forward(x)

    def backward(self, grad_y):
        return self.pool.backward(grad_y)
