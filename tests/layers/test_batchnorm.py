"""Batch normalization against PyTorch, in training and in evaluation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import batch_norm

from convkit import BatchNorm
from tests.layers.oracle import assert_agrees, assert_close, drawn, normal, seeds, sizes

shapes = st.tuples(st.integers(2, 5), sizes) | st.tuples(sizes, sizes, sizes, st.integers(2, 5))
fractions = st.floats(0, 1)
spreads = st.floats(1e-8, 1.0)


@drawn
@given(shapes, spreads, seeds)
def test_training_agrees_with_pytorch(shape, eps, seed):
    assert_agrees(
        BatchNorm(shape[1], eps),
        lambda x, gamma, beta: batch_norm(x, None, None, gamma, beta, training=True, eps=eps),
        3 * normal(seed, *shape) + 2,
        seed,
        least=1,
    )


@drawn
@given(shapes, spreads, seeds)
def test_evaluation_agrees_with_pytorch(shape, eps, seed):
    layer = BatchNorm(shape[1], eps)
    layer.running_mean = normal(seed + 1, shape[1])
    layer.running_var = np.abs(normal(seed + 2, shape[1])) + 0.1
    layer.eval()
    mean, variance = torch.tensor(layer.running_mean), torch.tensor(layer.running_var)
    x = normal(seed, *shape)
    assert_agrees(
        layer, lambda x, gamma, beta: batch_norm(x, mean, variance, gamma, beta, eps=eps), x, seed
    )
    assert_close(layer.running_mean, mean)
    assert_close(layer.running_var, variance)


@drawn
@given(shapes, fractions, seeds)
def test_running_statistics_agree_with_pytorch(shape, momentum, seed):
    """Over several batches, with the unbiased variance?"""
    layer = BatchNorm(shape[1], momentum=momentum)
    mean, variance = torch.zeros(shape[1]).double(), torch.ones(shape[1]).double()
    for step in range(3):
        x = (step + 1) * normal(seed + step, *shape) + step
        batch_norm(torch.tensor(x), mean, variance, training=True, momentum=momentum)
        layer.forward(x)
    assert_close(layer.running_mean, mean)
    assert_close(layer.running_var, variance)


def test_one_image_is_enough():
    """With N = 1, is m = H·W, and the running variance that over m − 1?"""
    x, layer = normal(0, 1, 3, 2, 4), BatchNorm(3, momentum=1.0)
    assert_close(layer.forward(x).mean(axis=(0, 2, 3)), np.zeros(3))
    assert_close(layer.running_var, x.var(axis=(0, 2, 3), ddof=1))


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1)])
def test_one_value_per_channel(shape):
    layer = BatchNorm(3)
    message = r"x: expected more than one value per channel in training, got shape \(1, 3"
    with pytest.raises(ValueError, match=message):
        layer.forward(np.ones(shape))
    assert layer.running_var.tolist() == [1, 1, 1]
    layer.eval()
    assert layer.forward(np.ones(shape)).shape == shape


def test_constant_channel():
    """With variance 0, is everything finite and y = β?"""
    layer = BatchNorm(2)
    layer.params["beta"] = np.array([3.0, 4.0])
    y = layer.forward(np.full((5, 2), 7.0))
    assert_close(y, np.broadcast_to([3.0, 4.0], (5, 2)))
    assert np.isfinite(layer.backward(normal(0, 5, 2))).all()


def test_backward_belongs_to_the_mode_of_its_forward():
    x, grad_y = normal(0, 6, 2), normal(1, 6, 2)
    layer = BatchNorm(2)
    layer.forward(x)
    expected = layer.backward(grad_y)
    layer.eval()
    assert_close(layer.backward(grad_y), expected)


def test_back_to_training():
    x, layer = normal(0, 6, 2), BatchNorm(2)
    expected = layer.forward(x)
    layer.eval()
    assert np.abs(layer.forward(x) - expected).max() > 0.01
    layer.train()
    assert_close(layer.forward(x), expected)


def test_statistics_that_were_set_are_not_changed_in_place():
    layer, mean = BatchNorm(2), np.array([5.0, 6.0])
    layer.running_mean = mean
    layer.forward(normal(0, 6, 2))
    assert mean.tolist() == [5.0, 6.0]
    assert layer.running_mean.tolist() != [5.0, 6.0]


def test_statistics_in_single_precision():
    layer = BatchNorm(3)
    layer.forward(normal(0, 6, 3).astype(np.float32))
    assert layer.running_mean.dtype == layer.running_var.dtype == np.float64
    layer.eval()
    assert layer.forward(normal(0, 6, 3).astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ["running_mean", "running_var"])
def test_statistics_of_another_shape(name, training):
    layer = BatchNorm(3)
    layer.training = training
    setattr(layer, name, np.ones(1))
    with pytest.raises(ValueError, match=rf"{name}: expected shape \(3,\), got \(1,\)"):
        layer.forward(np.ones((4, 3)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": 0}, "channels: expected an integer of at least 1, got 0"),
        ({"channels": 3, "eps": 0}, "eps: expected a finite number above 0, got 0"),
        ({"channels": 3, "momentum": 1.5}, r"momentum: expected a number from 0 to 1, got 1\.5"),
        ({"channels": 3, "momentum": None}, "momentum: expected a number from 0 to 1, got None"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        BatchNorm(**arguments)


@pytest.mark.parametrize("shape", [(4,), (4, 2), (4, 3, 5), (4, 2, 5, 5), (0, 3), (4, 3, 0, 5)])
def test_other_inputs(shape):
    message = r"x: expected shape \(N, 3\) or \(N, 3, H, W\), got \("
    with pytest.raises(ValueError, match=message):
        BatchNorm(3).forward(np.ones(shape))
