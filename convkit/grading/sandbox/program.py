"""A program that runs in a sandbox: how it is ended, and how it ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from convkit.grading.sandbox.control_group import ControlGroup
from convkit.grading.sandbox.forks import Forked
from convkit.grading.sandbox.host import Host
from convkit.grading.sandbox.memory import MemoryWatch

Ending = Literal["crashed", "timed out", "out of memory"]
"""How a program came to an end that was not asked for."""

_LATE = (subprocess.TimeoutExpired, TimeoutError)


PATIENCE = 4
"""So many times as long as a program may compute it may take by the clock."""

_AT_ONCE = 0.05


class Allowance:
    """The seconds that a program has from now on.

    What counts is what it computes, whatever else the machine does; if it waits, for whatever it
    may be, the clock counts, slowly.
    """

    def __init__(self, confined: Confined, seconds: float) -> None:
        self._confined, self._seconds, self._started = confined, seconds, time.monotonic()
        self._computed: float | None = None

    @property
    def taken(self) -> float:
        passed = time.monotonic() - self._started
        if self._computed is None:
            if passed < _AT_ONCE:  # most answers come sooner than one could look
                return passed
            self._computed = self._confined.cpu_seconds()
        computed = self._confined.cpu_seconds() - self._computed
        return _AT_ONCE + max(computed, (passed - _AT_ONCE) / PATIENCE)

    @property
    def left(self) -> float:
        """For so long, by the clock, there is nothing to ask; 0 where all is used up."""
        left = self._seconds - self.taken
        if self._computed is None:
            left = min(left, _AT_ONCE)
        return max(left, 0.01) if left > 0 else 0.0


@dataclass
class Confined:
    """A running program.

    Attributes:
        process: the sandbox's first one, or the program itself where there is no sandbox.
        init: the number of the former, with which all of the sandbox ends.
        host: what it was forked from, if that ends with it.
        memory: what ends it when it takes too much memory.
        group: in which it runs, where the host lets one be made.
    """

    process: subprocess.Popen[bytes] | Forked
    init: int | None = None
    memory: MemoryWatch | None = None
    group: ControlGroup | None = None
    host: Host | None = None

    @property
    def root(self) -> str:
        """Where its file system begins, as seen from outside."""
        return "" if self.init is None else f"/proc/{self.init}/root"

    def cpu_seconds(self) -> float:
        """What all of its processes have computed, those that have ended included."""
        processes, ticks = f"{self.root}/proc", 0
        with contextlib.suppress(OSError):
            known = os.listdir(processes) if self.init is not None else [str(self.process.pid)]
            for process in filter(str.isdecimal, known):
                with contextlib.suppress(OSError):
                    said = Path(processes, process, "stat").read_bytes()
                    # The name, which comes first, is the program's own choice.
                    ticks += sum(map(int, said.rpartition(b")")[2].split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End the program and everything it started."""
        if isinstance(self.process, Forked):
            self.process.signal(signal.SIGKILL)
        elif self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.memory is not None:
            self.memory.stop()
        if self.group is not None:
            self.group.remove()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        if self.host is not None:
            self.host.stop()

    def output(self, seconds: float) -> bytes:
        """All that it writes until it ends.

        Raises:
            TimeoutError: it has not ended by then.
        """
        assert self.process.stdout is not None
        deadline = time.monotonic() + seconds
        said, stream = bytearray(), self.process.stdout.fileno()
        while True:
            waiting = select.poll()
            waiting.register(stream, select.POLLIN)
            if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise TimeoutError
            piece = os.read(stream, 1 << 16)
            if not piece:
                self.process.wait(max(0.0, deadline - time.monotonic()))
                return bytes(said)
            said += piece

    def ending(self) -> tuple[Ending, str]:
        """How the program ended by itself, and that in words for the student whose code it ran."""
        try:
            status = self.process.wait(5)
        except _LATE:
            return "crashed", "your code closed the connection to the grader"
        ended_by_kernel = self.group is not None and self.group.exceeded
        if self.memory is not None and (self.memory.exceeded or ended_by_kernel):
            gigabytes = self.memory.limit_bytes / (1 << 30)
            return "out of memory", f"your code took more than {gigabytes:.3g} GB of memory"
        # The sandbox's first process reports a death by signal as a shell does.
        number = -status if status < 0 else status - 128
        if number == signal.SIGXCPU:
            return "timed out", "your code used up the processor time it may have"
        how = f"signal {number}" if number > 0 else f"exit status {status}"
        return "crashed", f"your code ended the Python process it ran in ({how})"

    def last_words(self) -> str:
        """What it said itself when it failed to start."""
        if self.host is not None:
            return self.host.last_words()
        if self.process.stderr is None:
            return ""
        os.set_blocking(self.process.stderr.fileno(), False)
        return (self.process.stderr.read(10_000) or b"").decode(errors="replace").strip()
