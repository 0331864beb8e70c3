"""What flows back is what the layers say, and finite differences beside it."""

import numpy as np
import pytest

from convkit import AvgPool2d, Conv2d, MaxPool2d, convolve2d, correlate2d
from convkit.widgets import Backward

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(6, 7))
WEIGHT = RANDOM.normal(size=(3, 2))


def test_a_convolution_sends_back_the_full_convolution_with_w():
    grad_y = RANDOM.normal(size=(4, 6))
    shown = Backward(X, weight=WEIGHT, grad_y=grad_y).compute()
    np.testing.assert_allclose(shown["y"], correlate2d(X, WEIGHT))
    np.testing.assert_allclose(shown["grad_x"], convolve2d(grad_y, WEIGHT, "full"))
    np.testing.assert_allclose(shown["grad_weight"], correlate2d(X, grad_y))


@pytest.mark.parametrize("layer", [Conv2d, MaxPool2d, AvgPool2d])
def test_finite_differences_agree_with_the_layers(layer):
    stride = 2 if layer is Conv2d else 1
    padding = 1 if layer is Conv2d else 0
    grad_y = RANDOM.normal(size=(9, 9))
    shown = Backward(
        X, layer=layer, weight=WEIGHT, grad_y=grad_y, stride=stride, padding=padding
    ).compute()
    np.testing.assert_allclose(shown["numerical_x"], shown["grad_x"], atol=1e-7)
    assert not shown["differs_x"].any()
    assert shown["grad_x"].any()


@pytest.mark.parametrize("layer", [Conv2d, MaxPool2d, AvgPool2d])
def test_what_all_units_send_together_is_the_gradient(layer):
    shown = Backward(X, layer=layer, grad_y=RANDOM.normal(size=(5, 6))).compute()
    sent = np.tensordot(shown["grad_y"].ravel(), shown["paths"], 1)
    np.testing.assert_allclose(sent, shown["grad_x"])
    np.testing.assert_allclose(shown["so_far"][-1], shown["grad_x"])
    first = shown["grad_y"][0, 0] * shown["paths"][0]
    np.testing.assert_allclose(shown["so_far"][0], first)


def test_the_winner_takes_all_and_where_it_wins_twice_it_takes_both():
    x = [[0, 0, 0], [0, 9, 0], [0, 0, 0]]
    shown = Backward(x, layer=MaxPool2d, stride=1, grad_y=[[1, 2], [3, 4]]).compute()
    np.testing.assert_array_equal(shown["grad_x"], [[0, 0, 0], [0, 10, 0], [0, 0, 0]])


def test_at_a_tie_backward_and_finite_differences_part():
    shown = Backward([[5, 5]] * 2, layer=MaxPool2d, stride=2, grad_y=[[1]]).compute()
    np.testing.assert_array_equal(shown["grad_x"], [[1, 0], [0, 0]])
    np.testing.assert_allclose(shown["numerical_x"], np.full((2, 2), 0.5))
    assert shown["differs_x"].all()


def test_what_comes_in_is_cut_or_filled_to_the_size_of_y():
    shown = Backward([[1, 2], [3, 4]], grad_y=[[1, 2], [3, 4]]).compute()
    np.testing.assert_array_equal(shown["grad_y"], [[1]])
    shown = Backward(X, grad_y=[[7]]).compute()
    assert shown["grad_y"].shape == (5, 6)
    assert shown["grad_y"].sum() == shown["grad_y"][0, 0] == 7


def test_padding_is_shown_around_x_and_no_gradient_in_it():
    shown = Backward(X, padding=1, grad_y=np.ones((9, 9))).compute()
    assert shown["x"].shape == shown["grad_x"].shape == shown["paths"].shape[1:] == (8, 9)
    assert not shown["grad_x"][0].any()
    assert shown["grad_x"][1, 1:-1].all()


class Forgetful(Conv2d):
    """Its gradient for the input is half of what it should be."""

    def backward(self, grad_y):
        return super().backward(grad_y) / 2


Forgetful.__name__ = "Conv2d"


def test_a_wrong_backward_of_ones_own_is_marked():
    shown = Backward(X, layer=Forgetful, grad_y=np.ones((5, 6))).compute()
    assert shown["differs_x"].all()
    assert not shown["differs_weight"].any()
    assert shown["whose"] == "your Conv2d"


def test_a_change_is_answered():
    widget = Backward(layer=AvgPool2d)
    widget.grad_y = [[4]]
    assert widget.answer["number"] == 1
    assert widget.compute()["grad_x"][0, 0] == 1


def test_a_layer_with_another_way_back_is_refused_by_name():
    class Own(Conv2d):
        pass

    with pytest.raises(ValueError, match=r"layer: expected one of .*'MaxPool2d'.*, got 'Own'"):
        Backward(layer=Own)


def test_a_gradient_of_the_wrong_shape_is_named():
    class Cropped(MaxPool2d):
        def backward(self, grad_y):
            return super().backward(grad_y)[..., 1:]

    Cropped.__name__ = "MaxPool2d"
    with pytest.raises(ValueError, match=r"the layer's grad_x: expected shape \(N, 1, 6, 7\)"):
        Backward(X, layer=Cropped).compute()


def test_an_image_too_small_for_the_window_is_refused_and_put_back():
    widget = Backward([[1, 2], [3, 4]], layer=MaxPool2d)
    with pytest.raises(ValueError, match="expected images of at least"):
        widget.kernel_size = 3
    assert widget.kernel_size == 2


def test_the_picture_shows_the_way_there_and_back():
    titles = [axes.get_title() for axes in Backward().picture().axes]
    assert titles == ["x", "y", "∇y", "∇x"]
