"""The checks: a numerical gradient beside PyTorch's, and how long a learner waits for a verdict."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable

import numpy as np
import torch
from tqdm.auto import tqdm

from benchmarks.measure import times
from convkit import Conv2d, check, numerical_gradient
from tests.checks.variants import Variant, right_variants

_SHAPE = (2, 3, 7, 8)
_ARGUMENTS = (3, 4, (3, 2))


def measure(rounds: int) -> None:
    """Print both tables."""
    pair = times(our_gradient_check(), their_gradient_check(), rounds)
    print(f"Every coordinate of x, weight and bias of a convolution, x of shape {_SHAPE}:")
    print(f"convkit {pair.convkit:.1f} ms, torch.autograd.gradcheck (slow mode)")
    print(f"{pair.pytorch:.1f} ms; ratio **{pair.ratio:.2f}**.\n")
    print("`check` of right implementations, in seconds, the slowest and the quickest of each:\n")
    print("| | slowest | s | quickest | s |\n|---|---|---:|---|---:|")
    names = list(dict.fromkeys(variant.name for variant in right_variants()))
    for name in tqdm(names, disable=None):
        taken = sorted((waited(variant), variant.id) for variant in right_variants(name))
        (quick, quickest), (slow, slowest) = taken[0], taken[-1]
        print(f"| `{name}` | {slowest} | {slow:.2f} | {quickest} | {quick:.2f} |")


def our_gradient_check() -> Callable[[], None]:
    """Compare backward with central differences along every coordinate."""
    rng = np.random.default_rng(0)
    layer = Conv2d(*_ARGUMENTS, rng=0)
    x = rng.normal(size=_SHAPE)
    grad_y = rng.normal(size=layer.forward(x).shape)

    def parameter(name: str) -> Callable[[np.ndarray], np.ndarray]:
        def forward(value: np.ndarray) -> np.ndarray:
            layer.params[name] = value
            return layer.forward(x)

        return forward

    def run() -> None:
        numerical = numerical_gradient(layer.forward, x, grad_y, share_batch=True)
        layer.forward(x)
        np.testing.assert_allclose(layer.backward(grad_y), numerical, atol=1e-6)
        for name, gradient in layer.grads.items():
            value = layer.params[name]
            numerical = numerical_gradient(parameter(name), value, grad_y)
            layer.params[name] = value
            np.testing.assert_allclose(gradient, numerical, atol=1e-6)

    return run


def their_gradient_check() -> Callable[[], None]:
    """PyTorch's, of the same convolution."""
    layer = torch.nn.Conv2d(*_ARGUMENTS).double()
    x = torch.randn(*_SHAPE, dtype=torch.float64, requires_grad=True)
    inputs = (x, layer.weight, layer.bias)

    def run() -> None:
        if not torch.autograd.gradcheck(torch.nn.functional.conv2d, inputs):
            raise AssertionError("PyTorch's own gradient was not found right")

    return run


def waited(variant: Variant) -> float:
    """Seconds from asking to the verdict, the printing aside; the second time, when all is warm."""
    for _ in range(2):
        target = variant.load()
        with contextlib.redirect_stdout(io.StringIO()):
            start = time.perf_counter()
            check(target)
            taken = time.perf_counter() - start
    return taken
