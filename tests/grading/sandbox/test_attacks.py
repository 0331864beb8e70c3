"""Code that tries to get out of the sandbox, or to take more than it may, is stopped or refused."""

import os
import platform
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from convkit.grading.sandbox import seccomp
from convkit.grading.sandbox.bubblewrap import Limits, Sandbox, scratch_folder
from tests.grading.sandbox.test_bubblewrap import inside

ROOT = Path(__file__).parents[3]
MEMORY = 256 << 20

CALLS = """
    import ctypes, errno, json, mmap, os, socket
    libc = ctypes.CDLL(None, use_errno=True)
    def call(number, *arguments):
        ctypes.set_errno(0)
        libc.syscall(number, *arguments)
        return errno.errorcode.get(ctypes.get_errno(), "went through")
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="these are its numbers")
class TestSystemCalls:
    """Is what namespaces leave open refused by the filter, and by nothing else?"""

    def tried(self, names=tuple(seccomp.REFUSED)):
        numbers = {name: seccomp.REFUSED[name][0] for name in names}
        return inside(
            CALLS
            + f"""
    print(json.dumps({{
        name: call(number, *[ctypes.c_long(0)] * 6)
        for name, number in {numbers!r}.items()
    }}))
"""
        )

    def test_every_call_of_the_list_is_refused(self):
        assert set(self.tried().values()) == {"EPERM"}

    def test_without_the_filter_these_would_not_be(self, monkeypatch):
        names = ("ptrace", "unshare", "keyctl", "memfd_create", "shmget", "personality")
        assert set(self.tried(names).values()) == {"EPERM"}
        monkeypatch.setattr(seccomp, "program", lambda: None)
        assert "EPERM" not in self.tried(names).values()

    def test_the_numbers_are_those_of_this_kernel(self):
        header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
        if not header.exists():
            pytest.skip("the kernel's headers are not installed")
        lines = [line.split() for line in header.read_text().splitlines()]
        known = {line[1]: int(line[2]) for line in lines if len(line) == 3}
        numbers = {name: both[0] for name, both in seccomp.REFUSED.items()} | {
            "clone": seccomp.CLONE[0],
            "clone3": seccomp.CLONE3,
            "ioctl": seccomp.IOCTL[0],
            "mmap": seccomp.MMAP[0],
            "setsockopt": seccomp.SETSOCKOPT[0],
            "socket": seccomp.SOCKET[0],
            "socketpair": seccomp.SOCKETPAIR[0],
        }
        assert {name: known[f"__NR_{name}"] for name in numbers} == numbers

    def test_namespaces_sockets_terminals_and_shared_memory(self):
        found = inside(
            CALLS
            + """
    def family(number):
        try:
            socket.socket(number, socket.SOCK_STREAM).close()
        except OSError as error:
            return errno.errorcode[error.errno]
    def shared():
        try:
            mmap.mmap(-1, 4096)
        except OSError as error:
            return errno.errorcode[error.errno]
    def zeros():
        try:
            mmap.mmap(os.open("/dev/zero", os.O_RDWR), 4096)
        except OSError as error:
            return errno.errorcode[error.errno]
    spaces = [0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]
    print(json.dumps({
        "namespaces": sorted({call(56, space | 17, 0, 0, 0, 0) for space in spaces}),
        "clone3": call(435, 0, 0),
        "not made yet": call(451, 0),
        "another table": call(0x40000000 + 39),
        "the host of a virtual machine": family(40),
        "packets": family(17),
        "Bluetooth": family(31),
        "the kernel's ciphers": family(38),
        "type into a terminal": call(16, 0, 0x5412, b"x"),
        "shared memory": shared(),
        "mapped zeros": zeros(),
    }))
