"""Running a notebook's cells in a kernel, whatever the kernel does.

A kernel here is a plain process that speaks Jupyter's messages over sockets in a folder (the
network is not there). Cells have a time limit, outputs a byte limit that holds while they are
produced, and a kernel that hangs, dies or answers nonsense ends in a `CellRun` that says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import zmq
from jupyter_client.session import Session
from nbformat import NotebookNode

from convkit.grading.confined import Confined
from convkit.grading.lifeline import bound_to
from convkit.grading.outputs import Outputs
from convkit.grading.sandbox import Sandbox

_START_SECONDS = 60.0
_LAST_WORD_SECONDS = 4.0
_SEND_MILLISECONDS = 1000
_MESSAGE_CAP = 64 << 20
_QUEUE_CAP = 4
_HEAD_CAP = 1 << 20
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


def connection(run: Path) -> dict[str, Any]:
    """What a kernel and its client must agree on; the sockets lie in the folder ``run``."""
    ports = {f"{name}_port": i for i, name in enumerate(_CHANNELS, start=1)}
    return {
        "transport": "ipc",
        "ip": str(run / "k"),
        "key": secrets.token_hex(32),
        "signature_scheme": "hmac-sha256",
        **ports,
    }


_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


class Kernel:
    """A running IPython kernel.

    Args:
        confined: the process, started with `program`.
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
        self._session = Session(key=settings["key"].encode())
        self._context = zmq.Context()
        try:
            places = {
                name: f"{confined.root}{settings['ip']}-{settings[f'{name}_port']}"
                for name in ("shell", "iopub", "control")
            }
            self._wait_for_sockets(list(places.values()))
            self._shell = self._connect(zmq.DEALER, places["shell"])
            self._control = self._connect(zmq.DEALER, places["control"])
            self._iopub = self._connect(zmq.SUB, places["iopub"])
            self._iopub.setsockopt(zmq.SUBSCRIBE, b"")
            self._poller = zmq.Poller()
            self._poller.register(self._shell, zmq.POLLIN)
            self._poller.register(self._iopub, zmq.POLLIN)
            self._wait_until_ready()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def program(connection_file: Path, first: str = "pass") -> list[str]:
        # With -P, and the working directory last: no file in it can stand in for a module.
        launch = "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
        launch = f"{first}; import sys; sys.path.append(''); {launch}"
        command = [sys.executable, "-P", "-c", launch]
        return [*command, "-f", str(connection_file), "--HistoryManager.hist_file=:memory:"]

    @classmethod
    def inside(cls, sandbox: Sandbox, connection_file: Path) -> Kernel:
        """A kernel in a sandbox that can read ``connection_file``, which is written here."""
        settings = connection(sandbox.run)
        connection_file.write_text(json.dumps(settings), encoding="utf-8")
        connection_file.chmod(0o644)
        return cls(
            sandbox.start(cls.program(connection_file)),
            settings,
            cell_bytes=_STUDENT_CELL_BYTES,
            all_bytes=_STUDENT_BYTES,
        )

    @classmethod
    def beside(cls, folder: Path, scratch: Path) -> Kernel:
        """A kernel like the one an instructor works with, in the working directory ``folder``."""
        private = Path(tempfile.mkdtemp(dir=scratch))  # no earlier kernel's sockets are in it
        settings, connection_file = connection(private), private / "kernel.json"
        connection_file.write_text(json.dumps(settings), encoding="utf-8")
        process = subprocess.Popen(
            cls.program(connection_file, bound_to(os.getpid())),
            cwd=folder,
            env={**os.environ, "IPYTHONDIR": str(private / "ipython")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return cls(Confined(process), settings, cell_bytes=_OWN_CELL_BYTES)

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
        self._context.destroy(linger=0)

    @property
    def dead(self) -> bool:
        return self._confined.process.poll() is not None

    def run(self, source: str, seconds: float) -> CellRun:
        """Run a cell, which is interrupted after so many seconds."""
        started = time.monotonic()
        room = self._cell_bytes
        if self._bytes_left is not None:
            room = min(room, self._bytes_left)
        outputs = Outputs(room)
        outcome, complete = self._run(source, seconds, outputs)
        if self._bytes_left is not None:
            self._bytes_left -= min(room, outputs.used)
        if outcome == "ok" and outputs.error is not None:
            outcome = "out of memory" if outputs.error == "MemoryError" else "error"
        cut = outputs.cut or not complete
        return CellRun(outcome, outputs.kept, cut, time.monotonic() - started)

    def _run(self, source: str, seconds: float, outputs: Outputs) -> tuple[Outcome, bool]:
        """How it ended, errors aside, and whether every output came."""
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        try:
            request = self._send(self._shell, "execute_request", content)
        except zmq.Again:
            self._confined.kill()
            return self._ending(), True
        deadline = time.monotonic() + seconds
        outcome: Outcome = "ok"
        replied = False
        while True:
            message = self._receive(deadline)
            if message == "died":
                return self._ending(), True
            if message == "late":
                if replied:  # all is said and done, but the word was lost in a flood of output
                    return outcome, False
                if outcome == "timed out":  # it does not listen to the interrupt
                    self._confined.kill()
                    return outcome, True
                outcome = "timed out"
                deadline = time.monotonic() + _LAST_WORD_SECONDS
                with contextlib.suppress(zmq.Again):
                    self._send(self._control, "interrupt_request", {})
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
                content = self._content(message)
                if kind == "status" and content.get("execution_state") == "idle":
                    return outcome, True
                outputs.add(kind, content)

    def _ending(self) -> Outcome:
        ending, _ = self._confined.ending()
        return "died" if ending == "crashed" else ending

    def _connect(self, kind: int, path: str) -> zmq.Socket[bytes]:
        """Once, while no student code has run yet: later, the path could lead anywhere."""
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.RECONNECT_IVL, -1)
        socket.linger = 0
        socket.setsockopt(zmq.SNDTIMEO, _SEND_MILLISECONDS)  # nobody may listen any more
        socket.setsockopt(zmq.MAXMSGSIZE, _MESSAGE_CAP)
        socket.setsockopt(zmq.RCVHWM, _QUEUE_CAP)
        socket.connect(f"ipc://{path}")
        return socket

    def _send(self, socket: zmq.Socket[bytes], kind: str, content: dict[str, Any]) -> str:
        message = self._session.msg(kind, content)
        self._session.send(socket, message)
        return str(message["header"]["msg_id"])

    def _receive(self, deadline: float) -> dict[str, Any] | Literal["late", "died"]:
        """The next message that is one."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return "late"
            ready = dict(self._poller.poll(int(min(left, 0.2) * 1000) + 1))
            if not ready and self.dead:
                return "died"
            # Outputs first: what a cell printed comes before the news that it has ended.
            socket = self._iopub if self._iopub in ready else self._shell
            if socket in ready:
                message = None
                # A kernel that student code took over may send anything.
                with contextlib.suppress(Exception):
                    _, frames = self._session.feed_identities(socket.recv_multipart(zmq.NOBLOCK))
                    if all(len(frame) <= _HEAD_CAP for frame in frames[:4]):
                        message = self._session.deserialize(frames, content=False)
                if isinstance(message, dict) and isinstance(message.get("parent_header"), dict):
                    return message

    def _content(self, message: dict[str, Any]) -> dict[str, Any]:
        """What it says, unpacked only when it is wanted: a flood is passed over."""
        content = None
        with contextlib.suppress(Exception):
            content = self._session.unpack(message["content"])
        return content if isinstance(content, dict) else {}

    def _wait_for_sockets(self, paths: list[str]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and not self.dead:
            with contextlib.suppress(FileNotFoundError):
                if all(stat.S_ISSOCK(os.lstat(path).st_mode) for path in paths):
                    time.sleep(0.05)  # from there being a socket to its being listened to
                    return
            time.sleep(0.02)
        raise self._failure()

    def _wait_until_ready(self) -> None:
        """Until it answers and its outputs arrive: a subscription takes effect when it does."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and not self.dead:
            self._send(self._shell, "kernel_info_request", {})
            until = time.monotonic() + 0.3
            message: Any = {}
            while isinstance(message, dict):
                message = self._receive(until)
                if isinstance(message, dict) and message.get("msg_type") == "status":
                    return
        raise self._failure()

    def _failure(self) -> KernelError:
        said = self._confined.last_words()
        return KernelError(f"the kernel does not start: {said}".rstrip(": "))
