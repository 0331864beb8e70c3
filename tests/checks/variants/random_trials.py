"""Legal configurations drawn at random, far more of them than the checks have cases."""

from __future__ import annotations

from typing import Any

import numpy as np

from .trials import TRIALS, Trial

_ELEMENTWISE = ("Sigmoid", "Tanh", "ReLU", "Abs")


def random_trials(name: str, count: int, seed: int = 0) -> list[Trial]:
    """The known trials of a layer, and ``count`` more."""
    rng = np.random.default_rng(seed)
    found = list(TRIALS[name])
    while len(found) < len(TRIALS[name]) + count:
        trial = _draw(name, rng)
        if trial is not None:
            found.append(trial)
    return found


def _draw(name: str, rng: np.random.Generator) -> Trial | None:
    """None where the sizes drawn do not fit together."""
    dtype: Any = np.float32 if rng.integers(5) == 0 else np.float64
    batch, channels, out, height, width = _whole(rng, 1, 7, 5)
    shape = (batch, channels, height, width)
    if name in ("Conv2d", "LocallyConnected2d", "MaxPool2d", "AvgPool2d"):
        kernel, stride, padding = _sides(rng, 1, 5), _sides(rng, 1, 4), _sides(rng, 0, 5)
        around = np.broadcast_to(padding if name == "Conv2d" else 0, 2)
        if np.any(np.broadcast_to(kernel, 2) > (height, width) + 2 * around):
            return None
        if np.any(np.broadcast_to(stride, 2) > (height, width)):
            return None  # perhaps no window would see the image
        arguments: tuple[Any, ...] = (kernel, stride)[: int(rng.integers(1, 3))]
        if name == "Conv2d":
            arguments = (channels, out, kernel, stride, padding)[: int(rng.integers(3, 6))]
            if np.any(np.broadcast_to(kernel, 2) > (height, width)) and len(arguments) < 5:
                return None
        elif name == "LocallyConnected2d":
            arguments = (channels, out, (height, width), *arguments)
        return Trial(arguments, shape, dtype=dtype)
    if name == "Linear":
        return Trial((channels, out), (batch, channels), dtype=dtype)
    if name == "Flatten":
        return Trial((), shape, dtype=dtype)
    if name in _ELEMENTWISE:
        far = 10.0 ** rng.integers(-1, 4)
        return Trial((), shape[: int(rng.integers(1, 5))], lambda x: far * x, dtype=dtype)
    if name == "Gain":
        return Trial((channels,), shape, dtype=dtype)
    if name == "LocalContrastNorm2d":
        size, sigma, c = int(rng.choice([1, 3, 5, 7, 9])), rng.uniform(0.5, 3), rng.uniform(0.1, 1)
        contrast, light = 10.0 ** rng.integers(-1, 2), rng.integers(-3, 4)
        arguments = (size, float(sigma), float(c))[: int(rng.integers(4))]
        return Trial(arguments, shape, lambda x: contrast * x + light, dtype=dtype)
    shape = shape if rng.integers(2) else shape[:2]
    evaluate = bool(rng.integers(2))
    if not evaluate and np.prod(shape) // channels < 2:
        return None
    eps, momentum = (float(n) for n in rng.uniform(0.01, 0.9, 2))
    arguments = (channels, eps, momentum)[: int(rng.integers(1, 4))]
    statistics = {"running_mean": float(rng.normal()), "running_var": float(rng.uniform(0.5, 3))}
    return Trial(
        arguments,
        shape,
        lambda x: 2 * x + 1,
        dtype=dtype,
        evaluate=evaluate,
        attributes=statistics if rng.integers(2) else {},
    )


def _whole(rng: np.random.Generator, smallest: int, beyond: int, count: int) -> list[int]:
    return [int(n) for n in rng.integers(smallest, beyond, count)]


def _sides(rng: np.random.Generator, smallest: int, beyond: int) -> int | tuple[int, int]:
    height, width = _whole(rng, smallest, beyond, 2)
    return (height, width) if rng.integers(2) else height
