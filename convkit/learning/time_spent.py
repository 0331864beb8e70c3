"""How long the learner took from check to check, by name, in ``time_spent.json``.

That file lies in the course folder, on the learner's machine: nothing is sent anywhere. Who wants
to show it copies it into the folder that is handed in. It holds no dates, only seconds.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from convkit.learning.records import read, write
from convkit.mine import course_folder

FILE = "time_spent.json"
PAUSE = 30 * 60.0
"""After so many seconds without a check it is thought that the learner was away."""
MOST = 1000 * 3600.0

_since = 0.0


def begin() -> None:
    """The time up to the first check runs from now on."""
    global _since
    _since = monotonic()


def keep(name: str) -> None:
    """Add the time since the last check in this notebook to that of ``name``.

    It is not added after a pause. Nor is it where there is no course folder, so that the file
    would lie beside the notebook, and be handed in unasked.
    """
    took = monotonic() - _since
    begin()
    folder = course_folder()
    if took <= PAUSE and (folder / "nbgrader_config.py").is_file():
        kept = read(folder / FILE)
        kept[name] = round(seconds(kept.get(name)) + took, 1)
        write(folder / FILE, kept, "time")


def seconds(kept: Any) -> float:
    """What a file holds of a name, whoever wrote it; 0 where that is no time."""
    number = isinstance(kept, int | float) and not isinstance(kept, bool)
    return float(kept) if number and 0 < kept <= MOST else 0.0
