"""Whether the sandbox can start on this machine and, if not, why, and what would cure it."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys

from convkit.grading.sandbox import UNSAFE, Sandbox, SandboxError, allowed_without, scratch_folder


def require() -> None:
    """Refuse to grade where the sandbox cannot start.

    Raises:
        SandboxError: with the reason, and the cure where one is known.
    """
    if not allowed_without() and (problem := probe()):
        raise SandboxError(
            f"Grading is refused, because the sandbox for student code cannot start.\n{problem}\n"
            f"(Set {UNSAFE}=1 to grade without one: then student code can read and change "
            "everything you can. Do that with your own code only.)"
        )


@functools.cache
def probe() -> str | None:
    """Why the sandbox cannot start here, and what would cure it; None if it can."""
    if not sys.platform.startswith("linux"):
        return "It needs Linux. Grade on a Linux machine, or in a container or virtual machine."
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed. Cure: sudo apt-get install bubblewrap"
    program = "import sys; sys.stderr = sys.stdout; import numpy; print('ready')"
    with scratch_folder() as scratch:
        try:
            confined = Sandbox(scratch).start(
                [sys.executable, "-c", program], stdout=subprocess.PIPE
            )
        except SandboxError as error:
            return _explained(str(error))
        assert confined.process.stdout is not None
        said = confined.process.stdout.read(10_000).decode(errors="replace").strip()
        confined.process.wait()
        said = said or confined.last_words()
        confined.kill()
    return None if said == "ready" else _explained(said)


def _explained(said: str) -> str:
    """bubblewrap's complaint with the cure, where one is known."""
    cures = {
        "Unknown option": "bubblewrap is too old. Cure: install version 0.8 or newer.",
        "namespace": (
            "This machine lets no ordinary user make namespaces. Cure: "
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), "
            "sudo sysctl -w kernel.unprivileged_userns_clone=1 (older Debian), or, in a container, "
            "start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined."
        ),
        "uid map": (
            "This machine restricts namespaces of ordinary users. Cure: "
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        ),
        "mount proc": "The container hides parts of /proc. Cure: start it with --privileged.",
        "ermission denied": (
            "The sandbox's user may not read the Python environment. Cure: "
            f"chmod -R a+rX {sys.prefix} {sys.base_prefix}"
        ),
    }
    cure = next((cure for sign, cure in cures.items() if sign in said), "")
    return f"bubblewrap says: {said or 'nothing'}\n{cure}".strip()
