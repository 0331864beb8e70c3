"""Local connectivity: units with patches and weights of their own, and how many weights that is."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convkit import (
    Conv2d,
    LocallyConnected2d,
    conv_parameters,
    dense_parameters,
    local_parameters,
)
from convkit.layers import local
from tests.layers.oracle import assert_agrees, assert_close, drawn, normal, pairs, seeds, sizes


def unfolded(layer: LocallyConnected2d, x, weight, bias):
    """The same layer by PyTorch's unfold: patches in columns, one row of weights for each place."""
    columns = torch.nn.functional.unfold(x, layer.kernel_size, stride=layer.stride)
    out_channels, out_h, out_w = bias.shape
    rows = weight.reshape(out_channels, out_h * out_w, -1)
    y = torch.einsum("jlk,nkl->njl", rows, columns)
    return y.reshape(len(x), out_channels, out_h, out_w) + bias


@drawn
@given(sizes, sizes, sizes, pairs(1, 4), pairs(1, 4), pairs(0, 4), seeds)
def test_locally_connected_agrees_with_unfolded_patches(
    n, in_channels, out_channels, kernel_size, stride, extra, seed
):
    input_size = (kernel_size[0] + extra[0], kernel_size[1] + extra[1])
    layer = LocallyConnected2d(in_channels, out_channels, input_size, kernel_size, stride)
    assert_agrees(
        layer,
        lambda x, weight, bias: unfolded(layer, x, weight, bias),
        normal(seed, n, in_channels, *input_size),
        seed,
    )


def test_sharing_one_kernel_makes_it_a_convolution():
    x, grad_y = normal(0, 2, 3, 7, 6), normal(1, 2, 4, 3, 5)
    shared = Conv2d(3, 4, (3, 2), (2, 1), rng=2)
    apart = LocallyConnected2d(3, 4, (7, 6), (3, 2), (2, 1))
    weight = shared.params["weight"][:, np.newaxis, np.newaxis]
    apart.params["weight"] = np.broadcast_to(weight, apart.params["weight"].shape)
    assert_close(apart.forward(x), shared.forward(x))
    assert_close(apart.backward(grad_y), shared.backward(grad_y))
    assert_close(apart.grads["weight"].sum(axis=(1, 2)), shared.grads["weight"])
    assert_close(apart.grads["bias"].sum(axis=(1, 2)), shared.grads["bias"])


def test_parameters_of_the_slides():
    assert dense_parameters((200, 200), 40_000) == 1_600_000_000  # the slide's "~2B"
    assert local_parameters(1, 40_000, 10) == 4_000_000
    assert conv_parameters(1, 100, 10) == 10_000


def test_inputs_of_the_slides():
    assert dense_parameters((150, 150), 1) == 22_500
    assert dense_parameters((3, 150, 150), 1) == 67_500


def test_places_without_padding():
    """How many units of 10×10 fit on 200×200, where the slides say 40K?"""
    assert LocallyConnected2d(1, 1, 200, 10).output_size == (191, 191)
    assert 191 * 191 == 36_481


@given(sizes, sizes, pairs(1, 4), pairs(0, 4))
def test_counts_are_the_sizes_of_the_weights(in_channels, out_channels, kernel_size, extra):
    input_size = (kernel_size[0] + extra[0], kernel_size[1] + extra[1])
    layer = LocallyConnected2d(in_channels, out_channels, input_size, kernel_size)
    units = layer.params["bias"].size
    assert local_parameters(in_channels, units, kernel_size) == layer.params["weight"].size
    weight = Conv2d(in_channels, out_channels, kernel_size).params["weight"]
    assert conv_parameters(in_channels, out_channels, kernel_size) == weight.size


def test_an_integer_stands_for_a_pair():
    assert local_parameters(3, 7, 5) == local_parameters(3, 7, (5, 5))
    assert conv_parameters(3, 7, 5) == conv_parameters(3, 7, (5, 5))
    layer = LocallyConnected2d(1, 2, 6, 3, 2)
    assert layer.params["weight"].shape == (2, 2, 2, 1, 3, 3)


@given(st.integers(2, 20), st.integers(2, 20))
def test_first_weights_have_he_scaling(in_channels, side):
    layer = LocallyConnected2d(in_channels, 20, 2 * side, side, side, rng=0)
    deviation = layer.params["weight"].std() * np.sqrt(in_channels * side**2 / 2)
    assert deviation == pytest.approx(1, rel=0.1)


def test_examples_in_the_docstrings():
    result = doctest.testmod(local)
    assert result.attempted >= 3
    assert result.failed == 0
