"""A job: what is graded, where, and within which limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from convkit.grading.airlock.times import Times
from convkit.grading.sandbox.bubblewrap import Limits


@dataclass(frozen=True)
class Job:
    """What is graded.

    Attributes:
        submission: the rebuilt notebook (see `notebook.rebuild`); outputs are written into it.
        source: the notebook it is an answer to.
        source_folder: where the source and its files lie; tests run there.
        course: the course's folder, which student code must not see.
        files: the folder of the submission's other files.
        explain: whether hidden tests say all that they find. Only the instructor may read it.
    """

    assignment: str
    submission: NotebookNode
    source: NotebookNode
    source_folder: Path
    course: Path
    files: Path
    limits: Limits
    times: Times
    explain: bool = False
