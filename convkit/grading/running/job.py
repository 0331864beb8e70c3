"""A job: where a submission is graded, and within which limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from convkit.grading.airlock.times import Times
from convkit.grading.sandbox.bubblewrap import Limits


@dataclass(frozen=True, kw_only=True)
class Job:
    """What all notebooks of a submission are graded with.

    Attributes:
        source: the assignment's folder in the source; tests run there.
        course: the course's folder, which student code must not see.
        files: the folder of the submission's other files.
        explain: whether hidden tests say all that they find. Only the instructor may read it.
    """

    assignment: str
    source: Path
    course: Path
    files: Path
    limits: Limits
    times: Times
    explain: bool = False
