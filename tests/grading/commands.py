"""The commands of a course, each in a process of its own that is forked from a prepared one.

That takes the seconds away that importing takes, and starting what sandboxed processes are forked
from, and nothing else: what is tested is the same.
`python -m tests.grading.commands ADDRESS` is the prepared process.
"""

import atexit
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from convkit.grading.sandbox.forks import ask, end_with, listening, serve

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 120


@functools.cache
def _server() -> Path:
    """The address of the prepared process, which ends with this one."""
    folder = tempfile.TemporaryDirectory(prefix="commands-")
    atexit.register(folder.cleanup)
    address = Path(folder.name, "socket")
    program = [sys.executable, "-m", "tests.grading.commands", str(address), str(os.getpid())]
    # Who has made a grader's application here goes without the working directory's modules.
    environment = os.environ | {"PYTHONSAFEPATH": ""}
    with subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == b"ready\n"
        server.returncode = 0  # it serves until we are no more
    return address


def run(
    program: str, *arguments: str, folder: Path, environment: dict[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run ``convkit`` or ``nbgrader`` in ``folder`` to its end."""
    request = json.dumps([program, arguments, str(folder), environment])
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        command = ask(_server(), request.encode(), [output.fileno(), errors.fileno()])
        command.begin()
        try:
            status = command.wait(seconds)
        except TimeoutError:
            command.signal(signal.SIGKILL)
            raise subprocess.TimeoutExpired([program, *arguments], seconds) from None
        said = []
        for file in (output, errors):
            file.seek(0)
            said.append(file.read().decode())
    return subprocess.CompletedProcess([program, *arguments], status, *said)


def _become(request: bytes, descriptors: list[int]) -> None:
    program, arguments, folder, environment = json.loads(request)
    with open(os.devnull, "rb") as nothing:
        for stream, descriptor in enumerate([nothing.fileno(), *descriptors]):
            os.dup2(descriptor, stream)
    for descriptor in descriptors:
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    sys.argv = [program, *arguments]
    sys.path[0] = "" if program == "convkit" else folder
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        if program == "convkit":
            from convkit.cli import main
        else:
            from nbgrader.apps.nbgraderapp import main
        sys.exit(main())
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001  as at the end of a process that is not forked


if __name__ == "__main__":
    import convkit.grading.runner  # noqa: F401
    from convkit.grading.running import sandboxes
    from tests.grading.course import mini_source

    sandboxes.prepare(Path("/nowhere"), "mini", [mini_source()])

    end_with(int(sys.argv[2]))
    with listening(Path(sys.argv[1])) as listener:
        print("ready", flush=True)
        os.close(1)
        os.open(os.devnull, os.O_WRONLY)
        serve(listener, _become)
