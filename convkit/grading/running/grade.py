"""One submission: its own cells run for their outputs, then the tests run for the points."""

from __future__ import annotations

import shutil
from pathlib import Path

from nbformat import NotebookNode

from convkit.grading import notebook as nb
from convkit.grading.intake.folder import Folder, look_into
from convkit.grading.outcome import Outcome, Status, together
from convkit.grading.running import forbidden_imports, sandboxes, travelling_layers
from convkit.grading.running.job import Job
from convkit.grading.running.own_cells import run_cells
from convkit.grading.running.tests import run_tests
from convkit.grading.sandbox.bubblewrap import scratch_folder
from convkit.learning.course_concepts import FOLDER
from convkit.learning.own_layers import Badges

_BECAUSE = {
    "crashed": "the code ended its Python process",
    "timed out": "the code took too long",
    "out of memory": "the code took too much memory",
    "tampered": "the code answered what only an attempt to change the grading produces",
}


def grade(submission: NotebookNode, source: NotebookNode, job: Job) -> Outcome:
    """Run a notebook and write outputs into it; each test cell ends in its points.

    Args:
        submission: the rebuilt notebook (see `notebook.rebuild`).
        source: the notebook it is an answer to.

    Returns:
        Whether every test came to its end, and what the tests were lost to that did not.

    Raises:
        GraderError: a setup cell of the source fails.
        SandboxError, KernelError: student code cannot be run at all.
    """
    sandboxes.prepare(job.course, job.assignment, [source])
    with scratch_folder() as scratch:
        files = scratch / "files"
        copy_files(look_into(job.files), files)
        fonts = sandboxes.font_list()
        if fonts is not None:
            (files / ".matplotlib").mkdir()
            shutil.copyfile(fonts, files / ".matplotlib" / fonts.name)
        for part in ("own", "cells", "tests"):
            (scratch / part).mkdir()
        badges = _judge_own(source, job, scratch / "own", files)
        run_cells(submission, job, scratch / "cells", _with_concepts(job.course, files, scratch))
        lost = run_tests(submission, source, job, scratch / "tests", files, badges)
    code = (cell for cell in submission.cells if cell.cell_type == "code")
    for number, cell in enumerate(code, start=1):
        cell.execution_count = number
    named = forbidden_imports.notes(nb.implementations(submission), job.assignment)
    ended = _outcome(lost, sum(map(nb.is_test, source.cells)))
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


def copy_files(there: Folder, destination: Path) -> None:
    """Copy whatever may be read, but for notebooks, over what is there."""
    make_folder(destination)
    for path in there.files:
        if path.suffix != ".ipynb":
            copy_file(path, destination, path.relative_to(there.path))


def copy_file(path: Path, folder: Path, name: Path) -> None:
    """Copy a file as ``name`` in ``folder``, whatever is there in its way."""
    for parent in [*name.parents][-2::-1]:
        if not (folder / parent).is_dir():
            (folder / parent).unlink(missing_ok=True)
            make_folder(folder / parent)
    target = folder / name
    if target.is_dir():
        shutil.rmtree(target)
    shutil.copyfile(path, target)
    target.chmod(0o644)  # whatever the grader's own habits: the sandbox's user is another


def make_folder(folder: Path) -> None:
    """One that every user may look into."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)


def _judge_own(source: NotebookNode, job: Job, scratch: Path, files: Path) -> Badges:
    """Which of the layers that an answer may be built from are the student's own."""
    names = travelling_layers.parts(source)
    if not names:
        return Badges()
    sandbox = sandboxes.for_answers(
        job.course, job.assignment, scratch, files, job.limits, reference=False
    )
    return travelling_layers.judge(names, files, sandbox, job.times)


def _with_concepts(course: Path, files: Path, scratch: Path) -> Path:
    """Files for the student's own cells, in which the course's own concepts can be checked.

    Answers never get these: what is right is among them.
    """
    concepts = course / FOLDER
    if not concepts.is_dir():
        return files
    shutil.copytree(files, scratch / "with-concepts")
    copy_files(look_into(concepts), scratch / "with-concepts" / FOLDER)
    return scratch / "with-concepts"
