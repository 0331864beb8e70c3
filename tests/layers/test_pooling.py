"""Pooling against PyTorch: ties, overlap, gaps and ragged edges included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import avg_pool2d, max_pool2d

from convkit import AvgPool2d, MaxPool2d
from tests.layers.oracle import assert_agrees, assert_close, drawn, normal, pairs, seeds, sizes

LAYERS = [(MaxPool2d, max_pool2d), (AvgPool2d, avg_pool2d)]
both = pytest.mark.parametrize(("layer", "function"), LAYERS)


@both
@drawn
@given(sizes, sizes, pairs(1, 4), st.none() | pairs(1, 5), pairs(0, 6), seeds, st.booleans())
def test_agrees_with_pytorch(layer, function, n, channels, kernel_size, stride, extra, seed, ties):
    size = (kernel_size[0] + extra[0], kernel_size[1] + extra[1])
    x = normal(seed, n, channels, *size)
    assert_agrees(
        layer(kernel_size, stride),
        lambda x: function(x, kernel_size, stride),
        x.round() if ties else x,
        seed,
    )


@drawn
@given(pairs(1, 4), pairs(1, 5), pairs(0, 6), seeds)
def test_each_window_has_exactly_one_winner(kernel_size, stride, extra, seed):
    """Does a window's gradient go, whole, to one unit that holds its maximum?"""
    size = (kernel_size[0] + extra[0], kernel_size[1] + extra[1])
    x = np.random.default_rng(seed).integers(0, 2, (1, 1, *size))
    layer = MaxPool2d(kernel_size, stride)
    y = layer.forward(x)
    for a, b in np.ndindex(y.shape[2:]):
        grad_y = np.zeros_like(y)
        grad_y[0, 0, a, b] = 3.0
        (j,), (k,) = np.nonzero(layer.backward(grad_y)[0, 0])
        assert layer.backward(grad_y)[0, 0, j, k] == 3.0
        assert x[0, 0, j, k] == y[0, 0, a, b]
        assert 0 <= j - a * stride[0] < kernel_size[0]
        assert 0 <= k - b * stride[1] < kernel_size[1]


def test_overlapping_windows_accumulate():
    x = np.zeros((1, 1, 3, 3))
    x[0, 0, 1, 1] = 9.0
    layer = MaxPool2d(2, 1)
    np.testing.assert_array_equal(layer.forward(x), np.full((1, 1, 2, 2), 9.0))
    grad_x = layer.backward(np.array([[[[1.0, 2.0], [4.0, 8.0]]]]))
    np.testing.assert_array_equal(grad_x, 15.0 / 9.0 * x)


@both
def test_ragged_edges_get_no_gradient(layer, function):
    pool = layer((2, 3))
    assert pool.forward(normal(0, 2, 3, 5, 8)).shape == (2, 3, 2, 2)
    grad_x = pool.backward(normal(1, 2, 3, 2, 2))
    assert not grad_x[:, :, 4:].any()
    assert not grad_x[:, :, :, 6:].any()


def test_average_gradient_is_the_slides_upsampling():
    """Without overlap, is ∇x = 1/m² upsample(∇y)?"""
    layer, grad_y = AvgPool2d(3), normal(0, 2, 4, 2, 3)
    layer.forward(normal(1, 2, 4, 6, 9))
    assert_close(layer.backward(grad_y), grad_y.repeat(3, axis=2).repeat(3, axis=3) / 9)


@pytest.mark.parametrize("value", [-np.inf, -1e300, 0.0, np.inf])
def test_constant_image(value):
    x = np.full((1, 2, 4, 4), value)
    layer = MaxPool2d(2)
    np.testing.assert_array_equal(layer.forward(x), x[:, :, ::2, ::2])
    assert layer.backward(np.ones((1, 2, 2, 2))).sum() == 8


@both
def test_what_is_not_a_number_is_not_hidden(layer, function):
    x = normal(0, 1, 1, 4, 4)
    x[0, 0, 1, 0] = np.nan
    assert np.isnan(layer(2).forward(x)).tolist() == [[[[True, False], [False, False]]]]


def test_many_offsets():
    """Does the winner's number fit, for a window of more than 256 places?"""
    x = np.zeros((1, 1, 20, 30))
    x[0, 0, 19, 29] = 1.0
    layer = MaxPool2d((20, 30))
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1, 1, 1))), x)


@both
def test_image_smaller_than_the_window(layer, function):
    with pytest.raises(ValueError, match=r"x: expected images of at least \(2, 3\), got \(4, 2\)"):
        layer((2, 3)).forward(np.ones((1, 1, 4, 2)))
