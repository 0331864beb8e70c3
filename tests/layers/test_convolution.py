"""Discrete convolution against SciPy, and the convolutional layer against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn.functional import conv2d

from convkit import Conv2d, convolve2d, correlate2d
from convkit.layers import lines
from tests.layers.oracle import assert_agrees, assert_close, drawn, normal, pairs, seeds, sizes

modes = st.sampled_from(["valid", "full", "same"])


@pytest.mark.parametrize("name", ["correlate2d", "convolve2d"])
@drawn
@given(pairs(1, 7), pairs(1, 7), modes, seeds)
def test_equal_to_scipy(name, image_size, kernel_size, mode, seed):
    assume(mode != "valid" or (np.array(kernel_size) <= image_size).all())
    x, k = normal(seed, *image_size), normal(seed + 1, *kernel_size)
    ours = {"correlate2d": correlate2d, "convolve2d": convolve2d}[name]
    assert_close(ours(x, k, mode), getattr(scipy.signal, name)(x, k, mode))


@drawn
@given(pairs(1, 7), pairs(1, 7), modes, seeds)
def test_convolution_is_correlation_with_the_flip(image_size, kernel_size, mode, seed):
    assume(mode != "valid" or (np.array(kernel_size) <= image_size).all())
    assume(mode != "same" or all(h % 2 for h in kernel_size))
    x, k = normal(seed, *image_size), normal(seed + 1, *kernel_size)
    assert_close(convolve2d(x, k, mode), correlate2d(x, k[::-1, ::-1], mode))


def test_worked_example_of_the_slides():
    x = [[0, 80, 40], [20, 40, 0], [0, 0, 40]]
    k = [[0, 0.25], [0.5, 1]]
    y = convolve2d(x, k)
    np.testing.assert_array_equal(y, [[45, 110], [40, 40]])
    assert y.dtype == np.float64


@pytest.mark.parametrize("function", [correlate2d, convolve2d])
def test_functions_keep_precision_and_arguments(function):
    x, k = normal(0, 5, 4), normal(1, 2, 3)
    x.flags.writeable = k.flags.writeable = False
    for mode in ("valid", "full", "same"):
        expected = function(x, k, mode)
        y = function(x.astype(np.float32), k.astype(np.float32), mode)
        assert_close(y, expected.astype(np.float32), rtol=1e-6)
        assert not np.shares_memory(function(x, [[1.0]], mode), x)
        assert function(np.ones((3, 3), int), np.ones((2, 2), bool), mode).dtype == np.float64


@pytest.mark.parametrize("function", [correlate2d, convolve2d])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones(3), np.ones((1, 1))), r"x: expected shape \(H, W\), got \(3,\)"),
        ((np.ones((0, 3)), np.ones((1, 1))), r"x: expected shape \(H, W\), got \(0, 3\)"),
        ((np.ones((3, 3)), np.ones((1, 1, 1))), r"k: expected shape \(h, w\), got \(1, 1, 1\)"),
        ((np.ones((3, 3)), np.ones((2, 0))), r"k: expected shape \(h, w\), got \(2, 0\)"),
        (
            (np.ones((3, 5)), np.ones((4, 1))),
            r"k: expected a kernel no larger than the image \(3, 5\) .*, got \(4, 1\)",
        ),
        (
            (np.ones((3, 3)), np.ones((1, 1)), "some"),
            "mode: expected 'valid', 'full' or 'same', got 'some'",
        ),
    ],
)
def test_functions_refuse(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


@drawn
@given(sizes, sizes, sizes, pairs(1, 4), pairs(1, 5), pairs(0, 3), pairs(0, 5), seeds)
def test_layer_agrees_with_pytorch(
    n, in_channels, out_channels, kernel_size, stride, padding, extra, seed
):
    size = np.maximum(1, np.array(kernel_size) - 2 * np.array(padding)) + extra
    assert_agrees(
        Conv2d(in_channels, out_channels, kernel_size, stride, padding),
        lambda x, weight, bias: conv2d(x, weight, bias, stride, padding),
        normal(seed, n, in_channels, *size),
        seed,
    )


@pytest.mark.parametrize("images_in_a_block", [1, 2, 5])
def test_in_blocks_as_in_one(monkeypatch, images_in_a_block):
    x, layer = normal(0, 5, 3, 6, 7), Conv2d(3, 4, (2, 3), (1, 2), (0, 1), rng=1)
    grad_y = normal(2, *layer.forward(x).shape)
    expected = layer.forward(x), layer.backward(grad_y), dict(layer.grads)
    monkeypatch.setattr(lines, "BLOCK_BYTES", images_in_a_block * 3 * x[:1].nbytes)
    assert_close(layer.forward(x), expected[0])
    x[:] = 0  # as who fills one array with each batch does
    assert_close(layer.backward(grad_y), expected[1])
    for name, grad in layer.grads.items():
        assert_close(grad, expected[2][name])


def test_layer_is_the_slides_sum_of_convolutions():
    """Is y_j = b_j + Σ_i x_i ∗ k_ij with k_ij the weights W_ij flipped?"""
    x, layer = normal(0, 2, 3, 6, 5), Conv2d(3, 4, (2, 3), rng=1)
    layer.params["bias"] = normal(2, 4)
    y = layer.forward(x)
    for n, j in np.ndindex(2, 4):
        kernels = layer.params["weight"][j, :, ::-1, ::-1]
        maps = [convolve2d(x_i, k_ij) for x_i, k_ij in zip(x[n], kernels, strict=True)]
        assert_close(y[n, j], sum(maps) + layer.params["bias"][j])


def test_layer_reproduces_the_worked_example():
    layer = Conv2d(1, 1, 2)
    layer.params["weight"] = np.array([[[[1, 0.5], [0.25, 0]]]])  # k with rows and columns flipped
    y = layer.forward(np.array([[[[0, 80, 40], [20, 40, 0], [0, 0, 40]]]]))
    np.testing.assert_array_equal(y, [[[[45, 110], [40, 40]]]])


def test_an_integer_stands_for_a_pair():
    x = normal(0, 1, 2, 8, 9)
    y = Conv2d(2, 3, 3, 2, 1, rng=0).forward(x)
    assert_close(y, Conv2d(2, 3, (3, 3), (2, 2), (1, 1), rng=0).forward(x))


def test_first_weights_have_he_scaling():
    weight = Conv2d(8, 64, (5, 3), rng=0).params["weight"]
    assert weight.std() == pytest.approx(np.sqrt(2 / (8 * 5 * 3)), rel=0.05)


def test_image_smaller_than_the_kernel():
    with pytest.raises(ValueError, match=r"x: expected images of at least \(3, 1\), got \(2, 4\)"):
        Conv2d(1, 1, (5, 2), padding=1).forward(np.ones((1, 1, 2, 4)))
