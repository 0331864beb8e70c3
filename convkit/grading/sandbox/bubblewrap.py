"""Where a student's code runs: a bubblewrap sandbox that holds nothing worth reading.

Every namespace is its own (no network, no other processes), the root is an allow-list mounted
read-only (system libraries, the Python environment, the few files a job names), the environment
is cleared, the user is nobody in particular even when the grader is root, and memory, processes,
file sizes, open files, CPU time and disk are limited before student code runs. Wall time is
limited by whoever talks to the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import convkit
from convkit.grading.sandbox import seccomp
from convkit.grading.sandbox.control_group import control_group
from convkit.grading.sandbox.host import (
    HOST_FILES,
    Host,
    Prepared,
    Program,
    SandboxError,
    entrypoint,
)
from convkit.grading.sandbox.memory import MemoryWatch
from convkit.grading.sandbox.program import Confined

UNSAFE = "CONVKIT_UNSAFE_NO_SANDBOX"
"""The environment variable that, set to 1, allows running student code without a sandbox."""

PACKAGE = Path(convkit.__file__).parent
_LIBRARIES = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin")
_SETTINGS = ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime")
_NAMESPACES = ("ipc", "pid", "net", "uts")
_HOME = Path("/sandbox")
# Linear algebra on one thread: on busy cores more wait for one another, many times as long.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def allowed_without() -> bool:
    return os.environ.get(UNSAFE) == "1"


@dataclass(frozen=True)
class Limits:
    """What one sandbox may use.

    Attributes:
        memory_bytes: for each process, and once more for all of them and their files together.
        cpu_seconds: for each process.
        disk_bytes: for each folder it may write to.
    """

    memory_bytes: int = 4 << 30
    processes: int = 64
    file_bytes: int = 64 << 20
    open_files: int = 256
    cpu_seconds: int = 900
    disk_bytes: int = 256 << 20

    def resources(self) -> dict[str, int]:
        return {
            "RLIMIT_AS": self.memory_bytes,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_FSIZE": self.file_bytes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_CORE": 0,
        }


@dataclass(frozen=True)
class Sandbox:
    """A job's place to run programs in.

    Inside, ``work`` is the working directory and home and ``run`` is for sockets; both are empty,
    the program's alone and gone afterwards.

    Args:
        scratch: the job's own folder.
        readable: files and folders that are mounted, read-only, where they are.
        hidden: what may lie inside a mounted folder and is covered up: the course, shortcuts.
        files: a folder whose contents are copied into the working directory.
    """

    scratch: Path
    readable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    files: Path | None = None
    limits: Limits = Limits()

    @property
    def work(self) -> Path:
        return (self.scratch if allowed_without() else _HOME) / "work"

    @property
    def run(self) -> Path:
        return (self.scratch if allowed_without() else _HOME) / "run"

    def start(
        self,
        program: Program,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.DEVNULL,
        told: Any = None,
    ) -> Confined:
        """Start ``program`` inside, or, where that is allowed, beside.

        Args:
            told: to a prepared program, as data.

        Raises:
            SandboxError: it could not be started.
        """
        if not allowed_without():
            return self.confine(program, stdin, stdout, told)
        for folder in (self.work, self.run):
            folder.mkdir(exist_ok=True)
        limits = self.limits.resources()
        del limits["RLIMIT_NPROC"]  # would count what else this user runs
        once = self._request(program, told) | {"limits": limits}
        once |= {"files": str(self.files) if self.files else None}
        command = entrypoint(program, {"once": once})
        streams: dict[str, Any] = {"stdin": stdin, "stdout": stdout, "stderr": subprocess.PIPE}
        environment = self._environment()
        return Confined(
            subprocess.Popen(
                command, cwd=self.work, env=environment, start_new_session=True, **streams
            )
        )

    def confine(
        self,
        program: Program,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.DEVNULL,
        told: Any = None,
    ) -> Confined:
        """Start ``program`` inside.

        Raises:
            SandboxError: it could not be started.
        """
        shared = self.prepare(program) if isinstance(program, Prepared) else None
        host = shared or Host(self._bubblewrap(), entrypoint(program, {}))
        request = json.dumps(self._request(program, told)).encode()
        process = host.start(request, stdin, stdout, self.files)
        if process.pid is None and not host.ours:  # it has ended meanwhile
            _hosts.clear()
            return self.confine(program, stdin, stdout, told)
        started = Confined(process, init=process.pid, host=None if shared else host)
        if process.pid is not None:
            self._limit(started, process.pid)
        if started.memory is None:
            reason = host.last_words()
            started.kill()
            raise SandboxError(reason or "bubblewrap ended without a word")
        process.begin()
        return started

    def prepare(self, program: Prepared) -> Host | None:
        """Start what its processes are forked from, unless it is there; None without a sandbox."""
        if allowed_without():
            return None
        command = tuple(self._bubblewrap())
        host = _hosts.get((program, command))
        if host is None or host.dead:
            while len(_hosts) >= _HOSTS_CAP:
                _hosts.pop(next(iter(_hosts))).stop()
            host = _hosts[program, command] = Host(command, entrypoint(program, {}))
        return host

    def _limit(self, started: Confined, init: int) -> None:
        # The sandbox's own first process is one more.
        group = control_group(self.limits.memory_bytes, self.limits.processes + 1)
        if group is not None:
            try:
                group.add(init)
                started.group = group
            except OSError:
                group.remove()
        with contextlib.suppress(ProcessLookupError):
            started.memory = MemoryWatch(init, self.limits.memory_bytes, map(Path, self._places()))

    def _places(self) -> dict[str, int]:
        """Where the program may write, and so many bytes."""
        size = self.limits.disk_bytes
        return {"/tmp": size, str(self.work): size, str(self.run): 1 << 20, "/dev/shm": size}

    def _request(self, program: Program, told: Any) -> dict[str, Any]:
        """What entrypoint.py needs to know of a program."""
        as_root = os.geteuid() == 0
        filter_ = seccomp.program()
        return {
            "program": None if isinstance(program, Prepared) else list(program),
            "told": told,
            "namespaces": ["mount", *_NAMESPACES, *([] if as_root else ["user"])],
            "places": self._places(),
            "below": [str(path) for path in self._visible() if Path("/tmp") in path.parents],
            "work": str(self.work),
            "limits": self.limits.resources(),
            # Limits on processes do not hold for root, and are counted by user.
            "uid": random.randrange(10**9, 2 * 10**9) if as_root else None,
            "filter": None if filter_ is None else filter_.hex(),
        }

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.work),
            "IPYTHONDIR": str(self.work / ".ipython"),
            "LANG": "C.UTF-8",
            # Or each thread reserves addresses of its own, which count as memory.
            "MALLOC_ARENA_MAX": "1",
            "MPLCONFIGDIR": str(self.work / ".matplotlib"),
            **ONE_THREAD,
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
        }

    def _visible(self) -> set[Path]:
        """What is mounted where it is."""
        environment = {Path(sys.prefix), Path(sys.base_prefix)}
        visible = {Path("/usr"), *HOST_FILES, *self.readable, *environment}
        visible |= {path.resolve() for path in visible}
        visible |= {Path(path) for path in _SETTINGS if os.path.exists(path)}
        return visible | {
            Path(path) for path in _LIBRARIES if os.path.exists(path) and not os.path.islink(path)
        }

    def _bubblewrap(self) -> list[str]:
        """The command line, without the program. Order matters: parents before what is in them."""
        command = ["bwrap", *(f"--unshare-{name}" for name in _NAMESPACES), "--unshare-cgroup-try"]
        command += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
        if "uts" in _NAMESPACES:
            command += ["--hostname", "sandbox"]
        if os.geteuid() == 0:
            # Kept for entrypoint.py alone, which gives them up with the user.
            for name in ("SYS_ADMIN", "SETUID", "SETGID", "SETPCAP"):
                command += ["--cap-add", f"CAP_{name}"]
        else:
            command += ["--unshare-user", "--uid", "1000", "--gid", "1000"]
        for name, value in self._environment().items():
            command += ["--setenv", name, value]

        mounts: dict[Path, list[str]] = {Path("/tmp"): ["--perms", "1777", "--tmpfs"]}
        for path in (self.work, self.run):
            mounts[path] = ["--perms", "0777", "--tmpfs"]
        visible = self._visible()
        for link in filter(os.path.islink, _LIBRARIES):
            mounts[Path(link)] = ["--symlink", os.readlink(link)]
        for path in (*self.hidden, PACKAGE):
            if path not in visible and any(parent in visible for parent in path.parents):
                mounts[path] = ["--ro-bind", "/dev/null"] if path.is_file() else ["--tmpfs"]
        for path in visible:
            mounts[path] = ["--ro-bind", str(path)]
        made: set[Path] = set()
        for path in sorted(mounts, key=lambda path: (len(path.parts), path)):
            for parent in [*path.parents][-2::-1]:
                # bubblewrap would make it readable by its owner alone.
                if parent not in made and parent not in mounts:
                    command += ["--perms", "0755", "--dir", str(parent)]
                    made.add(parent)
            command += [*mounts[path], str(path)]
        command += ["--proc", "/proc", "--dev", "/dev"]
        # Mapped to be shared it is memory without a file, see `seccomp`.
        command += ["--dev-bind", "/dev/null", "/dev/zero"]
        command += ["--perms", "1777", "--tmpfs", "/dev/shm"]
        return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(self.work)]


_hosts: dict[tuple[Prepared, tuple[str, ...]], Host] = {}
"""By what they are prepared for, and what they can see."""

_HOSTS_CAP = 6


def readable_package() -> list[Path]:
    """What of convkit student code may read: all but the grading and what a course is made from."""
    return [path for path in PACKAGE.iterdir() if path.name not in ("grading", "course")]


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A private folder for one job, gone afterwards."""
    usual = tempfile.gettempdir()
    # The path of a socket may not be longer than 107 bytes.
    place = usual if len(usual) <= 50 else "/tmp"
    with tempfile.TemporaryDirectory(
        prefix="convkit-", dir=place, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder).resolve()