"""
        )
        assert found == {
            "namespaces": ["EPERM"],
            "clone3": "ENOSYS",
            "not made yet": "ENOSYS",
            "another table": "ENOSYS",
            "the host of a virtual machine": "EAFNOSUPPORT",
            "packets": "EAFNOSUPPORT",
            "Bluetooth": "EAFNOSUPPORT",
            "the kernel's ciphers": "EAFNOSUPPORT",
            "type into a terminal": "EPERM",
            "shared memory": "EPERM",
            "mapped zeros": "ENODEV",
        }

    def test_what_exercises_need_goes_through(self):
        assert inside(
            """
            import asyncio, json, multiprocessing, subprocess, sys, threading
            import numpy as np
            done = []
            thread = threading.Thread(target=done.append, args=("thread",))
            thread.start()
            thread.join()
            asyncio.run(asyncio.sleep(0))
            with multiprocessing.get_context("fork").Pool(2) as pool:
                done += pool.map(abs, [-1, -2])
            done.append(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout)
            done.append(float(np.linalg.norm(np.ones((64, 64)) @ np.ones((64, 64))) > 0))
            print(json.dumps(done))
            """
        ) == ["thread", 1, 2, "child\n", 1.0]


def test_no_filter_where_the_numbers_are_not_known(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert seccomp.program() is None
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert len(seccomp.program()) % 8 == 0


def attacked(program, seconds=60, **limits):
    """How a program that takes too much ends: what was said of it, and after how many seconds."""
    with scratch_folder() as scratch:
        sandbox = Sandbox(scratch, limits=Limits(**{"memory_bytes": MEMORY} | limits))
        began = time.monotonic()
        confined = sandbox.start([sys.executable, "-c", textwrap.dedent(program)])
        try:
            confined.process.wait(seconds)
            ended = confined.ending()[0] if confined.process.returncode else "by itself"
        finally:
            confined.kill()
    return ended, time.monotonic() - began


BOMBS = {
    "processes": """
        import os, time
        for _ in range(6):
            if os.fork() == 0:
                os.setsid()
                kept = bytearray(75 << 20)
                time.sleep(99)
        time.sleep(99)
    """,
    "files": """
        import time
        for folder in (".", "/tmp", "/dev/shm"):
            for number in range(4):
                with open(f"{folder}/{number}", "wb") as file:
                    file.write(bytes(15 << 20))
        kept = bytearray(125 << 20)
        time.sleep(99)
    """,
    "files that have no name": """
        import os, tempfile, time
        kept = [tempfile.TemporaryFile(dir=d) for d in (".", "/tmp", "/dev/shm") for _ in range(4)]
        for file in kept:
            file.write(bytes(15 << 20))
            file.flush()
        more = bytearray(125 << 20)
        time.sleep(99)
    """,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_memory_is_limited_for_all_processes_and_files_together(bomb):
    ended, seconds = attacked(BOMBS[bomb])
    assert ended == "out of memory"
    assert seconds < 50


def test_who_stays_below_the_limit_is_left_alone():
    below = """
        import os, time
        if os.fork() == 0:
            kept = bytearray(75 << 20)
            time.sleep(1)
            os._exit(0)
        kept = bytearray(75 << 20)
        os.wait()
    """
    assert attacked(below)[0] == "by itself"


def test_a_fork_bomb_burns_its_own_processes_alone():
    bomb = """
        import os, time
        until = time.monotonic() + 2
        while time.monotonic() < until:
            try:
                os.fork()
            except OSError:
                time.sleep(0.01)
    """
    assert attacked(bomb, processes=32)[0] == "by itself"


def test_processor_time_is_limited_and_said():
    assert attacked("while True: pass", cpu_seconds=1)[0] == "timed out"


def test_a_daemon_ends_with_the_program_that_left_it():
    with scratch_folder() as scratch:
        confined = Sandbox(scratch).start(
            [
                sys.executable,
                "-c",
                "import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n"
                "    print(1, flush=True)\n    time.sleep(99)\n  os._exit(0)\n"
                "time.sleep(1)",
            ],
            stdout=subprocess.PIPE,
        )
        assert confined.process.stdout.readline() == b"1\n"
        confined.process.wait(20)
        time.sleep(0.2)
        assert not os.path.exists(confined.root)
        confined.kill()


def test_it_all_ends_with_who_started_it():
    """Is nothing left where the grader itself is killed?"""
    program = f"""
        import os, signal, subprocess, sys
        sys.path.insert(0, {str(ROOT)!r})
        from convkit.grading.sandbox.bubblewrap import Sandbox, scratch_folder
        with scratch_folder() as scratch:
            inner = "print(1, flush=True); import time; time.sleep(99)"
            confined = Sandbox(scratch).start(
                [sys.executable, "-c", inner], stdout=subprocess.PIPE)
            confined.process.stdout.readline()
            print(confined.init, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with scratch_folder() as place:
        env = os.environ | {"TMPDIR": str(place)}
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)
    init = int(done.stdout)
    until = time.monotonic() + 10
    while os.path.exists(f"/proc/{init}/root/proc") and time.monotonic() < until:
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{init}/root/proc")


def ordinary_user(command):
    """A command as an ordinary user runs it, where we are root and the environment is root's."""
    base = Path(sys.base_prefix)
    closed = next((p for p in reversed(base.parents) if not p.stat().st_mode & 0o001), None)
    steps = ["umask 022", "place=$(mktemp -d)"]
    if closed is not None:
        steps += [
            f"mount --bind {base} $place",
            f"mount -t tmpfs -o mode=755 tmpfs {closed}",
            f"mkdir -p {base}",
            f"mount --move $place {base}",
        ]
    user = "setpriv --reuid 12345 --regid 12345 --clear-groups"
    there = "env HOME=$place MPLCONFIGDIR=$place TMPDIR=$place"
    end = "ended=$?; rm -r $place; exit $ended"
    steps += ["rmdir $place", "mkdir -m 777 $place", f'{{ {user} {there} "$@"; {end}; }}']
    return ["unshare", "--mount", "sh", "-c", " && ".join(steps), "sh", *command]


@pytest.mark.skipif(os.geteuid() != 0, reason="we are an ordinary user already")
def test_all_of_it_holds_for_an_ordinary_user_as_well():
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("this root may not mount")
    files = [
        str(Path(__file__).with_name(name)) for name in ("test_bubblewrap.py", "test_attacks.py")
    ]
    command = [sys.executable, "-m", "pytest", *files, "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(ordinary_user(command), capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
