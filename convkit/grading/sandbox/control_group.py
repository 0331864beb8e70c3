"""A control group for a sandbox, where the host lets one be made.

In it the kernel counts all memory, that of files, pipes and sockets too, and gives no more, where
`memory` adds up from time to time what can be seen. It takes version 2 of control groups, and one
around the grader in which it may make others: that of a systemd user session, or any for root.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
_SECONDS = 1.0


class ControlGroup:
    """Processes that may take so much together.

    Raises:
        OSError: it cannot be made in ``parent``.
    """

    def __init__(self, parent: Path, memory_bytes: int, processes: int) -> None:
        self._exceeded = False
        self._folder = Path(tempfile.mkdtemp(prefix="convkit-", dir=parent))
        try:
            self._set("memory.max", memory_bytes)
            self._set("memory.oom.group", 1)  # with one process all of them end
            self._set("pids.max", processes)
            with contextlib.suppress(OSError):  # a kernel without swap
                self._set("memory.swap.max", 0)
        except OSError:
            self._folder.rmdir()
            raise

    @property
    def exceeded(self) -> bool:
        """Whether the kernel ended it because it wanted more memory."""
        with contextlib.suppress(FileNotFoundError):
            events = (self._folder / "memory.events").read_text().split()
            self._exceeded = int(events[events.index("oom_kill") + 1]) > 0
        return self._exceeded

    def add(self, process: int) -> None:
        """Take in a process, and what it starts from now on.

        Raises:
            OSError: it has ended, or may not be moved.
        """
        self._set("cgroup.procs", process)

    def remove(self) -> None:
        """End what is left in it, and the group itself."""
        self._exceeded = self.exceeded
        deadline = time.monotonic() + _SECONDS
        while self._folder.exists() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self._set("cgroup.kill", 1)
                self._folder.rmdir()
                return
            time.sleep(0.01)  # for the last process to be gone

    def _set(self, name: str, value: int) -> None:
        (self._folder / name).write_text(str(value))


def control_group(memory_bytes: int, processes: int) -> ControlGroup | None:
    """A new group, or None where there can be none."""
    for parent in _parents():
        with contextlib.suppress(OSError):
            return ControlGroup(parent, memory_bytes, processes)
    return None


def _parents() -> Iterator[Path]:
    """The groups around this process whose parts can be limited, the innermost first.

    Such a group has processes in its parts alone: it is never the grader's own, but on a host's
    uppermost.
    """
    with contextlib.suppress(OSError):
        for line in OWN.read_text().splitlines():
            if line.startswith("0::/"):
                own = ROOT / line.removeprefix("0::/")
                for folder in (own, *own.parents):
                    control = folder / "cgroup.subtree_control"
                    if control.is_file() and {"memory", "pids"} <= {*control.read_text().split()}:
                        yield folder
