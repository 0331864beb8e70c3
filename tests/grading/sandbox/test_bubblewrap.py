"""What student code finds when it looks around: nothing, and little room."""

import json
import os
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from convkit.grading.intake.folder import look_into
from convkit.grading.running.grade import copy_files
from convkit.grading.sandbox.bubblewrap import Limits, Sandbox, scratch_folder
from convkit.grading.sandbox.forks import Forked
from convkit.grading.sandbox.memory import SECONDS, SOCKET_BYTES

ROOT = Path(__file__).parents[3]
LIMITS = Limits(
    memory_bytes=1 << 30,
    processes=32,
    file_bytes=1 << 20,
    open_files=64,
    cpu_seconds=2,
    disk_bytes=8 << 20,
)


def inside(program, seconds=30, **options):
    """Run a Python program in a sandbox; what it printed as JSON, or its exit status."""
    with scratch_folder() as scratch:
        sandbox = Sandbox(scratch, **{"hidden": (ROOT,), "limits": LIMITS, **options})
        command = [sys.executable, "-c", textwrap.dedent(program)]
        confined = sandbox.start(command, stdout=subprocess.PIPE)
        try:
            printed = confined.output(seconds)
        finally:
            confined.kill()
    return json.loads(printed) if printed else confined.process.returncode


def test_the_user_is_nobody_without_any_privilege():
    status = inside(
        """
        import json, os, resource
        lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
        print(json.dumps({
            "ids": [os.getuid(), os.geteuid(), os.getgid(), os.getegid(), *os.getgroups()],
            "capabilities": [lines[name].strip() for name in ("CapPrm", "CapEff", "CapAmb")],
            "new": lines["NoNewPrivs"].strip(),
        }))
        """
    )
    assert 0 not in status["ids"]
    assert set(status["capabilities"]) == {"0" * 16}
    assert status["new"] == "1"


