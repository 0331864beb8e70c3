"""The memory watch: how much a sandbox takes in all, and its end when that is too much.

A limit on a process does not hold for many processes together, nor for files in memory, nor for
what the kernel itself keeps of files and sockets. So all of these are added up, twenty times a
second, by whoever started the sandbox.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import threading
from collections.abc import Iterable
from pathlib import Path

SECONDS = 0.05
_FILE_BYTES, SOCKET_BYTES = 2 << 10, 512 << 10
"""What the kernel keeps of an empty file, and the most it keeps for a socket of the usual size."""
_OWN = re.compile(r"^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$", re.MULTILINE)


class MemoryWatch(threading.Thread):
    """Ends a sandbox that takes more memory than it may.

    Args:
        init: the sandbox's first process, with which all of it ends. It has not begun yet.
        limit_bytes: for all its processes and files in memory together.
        in_memory: the folders, as seen inside, whose files are in memory.

    Attributes:
        exceeded: whether that is why the sandbox ended.
        peak_bytes: the most that was seen.
    """

    def __init__(self, init: int, limit_bytes: int, in_memory: Iterable[Path]) -> None:
        super().__init__(name="memory-watch", daemon=True)
        self.limit_bytes = limit_bytes
        self.exceeded = False
        self.peak_bytes = 0
        self._root = Path(f"/proc/{init}/root")
        self._others = (self._root / "proc").stat().st_dev
        self._in_memory = [self._root / path.relative_to("/") for path in in_memory]
        self._ended = threading.Event()
        self._init = os.pidfd_open(init)  # the number may come to mean another process
        self.start()

    def run(self) -> None:
        while not self._ended.wait(SECONDS):
            taken = self._taken()
            self.peak_bytes = max(taken, self.peak_bytes)
            if taken > self.limit_bytes:
                self.exceeded = True
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._init, signal.SIGKILL)
                break
        os.close(self._init)

    def stop(self) -> None:
        """The sandbox has ended."""
        self._ended.set()
        self.join()

    def _taken(self) -> int:
        taken = 0
        # A sandbox that has ended has nothing to look at. One that has not begun is shown the
        # processes of others until it has a /proc of its own.
        with contextlib.suppress(OSError):
            if (self._root / "proc").stat().st_dev == self._others:
                return 0
            for folder in self._in_memory:
                usage = os.statvfs(folder)
                taken += (usage.f_blocks - usage.f_bfree) * usage.f_frsize
                taken += (usage.f_files - usage.f_ffree) * _FILE_BYTES
            for process in filter(str.isdecimal, os.listdir(self._root / "proc")):
                with contextlib.suppress(OSError):
                    status = (self._root / "proc" / process / "status").read_text(errors="replace")
                    taken += sum(map(int, _OWN.findall(status))) << 10
            sockets = self._root.with_name("net") / "sockstat"
            taken += int(sockets.read_text().split()[2]) * SOCKET_BYTES
        return taken
