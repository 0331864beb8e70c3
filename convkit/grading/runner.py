"""`convkit grade`: a whole class, each submission in a process of its own."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tqdm import tqdm

from convkit.grading import notebook as nb
from convkit.grading.canary import see_alive
from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.application import generate, opened
from convkit.grading.gradebook.course import Course, alone
from convkit.grading.gradebook.saving import STORING
from convkit.grading.gradebook.standings import NAME_LENGTH, not_graded
from convkit.grading.gradebook.store import Store
from convkit.grading.intake.folder import look_into
from convkit.grading.outcome import GraderError, Outcome, Status
from convkit.grading.running import travelling_layers
from convkit.grading.running.processes import Processes
from convkit.grading.running.submission import Part, Task
from convkit.grading.sandbox.doctor import require, warnings
from convkit.grading.terminal import harmless, say

if TYPE_CHECKING:
    from convkit.grading.cluster import Cluster

_SCRATCH = "convkit-run-"
_MOST_AT_ONCE = 1000


@contextlib.contextmanager
def _scratch(lock: IO[str]) -> Iterator[Path]:
    """A folder for the run, named in the lock; what a killed grader left of its own goes."""
    lock.seek(0)
    left = lock.read()
    if Path(left).name.startswith(_SCRATCH):
        shutil.rmtree(left, ignore_errors=True)
    usual = tempfile.gettempdir()
    # The path of a socket may not be longer than 107 bytes.
    scratch = tempfile.mkdtemp(prefix=_SCRATCH, dir=usual if len(usual) <= 25 else "/tmp")
    lock.truncate(0)
    lock.write(scratch)
    lock.flush()
    tempfile.tempdir = scratch
    try:
        yield Path(scratch)
    finally:
        tempfile.tempdir = usual
        shutil.rmtree(scratch, ignore_errors=True)


@dataclass
class Grader:
    """Grades one assignment.

    Attributes:
        scratch: a folder for it alone.
        scheduler: of the cluster that grades; "" where this machine does.
    """

    app: Any
    course: Course
    assignment: str
    scratch: Path
    scheduler: str = ""
    _released: dict[str, dict[str, nb.Released]] = field(default_factory=dict)
    _graders: Processes | Cluster = field(init=False)

    @property
    def notebooks(self) -> list[str]:
        return sorted(self._released)

    def prepare(self) -> None:
        """Bring the gradebook up to date with the source.

        Raises:
            GraderError: the assignment cannot be released; the message says why.
        """
        self._release = generate(self.app, self.course, self.assignment, self.scratch / "release")
        with self.course.gradebook() as gradebook:
            found = gradebook.find_assignment(self.assignment).notebooks
            names = [notebook.name for notebook in found]
        self._released = {name: self.course.released(self.assignment, name) for name in names}

    def see_canary(self) -> str:
        """See that the solution and the release get what they should: what may be said of it.

        Raises:
            GraderError: no student can be graded now; the message says why.
        """
        self._graders = self._graders_of()
        pool = ThreadPoolExecutor(2)
        try:
            solution = pool.submit(self._grade_solution)
            untouched = pool.submit(self._grade, "release", self._release)
            most = see_alive(solution.result(), untouched.result())
        except BaseException:
            self._graders.stop()
            raise
        finally:
            pool.shutdown()
        return f"the solution earns all {most:g} points, the release none."

    def _graders_of(self) -> Processes | Cluster:
        if not self.scheduler:
            sources = self.course.sources(self.assignment).values()
            return Processes(self.scratch, self.course.root, self.assignment, sources)
        try:
            from convkit.grading.cluster import Cluster
        except ModuleNotFoundError as error:
            raise GraderError(
                f"--scheduler needs {error.name}. Install it: pip install 'convkit[cluster]'"
            ) from None
        return Cluster(self.scheduler)

    def _grade_solution(self) -> dict[str, Part]:
        task = self._task("solution", self.course.source(self.assignment), explain=True)
        travelling_layers.bring_along(task.source, task.files)
        return self._graders.grade(task)

    def _grade(self, name: str, submitted: Path) -> dict[str, Part]:
        return self._graders.grade(self._task(name, submitted))

    def _task(self, name: str, submitted: Path, *, explain: bool = False) -> Task:
        files = self._files(name)
        source = self.course.source(self.assignment)
        return Task(
            assignment=self.assignment,
            explain=explain,
            there=look_into(submitted, self.course.surroundings),
            files=files,
            source=source,
            kept=list(self.course.kept.get(self.assignment, ())),
            course=self.course.root,
            released=self._released,
            limits=self.course.limits,
            times=self.course.times,
        )

    def due(self, students: Sequence[str], *, force: bool) -> list[str]:
        """Those without a grade that belongs to what there is today.

        Whose grading did not finish comes last: it may be what killed the grader.
        """
        with self.course.gradebook() as gradebook:
            known = ledger.entries(self.course, gradebook, self.assignment)
        now = self.course.fingerprints(self.assignment)
        found = [
            student
            for student in students
            if force
            or student not in known
            or ledger.outdated(self.course, self.assignment, student, known[student], now)
        ]
        unfinished = [s for s in found if s in known and known[s].outcome == ledger.UNFINISHED]
        return [*(s for s in found if s not in unfinished), *unfinished]

    def students(self) -> list[str]:
        """Everybody who is known to the gradebook or has handed anything in."""
        with self.course.gradebook() as gradebook:
            enrolled = {student.id for student in gradebook.students}
        return sorted(enrolled | self.course.places.students(enrolled))

    def grade_all(self, students: Sequence[str]) -> Iterator[tuple[str, Outcome]]:
        """Grade and store one after the other, as many at a time as there is room for."""
        store = Store(self.app, self.course, self.assignment, STORING)
        waiting = list(reversed(students))
        running: dict[Future[dict[str, Part]], tuple[str, str]] = {}
        fingerprints = self.course.fingerprints(self.assignment)
        pool = ThreadPoolExecutor(_MOST_AT_ONCE)
        try:
            while waiting or running:
                while waiting and len(running) < min(self._graders.room, _MOST_AT_ONCE):
                    student = waiting.pop()
                    fingerprint = str(fingerprints(student))
                    with _undisturbed():
                        store.begin(student, self.notebooks, fingerprint)
                    running[pool.submit(self._grade_student, student)] = student, fingerprint
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    student, fingerprint = running.pop(done)
                    files = self._files(_of(student))
                    with _undisturbed():
                        try:
                            outcome = store.finish(student, done.result(), files, fingerprint)
                        except Exception as error:
                            outcome = Outcome(Status.GRADER_ERROR, _in_words(error))
                            store.fail(student, outcome, self.notebooks)
                    shutil.rmtree(files, ignore_errors=True)
                    yield student, outcome
        finally:
            self._graders.stop()
            pool.shutdown(cancel_futures=True)
            store.close()

    def _files(self, name: str) -> Path:
        # A student's name may be as long as a name can be.
        return self.scratch / f"files-{hashlib.sha256(name.encode()).hexdigest()[:16]}"

    def _grade_student(self, student: str) -> dict[str, Part]:
        alike = self.course.places.alike(self.assignment, student)
        if len(alike) > 1:
            shown = " and ".join(
                harmless(str(place.relative_to(self.course.root))) for place in alike
            )
            raise GraderError(f"which of these was handed in? Keep one of {shown}")
        if not alike or not alike[0].exists():
            missing = self.course.places.not_there(self.assignment, student)
            return dict.fromkeys(self.notebooks, Part(missing, None))
        return self._grade(_of(student), alike[0])


def _of(student: str) -> str:
    """A name that is neither the solution's nor the release's."""
    return f"of {student}"


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C is heard afterwards: SQLAlchemy would print a traceback of being disturbed."""
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _in_words(error: Exception) -> str:
    return str(error) if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"


