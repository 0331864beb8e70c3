"""Where weights start: at a scale that keeps signals alive from layer to layer."""

from __future__ import annotations

import numpy as np

from convkit.layers.base import Array

Rng = np.random.Generator | int | None


def he_normal(shape: tuple[int, ...], fan_in: int, rng: Rng) -> Array:
    """Normal numbers of variance 2 / fan_in, for units behind a rectifier (He et al., 2015)."""
    return np.random.default_rng(rng).normal(0.0, np.sqrt(2.0 / fan_in), shape)


def xavier_normal(shape: tuple[int, ...], fan_in: int, fan_out: int, rng: Rng) -> Array:
    """Normal numbers of variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010)."""
    return np.random.default_rng(rng).normal(0.0, np.sqrt(2.0 / (fan_in + fan_out)), shape)
