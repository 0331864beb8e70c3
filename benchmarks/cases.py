"""What is measured: layers forward and backward, and whole training steps, in float32."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import nn

import convkit

Arrays = tuple[np.ndarray, ...]
Run = Callable[[], Arrays]


@dataclass(frozen=True)
class Case:
    """The same work for both: each function sets up and returns what is run and measured.

    A run returns arrays that are the same from both, but for rounding.
    """

    group: str
    name: str
    convkit: Callable[[], Run]
    pytorch: Callable[[], Run]
    products: Callable[[], Run] | None = None
    """The matrix products that are all the arithmetic, on matrices that lie ready."""


def layer_case(
    group: str,
    name: str,
    ours: Callable[[], convkit.Layer],
    theirs: Callable[[], nn.Module],
    shape: tuple[int, ...],
) -> Case:
    """Forward, and backward to the input and the parameters."""
    return Case(group, name, partial(_our_layer, ours, shape), partial(_their_layer, theirs, shape))


def _our_layer(make: Callable[[], convkit.Layer], shape: tuple[int, ...]) -> Run:
    layer, x = make(), _normal(0, shape)
    _start_alike(layer)
    grad_y = _normal(1, layer.forward(x).shape)

    def run() -> Arrays:
        return layer.forward(x), layer.backward(grad_y)

    return run


def _their_layer(make: Callable[[], nn.Module], shape: tuple[int, ...]) -> Run:
    layer, x = make(), torch.tensor(_normal(0, shape), requires_grad=True)
    _start_alike(layer)
    grad_y = torch.tensor(_normal(1, tuple(layer(x).shape)))

    def run() -> Arrays:
        x.grad = None
        layer.zero_grad()
        y = layer(x)
        y.backward(grad_y)
        return y.detach().numpy(), x.grad.numpy()

    return run


def _our_step(make: Callable[[], convkit.Layer], size: int, batch_size: int) -> Run:
    network, loss = make(), convkit.SoftmaxCrossEntropy()
    x, labels = _normal(0, (batch_size, 1, size, size)), np.arange(batch_size) % 10
    _start_alike(network)
    optimizer = convkit.SGD(network, lr=0.01, momentum=0.9)

    def run() -> Arrays:
        mean_loss = loss.forward(network.forward(x), labels)
        network.backward(loss.backward())
        optimizer.step()
        return (np.array(mean_loss),)

    return run


def _their_step(make: Callable[[], nn.Module], size: int, batch_size: int) -> Run:
    network, loss = make(), nn.CrossEntropyLoss()
    x = torch.tensor(_normal(0, (batch_size, 1, size, size)))
    labels = torch.arange(batch_size) % 10
    _start_alike(network)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)

    def run() -> Arrays:
        optimizer.zero_grad()
        mean_loss = loss(network(x), labels)
        mean_loss.backward()
        optimizer.step()
        return (mean_loss.detach().numpy(),)

    return run


def _start_alike(layer: convkit.Layer | nn.Module) -> None:
    """Gives the parameters of both sides, which are in the same order, the same values."""
    if isinstance(layer, nn.Module):
        with torch.no_grad():
            for seed, parameter in enumerate(layer.parameters()):
                parameter.copy_(torch.tensor(_normal(seed, tuple(parameter.shape)) / 10))
    else:
        for seed, name in enumerate(layer.params):
            layer.params[name] = _normal(seed, layer.params[name].shape) / 10


def _normal(seed: int, shape: Sequence[int]) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


class TorchGain(nn.Module):
    """`convkit.Gain`, which PyTorch does not have."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.gain[:, None, None] * x


