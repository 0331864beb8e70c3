"""Processes that are forked from one in which everything is imported, and how each ends.

Each has a watcher beside it, which tells how it ended, and ends it when nobody listens any more.
It takes the standard library alone, for it is at work inside the sandbox as well.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import select
import signal
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, NoReturn

_PR_SET_PDEATHSIG = 1
_CREDENTIALS = struct.Struct("3i")
_STATUS = struct.Struct("i")
_REQUEST_CAP = 100
_FILES_CAP = 16
_GO = b"go"

Run = Callable[[bytes, list[int]], object]
"""What a process does with what it is told, and with the descriptors that came along."""


class Forked:
    """A process that somebody forked for us. It waits until it may `begin`.

    Args:
        connection: to its watcher.
        watcher: the number of the watcher, where it is a child of this process.

    Attributes:
        pid: its number here, or None where it ended before it was one.
        returncode: as of `subprocess.Popen`.
    """

    def __init__(self, connection: socket.socket, watcher: int | None = None) -> None:
        self._connection, self._watcher = connection, watcher
        self._lock = threading.Lock()
        self.returncode: int | None = None
        self.pid: int | None = None
        self._descriptor: int | None = None
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self.stderr: IO[bytes] | None = None
        size = socket.CMSG_SPACE(_CREDENTIALS.size)
        try:
            message, extra, *_ = connection.recvmsg(_REQUEST_CAP, size)
        except OSError:
            message = b""
        if message == _GO:
            self.pid = _CREDENTIALS.unpack(extra[0][2])[0]
            with contextlib.suppress(ProcessLookupError):
                self._descriptor = os.pidfd_open(self.pid)
        else:
            self._ended(message)

    def begin(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._connection.send(_GO)

    def poll(self) -> int | None:
        """How it ended, or None if it has not."""
        with contextlib.suppress(TimeoutError):
            return self.wait(0)
        return None

    def wait(self, seconds: float | None = None) -> int:
        """How it ended: its exit status, or less than 0 where a signal ended it.

        Raises:
            TimeoutError: it has not.
        """
        if self.returncode is None:
            waiting = select.poll()
            waiting.register(self._connection, select.POLLIN)
            if not waiting.poll(None if seconds is None else seconds * 1000):
                raise TimeoutError
            self._ended(self._connection.recv(_REQUEST_CAP))
        assert self.returncode is not None
        return self.returncode

    def signal(self, number: int) -> None:
        """Send it a signal, if it is still there. Any thread may; one alone waits for its end."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self._descriptor is not None:
                signal.pidfd_send_signal(self._descriptor, number)

    def _ended(self, status: bytes) -> None:
        # Without a word from its watcher both were killed.
        self.returncode = _STATUS.unpack(status)[0] if status else -signal.SIGKILL
        self._connection.close()
        if self._watcher is not None:
            os.waitpid(self._watcher, 0)
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None


def fork(run: Callable[[], object]) -> Forked:
    """Fork a process that does this and ends, without any descriptor of this one's."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    here.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    watcher = os.fork()
    if not watcher:
        let_go_of_all_but(there.fileno())
        _watch(there, lambda request, descriptors: run(), None, b"", [])
    there.close()
    return Forked(here, watcher)


class ForkServer:
    """A process that forks others, each when it is asked for.

    Args:
        address: a path for its socket, in a folder that is ours alone.
        run: what each of them does.
    """

    def __init__(self, address: Path, run: Run) -> None:
        self._address = address
        with listening(address) as listener:
            parent = os.getpid()
            # Ctrl-C in the terminal is for this process alone to hear.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            self._server = os.fork()
            if not self._server:
                os.setsid()
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            if not self._server:
                let_go_of_all_but(listener.fileno())
                silence()
                end_with(parent)
                serve(listener, run)

    def start(self, request: bytes, descriptors: Iterable[int] = ()) -> Forked:
        return ask(self._address, request, descriptors)

    def stop(self) -> None:
        """Nothing more is forked."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._server, signal.SIGKILL)
            os.waitpid(self._server, 0)


def listening(address: Path) -> socket.socket:
    """A socket at which `serve` can be asked."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(address))
    listener.listen(64)
    return listener


def ask(address: Path, request: bytes, descriptors: Iterable[int] = ()) -> Forked:
    """Have a process forked by whoever serves there.

    Where nobody serves any more it has ended already.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    written = os.memfd_create("request")  # a message may not be long
    try:
        os.write(written, request)
        with contextlib.suppress(OSError):
            connection.connect(str(address))
            socket.send_fds(connection, [_GO], [written, *descriptors])
    finally:
        os.close(written)
    return Forked(connection)


def serve(
    listener: socket.socket, run: Run, enter: Callable[[bytes], object] | None = None
) -> NoReturn:
    """Fork a process for each who asks.

    Args:
        run: what the process does.
        enter: what its watcher does before.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that they are no zombies
    while True:
        connection, _ = listener.accept()
        if not os.fork():
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _, descriptors, *_ = socket.recv_fds(connection, _REQUEST_CAP, _FILES_CAP)
            written, *descriptors = descriptors
            request = os.pread(written, os.fstat(written).st_size, 0)
            os.close(written)
            _watch(connection, run, enter, request, descriptors)
        connection.close()


def _watch(
    connection: socket.socket,
    run: Run,
    enter: Callable[[bytes], object] | None,
    request: bytes,
    descriptors: list[int],
) -> NoReturn:
    """Fork what is asked for, tell how it ends, and end it when there is nobody to be told."""
    status = 1
    try:
        if enter is not None:
            enter(request)
        process = os.fork()
        if not process:
            _do(connection, run, request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        process_descriptor = os.pidfd_open(process)
        events = select.poll()
        events.register(connection, 0)
        events.register(process_descriptor, select.POLLIN)
        if process_descriptor not in dict(events.poll()):
            os.kill(process, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        with contextlib.suppress(OSError):
            connection.send(_STATUS.pack(status))
        os._exit(0)


def _do(connection: socket.socket, run: Run, request: bytes, descriptors: list[int]) -> NoReturn:
    status = 1
    gc.freeze()  # what was there before is no garbage, and looking for that would copy it all
    try:
        connection.send(_GO)
        if connection.recv(_REQUEST_CAP) == _GO:
            connection.close()
            run(request, descriptors)
            status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def let_go_of_all_but(*kept: int) -> None:
    """Let go of whatever descriptors this process has, standard streams aside.

    Their numbers are not free for others: what was forked along may yet close them.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for name in os.listdir("/proc/self/fd"):
        descriptor = int(name)
        if descriptor > 2 and descriptor not in (*kept, nothing):
            os.dup2(nothing, descriptor, inheritable=False)
    os.close(nothing)


def end_with(parent: int) -> None:
    """Be killed when the parent, a process of that number, is no more."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def silence() -> None:
    """From here on nothing is read from standard input nor written to standard output."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
