"""What holds for every layer, whatever it computes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import pytest

from convkit import (
    Abs,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Flatten,
    Gain,
    Layer,
    Linear,
    LocalContrastNorm2d,
    LocallyConnected2d,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from tests.layers.oracle import assert_close, normal


@dataclass(frozen=True)
class Example:
    """A way to make a layer, and the shape of an input for it (batch first)."""

    name: str
    make: Callable[[], Layer]
    shape: tuple[int, ...]
    params: tuple[str, ...] = ()


def evaluated_batchnorm() -> Layer:
    layer = BatchNorm(3)
    layer.running_mean, layer.running_var = normal(5, 3), np.abs(normal(6, 3)) + 0.5
    layer.eval()
    return layer


IMAGES = (4, 3, 7, 8)
TRAINED_BATCHNORM = [
    Example("BatchNorm of rows", lambda: BatchNorm(3), (5, 3), ("gamma", "beta")),
    Example("BatchNorm of images", lambda: BatchNorm(3), IMAGES, ("gamma", "beta")),
]
INDEPENDENT = [
    Example("Linear", lambda: Linear(6, 4, rng=0), (5, 6), ("weight", "bias")),
    Example("Flatten", Flatten, IMAGES),
    Example(
        "LocallyConnected2d",
        lambda: LocallyConnected2d(3, 2, (7, 8), (3, 2), (2, 3), rng=0),
        IMAGES,
        ("weight", "bias"),
    ),
    Example(
        "Conv2d", lambda: Conv2d(3, 2, (3, 2), (2, 3), (0, 1), rng=0), IMAGES, ("weight", "bias")
    ),
    Example("Conv2d of 1×1", lambda: Conv2d(3, 2, 1, rng=0), IMAGES, ("weight", "bias")),
    Example("MaxPool2d", lambda: MaxPool2d((2, 3)), IMAGES),
    Example("MaxPool2d of 1×1", lambda: MaxPool2d(1), IMAGES),
    Example("AvgPool2d", lambda: AvgPool2d((2, 3), (1, 2)), IMAGES),
    Example("AvgPool2d of 1×1", lambda: AvgPool2d(1), IMAGES),
    Example("Sigmoid", Sigmoid, IMAGES),
    Example("Tanh", Tanh, (4, 5)),
    Example("ReLU", ReLU, IMAGES),
    Example("Abs", Abs, (6,)),
    Example("Gain", lambda: Gain(3), IMAGES, ("gain",)),
    Example("LocalContrastNorm2d", lambda: LocalContrastNorm2d(5), IMAGES),
    Example("BatchNorm in evaluation", evaluated_batchnorm, IMAGES, ("gamma", "beta")),
]
LAYERS = INDEPENDENT + TRAINED_BATCHNORM
every = pytest.mark.parametrize("example", LAYERS, ids=lambda example: example.name)
every_with_params = pytest.mark.parametrize(
    "example", [e for e in LAYERS if e.params], ids=lambda example: example.name
)


def run(layer: Layer, x: np.ndarray, seed: int = 1) -> tuple[np.ndarray, ...]:
    """y, the input's gradient for a random upstream gradient, and the parameters' gradients."""
    y = layer.forward(x)
    grad_x = layer.backward(normal(seed, *y.shape).astype(y.dtype))
    return y, grad_x, *(layer.grads[name].copy() for name in sorted(layer.grads))


def assert_same(results: tuple[np.ndarray, ...], expected: tuple[np.ndarray, ...]) -> None:
    assert len(results) == len(expected)
    for result, wanted in zip(results, expected, strict=True):
        assert_close(result, wanted)


@every
def test_starts_in_training_with_its_parameters(example):
    layer = example.make()
    assert isinstance(layer, Layer)
    assert tuple(layer.params) == example.params
    assert layer.grads == {}
    assert all(value.dtype == np.float64 for value in layer.params.values())
    layer.eval()
    assert layer.training is False
    layer.train()
    assert layer.training is True


@every
def test_input_gradient_and_parameters_unchanged(example):
    """Do read-only arrays do?"""
    layer, x = example.make(), normal(0, *example.shape)
    for value in layer.params.values():
        value.flags.writeable = False
    x.flags.writeable = False
    grad_y = normal(1, *layer.forward(x).shape)
    grad_y.flags.writeable = False
    layer.backward(grad_y)


@every
def test_results_share_no_memory(example):
    """Can whoever gets a result change it without changing anything else?"""
    layer, x = example.make(), normal(0, *example.shape)
    y = layer.forward(x)
    grad_y = normal(1, *y.shape)
    arguments = x.copy(), grad_y.copy(), deepcopy(layer.params)
    results = layer.backward(grad_y).copy(), deepcopy(layer.grads)
    for result in (y, layer.backward(grad_y), *layer.grads.values()):
        result[...] = np.nan
    np.testing.assert_equal((x, grad_y, layer.params), arguments)
    np.testing.assert_equal((layer.backward(grad_y), layer.grads), results)


@every
def test_float32_stays(example):
    x = normal(0, *example.shape)
    results, expected = run(example.make(), x.astype(np.float32)), run(example.make(), x)
    for result, wanted in zip(results, expected, strict=True):
        assert_close(result, wanted.astype(np.float32), rtol=1e-4)


@every
@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8, bool])
def test_integers_are_promoted(example, dtype):
    x = np.random.default_rng(0).integers(0, 2, example.shape).astype(dtype)
    results = run(example.make(), x)
    assert_same(results, run(example.make(), x.astype(np.float64)))
    assert all(result.dtype == np.float64 for result in results)


@every
def test_gradient_of_another_precision(example):
    layer, x = example.make(), normal(0, *example.shape).astype(np.float32)
    grad_y = np.ones(layer.forward(x).shape, int)
    assert layer.backward(grad_y).dtype == np.float32
    assert all(grad.dtype == np.float32 for grad in layer.grads.values())


@every
def test_repeatable(example):
    layer, x = example.make(), normal(0, *example.shape)
    first = run(layer, x)
    run(layer, normal(2, *example.shape))
    assert_same(run(layer, x), first)
    assert_same((layer(x),), first[:1])


@every
def test_gradients_are_set(example):
    """Not added: is a second backward the same, and does it have the parameters' shapes?"""
    layer = example.make()
    x = normal(0, *example.shape)
    first = run(layer, x)
    grad_x = layer.backward(normal(1, *first[0].shape))
    again = (first[0], grad_x, *(layer.grads[name] for name in sorted(layer.grads)))
    assert_same(again, first)
    assert {name: grad.shape for name, grad in layer.grads.items()} == {
        name: value.shape for name, value in layer.params.items()
    }