def grade_class(
    root: Path, assignment: str, only: Sequence[str], *, force: bool, scheduler: str = ""
) -> int:
    """What `convkit grade` does: its exit status is 1 where somebody has no grade for our fault.

    Args:
        root: the course's folder.
        only: students; everybody if there are none.
        force: whether to grade again what is up to date.
        scheduler: as in `Grader`.

    Raises:
        SandboxError: the sandbox does not hold here, and here is where it would be graded.
    """
    with opened(root) as (app, course), alone(root) as lock, _scratch(lock) as scratch:
        if not scheduler:
            require()  # in the run's own folder: being killed, it leaves nothing elsewhere
        course.require(assignment)
        grader = Grader(app, course, assignment, scratch, scheduler)
        students = grader.students()
        unknown = sorted(set(only) - set(students))
        if unknown:
            names = ", ".join(harmless(name, NAME_LENGTH) for name in unknown)
            raise GraderError(f"nobody here is called {names}.")
        students = [student for student in students if not only or student in only]
        grader.prepare()
        due = grader.due(students, force=force)
        if due:
            say(f"{assignment}: {grader.see_canary()}")
        for line in not_graded(course, assignment):
            say(line)
        for warning in warnings():
            say(warning, sys.stderr)
        ended: Counter[Status] = Counter()
        with tqdm(total=len(due), desc="grading", unit="", disable=not due) as bar:
            for student, outcome in grader.grade_all(due) if due else ():
                ended[outcome.status] += 1
                if outcome.status is not Status.GRADED or outcome.notes:
                    with bar.external_write_mode():
                        say(_ended(student, outcome))
                bar.update()
        say(_summary(ended, len(students) - len(due)))
    return int(ended[Status.GRADER_ERROR] > 0)


def _ended(student: str, outcome: Outcome) -> str:
    """How it ended; further lines are indented, so that none looks like another student's."""
    name = harmless(student, NAME_LENGTH)
    said = ": ".join(filter(None, [name, outcome.status, outcome.reason]))
    lines = [line for text in (said, *outcome.notes) for line in text.splitlines()]
    return "\n    ".join(lines)


def _summary(ended: Counter[Status], current: int) -> str:
    counts = [f"{ended[status]} {status}" for status in Status if ended[status]]
    said = f"Graded now: {', '.join(counts)}." if counts else "There was nothing to grade."
    if current:
        said += f" Up to date already: {current} (--force grades them again)."
    return said
