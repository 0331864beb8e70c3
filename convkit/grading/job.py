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
    """Seconds: for one of the student's cells, for all of them, and for one call from a test.

    Every test has its own, so that what takes long in one of them takes nothing from the others.
    """

    cell: float = 30.0
    cells: float = 180.0
    call: float = 20.0

    @property
    def test(self) -> float:
        """For all calls from one test."""
        return 4 * self.call

    @property
    def loading(self) -> float:
        """For loading the student's answers, however often that is."""
        return 12 * self.call

    @property
    def submission(self) -> float:
        """For a submission as a whole, should the grader itself hang."""
        return self.cells + 240 * self.call


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

    @property
    def hidden(self) -> tuple[Path, ...]:
        return (self.course, *shortcuts.hidden_paths(self.assignment))
