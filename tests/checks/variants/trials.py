"""Legal configurations of each layer, asymmetric where a layer's shapes are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Trial:
    """A legal configuration of a layer: constructor arguments, input, and what is special in it.

    Attributes:
        make: turns normal numbers of ``shape`` into the input.
        kinks: slopes at kinks are free here: any choice is fair.
        fresh: the parameters are left as the constructor made them.
        attributes: set after the warm-up, one value for each channel.
    """

    args: tuple[Any, ...]
    shape: tuple[int, ...]
    make: Callable[[Any], Any] = lambda x: x
    dtype: type[np.floating[Any]] = np.float64
    kinks: bool = False
    evaluate: bool = False
    fresh: bool = False
    attributes: dict[str, float] = field(default_factory=dict)


_ELEMENTWISE = [
    Trial((), (2, 3, 4, 5)),
    Trial((), (3, 4), lambda x: 3 * x),
    Trial((), (3, 5), lambda x: np.where(np.abs(x) < 0.4, 0.0, x), kinks=True),
    Trial((), (2, 3, 2), dtype=np.float32),
]
_POOLING = [
    Trial((2,), (2, 3, 4, 6)),
    Trial(((2, 3),), (2, 1, 5, 7)),
    Trial(((3, 2), (2, 1)), (1, 2, 6, 5)),
    Trial((3, 1), (2, 2, 5, 4)),
    Trial((2, (3, 1)), (1, 2, 6, 5)),
    Trial((2,), (1, 2, 4, 6), lambda x: x - 10),
    Trial(((3, 2), (2, 2)), (2, 1, 7, 5), dtype=np.float32),
]
TRIALS = {
    "Conv2d": [
        Trial((1, 2, 2), (1, 1, 7, 3)),
        Trial((2, 3, (3, 2)), (2, 2, 5, 4)),
        Trial((3, 2, (2, 3), (2, 1), (1, 0)), (2, 3, 4, 6)),
        Trial((2, 3, (2, 3), (2, 3), (0, 2)), (2, 2, 6, 5)),
        Trial((2, 1, 3, 1, 1), (3, 2, 4, 5)),
        Trial((2, 2, 3, 2, 1), (1, 2, 6, 5), dtype=np.float32),
    ],
    "LocallyConnected2d": [
        Trial((2, 3, (5, 4), (3, 2)), (2, 2, 5, 4)),
        Trial((1, 2, (5, 6), 2, (2, 1)), (3, 1, 5, 6)),
        Trial((2, 3, (4, 7), (1, 3), (1, 2)), (1, 2, 4, 7)),
        Trial((2, 2, 5, 2, 2), (2, 2, 5, 5), dtype=np.float32),
    ],
    "MaxPool2d": [*_POOLING, Trial((2,), (2, 2, 4, 6), np.round, kinks=True)],
    "AvgPool2d": _POOLING,
    "Linear": [
        Trial((4, 3), (5, 4)),
        Trial((2, 5), (3, 2)),
        Trial((3, 3), (1, 3)),
        Trial((4, 2), (3, 4), dtype=np.float32),
    ],
    "Flatten": [Trial((), (2, 3, 4, 5)), Trial((), (3, 2, 5, 2), dtype=np.float32)],
    "Sigmoid": _ELEMENTWISE,
    "Tanh": _ELEMENTWISE,
    "ReLU": _ELEMENTWISE,
    "Abs": _ELEMENTWISE,
    "Gain": [
        Trial((3,), (2, 3, 4, 5)),
        Trial((4,), (3, 4, 2, 2), fresh=True),
        Trial((2,), (3, 2, 2, 4), dtype=np.float32),
    ],
    "LocalContrastNorm2d": [
        Trial((3,), (2, 2, 4, 5)),
        Trial((), (1, 3, 6, 5)),
        Trial((5, 0.8, 0.3), (2, 1, 4, 6)),
        Trial((3, 2.0, 0.6), (1, 2, 7, 8), lambda x: x * np.linspace(0, 1, 8) + 2),
        Trial((3,), (1, 2, 7, 8), np.zeros_like),
        Trial((5,), (2, 3, 5, 6), dtype=np.float32),
    ],
    "BatchNorm": [
        Trial((3,), (5, 3)),
        Trial((2, 0.5, 0.3), (3, 2, 2, 4)),
        Trial((3, 0.1), (4, 3, 3, 2), lambda x: 2 * x + 1, evaluate=True),
        Trial((2,), (3, 2), evaluate=True, attributes={"running_mean": 0.5, "running_var": 3.0}),
        Trial((3,), (4, 3, 1, 2), fresh=True),
        Trial((2, 0.1), (3, 2, 3, 2), dtype=np.float32),
    ],
}
