"""One submission: its own cells run for their outputs, then the tests run for the points."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from convkit.grading import notebook as nb
from convkit.grading import own, shortcuts
from convkit.grading.airlock import WORKER_FILES
from convkit.grading.cells import run_cells
from convkit.grading.job import Job
from convkit.grading.outcome import Outcome, Status, together
from convkit.grading.points import run_tests
from convkit.grading.sandbox import Sandbox, font_cache, scratch_folder
from convkit.parts import Badges

_FILES_CAP = 64 << 20
_BECAUSE = {
    "crashed": "the code ended its Python process",
    "timed out": "the code took too long",
    "out of memory": "the code took too much memory",
    "tampered": "the code answered what only an attempt to change the grading produces",
}


def grade(job: Job) -> Outcome:
    """Run the submission and write outputs into it; each test cell ends in its points.

    Returns:
        Whether every test came to its end, and what the tests were lost to that did not.

    Raises:
        GraderError: a setup cell of the source fails.
        SandboxError, KernelError: student code cannot be run at all.
    """
    with scratch_folder() as scratch:
        files = scratch / "files"
        copy_files(job.files, files)
        fonts = font_cache()
        if fonts is not None:
            (files / ".matplotlib").mkdir()
            shutil.copyfile(fonts, files / ".matplotlib" / fonts.name)
        for part in ("own", "cells", "tests"):
            (scratch / part).mkdir()
        badges = _judge_own(job, scratch / "own", files)
        run_cells(job, scratch / "cells", files)
        lost = run_tests(job, scratch / "tests", files, badges)
    code = (cell for cell in job.submission.cells if cell.cell_type == "code")
    for number, cell in enumerate(code, start=1):
        cell.execution_count = number
    named = shortcuts.notes(nb.implementations(job.submission), job.assignment)
    ended = _outcome(lost, sum(map(nb.is_test, job.source.cells)))
    return Outcome(ended.status, ended.reason, tuple(named))


def _outcome(lost: dict[str, list[str]], tests: int) -> Outcome:
    """What the tests, by what each was lost to, say of the submission."""
    return together(
        Outcome(
            Status(status),
            f"{len(names)} of {tests} tests did not come to an end, because {_BECAUSE[status]}: "
            f"{', '.join(names)}",
        )
        for status, names in lost.items()
    )


def copy_files(folder: Path, destination: Path) -> None:
    """Copy regular files up to a total size.

    Links, hidden files, notebooks and what may not be read are left out.
    """
    left = _FILES_CAP
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if _is_taken(Path(here, name))]
        target = destination / os.path.relpath(here, folder)
        target.mkdir()
        target.chmod(0o755)  # whatever the grader's own habits: the sandbox's user is another
        for path in (Path(here, name) for name in sorted(names)):
            readable = _is_taken(path) and path.is_file() and os.access(path, os.R_OK)
            if not readable or path.suffix == ".ipynb":
                continue
            left -= path.stat().st_size
            if left >= 0:
                shutil.copyfile(path, target / path.name)
                (target / path.name).chmod(0o644)


def _is_taken(path: Path) -> bool:
    return not path.is_symlink() and not path.name.startswith(".")


def _judge_own(job: Job, scratch: Path, files: Path) -> Badges:
    """Which of the layers that an answer may be built from are the student's own."""
    names = own.parts(job.source)
    if not names:
        return Badges()
    sandbox = Sandbox(
        scratch, readable=WORKER_FILES, hidden=job.hidden, files=files, limits=job.limits
    )
    return own.judge(names, files, sandbox, job.times)
