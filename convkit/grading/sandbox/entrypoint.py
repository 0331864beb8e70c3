"""The first thing that runs inside the sandbox: sets limits, gives up root, becomes the program.

    python entrypoint.py '{"limits": {"RLIMIT_AS": …}, "uid": …, "files": …}' program argument…

It runs before any student code, from the standard library alone.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys


def main() -> None:
    settings, program = json.loads(sys.argv[1]), sys.argv[2:]
    if settings["uid"] is not None:
        os.setgroups([])
        os.setresgid(*[settings["uid"]] * 3)
        os.setresuid(*[settings["uid"]] * 3)
    for name, limit in settings["limits"].items():
        # At the soft limit of CPU time a signal says what it is; at the hard one it is any kill.
        hard = limit + 5 if name == "RLIMIT_CPU" else limit
        resource.setrlimit(getattr(resource, name), (limit, hard))
    for entry in os.scandir(settings["files"]) if settings["files"] else ():
        (shutil.copytree if entry.is_dir() else shutil.copyfile)(entry.path, entry.name)
    # From here on standard error is the student's, which nobody reads.
    ours = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        os.execv(program[0], program)
    except OSError as error:
        os.write(ours, f"{program[0]}: {error.strerror}\n".encode())
        raise SystemExit(127) from None


main()
