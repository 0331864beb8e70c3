"""A course folder as its nbgrader_config.py describes it."""

from __future__ import annotations

import contextlib
import glob
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import BasePlugin

from convkit.grading import notebook as nb
from convkit.grading.airlock.times import Times
from convkit.grading.gradebook.fingerprint import Fingerprint, fingerprint
from convkit.grading.intake.folder import Folder, Surroundings, look_into
from convkit.grading.intake.student_folders import Places
from convkit.grading.outcome import GraderError
from convkit.grading.sandbox.bubblewrap import Limits, allowed_without

_LOCK = ".convkit-grading"


@contextlib.contextmanager
def alone(root: Path, *, shared: bool = False) -> Iterator[IO[str]]:
    """Grade in the course at ``root`` while no other grader does; gives the open lock file.

    Those who grade one submission, as formgrader does, may do so beside one another.

    Raises:
        GraderError: another one is at work, or this is no system to grade on.
    """
    try:
        import fcntl
    except ImportError:
        raise GraderError(
            "grading needs Linux: do it on such a machine, in a container or virtual machine."
        ) from None
    with open(root / _LOCK, "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GraderError(
                "another grader is at work on this course. Wait until it has finished, or stop it."
            ) from None
        yield lock


@dataclass(frozen=True)
class Course:
    """Where everything lies, and what is configured for grading.

    Attributes:
        lateness: nbgrader's plugin that says what is taken off for it.
        kept: of each assignment, the source's files of which the student's version counts.
    """

    directory: CourseDirectory
    limits: Limits
    times: Times
    lateness: BasePlugin
    kept: Mapping[str, Sequence[str]]

    @property
    def root(self) -> Path:
        return Path(self.directory.root).resolve()

    def source(self, assignment: str) -> Path:
        return self._folder(self.directory.source_directory, ".", assignment)

    def submitted(self, assignment: str, student: str) -> Path:
        return self.places.submitted(assignment, student)

    @property
    def places(self) -> Places:
        return Places(self.directory)

    @cached_property
    def surroundings(self) -> Surroundings:
        return Surroundings(self.root, self.places.top.resolve())

    def autograded(self, assignment: str, student: str) -> Path:
        return self._folder(self.directory.autograded_directory, student, assignment)

    def graded(self, assignment: str, student: str, notebook: str) -> NotebookNode | None:
        """A student's notebook as it was graded; None where there is none."""
        path = self.autograded(assignment, student) / f"{notebook}.ipynb"
        return nbformat.read(path, nbformat.NO_CONVERT) if path.is_file() else None

    def feedback(self, assignment: str, student: str) -> Path:
        return self._folder(self.directory.feedback_directory, student, assignment)

    def _folder(self, step: str, student: str, assignment: str) -> Path:
        path = Path(self.directory.format_path(step, student, assignment))
        return path.parent.resolve() / path.name

    @property
    def db_url(self) -> str:
        """The gradebook, waiting a minute for whoever else writes, as formgrader may."""
        url: str = self.directory.db_url
        return f"{url}?timeout=60" if url.startswith("sqlite:") and "?" not in url else url

    def gradebook(self, *, patient: bool = True) -> Gradebook:
        url = self.db_url if patient else self.directory.db_url
        return Gradebook(url, self.directory.course_id)

    def fingerprint(self, assignment: str, student: str) -> Fingerprint:
        """What a grade given now would depend on."""
        return self.fingerprints(assignment)(student)

    def fingerprints(self, assignment: str) -> Callable[[str], Fingerprint]:
        """The same of each student. What they share is looked at once, when this is asked."""
        shared = fingerprint(
            Folder(self.root),
            self.source(assignment),
            self.root,
            f"{self.limits} {self.times} {self.kept.get(assignment, ())} {allowed_without()}",
        )
        return lambda student: shared.of(
            look_into(self.submitted(assignment, student), self.surroundings)
        )

    def penalty(self, submission: Any, points: float) -> float:
        """What is taken off ``points`` of a notebook of nbgrader's ``submission`` for lateness."""
        late = submission.total_seconds_late
        if not late:
            return 0.0
        taken = self.lateness.late_submission_penalty(submission.student.id, points, late)
        return min(max(taken or 0.0, 0.0), max(points, 0.0))

    def require(self, assignment: str) -> None:
        """See that there is such an assignment.

        Raises:
            GraderError: there is none, or no notebook in it.
        """
        source = self.directory.source_directory
        pattern = Path(self.directory.format_path(source, ".", "*"), "*.ipynb")
        known = {Path(path).parent.name for path in glob.glob(str(pattern))}
        if assignment not in known:
            raise GraderError(
                f"there is no assignment {assignment!r} in {source}/ "
                f"(it has {', '.join(sorted(known)) or 'none at all'})."
            )

    def sources(self, assignment: str) -> dict[str, NotebookNode]:
        """The assignment's notebooks, by name."""
        folder = self.source(assignment)
        names = sorted(path.stem for path in folder.glob("*.ipynb"))
        return {name: nb.read_source(folder, name) for name in names}

    def released(self, assignment: str, notebook: str) -> dict[str, nb.Released]:
        """What the gradebook holds of a notebook, which must be what the source says today.

        Raises:
            GraderError: it is not.
        """
        source = nb.read_source(self.source(assignment), notebook)
        released = {}
        with self.gradebook() as gradebook:
            for name, cell in nb.graded_cells(source).items():
                try:
                    entry = gradebook.find_source_cell(name, notebook, assignment)
                except MissingEntry:
                    entry = None
                changed = nb.is_trusted(cell) and (
                    entry is None or entry.checksum != utils.compute_checksum(cell)
                )
                if entry is None or changed:
                    raise GraderError(
                        f"the cell {name!r} of the source notebook {notebook!r} has "
                        "changed since the assignment was generated. Run "
                        f"`nbgrader generate_assignment {assignment} --force` first."
                    )
                released[name] = nb.Released(entry.checksum, entry.source)
        return released
