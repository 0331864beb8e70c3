"""The numerical gradient, against what is known in closed form and against PyTorch's verdict."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convkit import Conv2d, check_gradient, numerical_gradient
from convkit.checks.observing.numerical_gradient import EVERY_COORDINATE_UP_TO, estimate_gradient

ANALYTIC = {
    "square": (np.square, lambda x: 2 * x),
    "sine": (np.sin, np.cos),
    "exponential": (np.exp, np.exp),
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "logarithm": (lambda x: np.log(3 + np.square(x)), lambda x: 2 * x / (3 + np.square(x))),
    "linear": (lambda x: 5 * x, lambda x: np.full_like(x, 5)),
    "constant": (np.ones_like, np.zeros_like),
}


@pytest.mark.parametrize("name", ANALYTIC)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([1e-3, 1.0, 10.0]))
def test_elementwise_functions(name, seed, scale):
    """Is the error within the error model, and the error model tight, whatever the scale?"""
    function, slope = ANALYTIC[name]
    rng = np.random.default_rng(seed)
    x, upstream = scale * rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    if name == "exponential":
        x = x.clip(-20, 20)
    gradient, tolerance = estimate_gradient(function, x, upstream)
    exact = slope(x) * upstream
    assert np.all(np.abs(gradient - exact) <= tolerance)
    assert np.all(tolerance <= 1e-5 * max(1.0, np.abs(exact).max()))


def test_a_function_that_mixes():
    rng = np.random.default_rng(1)
    x, matrix = rng.normal(size=(3, 2)), rng.normal(size=(4, 3))
    upstream = rng.normal(size=(4, 2))
    gradient = numerical_gradient(lambda x: matrix @ x, x, upstream)
    np.testing.assert_allclose(gradient, matrix.T @ upstream, rtol=1e-8)


def test_a_number_needs_no_upstream_gradient():
    x = np.array([1.0, -2.0, 3.0])
    gradient = numerical_gradient(lambda x: (x**2).sum(), x)
    np.testing.assert_allclose(gradient, 2 * x, rtol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_everything_is_done_in_float64(dtype):
    seen = set()

    def function(x):
        seen.add(x.dtype)
        return x**2

    gradient = numerical_gradient(function, np.arange(3).astype(dtype), np.ones(3))
    np.testing.assert_allclose(gradient, [0, 2, 4], atol=1e-8)
    assert seen == {np.dtype(np.float64)}


def test_x_is_left_alone():
    x = np.ones(3)
    x.flags.writeable = False
    numerical_gradient(np.square, x, np.ones(3))


def test_sharing_a_batch_changes_nothing():
    rng = np.random.default_rng(2)
    layer = Conv2d(2, 3, (3, 2), stride=2, padding=1, rng=0)
    x = rng.normal(size=(3, 2, 5, 4))
    upstream = rng.normal(size=layer.forward(x).shape)
    one_by_one = numerical_gradient(layer.forward, x, upstream)
    shared = numerical_gradient(layer.forward, x, upstream, share_batch=True)
    np.testing.assert_allclose(shared, one_by_one, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 1, 3)])
def test_samples_of_any_shape_may_share_a_batch(shape):
    """Is a vector a batch of numbers?"""
    x = np.random.default_rng(3).normal(size=shape)
    shared = numerical_gradient(np.square, x, np.ones(shape), share_batch=True)
    np.testing.assert_allclose(shared, 2 * x, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(
    ("upstream", "says"), [(None, "got None"), (np.ones((2, 2)), r"got \(2, 2\)")]
)
def test_the_upstream_gradient_must_fit(upstream, says):
    with pytest.raises(ValueError, match=rf"grad_y: expected .*\(3,\).*{says}"):
        numerical_gradient(np.square, np.ones(3), upstream)


def test_the_gradient_must_fit():
    with pytest.raises(ValueError, match=r"gradient: expected shape \(3,\), got \(4,\)"):
        check_gradient(np.square, np.ones(3), np.ones(4), np.ones(3))


@pytest.mark.parametrize("size", [7, EVERY_COORDINATE_UP_TO + 1])
def test_a_right_gradient_passes(size):
    rng = np.random.default_rng(3)
    x, upstream = rng.normal(size=size), rng.normal(size=size)
    comparison = check_gradient(np.sin, x, np.cos(x) * upstream, upstream)
    assert comparison.error <= comparison.tolerance < 1e-6
    assert comparison.compared == (size if size == 7 else 16)


@pytest.mark.parametrize("size", [7, EVERY_COORDINATE_UP_TO + 1])
@pytest.mark.parametrize("wrong", [1e-4, 1.0, np.nan, np.inf])
def test_one_wrong_number_is_found(size, wrong):
    rng = np.random.default_rng(4)
    x, upstream = rng.normal(size=size), rng.normal(size=size)
    gradient = np.cos(x) * upstream
    gradient[2] += wrong
    place = r"at \[2\]" if size == 7 else "along a random direction"
    with pytest.raises(AssertionError, match=f"the gradient {place} is"):
        check_gradient(np.sin, x, gradient, upstream)


@pytest.mark.parametrize("error", [0.0, 1e-2])
def test_the_verdict_is_that_of_pytorch(error):
    """Do torch.autograd.gradcheck and check_gradient agree on a right and on a wrong backward?"""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(5)
    layer = Conv2d(2, 3, (3, 2), stride=(2, 1), padding=1, rng=0)
    x = rng.normal(size=(2, 2, 5, 4))
    upstream = rng.normal(size=layer.forward(x).shape)

    class Ours(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return torch.from_numpy(layer.forward(x.detach().numpy()))

        @staticmethod
        def backward(ctx, grad_y):
            return torch.from_numpy(layer.backward(grad_y.numpy())) * (1 + error)

    leaf = torch.from_numpy(x).requires_grad_()
    theirs = torch.autograd.gradcheck(Ours.apply, leaf, raise_exception=False)
    layer.forward(x)
    gradient = layer.backward(upstream) * (1 + error)
    try:
        check_gradient(layer.forward, x, gradient, upstream)
        ours = True
    except AssertionError:
        ours = False
    assert ours == theirs == (error == 0)
