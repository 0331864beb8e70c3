"""A program that runs in a sandbox: how it is ended, and how it ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import Literal

from convkit.grading.sandbox.control_group import ControlGroup
from convkit.grading.sandbox.memory import MemoryWatch

Ending = Literal["crashed", "timed out", "out of memory"]
"""How a program came to an end that was not asked for."""


@dataclass
class Confined:
    """A running program.

    Attributes:
        process: bubblewrap, or the program itself where there is no sandbox.
        init: the sandbox's first process, with which all of it ends.
        memory: what ends it when it takes too much memory.
        group: in which it runs, where the host lets one be made.
    """

    process: subprocess.Popen[bytes]
    init: int | None = None
    memory: MemoryWatch | None = None
    group: ControlGroup | None = None

    @property
    def root(self) -> str:
        """Where its file system begins, as seen from outside."""
        return "" if self.init is None else f"/proc/{self.init}/root"

    def kill(self) -> None:
        """End the program and everything it started."""
        if self.init is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.kill(self.init, signal.SIGKILL)
                self.process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.memory is not None:
            self.memory.stop()
        if self.group is not None:
            self.group.remove()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def ending(self) -> tuple[Ending, str]:
        """How the program ended by itself, and that in words for the student whose code it ran."""
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return "crashed", "your code closed the connection to the grader"
        ended_by_kernel = self.group is not None and self.group.exceeded
        if self.memory is not None and (self.memory.exceeded or ended_by_kernel):
            gigabytes = self.memory.limit_bytes / (1 << 30)
            return "out of memory", f"your code took more than {gigabytes:.3g} GB of memory"
        # bubblewrap reports a death by signal as a shell does.
        number = -status if status < 0 else status - 128
        if number == signal.SIGXCPU:
            return "timed out", "your code used up the processor time it may have"
        how = f"signal {number}" if number > 0 else f"exit status {status}"
        return "crashed", f"your code ended the Python process it ran in ({how})"

    def last_words(self) -> str:
        """What the sandbox itself said when it failed to start."""
        if self.process.stderr is None:
            return ""
        os.set_blocking(self.process.stderr.fileno(), False)
        return (self.process.stderr.read(10_000) or b"").decode(errors="replace").strip()
