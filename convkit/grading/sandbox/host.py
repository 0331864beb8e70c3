"""The prepared process inside a sandbox, from which those of programs are forked."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from convkit.grading.sandbox.forks import Forked, ask, listening

_ENTRYPOINT = Path(__file__).with_name("entrypoint.py")
_FORKS = Path(__file__).with_name("forks.py")
HOST_FILES = (_ENTRYPOINT, _FORKS)
"""What must be readable in every sandbox."""


class SandboxError(RuntimeError):
    """The sandbox cannot start on this machine; the message says why and what would cure it."""


@dataclass(frozen=True)
class Prepared:
    """A program whose process is forked from one that is prepared, and used once.

    Attributes:
        file: a module with ``prepare``, which imports what it takes and runs nothing of a
            student's, and ``become``, which is told something and is the program.
        arguments: of ``prepare``.
    """

    file: Path
    arguments: tuple[str, ...] = ()


Program = Sequence[str] | Prepared


def entrypoint(program: Program, settings: dict[str, Any]) -> list[str]:
    """The command of a process that prepares for ``program``."""
    prepared, flags = None, ["-I", "-S"]
    if isinstance(program, Prepared):
        prepared, flags = [str(program.file), *program.arguments], ["-P"]
    settings |= {"forks": str(_FORKS), "prepared": prepared}
    return [sys.executable, *flags, str(_ENTRYPOINT), json.dumps(settings)]


class Host:
    """bubblewrap with the prepared process in it. It ends with this one.

    Args:
        bubblewrap: the command line, without the program.
        entrypoint: the program, whose last argument are its settings.

    Attributes:
        address: where it is asked for processes.

    Raises:
        SandboxError: there is no bubblewrap.
    """

    def __init__(self, bubblewrap: Sequence[str], entrypoint: Sequence[str]) -> None:
        self._owner = os.getpid()
        usual = tempfile.gettempdir()
        # The path of a socket may not be longer than 107 bytes.
        place = usual if len(usual) <= 50 else "/tmp"
        self._folder = tempfile.mkdtemp(prefix="convkit-host-", dir=place)
        self.address = Path(self._folder, "socket")
        *program, settings = entrypoint
        with listening(self.address) as listener:
            told = json.loads(settings) | {"listener": listener.fileno()}
            try:
                self._process = subprocess.Popen(
                    [*bubblewrap, "--", *program, json.dumps(told)],
                    pass_fds=[listener.fileno()],
                    start_new_session=True,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                )
            except FileNotFoundError:
                shutil.rmtree(self._folder)
                raise SandboxError("bubblewrap is not installed") from None
        atexit.register(self.stop)

    @property
    def ours(self) -> bool:
        """Whether this process has started it, and not one from which this was forked."""
        return self._owner == os.getpid()

    @property
    def dead(self) -> bool:
        """As far as can be known without asking it."""
        return not self.address.exists() or (self.ours and self._process.poll() is not None)

    def start(self, request: bytes, stdin: int, stdout: int, files: Path | None) -> Forked:
        """Have a program's process forked, which waits until it may begin.

        Args:
            request: what entrypoint.py is told.
            stdin, stdout: `subprocess.PIPE` or `subprocess.DEVNULL`.
            files: a folder whose contents it gets.
        """
        with contextlib.ExitStack() as theirs:

            def end(stream: int, mode: str) -> tuple[int, IO[bytes] | None]:
                """The program's end of a stream and, if there is one, this side's."""
                if stream != subprocess.PIPE:
                    return theirs.enter_context(open(os.devnull, "r+b")).fileno(), None
                read, write = os.pipe()
                mine, other = (write, read) if mode == "wb" else (read, write)
                theirs.callback(os.close, other)
                return other, open(mine, mode, buffering=0)

            (standard_input, to), (standard_output, from_) = end(stdin, "wb"), end(stdout, "rb")
            descriptors = [standard_input, standard_output]
            if files is not None:
                descriptors.append(os.open(files, os.O_RDONLY))
                theirs.callback(os.close, descriptors[-1])
            process = ask(self.address, request, descriptors)
        process.stdin, process.stdout = to, from_
        return process

    def last_words(self) -> str:
        """What it said when it failed to start."""
        if not self.ours:
            return ""
        assert self._process.stderr is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        os.set_blocking(self._process.stderr.fileno(), False)
        return (self._process.stderr.read(10_000) or b"").decode(errors="replace").strip()

    def stop(self) -> None:
        """End it, and with it all that was forked from it."""
        if not self.ours:
            return
        atexit.unregister(self.stop)
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
        shutil.rmtree(self._folder, ignore_errors=True)
