"""What runs inside the sandbox before student code: prepares, forks, confines, and becomes it.

    python entrypoint.py '{"listener": 3, "prepared": ["worker.py", …], "namespaces": [...]}'

The prepared process imports what student code needs and runs none. For each program that is asked
for it forks a process that enters namespaces of its own, gets places to write to of its own, and
gives up every privilege. With "once" it becomes the program itself, where there is no sandbox.

It takes the standard library alone.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import json
import os
import resource
import shutil
import socket
import stat
import sys
from pathlib import Path
from typing import Any

_NAMESPACES = {
    "mount": 0x00020000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
_READ_ONLY, _NO_SET_UID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_BIND, _RECURSIVE, _PRIVATE = 1 << 12, 1 << 14, 1 << 18
_PR_SET_SECCOMP, _FILTER = 22, 2
_PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _CLEAR_ALL = 24, 47, 4
_CAPABILITIES_VERSION = 0x20080522


def _load(name: str) -> Any:
    """A module by its file: no path leads to it."""
    spec = importlib.util.spec_from_file_location(Path(name).stem, name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


def _call(name: str, *arguments: Any) -> None:
    """A function of the C library's that gives 0 where all is well."""
    given = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments]
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*given):
        number = ctypes.get_errno()
        raise OSError(number, f"{name} {arguments}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    words = [word.encode() if word is not None else None for word in (source, target, kind)]
    _call("mount", *words, flags, data.encode())


def enter(request: bytes) -> None:
    """New namespaces for the next process that is forked."""
    settings = json.loads(request)
    user, group = os.getuid(), os.getgid()
    _call("unshare", sum(_NAMESPACES[name] for name in settings["namespaces"]))
    if "user" in settings["namespaces"]:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def confine(settings: dict[str, Any], files: int | None) -> None:
    """Leave this process, the first in its namespaces, nothing but what student code may have."""
    _mount("none", "/", None, _RECURSIVE | _PRIVATE)
    if "user" in settings["namespaces"]:
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    kept = {path: os.open(path, os.O_PATH) for path in settings["below"]}
    for place, size in settings["places"].items():
        mode = "1777" if place in ("/tmp", "/dev/shm") else "777"
        options = f"size={size},mode={mode}"
        _mount("tmpfs", place, "tmpfs", _NO_SET_UID | _NO_DEVICES, options)
    for path, descriptor in kept.items():
        _make_place(Path(path), folder=stat.S_ISDIR(os.fstat(descriptor).st_mode))
        _mount(f"/proc/self/fd/{descriptor}", path, None, _BIND | _RECURSIVE)
        os.close(descriptor)
    terminals = "newinstance,ptmxmode=0666,mode=620"
    _mount("devpts", "/dev/pts", "devpts", _NO_SET_UID | _NO_PROGRAMS, terminals)
    own = _READ_ONLY | _NO_SET_UID | _NO_DEVICES | _NO_PROGRAMS
    _mount("proc", "/proc", "proc", own)
    _give_up(settings["uid"])
    _prepare(settings, files)
    if settings["filter"] is not None:
        program = bytes.fromhex(settings["filter"])
        filter_ = _Filter(len(program) // 8, program)
        _call("prctl", _PR_SET_SECCOMP, _FILTER, ctypes.byref(filter_), 0, 0)


def _make_place(path: Path, *, folder: bool) -> None:
    """For something to be mounted on."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if folder:
        path.mkdir()
    else:
        path.touch()


def _give_up(uid: int | None) -> None:
    """Be nobody in particular, without privileges."""
    for capability in range(64):
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # as far as there are
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _call("prctl", _PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    none = (ctypes.c_uint32 * 6)()
    _call("capset", (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0), none)


def _prepare(settings: dict[str, Any], files: int | None) -> None:
    """Limits, and the files that were given."""
    os.chdir(settings["work"])
    for name, limit in settings["limits"].items():
        # At the soft limit of CPU time a signal says what it is; at the hard one it is any kill.
        hard = limit + 5 if name == "RLIMIT_CPU" else limit
        resource.setrlimit(getattr(resource, name), (limit, hard))
    if files is not None:
        _copy(files, Path())
        os.close(files)


def _copy(folder: int, to: Path) -> None:
    for name in os.listdir(folder):
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
        if os.path.isdir(opened):
            (to / name).mkdir(exist_ok=True)
            _copy(opened, to / name)
            os.close(opened)
        else:
            with open(opened, "rb") as source, (to / name).open("wb") as target:
                shutil.copyfileobj(source, target)


def run(request: bytes, descriptors: list[int]) -> None:
    """Confine this process, and fork the program, with which it ends."""
    settings = json.loads(request)
    stdin, stdout, *files = descriptors
    confine(settings, files[0] if files else None)
    program = os.fork()
    if program:
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        forks.silence()
        ended = None
        while ended != program:
            ended, status = os.wait()
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)
    os.setsid()
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    become(settings)


def become(settings: dict[str, Any]) -> None:
    """Be the program. From here on standard error is the student's, which nobody reads."""
    ours = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if settings["program"] is None:
        os.close(ours)
        prepared.become(settings["told"])
        return
    try:
        os.execv(settings["program"][0], settings["program"])
    except OSError as error:
        os.write(ours, f"{settings['program'][0]}: {error.strerror}\n".encode())
        os._exit(127)


forks: Any
prepared: Any


def main() -> None:
    global forks, prepared
    settings = json.loads(sys.argv[1])
    forks = _load(settings["forks"])
    if settings["prepared"] is not None:
        file, *arguments = settings["prepared"]
        prepared = _load(file)
        prepared.prepare(*arguments)
    if "once" in settings:
        once = settings["once"]
        _prepare(once, os.open(once["files"], os.O_RDONLY) if once["files"] else None)
        become(once)
        return
    os.umask(0o022)
    gc.collect()
    gc.freeze()
    forks.serve(socket.socket(fileno=settings["listener"]), run, enter)


main()
