"""Records of the learner's, as JSON in the course folder: what cannot be kept spoils nothing.

Nothing that was kept is lost: a damaged file is put aside before another takes its place.
"""

from __future__ import annotations

import itertools
import json
import warnings
from pathlib import Path
from typing import Any

from convkit.mine import replace_file


def read(path: Path) -> dict[str, Any]:
    """What is kept there; nothing where there is no such file, or a damaged one."""
    try:
        return _whole(path) or {}
    except OSError:
        return {}


def write(path: Path, kept: dict[str, Any], what: str) -> None:
    """Keep it; where that is impossible a warning says so, of ``what``."""
    try:
        text = json.dumps(kept, indent=1)
        if path.is_file() and _whole(path) is None:
            path.rename(_aside(path))
        replace_file(path, text)
    except (OSError, RecursionError) as error:
        said = f"your {what} could not be kept as {path}: {getattr(error, 'strerror', error)}"
        warnings.warn(said, stacklevel=3)


def _whole(path: Path) -> dict[str, Any] | None:
    """What is kept there; None where it is damaged. Raises OSError where it cannot be read."""
    try:
        kept = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return kept if isinstance(kept, dict) else None


def _aside(path: Path) -> Path:
    """Where a damaged file goes: answers-damaged-1.json, or the next number that is free."""
    places = (path.with_stem(f"{path.stem}-damaged-{number}") for number in itertools.count(1))
    return next(place for place in places if not place.exists())
