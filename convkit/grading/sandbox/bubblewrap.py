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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import convkit
from convkit.grading.sandbox import seccomp
from convkit.grading.sandbox.control_group import control_group
from convkit.grading.sandbox.memory import MemoryWatch
from convkit.grading.sandbox.program import Confined

UNSAFE = "CONVKIT_UNSAFE_NO_SANDBOX"
"""The environment variable that, set to 1, allows running student code without a sandbox."""

PACKAGE = Path(convkit.__file__).parent
_ENTRYPOINT = Path(__file__).with_name("entrypoint.py")
_LIBRARIES = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin")
_SETTINGS = ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime")
_NAMESPACES = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts")
# Linear algebra on one thread: on busy cores more wait for one another, many times as long.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def allowed_without() -> bool:
    return os.environ.get(UNSAFE) == "1"


class SandboxError(RuntimeError):
    """The sandbox cannot start on this machine; the message says why and what would cure it."""


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

    Args:
        scratch: the job's own folder, holding what the program is given. Inside, its ``work`` is
            the working directory and home and its ``run`` is for sockets; both are empty, the
            job's alone and gone afterwards.
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
        return self.scratch / "work"

    @property
    def run(self) -> Path:
        return self.scratch / "run"

    def start(
        self,
        program: Iterable[str],
        stdin: int | IO[bytes] | None = subprocess.DEVNULL,
        stdout: int | IO[bytes] | None = subprocess.DEVNULL,
    ) -> Confined:
        """Start ``program`` inside, or, where that is allowed, beside.

        Raises:
            SandboxError: it could not be started.
        """
        if not allowed_without():
            return self.confine(program, stdin, stdout)
        for folder in (self.work, self.run):
            folder.mkdir(exist_ok=True)
        limits = self.limits.resources()
        del limits["RLIMIT_NPROC"]  # would count what else this user runs
        command = self._command(program, limits, uid=None)
        environment = self._environment()
        streams: dict[str, Any] = {"stdin": stdin, "stdout": stdout, "stderr": subprocess.PIPE}
        return Confined(
            subprocess.Popen(
                command, cwd=self.work, env=environment, start_new_session=True, **streams
            )
        )

    def confine(
        self,
        program: Iterable[str],
        stdin: int | IO[bytes] | None = subprocess.DEVNULL,
        stdout: int | IO[bytes] | None = subprocess.DEVNULL,
    ) -> Confined:
        """Start ``program`` inside.

        Raises:
            SandboxError: it could not be started.
        """
        as_root = os.geteuid() == 0
        # Limits on processes do not hold for root, and are counted by user.
        uid = random.randrange(10**9, 2 * 10**9) if as_root else None
        command = self._command(program, self.limits.resources(), uid)
        streams: dict[str, Any] = {"stdin": stdin, "stdout": stdout, "stderr": subprocess.PIPE}
        read_end, write_end = os.pipe()
        wait_end, go_end = os.pipe()
        with (
            open(read_end, "rb") as information,
            open(go_end, "wb"),
            _to_read(seccomp.program()) as calls,
        ):
            bubblewrap = [*self._bubblewrap(as_root), "--info-fd", str(write_end)]
            bubblewrap += ["--block-fd", str(wait_end)]
            if calls is not None:
                bubblewrap += ["--seccomp", str(calls)]
            try:
                process = subprocess.Popen(
                    [*bubblewrap, "--", *command],
                    pass_fds=[write_end, wait_end, *([] if calls is None else [calls])],
                    start_new_session=True,
                    **streams,
                )
            except FileNotFoundError:
                raise SandboxError("bubblewrap is not installed") from None
            finally:
                os.close(write_end)
                os.close(wait_end)
            described = information.read()
            started = Confined(process)
            if described:
                # Nothing runs inside before the other end is closed.
                started.init = json.loads(described)["child-pid"]
                self._limit(started, started.init)
        if started.memory is None:
            process.wait()
            reason = started.last_words()
            started.kill()
            raise SandboxError(reason or "bubblewrap ended without a word")
        return started

    def _limit(self, started: Confined, init: int) -> None:
        # bubblewrap's own first process is one more.
        group = control_group(self.limits.memory_bytes, self.limits.processes + 1)
        if group is not None:
            try:
                group.add(init)
                started.group = group
            except OSError:
                group.remove()
        in_memory = [Path(path) for path in ("/tmp", "/dev/shm", self.work, self.run)]
        with contextlib.suppress(ProcessLookupError):
            started.memory = MemoryWatch(init, self.limits.memory_bytes, in_memory)

    def _command(
        self, program: Iterable[str], limits: dict[str, int], uid: int | None
    ) -> list[str]:
        settings = {"limits": limits, "uid": uid, "files": str(self.files) if self.files else None}
        return [sys.executable, "-I", "-S", str(_ENTRYPOINT), json.dumps(settings), *program]

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.work),
            "IPYTHONDIR": str(self.work / ".ipython"),
            "LANG": "C.UTF-8",
            "MPLCONFIGDIR": str(self.work / ".matplotlib"),
            **ONE_THREAD,
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
        }

    def _bubblewrap(self, as_root: bool) -> list[str]:
        """The command line, without the program. Order matters: parents before what is in them."""
        command = ["bwrap", *_NAMESPACES, "--unshare-cgroup-try", "--hostname", "sandbox"]
        command += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
        if as_root:
            # Kept for entrypoint.py alone, which gives them up with the user.
            command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            command += ["--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000"]
        for name, value in self._environment().items():
            command += ["--setenv", name, value]

        size = str(self.limits.disk_bytes)
        mounts: dict[Path, list[str]] = {
            Path("/tmp"): ["--perms", "1777", "--size", size, "--tmpfs"],
            self.work: ["--perms", "0777", "--size", size, "--tmpfs"],
            self.run: ["--perms", "0777", "--size", str(1 << 20), "--tmpfs"],
        }
        environment = {Path(sys.prefix), Path(sys.base_prefix)}
        visible = {Path("/usr"), _ENTRYPOINT, *self.readable, *environment}
        visible |= {path.resolve() for path in visible}
        visible |= {Path(path) for path in _SETTINGS if os.path.exists(path)}
        for path in map(Path, _LIBRARIES):
            if path.is_symlink():
                mounts[path] = ["--symlink", os.readlink(path)]
            elif path.exists():
                visible.add(path)
        for path in (*self.hidden, PACKAGE):
            if path not in visible and any(parent in visible for parent in path.parents):
                mounts[path] = ["--ro-bind", "/dev/null"] if path.is_file() else ["--tmpfs"]
        if self.files:
            visible.add(self.files)
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
        command += ["--perms", "1777", "--size", size, "--tmpfs", "/dev/shm"]
        return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(self.work)]


def readable_package() -> list[Path]:
    """What of convkit student code may read: all but the grading and what a course is made from."""
    return [path for path in PACKAGE.iterdir() if path.name not in ("grading", "course")]


@contextlib.contextmanager
def _to_read(data: bytes | None) -> Iterator[int | None]:
    """A descriptor from which a program that is started can read ``data``."""
    if data is None:
        yield None
        return
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file.fileno()


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


def font_cache() -> Path | None:
    """Matplotlib's list of fonts, which takes a second to make and is the same everywhere."""
    import matplotlib
    import matplotlib.font_manager  # makes the list

    lists = Path(matplotlib.get_cachedir()).glob("fontlist-*.json")
    return max(lists, key=lambda path: path.stat().st_mtime, default=None)