def test_neither_course_nor_home_nor_password_file_nor_other_processes_are_there(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the gradebook")
    found = inside(
        f"""
        import json, os
        def look(path):
            try:
                return os.listdir(path) if os.path.isdir(path) else open(path).read(20)
            except OSError as error:
                return error.strerror
        print(json.dumps({{
            "course": look({str(ROOT)!r}),
            "package": look({str(ROOT / "convkit")!r}),
            "grading": look({str(ROOT / "convkit" / "grading")!r}),
            "sandbox": look({str(ROOT / "convkit" / "grading" / "sandbox")!r}),
            "secret": look({str(secret)!r}),
            "passwd": look("/etc/passwd"),
            "shadow": look("/etc/shadow"),
            "home": look(os.path.expanduser("~root/.ssh")),
            "tmp": look("/tmp"),
            "processes": [name for name in os.listdir("/proc") if name.isdigit()],
        }}))
        """
    )
    assert set(found["course"]) <= {".venv", "convkit"}
    assert found["package"] == ["grading"]
    assert found["grading"] == ["sandbox"]
    assert sorted(found["sandbox"]) == ["entrypoint.py", "forks.py"]
    assert {found[name] for name in ("secret", "passwd", "shadow", "home")} == {
        "No such file or directory"
    }
    above = {path.name for path in ROOT.parents} | {ROOT.name}  # of what is mounted, if in /tmp
    assert len(set(found["tmp"]) - above) <= 1  # the job's own
    assert len(found["processes"]) <= 3


def test_an_installed_package_is_covered_up(tmp_path, monkeypatch):
    """Where convkit lies inside the environment, not beside it, is the reference still hidden?"""
    library = Path(sys.prefix) / "lib"
    monkeypatch.setattr("convkit.grading.sandbox.bubblewrap.PACKAGE", library)
    assert inside(f"import os; print(os.listdir({str(library)!r}) or 0)", seconds=10) in (0, 127, 1)


def test_the_environment_is_empty(monkeypatch):
    monkeypatch.setenv("GRADER_TOKEN", "canary")
    found = inside("import json, os; print(json.dumps(dict(os.environ)))")
    assert "canary" not in found.values()
    assert not {"USER", "SSH_AUTH_SOCK", "PYTHONPATH", "VIRTUAL_ENV"} & set(found)
    assert found["HOME"].endswith("/work")


def test_there_is_no_network():
    assert inside(
        """
        import json, socket
        tried = {}
        for name, family, address in (
            ("internet", socket.AF_INET, ("1.1.1.1", 53)),
            ("loopback", socket.AF_INET, ("127.0.0.1", 22)),
            ("abstract", socket.AF_UNIX, "\\0/tmp/.X11-unix/X0"),
        ):
            try:
                socket.socket(family).connect(address)
                tried[name] = "connected"
            except OSError as error:
                tried[name] = "refused"
        try:
            tried["names"] = socket.gethostbyname("example.org")
        except OSError:
            tried["names"] = "refused"
        lines = open("/proc/net/dev").readlines()
        tried["interfaces"] = [line.split(":")[0].strip() for line in lines if ":" in line]
        print(json.dumps(tried))
        """
    ) == {
        "internet": "refused",
        "loopback": "refused",
        "abstract": "refused",
        "names": "refused",
        "interfaces": ["lo"],
    }


def test_nothing_can_be_written_but_the_working_folder_and_tmp():
    found = inside(
        f"""
        import json, os
        def write(folder):
            try:
                open(os.path.join(folder, "written"), "w").close()
                return True
            except OSError:
                return False
        folders = ["/", "/usr", "/etc", "/dev", "/proc", {sys.prefix!r}, {sys.base_prefix!r},
                   {str(ROOT)!r}, ".", "/tmp", "/dev/shm"]
        print(json.dumps({{folder: write(folder) for folder in folders}}))
        """
    )
    # A course below /tmp is not there: what can be written is a folder of the sandbox's own /tmp.
    own = {str(ROOT)} if ROOT.is_relative_to("/tmp") else set()
    written = {folder for folder, written in found.items() if written}
    assert written - own == {".", "/tmp", "/dev/shm"}


def test_memory_files_disks_and_descriptors_are_limited():
    found = inside(
        """
        import json, os
        def tries(do):
            try:
                do()
                return "went through"
            except (MemoryError, OSError) as error:
                return type(error).__name__
        def large_file():
            with open("large", "wb") as file:
                file.write(b"x" * (2 << 20))
        def many_files(folder):
            for number in range(20):
                with open(f"{folder}/{number}", "wb") as file:
                    file.write(b"x" * (1 << 19))
                    file.flush()
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        print(json.dumps({
            "memory": tries(lambda: bytearray(2 << 30)),
            "file": tries(large_file),
            "disk": tries(lambda: many_files(".")),
            "tmp": tries(lambda: many_files("/tmp")),
            "shm": tries(lambda: many_files("/dev/shm")),
            "descriptors": tries(lambda: [os.dup(1) for _ in range(100)]),
        }))
        """
    )
    assert found == {
        "memory": "MemoryError",
        "file": "OSError",
        "disk": "OSError",
        "tmp": "OSError",
        "shm": "OSError",
        "descriptors": "OSError",
    }


def test_processes_are_limited_for_root_too():
    children = inside(
        """
        import json, os, time
        children = 0
        try:
            for _ in range(200):
                if os.fork() == 0:
                    time.sleep(10)
                    os._exit(0)
                children += 1
        except OSError:
            pass
        print(json.dumps(children), flush=True)
        os._exit(0)
        """
    )
    assert 0 < children < 40


def test_cpu_time_is_limited():
    assert inside("while True: pass") not in (0, None)


def test_limits_cannot_be_raised_nor_privileges_regained():
    found = inside(
        """
        import json, os, resource, subprocess
        def tries(do):
            try:
                return str(do())
            except (OSError, ValueError) as error:
                return "refused"
        hard = resource.RLIM_INFINITY
        print(json.dumps([
            tries(lambda: resource.setrlimit(resource.RLIMIT_AS, (hard, hard))),
            tries(lambda: os.setuid(0)),
            tries(lambda: os.chroot("/tmp")),
            "refused" if subprocess.run(["mount", "-t", "tmpfs", "x", "/tmp"],
                                        capture_output=True).returncode else "mounted",
            "refused" if subprocess.run(["mount", "-o", "remount,rw", "/usr"],
                                        capture_output=True).returncode else "mounted",
        ]))
        """
    )
    assert set(found) == {"refused"}


def test_everything_a_program_started_ends_with_it():
    with scratch_folder() as scratch:
        confined = Sandbox(scratch).start(
            [
                sys.executable,
                "-c",
                "import os, time\nif os.fork():\n  print(1, flush=True)\nelse:\n  os.setsid()\n"
                "time.sleep(100)",
            ],
            stdout=subprocess.PIPE,
        )
        confined.process.stdout.readline()
        pids = os.listdir(f"{confined.root}/proc")
        assert sum(pid.isdigit() for pid in pids) >= 2
        confined.kill()
        assert not os.path.exists(confined.root)


def test_given_files_are_there_and_the_students_own(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "data.txt").write_text("given")
    with scratch_folder() as scratch:
        copy_files(look_into(tmp_path), scratch / "files")
        sandbox = Sandbox(scratch, files=scratch / "files")
        confined = sandbox.start(
            [
                sys.executable,
                "-c",
                "open('folder/more', 'w'); print(open('folder/data.txt').read())",
            ],
            stdout=subprocess.PIPE,
        )
        assert confined.output(20) == b"given\n"
        confined.kill()
    assert not (tmp_path / "folder" / "more").exists()


def test_what_the_kernel_keeps_of_files_and_sockets_is_counted():
    """Empty files take no room of a disk, and what waits in a socket is in no process."""
    program = (
        "import socket, sys, time\n"
        "for n in range(20_000): open(f'/tmp/{n}', 'w').close()\n"
        "kept = [socket.socketpair() for _ in range(60)]\n"
        "print(flush=True); time.sleep(60)"
    )
    with scratch_folder() as scratch:
        confined = Sandbox(scratch).confine([sys.executable, "-c", program], stdout=subprocess.PIPE)
        confined.process.stdout.readline()
        deadline = time.monotonic() + 20
        while confined.memory.peak_bytes < 100 << 20 and time.monotonic() < deadline:
            time.sleep(0.05)
        confined.kill()
    assert confined.memory.peak_bytes > 100 << 20


def test_before_a_program_begins_its_neighbours_are_not_taken_for_it(monkeypatch):
    """Until it has a /proc of its own, theirs is what it is shown."""
    monkeypatch.setattr(Forked, "begin", lambda process: time.sleep(5 * SECONDS))
    with scratch_folder() as scratch:
        confined = Sandbox(scratch).confine([sys.executable, "-c", ""])
        confined.kill()
    assert confined.memory.peak_bytes == 0


def test_no_socket_holds_more_than_it_is_counted_for():
    held = inside(
        """
        import contextlib, json, socket
        held = []
        options = [socket.SO_SNDBUF, socket.SO_RCVBUF, 32, 33]  # SO_SNDBUFFORCE, SO_RCVBUFFORCE
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            for pair in (socket.socketpair(socket.AF_UNIX, kind) for _ in range(2)):
                for end in pair:
                    for option in options:
                        with contextlib.suppress(OSError):
                            end.setsockopt(socket.SOL_SOCKET, option, 64 << 20)
                pair[0].setblocking(False)
                held.append(0)
                with contextlib.suppress(OSError):
                    while True:
                        held[-1] += pair[0].send(bytes(200_000))
        print(json.dumps(held))
        """
    )
    assert min(held) > 0
    assert max(held) <= SOCKET_BYTES


def test_what_waits_in_sockets_that_are_closed_is_counted():
    program = (
        "import contextlib, socket, time\n"
        "listener = socket.socket(socket.AF_UNIX); listener.bind('x'); listener.listen(4096)\n"
        "for _ in range(500):\n"
        "    with socket.socket(socket.AF_UNIX) as sender:\n"
        "        sender.connect('x'); sender.setblocking(False)\n"
        "        with contextlib.suppress(BlockingIOError):\n"
        "            while True: sender.send(bytes(100_000))\n"
        "time.sleep(60)"
    )
    with scratch_folder() as scratch:
        limits = Limits(memory_bytes=256 << 20, open_files=16)
        confined = Sandbox(scratch, limits=limits).confine([sys.executable, "-c", program])
        try:
            confined.process.wait(20)
        finally:
            confined.kill()
    assert confined.ending()[0] == "out of memory"


def test_the_only_sockets_are_those_between_a_programs_own_processes():
    made = inside(
        """
        import json, socket
        made = []
        for family in range(1, 46):
            for kind in range(1, 6):
                try:
                    socket.socket(family, kind).close()
                    made.append(family)
                except OSError:
                    pass
        print(json.dumps(sorted({*made})))
        """
    )
    assert made == [socket.AF_UNIX, socket.AF_NETLINK]  # the latter asks what network there is
