"""Do wrong arguments get an error that names them, what was expected, and what came?"""

from __future__ import annotations

import re

import numpy as np
import pytest

from convkit import (
    AvgPool2d,
    Conv2d,
    Gain,
    Linear,
    LocallyConnected2d,
    MaxPool2d,
    conv_parameters,
    dense_parameters,
    local_parameters,
)

AT_LEAST_1 = "expected an integer of at least 1, got"
PAIR = "expected an integer of at least 1 or a pair of them, got"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Linear(0, 1), f"in_features: {AT_LEAST_1} 0"),
        (lambda: Linear(1, 2.0), f"out_features: {AT_LEAST_1} 2.0"),
        (lambda: Linear(True, 1), f"in_features: {AT_LEAST_1} True"),
        (lambda: Gain("3"), f"channels: {AT_LEAST_1} '3'"),
        (lambda: Conv2d(-1, 1, 1), f"in_channels: {AT_LEAST_1} -1"),
        (lambda: Conv2d(1, None, 1), f"out_channels: {AT_LEAST_1} None"),
        (lambda: Conv2d(1, 1, 0), f"kernel_size: {PAIR} 0"),
        (lambda: Conv2d(1, 1, (1, 2, 3)), f"kernel_size: {PAIR} (1, 2, 3)"),
        (lambda: Conv2d(1, 1, "12"), f"kernel_size: {PAIR} '12'"),
        (lambda: Conv2d(1, 1, np.array(0)), f"kernel_size: {PAIR} array(0)"),
        (lambda: Conv2d(1, 1, 1, (1, 0)), f"stride: {PAIR} (1, 0)"),
        (
            lambda: Conv2d(1, 1, 1, 1, -1),
            "padding: expected an integer of at least 0 or a pair of them, got -1",
        ),
        (lambda: MaxPool2d(0), f"kernel_size: {PAIR} 0"),
        (lambda: AvgPool2d(2, 0), f"stride: {PAIR} 0"),
        (lambda: LocallyConnected2d(0, 1, 5, 2), f"in_channels: {AT_LEAST_1} 0"),
        (lambda: LocallyConnected2d(1, 0, 5, 2), f"out_channels: {AT_LEAST_1} 0"),
        (lambda: LocallyConnected2d(1, 1, (5,), 2), f"input_size: {PAIR} (5,)"),
        (lambda: LocallyConnected2d(1, 1, 5, 2, 0), f"stride: {PAIR} 0"),
        (
            lambda: LocallyConnected2d(1, 1, (5, 2), (2, 3)),
            "input_size: expected images of at least (2, 3), got (5, 2)",
        ),
        (lambda: dense_parameters(200, 1), "input_shape: expected a tuple of integers, got 200"),
        (lambda: dense_parameters((), 1), "input_shape: expected a tuple of integers, got ()"),
        (lambda: dense_parameters((3, 0), 1), f"input_shape: {AT_LEAST_1} 0"),
        (lambda: dense_parameters((3, 2), 0), f"units: {AT_LEAST_1} 0"),
        (lambda: local_parameters(0, 1, 1), f"input_channels: {AT_LEAST_1} 0"),
        (lambda: local_parameters(1, 0.5, 1), f"units: {AT_LEAST_1} 0.5"),
        (lambda: local_parameters(1, 1, 0), f"kernel_size: {PAIR} 0"),
        (lambda: conv_parameters(0, 1, 1), f"input_channels: {AT_LEAST_1} 0"),
        (lambda: conv_parameters(1, 0, 1), f"feature_maps: {AT_LEAST_1} 0"),
        (lambda: conv_parameters(1, 1, (2, 0)), f"kernel_size: {PAIR} (2, 0)"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()


def test_integers_of_numpy_are_integers():
    assert Conv2d(np.int64(1), np.uint8(2), np.array([3, 4])).kernel_size == (3, 4)
    assert MaxPool2d([2, 3]).stride == (2, 3)