@every
def test_backward_belongs_to_the_latest_forward(example):
    layer, other = example.make(), (example.shape[0] + 1, *example.shape[1:])
    layer.forward(normal(2, *other))
    x = normal(0, *example.shape)
    assert_same(run(layer, x), run(example.make(), x))


@every
def test_backward_before_forward(example):
    layer = example.make()
    message = rf"{type(layer).__name__}\.backward: call forward first"
    with pytest.raises(RuntimeError, match=message):
        layer.backward(np.ones(1))


@pytest.mark.parametrize("example", INDEPENDENT, ids=lambda example: example.name)
def test_samples_are_independent(example):
    """Does a batch of 1 give what the same sample gives in company?"""
    x, layer = normal(0, *example.shape), example.make()
    y = layer.forward(x)
    grad_y = normal(1, *y.shape)
    grad_x = layer.backward(grad_y)
    assert_close(layer.forward(x[2:3]), y[2:3])
    assert_close(layer.backward(grad_y[2:3]), grad_x[2:3])


@every
def test_order_in_memory_does_not_matter(example):
    x = normal(0, *example.shape)
    expected = run(example.make(), x)
    scattered = np.asfortranarray(np.repeat(x[::-1], 2, axis=0))[::-2]
    np.testing.assert_array_equal(scattered, x)
    assert_same(run(example.make(), scattered), expected)
    layer = example.make()
    y = layer.forward(x)
    grad_y = np.asfortranarray(normal(1, *y.shape))
    assert_close(layer.backward(grad_y), expected[1])


@every_with_params
def test_setting_an_entry_sets_the_parameter(example):
    layer, x = example.make(), normal(0, *example.shape)
    y = layer.forward(x)
    for name in example.params:
        changed = example.make()
        changed.params = dict(changed.params) | {name: changed.params[name] + 1}
        assert np.abs(changed.forward(x) - y).max() > 0.01


@every_with_params
def test_parameter_of_another_shape_or_missing(example):
    for name in example.params:
        layer, x = example.make(), normal(0, *example.shape)
        layer.params[name] = layer.params[name][np.newaxis]
        with pytest.raises(ValueError, match=rf'params\["{name}"\]: expected shape \(.*got \(1, '):
            layer.forward(x)
        del layer.params[name]
        with pytest.raises(ValueError, match=rf'params: expected an entry "{name}", got \['):
            layer.forward(x)


@every
def test_gradient_of_another_shape(example):
    layer = example.make()
    y = layer.forward(normal(0, *example.shape))
    for wrong in (y[..., :-1], y[np.newaxis], np.ones(())):
        with pytest.raises(ValueError, match=r"grad_y: expected shape \(.*\), got \("):
            layer.backward(wrong)


@every
def test_input_without_elements(example):
    for axis in range(len(example.shape)):
        empty = np.ones(example.shape).take([], axis=axis)
        with pytest.raises(ValueError, match=r"x: expected .*, got (shape )?\("):
            example.make().forward(empty)


@pytest.mark.parametrize(
    "example",
    [e for e in LAYERS if e.make not in (Sigmoid, Tanh, ReLU, Abs)],
    ids=lambda example: example.name,
)
def test_input_of_another_rank(example):
    for wrong in (np.ones(3), np.ones((*example.shape, 1)), 1.0):
        with pytest.raises(ValueError, match=r"x: expected shape \(N, .*, got \("):
            example.make().forward(wrong)


@every
@pytest.mark.parametrize("x", [np.ones((2, 3), complex), "image", None, [[1.0], [2.0, 3.0]]])
def test_input_that_is_no_array_of_numbers(example, x):
    with pytest.raises(ValueError, match="x: expected "):
        example.make().forward(x)


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: Linear(3, 4, rng=rng),
        lambda rng: Conv2d(3, 4, 2, rng=rng),
        lambda rng: LocallyConnected2d(3, 4, 5, 2, rng=rng),
    ],
)
def test_first_weights_come_from_rng(make):
    first = make(0).params["weight"]
    np.testing.assert_array_equal(make(0).params["weight"], first)
    np.testing.assert_array_equal(make(np.random.default_rng(0)).params["weight"], first)
    assert (make(1).params["weight"] != first).any()
    assert (make(None).params["weight"] != make(None).params["weight"]).any()
    assert not make(0).params["bias"].any()


def test_a_layer_without_passes_says_so():
    for method in ("forward", "backward"):
        with pytest.raises(NotImplementedError, match=rf"Layer does not define {method} yet"):
            getattr(Layer(), method)(np.ones(1))
