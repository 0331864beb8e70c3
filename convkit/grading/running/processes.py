"""Submissions in processes of their own, forked from one that has imported everything."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from multiprocessing import resource_tracker
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path

from convkit.grading.outcome import GraderError
from convkit.grading.running.submission import Part, Task, answer, decode_parts, encode

_LAST_WORDS_SECONDS = 10.0


class Processes:
    """Starts and ends them; they end with this one, too.

    Args:
        scratch: a folder for their temporary files.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._forks = multiprocessing.get_context("forkserver")
        self._forks.set_forkserver_preload([answer.__module__])
        # Ctrl-C is for this process alone to hear. (The tracker, started by itself, would unblock.)
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        ensure_running()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        self._running: set[ForkServerProcess] = set()
        self._stopping = False
        # Each submission has a core, and however busy it is, it takes no other's.
        self._cores: queue.SimpleQueue[int] = queue.SimpleQueue()
        for core in os.sched_getaffinity(0):
            self._cores.put(core)

    def grade(self, task: Task) -> dict[str, Part]:
        """What became of the submission. May be called by several threads at once.

        Raises:
            GraderError: it cannot be graded, or the process did not come to its end.
        """
        core = self._cores.get()
        try:
            return decode_parts(self._answered(task, core))
        finally:
            self._cores.put(core)

    def _answered(self, task: Task, core: int) -> bytes:
        receiver, sender = self._forks.Pipe(duplex=False)
        arguments = (encode(task), str(self._scratch), core, sender)
        process = self._forks.Process(target=answer, args=arguments)
        with receiver:
            with sender:
                process.start()
            self._running.add(process)
            try:
                if self._stopping:
                    raise GraderError("grading was stopped")
                if not receiver.poll(task.times.submission):
                    raise GraderError(
                        f"grading did not come to an end in {task.times.submission:g} seconds"
                    )
                said = receiver.recv_bytes()
                process.join(_LAST_WORDS_SECONDS)
                return said
            except EOFError:
                process.join(_LAST_WORDS_SECONDS)
                raise GraderError(
                    f"the process that graded it ended without a word (status {process.exitcode})"
                ) from None
            finally:
                _end(process)
                self._running.discard(process)

    def stop(self) -> None:
        """End those that are at work, and start no more."""
        self._stopping = True
        for process in list(self._running):
            _end(process)


def _end(process: ForkServerProcess) -> None:
    """Let it put away what it made; it has a moment for that."""
    for end in (process.terminate, process.kill):
        if process.is_alive():
            end()
            process.join(_LAST_WORDS_SECONDS)
