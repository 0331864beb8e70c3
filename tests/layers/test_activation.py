"""Element-wise functions and the gain against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convkit import Abs, Gain, ReLU, Sigmoid, Tanh, convolve2d
from tests.layers.oracle import assert_agrees, assert_close, drawn, normal, seeds, sizes

ELEMENTWISE = [
    (Sigmoid, torch.sigmoid),
    (Tanh, torch.tanh),
    (ReLU, torch.relu),
    (Abs, torch.abs),
]
each = pytest.mark.parametrize(("layer", "function"), ELEMENTWISE)


@each
@drawn
@given(st.lists(sizes, min_size=1, max_size=5), seeds, st.booleans())
def test_agrees_with_pytorch(layer, function, shape, seed, with_kinks):
    x = 3 * normal(seed, *shape)
    # Far from 0 the slope of tanh is 1 − y², of which rounding is all that is left.
    assert_agrees(layer(), function, x.round() if with_kinks else x, seed, least=1e-3)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("layer", "y", "slope"),
    [
        (Sigmoid, [0, 0.5, 1], [0, 0.25, 0]),
        (Tanh, [-1, 0, 1], [0, 1, 0]),
        (ReLU, [0, 0, 1e4], [0, 0, 1]),
        (Abs, [1e4, 0, 1e4], [-1, 0, 1]),
    ],
)
def test_far_out_and_at_zero(layer, y, slope, dtype):
    """Are values right, and without a warning, at ±1e4? And is the gradient at a kink 0?"""
    layer = layer()
    np.testing.assert_array_equal(layer.forward(np.array([-1e4, 0, 1e4], dtype)), y)
    np.testing.assert_array_equal(layer.backward(np.ones(3, dtype)), slope)


def test_sigmoid_is_precise_far_to_the_left():
    y = Sigmoid().forward(np.array([-700.0, -40.0]))
    np.testing.assert_allclose(y, np.exp([-700.0, -40.0]), rtol=1e-12)


def test_detector_of_the_slides():
    """Does sigm(0.02 x∗k − 4) fire where the response is large, and only there?"""
    responses = convolve2d([[0, 80, 40], [20, 40, 0], [0, 0, 40]], [[0, 0.25], [0.5, 1]])
    expected = 1 / (1 + np.exp(4 - 0.02 * responses))
    assert_close(Sigmoid().forward(0.02 * responses - 4), expected)


@drawn
@given(sizes, sizes, sizes, sizes, seeds)
def test_gain_agrees_with_a_product_in_autograd(n, channels, height, width, seed):
    x = normal(seed, n, channels, height, width)
    assert_agrees(Gain(channels), lambda x, gain: torch.einsum("njab,j->njab", x, gain), x, seed)


def test_gain_starts_at_one():
    x = normal(0, 2, 3, 4, 5)
    np.testing.assert_array_equal(Gain(3).forward(x), x)
