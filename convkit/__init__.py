"""convkit: a course on convolutional networks. Implement the layers; see which mistake it is."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from convkit import layers
from convkit.layers import *  # noqa: F403
from convkit.network import Sequential
from convkit.training import SGD, fit

_WHEN_USED = {
    "agree": "convkit.checks",
    "check": "convkit.checks",
    "CheckFailed": "convkit.checks",
    "check_gradient": "convkit.checks",
    "numerical_gradient": "convkit.checks",
    "progress": "convkit.learning.journal",
    "badges": "convkit.learning.own_layers",
    "bring_back": "convkit.learning.magics",
    "hint": "convkit.learning.hints",
    "reveal": "convkit.learning.hints",
    "speed_ladder": "convkit.learning.speed_ladder",
}

__all__ = [
    *layers.__all__,
    *_WHEN_USED,
    "SGD",
    "Sequential",
    "fit",
    "load_ipython_extension",
]


def __getattr__(name: str) -> Any:
    """Import what is not plain NumPy only when somebody asks for it."""
    if name not in _WHEN_USED:
        raise AttributeError(f"module 'convkit' has no attribute {name!r}")
    return getattr(import_module(_WHEN_USED[name]), name)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext convkit``: brings the ``%%implement`` magic, and keeps the learner's progress."""
    from convkit.learning.journal import connect
    from convkit.learning.magics import register_magics

    register_magics(shell)
    connect()
