"""The output layer, softmax and the loss against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from torch.nn.functional import cross_entropy, linear

from convkit import Flatten, Linear, SoftmaxCrossEntropy, softmax
from tests.layers.oracle import assert_agrees, assert_close, drawn, normal, seeds, sizes, tensor


@drawn
@given(sizes, sizes, sizes, seeds)
def test_linear_agrees_with_pytorch(n, in_features, out_features, seed):
    assert_agrees(Linear(in_features, out_features), linear, normal(seed, n, in_features), seed)


def test_first_weights_have_xavier_scaling():
    weight = Linear(300, 100, rng=0).params["weight"]
    assert weight.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)


@drawn
@given(sizes, sizes, sizes, sizes, seeds)
def test_flatten_agrees_with_pytorch(n, channels, height, width, seed):
    x = normal(seed, n, channels, height, width)
    assert_agrees(Flatten(), lambda x: torch.flatten(x, 1), x, seed)


def test_inputs_of_the_slides():
    assert Flatten().forward(np.zeros((1, 1, 150, 150))).shape == (1, 22_500)
    assert Flatten().forward(np.zeros((1, 3, 150, 150))).shape == (1, 67_500)


@drawn
@given(sizes, sizes, seeds)
def test_softmax_agrees_with_pytorch(n, classes, seed):
    logits = 5 * normal(seed, n, classes)
    assert_close(softmax(logits), torch.softmax(torch.tensor(logits), dim=1))


@drawn
@given(sizes, sizes, seeds)
def test_cross_entropy_agrees_with_pytorch(n, classes, seed):
    logits = 5 * normal(seed, n, classes)
    labels = np.random.default_rng(seed).integers(0, classes, n)
    logits_tensor = tensor(logits)
    expected = cross_entropy(logits_tensor, torch.tensor(labels))
    expected.backward()
    loss = SoftmaxCrossEntropy()
    value = loss.forward(logits, labels)
    assert type(value) is float
    assert value == pytest.approx(expected.item(), rel=1e-10, abs=1e-10)
    np.testing.assert_allclose(loss.backward(), logits_tensor.grad, rtol=0, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_logits_of_ten_thousand(dtype):
    logits = np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4]], dtype)
    probabilities = softmax(logits)
    assert_close(probabilities, np.array([[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]], dtype))
    loss = SoftmaxCrossEntropy()
    assert loss.forward(logits, [1, 2]) == pytest.approx((2e4 + np.log(3)) / 2, rel=1e-6)
    expected = np.array([[1, -1, 0], [1 / 3, 1 / 3, -2 / 3]]) / 2
    assert_close(loss.backward(), expected.astype(dtype), rtol=1e-7)


def test_softmax_of_a_shifted_row_is_the_same():
    logits = normal(0, 3, 5)
    assert_close(softmax(logits + 1e3), softmax(logits))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_loss_keeps_precision_and_arguments(dtype):
    logits, labels = normal(0, 3, 5).astype(dtype), np.array([4, 0, 2], np.uint8)
    logits.flags.writeable = labels.flags.writeable = False
    loss = SoftmaxCrossEntropy()
    loss.forward(logits, labels)
    first = loss.backward()
    assert first.dtype == softmax(logits).dtype == dtype
    kept = first.copy()
    first[:] = 0
    np.testing.assert_array_equal(loss.backward(), kept)


def test_integer_logits_are_promoted():
    assert softmax([[0, 0]]).tolist() == [[0.5, 0.5]]
    assert SoftmaxCrossEntropy().forward([[0, 0]], [1]) == pytest.approx(np.log(2))


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.ones(3), [0], r"logits: expected shape \(N, classes\), got \(3,\)"),
        (np.ones((0, 3)), [], r"logits: expected shape \(N, classes\), got \(0, 3\)"),
        (np.ones((2, 3)), [0], r"labels: expected shape \(2,\), got \(1,\)"),
        (np.ones((2, 3)), [[0, 1]], r"labels: expected shape \(2,\), got \(1, 2\)"),
        (np.ones((2, 3)), [0.0, 1.0], "labels: expected integers, got dtype float64"),
        (np.ones((2, 3)), [True, False], "labels: expected integers, got dtype bool"),
        (np.ones((2, 3)), ["0", "1"], "labels: expected float64, float32 or integer numbers"),
        (np.ones((2, 3)), [0, 3], "labels: expected classes from 0 to 2, got 3"),
        (np.ones((2, 3)), [-1, 0], "labels: expected classes from 0 to 2, got -1"),
    ],
)
def test_loss_refuses(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        SoftmaxCrossEntropy().forward(logits, labels)


def test_backward_before_forward():
    with pytest.raises(RuntimeError, match=r"SoftmaxCrossEntropy\.backward: call forward first"):
        SoftmaxCrossEntropy().backward()
