"""What of the sandbox holds on this machine and, where something does not, what would cure it."""

from __future__ import annotations

import dataclasses
import functools
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convkit.grading.hidden_seed import SEED_FILE, has_own_seed
from convkit.grading.sandbox.bubblewrap import (
    PACKAGE,
    UNSAFE,
    Limits,
    Sandbox,
    allowed_without,
    scratch_folder,
)
from convkit.grading.sandbox.control_group import control_group
from convkit.grading.sandbox.host import SandboxError
from convkit.grading.sandbox.promises import PROMISES
from convkit.mine import course_folder

_WHERE = "import importlib.util; print(importlib.util.find_spec('convkit').origin)"
_ATTACKS = Path(__file__).with_name("attacks.py")
LIMITS = Limits(
    memory_bytes=2 << 30,
    processes=16,
    file_bytes=8 << 20,
    open_files=64,
    cpu_seconds=20,
    disk_bytes=4 << 20,
)

_RUN = """
import sys
sys.stderr = sys.stdout
import numpy
exec(compile(sys.argv.pop(1), "attacks.py", "exec"))
"""
_SECONDS = 30
_LEAST_BYTES = 1 << 20
IN_CONTAINER = "--cap-add SYS_ADMIN,NET_ADMIN,SYS_PTRACE --security-opt unmask=ALL"
"""What a container of podman's must be given for the sandbox to hold in it."""
_OLD = "This kernel is too old or too restricted. Cure: grade on Linux 5.14 or newer."
_NO_FILTER = (
    "No filter is known for this kind of processor. Cure, where student code may be hostile: "
    "grade on x86_64 or aarch64."
)
_SEED = (
    f"Whoever has convkit can draw the same cases. Cure: write a sentence that nobody else knows "
    f"into {SEED_FILE}, in the course's folder, and keep it for the length of the course."
)
_UNCOUNTED = (
    "convkit adds it up itself, twenty times a second, and may see too late what grows faster. "
    "Cure, where systemd is at work: systemd-run --user --scope convkit grade ASSIGNMENT"
)


@dataclass(frozen=True)
class Finding:
    """One thing that was tried.

    Attributes:
        what: should be so, in a sentence.
        holds: whether it is.
        required: whether grading is refused where it is not.
        cure: what went wrong and what would mend it; empty if nothing did.
    """

    what: str
    holds: bool
    required: bool = True
    cure: str = ""


def require() -> None:
    """Refuse to grade where the sandbox is not what it should be.

    Raises:
        SandboxError: with the reason, and the cure where one is known.
    """
    broken = [each for each in findings() if each.required and not each.holds]
    if broken and not allowed_without():
        problems = "\n".join(f"{each.what}: no. {each.cure}" for each in broken)
        raise SandboxError(
            f"Grading is refused, because the sandbox for student code does not hold.\n{problems}\n"
            f"(Set {UNSAFE}=1 to grade without one: then student code can read and change "
            "everything you can. Do that with your own code only.)"
        )


def warnings() -> list[str]:
    """What does not hold here, although one may grade without it."""
    broken = [each for each in findings() if not each.required and not each.holds]
    return [f"{each.what}: no. {each.cure}" for each in broken]


def findings() -> list[Finding]:
    """What holds here; the first that does not hides what would have come after it."""
    found = [*tried()]
    if (elsewhere := _other_package()) is not None:
        cure = (
            f"Here it is {PACKAGE}, and for what grading starts it is {elsewhere}. "
            "Cure: rename or remove the one that you do not want."
        )
        found.append(Finding("One convkit is at work", False, cure=cure))
    if (course_folder() / "nbgrader_config.py").is_file():
        holds = has_own_seed()
        cure = "" if holds else _SEED
        found.append(Finding("The hidden tests have a seed of your own", holds, False, cure))
    if allowed_without():
        cure = f"Cure: unset {UNSAFE}, unless all code that is graded is your own."
        found.append(Finding("Student code runs in the sandbox", False, False, cure))
    return found


def counted() -> Finding:
    """Whether the kernel limits a sandbox as a whole, or the grader's own watch does so alone."""
    group = control_group(LIMITS.memory_bytes, LIMITS.processes)
    if group is not None:
        group.remove()
    holds = group is not None
    what = "The kernel itself limits the memory of all processes together"
    return Finding(what, holds, required=False, cure="" if holds else _UNCOUNTED)


