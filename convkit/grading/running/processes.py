"""Submissions in processes of their own, forked from one that has imported everything."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode
from threadpoolctl import threadpool_limits

# What the kernels for tests need, which are forked from a submission's process.
import convkit.grading.airlock.trusted_kernel  # noqa: F401
from convkit.checks.checking import MODULES, work_out
from convkit.grading.hidden_seed import hidden_cases
from convkit.grading.outcome import GraderError
from convkit.grading.running import lending
from convkit.grading.running.sandboxes import prepare
from convkit.grading.running.submission import Part, Task, answer, decode_parts, encode
from convkit.grading.sandbox.forks import Forked, ForkServer

_LAST_WORDS_SECONDS = 10.0


class Processes:
    """Starts and ends them; they end with this one, too.

    Args:
        scratch: a folder for their temporary files.
        course: the course's folder.
        sources: the assignment's notebooks.

    Attributes:
        room: so many submissions may be graded at once.
    """

    def __init__(
        self, scratch: Path, course: Path, assignment: str, sources: Iterable[NotebookNode]
    ) -> None:
        sources = list(sources)
        prepare(course, assignment, sources)
        _work_out(course, sources)
        self._scratch = scratch
        self._forks = ForkServer(scratch / "forks", answer)
        self._running: set[Forked] = set()
        self._stopping = False
        # Each submission has a core, and however busy it is, it takes no other's.
        self._cores: queue.SimpleQueue[int] = queue.SimpleQueue()
        for core in os.sched_getaffinity(0):
            self._cores.put(core)
        self.room = self._cores.qsize()

    def grade(self, task: Task) -> dict[str, Part]:
        """What became of the submission. May be called by several threads at once.

        Raises:
            GraderError: it cannot be graded, or the process did not come to its end.
        """
        return decode_parts(self.answered(task))

    def answered(self, task: Task) -> bytes:
        """The same, encoded."""
        core = self._cores.get()
        try:
            return self._answered(task, core)
        finally:
            self._cores.put(core)

    def _answered(self, task: Task, core: int) -> bytes:
        if self._stopping:
            raise GraderError("grading was stopped")
        request = json.dumps([encode(task), str(self._scratch), core])
        with open(os.memfd_create("answer"), "w+b") as answered:
            forked = self._forks.start(request.encode(), [answered.fileno()])
            self._running.add(forked)
            forked.begin()
            try:
                forked.wait(task.times.submission)
            except TimeoutError:
                raise GraderError(
                    f"grading did not come to an end in {task.times.submission:g} seconds"
                ) from None
            finally:
                _end(forked)
                self._running.discard(forked)
            answered.seek(0)
            said = answered.read()
        if not said:
            raise GraderError(
                f"the process that graded it ended without a word (status {forked.returncode})"
            )
        return said

    def stop(self) -> None:
        """End those that are at work, and start no more."""
        self._stopping = True
        self._forks.stop()
        # The thread that asked for it waits for it: two would take its end from each other.
        for number in (signal.SIGTERM, signal.SIGKILL):
            for forked in self._running.copy():
                forked.signal(number)
            latest = time.monotonic() + _LAST_WORDS_SECONDS
            while self._running and time.monotonic() < latest:
                time.sleep(0.02)


def _work_out(course: Path, sources: Iterable[NotebookNode]) -> None:
    """What is right of the names that tests ask for, so that each kernel for them need not."""
    names = {name for source in sources for name in lending.names(source)}
    with threadpool_limits(1), contextlib.suppress(ValueError):  # the canary says it in words
        for name in sorted(names & MODULES.keys()):
            work_out(name, hidden_cases(name, course))


def _end(forked: Forked) -> None:
    """Let it put away what it made; it has a moment for that."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if forked.poll() is None:
            forked.signal(number)
            with contextlib.suppress(TimeoutError):
                forked.wait(_LAST_WORDS_SECONDS)
