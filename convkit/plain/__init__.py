"""The layers as the exercises ask for them: a few lines each, to be read.

Each is the code of the solution's ``%%implement`` cell (a test holds them equal), and what
`convkit.reveal` shows first. `convkit.layers` computes the same numbers, faster.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

CONCEPTS = (
    "local",
    "convolution",
    "pooling",
    "classifier",
    "training",
    "activation",
    "contrast",
    "batchnorm",
)


def plainly(name: str) -> Any:
    """The plain class or function of that name; None where there is none."""
    modules = (import_module(f"{__name__}.{concept}") for concept in CONCEPTS)
    return next((vars(module)[name] for module in modules if name in vars(module)), None)
