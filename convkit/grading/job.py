"""What is graded, and the time it has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from convkit.grading import shortcuts
from convkit.grading.sandbox import Limits


class GraderError(RuntimeError):
    """The fault is on the grader's side: no student can be graded until it is mended."""


@dataclass(frozen=True)
class Times:
    """Seconds: for one of the student's cells, for all of them, for checking the layers that travel
    with them, for one call from a test, for all such calls together, for one test, and for a
    submission as a whole."""

    cell: float = 30.0
    cells: float = 180.0
    own: float = 60.0
    call: float = 30.0
    calls: float = 180.0
    test: float = 120.0
    submission: float = 1200.0


@dataclass(frozen=True)
class Job:
    """What is graded.

    Attributes:
        submission: the rebuilt notebook (see `notebook.rebuild`); outputs are written into it.
        source: the notebook it is an answer to.
        source_folder: where the source and its files lie; tests run there.
        course: the course's folder, which student code must not see.
        files: the folder of the submission's other files.
    """

    assignment: str
    submission: NotebookNode
    source: NotebookNode
    source_folder: Path
    course: Path
    files: Path
    limits: Limits
    times: Times

    @property
    def hidden(self) -> tuple[Path, ...]:
        return (self.course, *shortcuts.hidden_paths(self.assignment))