class TorchAbs(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.abs()


class TorchContrastNorm(nn.Module):
    """`convkit.LocalContrastNorm2d` as one writes it in PyTorch: the blur is a convolution."""

    def __init__(self, kernel_size: int = 7, c: float = 1e-2) -> None:
        super().__init__()
        offsets = torch.arange(kernel_size) - kernel_size // 2
        line = torch.exp(-0.5 * (offsets / (kernel_size / 4)) ** 2)
        self.c, self.window = c, (line[:, None] * line)[None, None]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inside = self._summed(torch.ones_like(x[:1, :1]))
        v = x - self._summed(x.mean(1, keepdim=True)) / inside
        deviation = (self._summed((v * v).mean(1, keepdim=True)) / inside).sqrt()
        return v / deviation.clamp(min=self.c)

    def _summed(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.conv2d(x, self.window, padding=self.window.shape[-1] // 2)


def our_capstone(size: int) -> convkit.Sequential:
    """Filters, gain, rectification, normalization, pooling; the same again; then softmax."""
    kernel, padding, features = _capstone_sizes(size)
    return convkit.Sequential(
        convkit.Conv2d(1, 16, kernel, padding=padding),
        convkit.Tanh(),
        convkit.Gain(16),
        convkit.Abs(),
        convkit.LocalContrastNorm2d(),
        convkit.AvgPool2d(2),
        convkit.Conv2d(16, 32, kernel, padding=padding),
        convkit.Tanh(),
        convkit.Gain(32),
        convkit.Abs(),
        convkit.LocalContrastNorm2d(),
        convkit.AvgPool2d(2),
        convkit.Flatten(),
        convkit.Linear(features, 10),
    )


def their_capstone(size: int) -> nn.Sequential:
    kernel, padding, features = _capstone_sizes(size)
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel, padding=padding),
        nn.Tanh(),
        TorchGain(16),
        TorchAbs(),
        TorchContrastNorm(),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 32, kernel, padding=padding),
        nn.Tanh(),
        TorchGain(32),
        TorchAbs(),
        TorchContrastNorm(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(features, 10),
    )


def _capstone_sizes(size: int) -> tuple[int, int, int]:
    """Kernel size, padding, and the features that are left: 8×8 images need the padding."""
    return (3, 1, 32 * 2 * 2) if size == 8 else (5, 0, 32 * 4 * 4)


def convolution(
    shape: tuple[int, ...], maps: int, kernel: int, stride: int = 1, padding: int = 0
) -> Case:
    details = "" if stride == 1 else f", stride {stride}"
    details += "" if padding == 0 else f", padding {padding}"
    arguments = (shape[1], maps, kernel, stride, padding)
    case = layer_case(
        "convolution",
        f"({', '.join(map(str, shape))}) → {maps} of {kernel}×{kernel}{details}",
        partial(convkit.Conv2d, *arguments),
        partial(nn.Conv2d, *arguments),
        shape,
    )
    out_h, out_w = ((size + 2 * padding - kernel) // stride + 1 for size in shape[2:])
    sizes = maps, shape[1] * kernel * kernel, shape[0] * out_h * out_w
    return replace(case, products=partial(_products, *sizes))


def _products(maps: int, inputs: int, windows: int) -> Run:
    """Those of a convolution, each as one: y = W x, ∇W = ∇y xᵀ, ∇x = Wᵀ ∇y."""
    weight, x = _normal(0, (maps, inputs)), _normal(1, (inputs, windows))
    grad_y = _normal(2, (maps, windows))

    def run() -> Arrays:
        return weight @ x, grad_y @ x.T, weight.T @ grad_y

    return run


MAPS = (64, 32, 24, 24)
CASES = [
    convolution((64, 1, 28, 28), 16, 5),
    convolution((64, 16, 12, 12), 32, 5),
    convolution((32, 3, 32, 32), 32, 5, padding=2),
    convolution((16, 16, 32, 32), 32, 3, padding=1),
    convolution((16, 3, 64, 64), 16, 7, stride=2, padding=3),
    convolution((8, 64, 56, 56), 64, 3, padding=1),
    *(
        layer_case(
            "pooling",
            f"{name}, {kernel}×{kernel}, stride {stride}",
            partial(ours, kernel, stride),
            partial(theirs, kernel, stride),
            MAPS,
        )
        for name, ours, theirs in (
            ("max", convkit.MaxPool2d, nn.MaxPool2d),
            ("average", convkit.AvgPool2d, nn.AvgPool2d),
        )
        for kernel, stride in ((2, 2), (3, 2))
    ),
    layer_case(
        "normalization",
        "batch normalization",
        partial(convkit.BatchNorm, 32),
        partial(nn.BatchNorm2d, 32),
        MAPS,
    ),
    layer_case(
        "normalization",
        "local contrast normalization, 7×7",
        convkit.LocalContrastNorm2d,
        TorchContrastNorm,
        MAPS,
    ),
    *(
        Case(
            "training step",
            f"capstone network, 64 images of {size}×{size}",
            partial(_our_step, partial(our_capstone, size), size, 64),
            partial(_their_step, partial(their_capstone, size), size, 64),
        )
        for size in (8, 28)
    ),
]
