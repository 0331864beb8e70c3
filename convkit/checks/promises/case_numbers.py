"""Numbers for cases."""

from __future__ import annotations

import numpy as np

from convkit.layers import Array


def decimals(rng: np.random.Generator, *shape: int) -> Array:
    """Random numbers with two decimals: easy to read in a message."""
    return np.round(rng.normal(size=shape), 2)


def different_sizes(
    rng: np.random.Generator, count: int, smallest: int, largest: int
) -> tuple[int, ...]:
    """Sizes from ``smallest`` to ``largest``, no two alike."""
    sizes = rng.choice(np.arange(smallest, largest + 1), count, replace=False)
    return tuple(int(size) for size in sizes)


def sides(rng: np.random.Generator, smallest: int, largest: int) -> int | tuple[int, int]:
    """A height and a width that differ, or a number that stands for both."""
    height, width = (int(side) for side in rng.integers(smallest, largest + 1, 2))
    return height if height == width else (height, width)


def all_differ(*sizes: int) -> bool:
    """No two are alike."""
    return len(set(sizes)) == len(sizes)


def holding(traits: dict[str, bool]) -> list[str]:
    """The traits that hold."""
    return [trait for trait, holds in traits.items() if holds]


def batch_traits(batch: int) -> list[str]:
    """Whether it is one sample or several."""
    return holding(
        {"the batch is a single sample": batch == 1, "the batch is more than one sample": batch > 1}
    )


def two_sizes(rng: np.random.Generator, smallest: int, largest: int) -> tuple[int, int]:
    """A height and a width that differ."""
    height, width = different_sizes(rng, 2, smallest, largest)
    return height, width
