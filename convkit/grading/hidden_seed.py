"""The hidden seed: what the cases of hidden tests are drawn by, which only the course knows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from convkit.mine import course_folder

if TYPE_CHECKING:
    from convkit.checks import Case

SEED_FILE = "hidden_seed.txt"
_PUBLIC_SEED = "convkit"


def hidden_cases(name: str, course: Path | None = None) -> list[Case]:
    """Cases for hidden tests of ``name``, drawn by the course's own seed.

    The seed is whatever text stands in hidden_seed.txt in the course folder, which is never
    committed. Without that file it is a public default, and whoever knows this repository can
    draw the same cases.

    Args:
        course: the course's folder; without it, the one that the working directory lies in.

    Raises:
        ValueError: the file is empty.
    """
    return list(_drawn(name, _seed(course)))


@cache
def _drawn(name: str, seed: int) -> Sequence[Case]:
    """One set for all tests of a name, so that what is right of it is worked out once."""
    from convkit.checks import random_cases

    return random_cases(name, seed)


def hidden_rng() -> np.random.Generator:
    """Random numbers for hidden tests, from the same seed: the same in each run of a course.

    Raises:
        ValueError: hidden_seed.txt is empty.
    """
    return np.random.default_rng(_seed())


def has_own_seed() -> bool:
    """Whether the course that the working directory lies in has a secret of its own."""
    file = course_folder() / SEED_FILE
    return file.is_file() and bool(file.read_bytes().strip())


def _seed(course: Path | None = None) -> int:
    file = (course or course_folder()) / SEED_FILE
    text = file.read_text(encoding="utf-8").strip() if file.exists() else _PUBLIC_SEED
    if not text:
        raise ValueError(f"{file}: expected a secret, any text at all, and the file is empty")
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
