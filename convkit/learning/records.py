"""Records of the learner's, as JSON in the course folder: what cannot be kept spoils nothing."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

from convkit.mine import replace_file


def read(path: Path) -> dict[str, Any]:
    """What is kept there; nothing where there is no such file, or a damaged one."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def write(path: Path, kept: dict[str, Any], what: str) -> None:
    """Keep it; where that is impossible a warning says so, of ``what``."""
    try:
        replace_file(path, json.dumps(kept, indent=1, ensure_ascii=False))
    except OSError as error:
        said = f"your {what} could not be kept as {path}: {error.strerror}"
        warnings.warn(said, stacklevel=3)