@functools.cache
def _other_package() -> Path | None:
    """Another convkit than this, which is what other processes find."""
    command = [sys.executable, "-P", "-c", _WHERE]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return Path(found).parent if found and Path(found).parent != PACKAGE else None


@functools.cache
def tried() -> tuple[Finding, ...]:
    system, installed = "This is Linux", "bubblewrap is installed"
    if not sys.platform.startswith("linux"):
        cure = (
            "Cure: grade on a Linux machine, or in a container. In the course's folder: "
            "podman build --tag grader . && podman run --rm -it "
            f'{IN_CONTAINER} -v "$PWD:/course" grader convkit grade ASSIGNMENT'
        )
        return (Finding(system, False, cure=cure),)
    if shutil.which("bwrap") is None:
        cure = "Cure: sudo apt-get install bubblewrap"
        return (Finding(system, True), Finding(installed, False, cure=cure))
    said = _say()
    started = isinstance(said, dict)
    found = [
        Finding(system, True),
        Finding(installed, True),
        Finding("The sandbox starts", started, cure="" if started else _explained(str(said))),
    ]
    if isinstance(said, dict):
        for promise in PROMISES:
            holds = said[promise.attack]
            cure = "" if holds else _OLD if promise.required else _NO_FILTER
            found.append(Finding(promise.sentence, holds, promise.required, cure))
    return tuple(found)


def _say() -> dict[str, bool] | str:
    """Which promises are kept, by their attacks, or why nobody could try."""
    said = attacked([promise.attack for promise in PROMISES if promise.tried])
    if isinstance(said, str):
        return said
    succeeded, seen_bytes = said
    held = {name: not each for name, each in succeeded.items()}
    return held | {"together": seen_bytes > _LEAST_BYTES}


def attacked(names: Sequence[str]) -> tuple[dict[str, bool], int] | str:
    """Which attacks succeed, and how much memory was seen to be taken; or why none was tried."""
    with scratch_folder() as scratch, socket.create_server(("127.0.0.1", 0)) as listener:
        shown, secret = scratch / "shown", scratch / "secret"
        shown.mkdir()
        shown.chmod(0o777)
        secret.mkdir()
        (secret / "seed.txt").write_text("a secret")
        for place in (scratch, secret):
            place.chmod(0o755)
        told = {
            "tried": list(names),
            "port": listener.getsockname()[1],
            "folder": str(shown),
            "secret": str(secret / "seed.txt"),
            "limits": dataclasses.asdict(LIMITS),
        }
        program = [sys.executable, "-c", _RUN, _ATTACKS.read_text(), json.dumps(told)]
        try:
            sandbox = Sandbox(scratch, readable=(shown,), limits=LIMITS)
            confined = sandbox.confine(program, stdout=subprocess.PIPE)
        except SandboxError as error:
            return str(error)
        try:
            printed = confined.output(_SECONDS)
            succeeded: dict[str, bool] = json.loads(printed)
        except TimeoutError:
            return f"no answer after {_SECONDS} seconds"
        except ValueError:
            return printed.decode(errors="replace").strip() or confined.last_words()
        finally:
            confined.kill()
    return succeeded, confined.memory.peak_bytes if confined.memory else 0


def _explained(said: str) -> str:
    """bubblewrap's complaint with the cure, where one is known."""
    cures = {
        "Unknown option": "bubblewrap is too old. Cure: install version 0.8 or newer.",
        "namespace": (
            "This machine lets no ordinary user make namespaces. Cure: "
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), "
            "sudo sysctl -w kernel.unprivileged_userns_clone=1 (older Debian), or, in a container, "
            f"start it with {IN_CONTAINER}."
        ),
        "uid map": (
            "This machine restricts namespaces of ordinary users. Cure: "
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        ),
        "mount proc": f"The container hides parts of /proc. Cure: start it with {IN_CONTAINER}.",
        "loopback": f"The container may not set up networks. Cure: start it with {IN_CONTAINER}.",
        "ermission denied": (
            "The sandbox's user may not read the Python environment. Cure: "
            f"chmod -R a+rX {sys.prefix} {sys.base_prefix}"
        ),
    }
    cure = next((cure for sign, cure in cures.items() if sign in said), "")
    return f"bubblewrap says: {said or 'nothing'}\n{cure}".strip()
