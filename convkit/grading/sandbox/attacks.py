"""Attacks, one for each promise of `promises`, that succeed where it is not kept. Runs inside.

    python attacks.py '{"tried": ["network", …], "port": …, "folder": …, "limits": {…}}'

Each is tried in a process of its own, and says whether it succeeded. The standard library alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

_NEW_USER_NAMESPACE = 0x10000000
_GIVEN = {
    "HOME",
    "IPYTHONDIR",
    "LANG",
    "LC_CTYPE",
    "MALLOC_ARENA_MAX",
    "MPLCONFIGDIR",
    "PATH",
    "PWD",
}
_GIVEN |= {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE"}

told: dict[str, Any] = {}


def user() -> bool:
    return 0 in os.getresuid() + os.getresgid()


def privileges() -> bool:
    with open("/proc/self/status") as file:
        status = dict(line.split(":", 1) for line in file)
    has = int(status["CapPrm"], 16) or not int(status["NoNewPrivs"])
    return bool(has) or ctypes.CDLL(None).unshare(_NEW_USER_NAMESPACE) == 0


def network() -> bool:
    socket.create_connection(("127.0.0.1", told["port"]), timeout=2).close()
    return True


def processes() -> bool:
    # Its own are this one, that which tries, and the first of all.
    return sum(name.isdigit() for name in os.listdir("/proc")) > 3


def environment() -> bool:
    return not set(os.environ) <= _GIVEN


def sockets() -> bool:
    socket.socket(socket.AF_INET).close()
    return True


def buffers() -> bool:
    with socket.socket(socket.AF_UNIX) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    return True


def writing() -> bool:
    with open(os.path.join(told["folder"], "written"), "w"):
        return True


def course() -> bool:
    with open(told["secret"]) as file:
        return bool(file.read())


def calls() -> bool:
    os.close(os.memfd_create("x"))
    return True


def memory() -> bool:
    return bool(bytearray(told["limits"]["memory_bytes"]))


def forks() -> bool:
    for _ in range(told["limits"]["processes"]):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
    return True


def files() -> bool:
    with tempfile.TemporaryFile() as file:
        file.truncate(told["limits"]["file_bytes"] + 1)
    return True


def descriptors() -> bool:
    return bool([os.dup(1) for _ in range(told["limits"]["open_files"])])


def processor() -> bool:
    longer = told["limits"]["cpu_seconds"] + 1000
    resource.setrlimit(resource.RLIMIT_CPU, (longer, longer))
    return True


def disk() -> bool:
    for place in (".", "/tmp", "/dev/shm"):
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(told["limits"]["disk_bytes"] + 1))
    return True


def together() -> bool:
    """Many processes that hold what one may."""
    reading, writing = os.pipe()
    for _ in range(4):
        if os.fork() == 0:
            kept = b"x" * (told["limits"]["memory_bytes"] // 3)
            os.write(writing, kept[:1])
            time.sleep(20)
            os._exit(0)
    for _ in range(4):
        os.read(reading, 1)
    time.sleep(1)
    return True


def _succeeds(attack: Callable[[], bool]) -> bool:
    """Whether it does, in a process of its own, which ends with all that it started."""
    reading, writing = os.pipe()
    attacker = os.fork()
    if attacker == 0:
        os.setpgid(0, 0)
        succeeded = False
        try:
            succeeded = attack()
        finally:
            os.write(writing, bytes([succeeded]))
            os._exit(0)
    os.close(writing)
    said = os.read(reading, 1)
    os.close(reading)
    with contextlib.suppress(OSError):
        os.killpg(attacker, 9)
    os.waitpid(attacker, 0)
    return said == b"\1"


def main() -> None:
    told.update(json.loads(sys.argv[1]))
    print(json.dumps({name: _succeeds(globals()[name]) for name in told["tried"]}), flush=True)
    time.sleep(0.2)  # for the watch to see it


if __name__ == "__main__":
    main()
