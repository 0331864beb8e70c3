"""One submission, from its folder to data: what a process of its own does for the grader."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from convkit.grading import notebook as nb
from convkit.grading.airlock.times import Times
from convkit.grading.intake.folder import Folder, Why
from convkit.grading.intake.handed_in import receive
from convkit.grading.outcome import OUTCOME, GraderError, Outcome, Status, together
from convkit.grading.running.grade import copy_file, copy_files, grade
from convkit.grading.running.job import Job
from convkit.grading.running.kernels import KernelError
from convkit.grading.sandbox.bubblewrap import Limits
from convkit.grading.sandbox.host import SandboxError


@dataclass(frozen=True, kw_only=True)
class Task(Job):
    """A submission to be graded; into ``files`` `gather_files` puts what lies beside its notebooks.

    Attributes:
        there: what was handed in.
        kept: files of the source of which the student's version counts.
        released: of each notebook, what was released.
    """

    there: Folder
    kept: list[str]
    released: Mapping[str, Mapping[str, nb.Released]]


@dataclass(frozen=True)
class Part:
    """What became of one notebook of a submission; ``notebook`` is None where there is none."""

    outcome: Outcome
    notebook: NotebookNode | None


def grade_submission(task: Task) -> dict[str, Part]:
    """What became of each notebook, by its name.

    Raises:
        GraderError, SandboxError, KernelError: the fault is on the grader's side.
    """
    sources = {name: nb.read_source(task.source, name) for name in task.released}
    there = task.there
    found = receive(there, sources)
    folders = [received.path.parent for received in found.values() if received.path]
    beside = min(folders, key=lambda folder: len(folder.parts), default=there.path)
    gather_files(there, beside, task.source, task.kept, task.files)
    parts = {}
    for name, received in found.items():
        if received.outcome.status is Status.MISSING:
            parts[name] = Part(received.outcome, None)
            continue
        notebook = rebuild(received.notebook, sources[name], task.released[name])
        outcome = grade_notebook(notebook, received.outcome, sources[name], task)
        parts[name] = Part(outcome, notebook)
    return parts


def rebuild(
    submitted: NotebookNode | None, source: NotebookNode, released: Mapping[str, nb.Released]
) -> NotebookNode:
    """The submission as it is graded: as it was released where there is nothing to take."""
    return nb.rebuild(new_notebook() if submitted is None else submitted, source, released)


def grade_notebook(
    notebook: NotebookNode, received: Outcome, source: NotebookNode, job: Job
) -> Outcome:
    """Grade a rebuilt notebook, unless there is nothing to grade, and write on it how it ended.

    Args:
        received: how it came in.
    """
    outcome = received
    if received.status.has_grade:
        outcome = together([received, grade(notebook, source, job)])
    notebook.metadata[OUTCOME] = dataclasses.asdict(outcome)
    return outcome


def gather_files(
    there: Folder, beside: Path, source: Path, kept: Iterable[str], destination: Path
) -> None:
    """A submission's other files: the student's, and over them the source's.

    Args:
        beside: the folder of the notebook that counts, beside which they are found.
        kept: files of the source, relative to it, of which the student's version counts.
    """
    copy_files(there, destination)
    if beside != there.path:
        copy_files(there.inside(beside), destination)
    left_out = {Path(name) for name in kept}
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        hidden = any(part.startswith((".", "__pycache__")) for part in name.parts)
        if hidden or path.is_dir() or path.suffix == ".ipynb":
            continue
        if name not in left_out or not (destination / name).is_file():
            copy_file(path, destination, name)


def encode(task: Task) -> str:
    given = dataclasses.asdict(task)
    given["there"]["left_out"] = [*task.there.left_out.items()]
    return json.dumps(given, default=str)


def decode(text: str) -> Task:
    """The `Task` that was encoded."""
    given = json.loads(text)
    for name in ("files", "source", "course"):
        given[name] = Path(given[name])
    there = given["there"]
    given["there"] = Folder(
        Path(there["path"]),
        [Path(path) for path in there["files"]],
        {Path(path): Why(why) for path, why in there["left_out"]},
        there["problem"],
    )
    given["released"] = {
        notebook: {name: nb.Released(**cell) for name, cell in cells.items()}
        for notebook, cells in given["released"].items()
    }
    return Task(**given | {"limits": Limits(**given["limits"]), "times": Times(**given["times"])})


def decode_parts(text: bytes) -> dict[str, Part]:
    """What a submission's own process said.

    Raises:
        GraderError: it failed; the message says why.
    """
    said = json.loads(text)
    if "error" in said:
        raise GraderError(said["error"])
    return {
        name: Part(
            Outcome(Status(part["status"]), part["reason"], tuple(part["notes"])),
            None if part["notebook"] is None else nbformat.from_dict(part["notebook"]),
        )
        for name, part in said.items()
    }


def _encode_parts(parts: Mapping[str, Part]) -> dict[str, Any]:
    return {
        name: dataclasses.asdict(part.outcome) | {"notebook": part.notebook}
        for name, part in parts.items()
    }


def answer(request: bytes, descriptors: list[int]) -> None:
    """What a process of its own does: grade a submission, and write what `decode_parts` takes.

    Args:
        request: an encoded `Task`, a folder for temporary files, and the core on which the process
            runs and all that it starts.
        descriptors: where the answer is written.
    """
    task, scratch, core = json.loads(request)
    os.sched_setaffinity(0, {core})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all is put away
    signal.signal(signal.SIGINT, signal.default_int_handler)  # by which kernels are interrupted
    os.chdir(scratch)
    tempfile.tempdir = scratch
    said: dict[str, Any]
    try:
        said = _encode_parts(grade_submission(decode(task)))
    except (GraderError, SandboxError, KernelError) as error:
        said = {"error": str(error)}
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        said = {"error": f"{type(error).__name__}: {error} ({where})"}
    with open(descriptors[0], "wb") as answered:
        answered.write(json.dumps(said).encode())
