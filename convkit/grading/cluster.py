"""Submissions graded by the workers of a `dask.distributed` cluster.

Workers get bytes and return bytes; what they run is what runs here. They may die, join and leave:
what one has lost another does again.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import fcntl
import functools
import io
import json
import os
import shutil
import tarfile
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path

from distributed import Client, KilledWorker, get_worker

from convkit.grading import notebook as nb
from convkit.grading.gradebook.fingerprint import environment
from convkit.grading.hidden_seed import SEED_FILE
from convkit.grading.intake.folder import Folder
from convkit.grading.outcome import GraderError
from convkit.grading.running.processes import Processes
from convkit.grading.running.submission import Part, Task, decode, decode_parts, encode
from convkit.grading.sandbox.bubblewrap import allowed_without
from convkit.grading.sandbox.doctor import require
from convkit.grading.sandbox.host import SandboxError
from convkit.grading.terminal import harmless
from convkit.learning.course_concepts import FOLDER

_TRIES = 20
"""So many times a submission may be lost with a worker before it has no grade."""

_SECONDS = 10
_OF_COURSE = (SEED_FILE, FOLDER)
"""What tests may need of a course, beside the assignment's source."""

_SCRATCH, _LOCK = "convkit-worker-", "lock"
_OTHER_GRADER = "its convkit, NumPy or Python are not those that the coordinator has"


@dataclass(frozen=True)
class Answer:
    """What a worker returns.

    Attributes:
        worker: its address.
        refusal: why it does not grade; "" if it does.
        said: what `decode_parts` takes.
        files: an archive of the files that the submission was graded with.
    """

    worker: str
    refusal: str = ""
    said: bytes = b""
    files: bytes = b""


class Cluster:
    """Grades on whatever workers there are at the moment.

    Args:
        address: the scheduler's, as in "tcp://10.0.0.5:8786".

    Raises:
        GraderError: no scheduler answers there.
    """

    def __init__(self, address: str) -> None:
        try:
            self._client = Client(address, timeout=_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise GraderError(f"no scheduler answers at {address}: {error}") from None
        self._refusals: dict[str, str] = {}
        self._stopping = False

    @property
    def room(self) -> int:
        """So many submissions may be on their way: for each thread of a worker one more waits."""
        return max(1, 2 * sum(self._client.nthreads().values()))

    def grade(self, task: Task) -> dict[str, Part]:
        """What became of the submission. May be called by several threads at once.

        Raises:
            GraderError: it cannot be graded, no worker is able to, or one after the other was lost.
        """
        course = _archive(
            {"source": task.source} | {each: task.course / each for each in _OF_COURSE}
        )
        there = {path.relative_to(task.there.path): path for path in task.there.files}
        submitted = {str("submitted" / name): path for name, path in there.items()}
        submission = _archive(submitted | {"files": task.files})
        given = course, submission, encode(task), _grader(task.course)
        for _ in range(_TRIES):
            workers = self._willing()
            future = self._client.submit(grade_packed, *given, pure=False, workers=workers)
            try:
                answer = future.result()
            except (KilledWorker, CancelledError, OSError):
                if self._stopping:
                    raise GraderError("grading was stopped") from None
                continue
            if answer.refusal:
                self._refusals[answer.worker] = answer.refusal
                continue
            parts = decode_parts(answer.said)
            shutil.rmtree(task.files, ignore_errors=True)
            _unpack(answer.files, task.files)
            return parts
        raise GraderError(f"{_TRIES} workers were lost with it, one after the other")

    def _willing(self) -> list[str] | None:
        """The workers that have not refused, or None where none has.

        Raises:
            GraderError: all have.
        """
        if not self._refusals:
            return None
        willing = [each for each in self._client.nthreads() if each not in self._refusals]
        if not willing:
            said = "\n".join(f"{harmless(each)}: {why}" for each, why in self._refusals.items())
            raise GraderError(f"no worker of the cluster grades.\n{said}")
        return willing

    def stop(self) -> None:
        """Whatever is under way is of no use any more."""
        self._stopping = True
        self._client.close()


def grade_packed(course: bytes, submission: bytes, encoded: str, grader: str) -> Answer:
    """What a worker does, in one of its threads.

    Args:
        course: an archive of the assignment's source, and of the course's seed and own concepts.
        submission: an archive of what was "submitted", and of "files" to grade with.
        encoded: the `Task`, with paths as they are at the coordinator's.
        grader: what the coordinator would grade with, as a fingerprint.
    """
    address = get_worker().address
    task = decode(encoded)
    try:
        with _ONE_AT_A_TIME:
            require()
            at_work = _at_work(course, task.assignment, tuple(task.released))
    except (SandboxError, OSError) as error:
        return Answer(address, str(error))
    if _grader(at_work.course) != grader:
        return Answer(address, _OTHER_GRADER)
    with tempfile.TemporaryDirectory(dir=at_work.scratch) as folder:
        root = Path(folder)
        _unpack(submission, root)
        task = _moved(task, at_work.course, root)
        try:
            said = at_work.processes.answered(task)
        except GraderError as error:
            said = json.dumps({"error": str(error)}).encode()
        return Answer(address, "", said, _archive({".": task.files}))


def _grader(course: Path) -> str:
    return environment(course, f"{allowed_without()}")


def _moved(task: Task, course: Path, root: Path) -> Task:
    """The task where it was unpacked."""

    def here(path: Path) -> Path:
        return root / "submitted" / path.relative_to(task.there.path)

    there = Folder(
        root / "submitted",
        [here(path) for path in task.there.files],
        {here(path): why for path, why in task.there.left_out.items()},
        task.there.problem,
    )
    return dataclasses.replace(
        task, there=there, files=root / "files", source=course / "source", course=course
    )


@dataclass(frozen=True)
class _AtWork:
    """A course as far as a worker knows it, and the processes that grade it."""

    scratch: Path
    course: Path
    processes: Processes


_ONE_AT_A_TIME = threading.Lock()


@functools.cache
def _at_work(packed: bytes, assignment: str, notebooks: tuple[str, ...]) -> _AtWork:
    _sweep()
    scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    lock = os.open(scratch / _LOCK, os.O_RDONLY | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)  # until this process ends, in whatever way
    course = scratch / "course"
    _unpack(packed, course)
    (course / "nbgrader_config.py").touch()  # by which the seed and the concepts are found
    sources = [nb.read_source(course / "source", name) for name in notebooks]
    return _AtWork(scratch, course, Processes(scratch, course, assignment, sources))


def _sweep() -> None:
    """Take away what killed workers have left on this machine: nobody holds its lock any more."""
    for course in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*/course"):
        with contextlib.suppress(OSError), (course.parent / _LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(course.parent)


def _archive(paths: Mapping[str, Path]) -> bytes:
    """Those of the paths that are there, by the names that they get."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, path in paths.items():
            if path.exists():
                archive.add(path, name)
    return data.getvalue()


def _unpack(archive: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        opened.extractall(folder, filter="data")
