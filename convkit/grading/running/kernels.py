"""Running a notebook's cells in a kernel, whatever the kernel does.

A kernel here is a plain process that speaks Jupyter's messages over sockets in a folder (the
network is not there). Cells have a time limit, outputs a byte limit that holds while they are
produced, and a kernel that hangs, dies or answers nonsense ends in a `CellRun` that says so.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from ipykernel.kernelapp import IPKernelApp
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from threadpoolctl import threadpool_limits
from traitlets.config import Application

from convkit.grading.running.messages import Messages, connection
from convkit.grading.running.outputs import Outputs
from convkit.grading.sandbox.bubblewrap import ONE_THREAD, Sandbox
from convkit.grading.sandbox.forks import fork, silence
from convkit.grading.sandbox.host import Prepared
from convkit.grading.sandbox.program import Allowance, Confined

_INSIDE = Path(__file__).with_name("kernel_inside.py")
KERNEL_PROGRAM = Prepared(_INSIDE)
KERNEL_FILES = (_INSIDE,)
"""What a student's kernel's sandbox must be able to read."""

_START_SECONDS = 60.0
_LAST_WORD_SECONDS = 4.0
_STUDENT_BYTES, _STUDENT_CELL_BYTES = 16 << 20, 2 << 20
_OWN_CELL_BYTES = 64 << 20

Outcome = Literal["ok", "error", "timed out", "out of memory", "died"]


class KernelError(RuntimeError):
    """A kernel that has not run any student code yet does not start."""


@dataclass
class CellRun:
    """What came of running one cell.

    Attributes:
        outcome: "timed out" and "out of memory" say why, whether or not the kernel lived on.
        cut: whether some of its output was left out.
    """

    outcome: Outcome = "ok"
    outputs: list[NotebookNode] = field(default_factory=list)
    cut: bool = False
    seconds: float = 0.0


class Kernel:
    """A running IPython kernel.

    Args:
        confined: the process.
        settings: the `connection` it was told.
        cell_bytes: how much output of one cell is kept.
        all_bytes: how much output of all cells together is kept.
    """

    def __init__(
        self,
        confined: Confined,
        settings: Mapping[str, Any],
        *,
        cell_bytes: int,
        all_bytes: int | None = None,
    ) -> None:
        self._confined = confined
        self._cell_bytes, self._bytes_left = cell_bytes, all_bytes
        try:
            self._messages = Messages(
                settings, confined.root, seconds=_START_SECONDS, dead=lambda: self.dead
            )
        except TimeoutError:
            ended = confined.process.poll()
            said = confined.last_words() or ("" if ended is None else f"it ended, status {ended}")
            confined.kill()
            raise KernelError(f"the kernel does not start: {said}".rstrip(": ")) from None
        except BaseException:
            confined.kill()
            raise

    @classmethod
    def inside(cls, sandbox: Sandbox) -> Kernel:
        """A kernel in a sandbox that can read `KERNEL_FILES`."""
        settings = connection(sandbox.run)
        return cls(
            sandbox.start(KERNEL_PROGRAM, told={"run": str(sandbox.run), "connection": settings}),
            settings,
            cell_bytes=_STUDENT_CELL_BYTES,
            all_bytes=_STUDENT_BYTES,
        )

    @classmethod
    def beside(cls, folder: Path, scratch: Path) -> Kernel:
        """A kernel like the one an instructor works with, in the working directory ``folder``.

        It is forked from this process.
        """
        private = Path(tempfile.mkdtemp(dir=scratch))  # no earlier kernel's sockets are in it
        settings, connection_file = connection(private), private / "kernel.json"
        connection_file.write_text(json.dumps(settings), encoding="utf-8")
        forked = fork(functools.partial(_become_kernel, connection_file, folder))
        forked.begin()
        return cls(Confined(forked), settings, cell_bytes=_OWN_CELL_BYTES)

    def __enter__(self) -> Kernel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._confined.kill()
        self._messages.close()

    @property
    def dead(self) -> bool:
        return self._confined.process.poll() is not None

    def run(self, source: str, seconds: float) -> CellRun:
        """Run a cell, which is interrupted after so many seconds of the processor's."""
        allowed = Allowance(self._confined, seconds)
        room = self._cell_bytes
        if self._bytes_left is not None:
            room = min(room, self._bytes_left)
        outputs = Outputs(room)
        outcome, complete = self._run(source, allowed, outputs)
        if self._bytes_left is not None:
            self._bytes_left -= min(room, outputs.used)
        if outcome == "ok" and outputs.error is not None:
            outcome = "out of memory" if outputs.error == "MemoryError" else "error"
        cut = outputs.cut or not complete
        return CellRun(outcome, outputs.kept, cut, allowed.taken)

    def _run(self, source: str, allowed: Allowance, outputs: Outputs) -> tuple[Outcome, bool]:
        """How it ended, errors aside, and whether every output came."""
        try:
            request = self._messages.execute(source)
        except TimeoutError:
            self._confined.kill()
            return self._ending(), True
        deadline = time.monotonic() + allowed.left
        outcome: Outcome = "ok"
        replied = False
        while True:
            message = self._messages.receive(deadline)
            if message == "died":
                return self._ending(), True
            if message == "late":
                if replied:  # all is said and done, but the word was lost in a flood of output
                    return outcome, False
                if outcome == "timed out":  # it does not listen to the interrupt
                    self._confined.kill()
                    return outcome, True
                if allowed.left:
                    deadline = time.monotonic() + allowed.left
                    continue
                outcome = "timed out"
                deadline = time.monotonic() + _LAST_WORD_SECONDS
                self._messages.interrupt()
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            kind = str(message.get("msg_type"))
            if kind == "execute_reply":
                replied = True
                deadline = time.monotonic() + _LAST_WORD_SECONDS
            elif kind == "status" or outputs.wants(kind):
                if not outputs.fits(len(message["content"])):
                    outputs.pass_over(kind, len(message["content"]))
                    continue
                content = self._messages.content(message)
                if kind == "status" and content.get("execution_state") == "idle":
                    return outcome, True
                outputs.add(kind, content)

    def _ending(self) -> Outcome:
        ending, _ = self._confined.ending()
        return "died" if ending == "crashed" else ending


def _become_kernel(connection_file: Path, folder: Path) -> None:
    """What the forked process is from then on."""
    os.setsid()
    silence()
    os.chdir(folder)
    os.environ |= ONE_THREAD | {"IPYTHONDIR": str(connection_file.parent / "ipython")}
    threadpool_limits(1)
    sys.path.append("")
    # Nothing is left of what this was forked from.
    asyncio.set_event_loop(asyncio.new_event_loop())
    for made in (Application._instance, InteractiveShell._instance):
        if made is not None:
            type(made).clear_instance()
    IPKernelApp.launch_instance(
        [
            *("-f", str(connection_file)),
            "--HistoryManager.hist_file=:memory:",
            "--InteractiveShell.xmode=Minimal",  # nobody sees a traceback, and it takes a second
        ]
    )
