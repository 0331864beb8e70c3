"""PyTorch as the oracle: the same function, differentiated by somebody else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st

from convkit import Layer

# Other work may share the machine: what is slow there is not wrong.
drawn = settings(deadline=None, max_examples=60)

sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def pairs(minimum: int, maximum: int) -> st.SearchStrategy[tuple[int, int]]:
    """(vertical, horizontal), drawn apart from each other."""
    return st.tuples(st.integers(minimum, maximum), st.integers(minimum, maximum))


def normal(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array, requires_grad=True)


def assert_close(
    actual: np.ndarray, expected: np.ndarray | torch.Tensor, rtol: float = 1e-10, least: float = 0
) -> None:
    """The same shape and precision, and values that differ by ``rtol`` of the largest at most.

    Where large terms cancel, what is left of them is their rounding: ``least`` is their scale.
    """
    expected = np.asarray(expected.detach() if isinstance(expected, torch.Tensor) else expected)
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    scale = max(np.abs(expected).max(), least) or 1.0
    np.testing.assert_allclose(actual / scale, expected / scale, rtol=0, atol=rtol)


def assert_agrees(
    layer: Layer,
    function: Callable[..., torch.Tensor],
    x: np.ndarray,
    seed: int,
    least: float = 0,
) -> None:
    """Is ``layer`` the same as ``function(x, **params)``, forward and in every gradient?

    Parameters become random numbers first, so that none stays at a tell-tale 0 or 1.
    """
    rng = np.random.default_rng(seed)
    for name, value in layer.params.items():
        layer.params[name] = rng.normal(size=value.shape)
    params = {name: tensor(value) for name, value in layer.params.items()}
    x_tensor = tensor(x)
    expected = function(x_tensor, **params)

    y = layer.forward(x)
    assert_close(y, expected, least=least)
    grad_y = rng.normal(size=y.shape)
    expected.backward(torch.tensor(grad_y))
    assert_close(layer.backward(grad_y), x_tensor.grad, least=least)
    assert set(layer.grads) == set(params)
    for name, param in params.items():
        assert_close(layer.grads[name], param.grad, least=least)
