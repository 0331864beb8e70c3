"""One submission: its own cells run for their outputs, then the tests run for the points."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from convkit.grading import notebook as nb
from convkit.grading import own, shortcuts
from convkit.grading.airlock import WORKER_FILES
from convkit.grading.kernels import CellRun, Kernel
from convkit.grading.outcome import Outcome, Status, together
from convkit.grading.sandbox import PACKAGE, Limits, Sandbox, font_cache, scratch_folder
from convkit.grading.trusted import VERDICT
from convkit.parts import Badges

_FILES_CAP = 64 << 20
_BECAUSE = {
    "crashed": "the code ended its Python process",
    "timed out": "the code took too long",
    "out of memory": "the code took too much memory",
    "tampered": "the code answered what only an attempt to change the grading produces",
}


class GraderError(RuntimeError):
    """The fault is on the grader's side: no student can be graded until it is mended."""


@dataclass(frozen=True)
class Times:
    """Seconds: for one of the student's cells, for all of them, for checking the layers that travel
    with them, for one call from a test, for all such calls together, for one test, and for a
    submission as a whole."""

    cell: float = 30.0
    cells: float = 180.0
    own: float = 60.0
    call: float = 30.0
    calls: float = 180.0
    test: float = 120.0
    submission: float = 1200.0


@dataclass(frozen=True)
class Job:
    """What is graded.

    Attributes:
        submission: the rebuilt notebook (see `notebook.rebuild`); outputs are written into it.
        source: the notebook it is an answer to.
        source_folder: where the source and its files lie; tests run there.
        course: the course's folder, which student code must not see.
        files: the folder of the submission's other files.
    """

    assignment: str
    submission: NotebookNode
    source: NotebookNode
    source_folder: Path
    course: Path
    files: Path
    limits: Limits
    times: Times

    @property
    def hidden(self) -> tuple[Path, ...]:
        return (self.course, *shortcuts.hidden_paths(self.assignment))


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
        _run_cells(job, scratch / "cells", files)
        lost = _run_tests(job, scratch / "tests", files, badges)
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
    """Copy regular files up to a total size; links, hidden files and notebooks are left out."""
    left = _FILES_CAP
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if _is_taken(Path(here, name))]
        target = destination / os.path.relpath(here, folder)
        target.mkdir()
        target.chmod(0o755)  # whatever the grader's own habits: the sandbox's user is another
        for path in (Path(here, name) for name in sorted(names)):
            if not (_is_taken(path) and path.is_file() and path.suffix != ".ipynb"):
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
    times = {"call_seconds": job.times.call, "total_seconds": job.times.own}
    return own.judge(names, files, sandbox, **times)


def _run_cells(job: Job, scratch: Path, files: Path) -> None:
    """The student's own cells, and those that set the notebook up, in the sandboxed kernel."""
    connection_file = scratch / "kernel.json"
    sandbox = Sandbox(
        scratch,
        readable=(connection_file, *_package()),
        hidden=(job.course,),  # with shortcuts one may compare; no point is earned here
        files=files,
        limits=job.limits,
    )
    left = job.times.cells
    with Kernel.inside(sandbox, connection_file) as kernel:
        for cell in job.submission.cells:
            if cell.cell_type != "code" or nb.is_test(cell) or nb.is_exploration(cell):
                continue
            if kernel.dead:
                cell.outputs = [_note("This cell was not run, because Python ended above.")]
                continue
            if left <= 0:
                taken = f"those above took the {job.times.cells:g} seconds that all have together"
                cell.outputs = [_note(f"This cell was not run, because {taken}.")]
                continue
            seconds = min(left, job.times.cell)
            run = kernel.run(cell.source, seconds)
            left -= run.seconds
            cell.outputs = [*run.outputs, *_notes(run, seconds, dead=kernel.dead)]


def _package() -> list[Path]:
    """What of convkit student code may read: all but the grading."""
    return [path for path in PACKAGE.iterdir() if path.name != "grading"]


def _notes(run: CellRun, seconds: float, *, dead: bool) -> list[NotebookNode]:
    """What a reader needs to know of a cell beside its outputs."""
    notes = []
    if run.cut:
        notes.append("The output was cut here: there is too much of it.")
    if run.outcome == "timed out":
        notes.append(f"This cell was stopped after {seconds:.3g} seconds.")
    if run.outcome == "out of memory":
        notes.append("This cell took too much memory.")
    if dead:
        notes.append("Python ended in this cell, so those below were not run.")
    return [_note(note) for note in notes]


def _run_tests(job: Job, scratch: Path, files: Path, badges: Badges) -> dict[str, list[str]]:
    """The source's tests, in an ordinary kernel that holds proxies.

    Hidden tests come last: what student code has seen of them cannot turn up in another's output.

    Returns:
        The names of the tests that were lost, by what to.
    """
    lost: dict[str, list[str]] = {}
    kernel = _start_trusted(job, scratch, files, badges)
    try:
        tests = [cell for cell in job.source.cells if nb.is_test(cell)]
        results = {nb.grade_id(cell): cell for cell in job.submission.cells if nb.is_test(cell)}
        for test in sorted(tests, key=nb.is_hidden):
            if kernel.dead:
                kernel.close()
                kernel = _start_trusted(job, scratch, files, badges)
            run = kernel.run(test.source, job.times.test)
            points = nb.points(test)
            result = results[nb.grade_id(test)]
            result.outputs = _test_outputs(run, points, hidden=nb.is_hidden(test))
            if (cause := _lost_to(run)) is not None:
                lost.setdefault(cause, []).append(str(nb.grade_id(test)))
    finally:
        kernel.close()
    return lost


def _lost_to(run: CellRun) -> str | None:
    """Why a test did not come to its end; None where it did."""
    verdict = _verdict(run)
    if verdict:
        return verdict.get("lost", "timed out" if run.outcome == "timed out" else None)
    return "timed out" if run.outcome == "timed out" else "crashed"


def _start_trusted(job: Job, scratch: Path, files: Path, badges: Badges) -> Kernel:
    """A kernel in which proxies are lent and the source's setup cells have run."""
    reference = nb.offers_reference(job.source)
    readable = [*WORKER_FILES, *(_package() if reference else ())]
    description = {
        "sources": nb.implementations(job.submission),
        "names": list(dict.fromkeys(name for name, _ in nb.implementations(job.source))),
        "reference": reference,
        "own": [dataclasses.asdict(badge) for badge in badges],
        "sandbox": {
            "scratch": str(scratch),
            "readable": [str(path) for path in readable],
            "hidden": [str(path) for path in job.hidden],
            "files": str(files),
            "limits": dataclasses.asdict(job.limits),
        },
        "call_seconds": job.times.call,
        "total_seconds": job.times.calls,
    }
    job_file = scratch / "job.json"
    job_file.write_text(json.dumps(description), encoding="utf-8")
    begin = f"from convkit.grading.trusted import begin; begin({str(job_file)!r}); del begin"
    kernel = Kernel.beside(job.source_folder, scratch)
    try:
        _prepare(kernel, begin, "the beginning", job.times.calls + 60)
        for cell in filter(nb.is_setup, job.source.cells):
            _prepare(kernel, cell.source, str(nb.grade_id(cell)), job.times.test)
    except BaseException:
        kernel.close()
        raise
    return kernel


def _prepare(kernel: Kernel, text: str, name: str, seconds: float) -> None:
    """Run a cell that all tests rely on."""
    run = kernel.run(text, seconds)
    verdict = _verdict(run)
    if run.outcome != "ok" and not verdict.get("learner"):
        said = verdict.get("failure") or "\n".join(
            output.evalue for output in run.outputs if output.output_type == "error"
        )
        raise GraderError(f"{name} fails on the grader's side ({run.outcome}). {said}")


def _verdict(run: CellRun) -> dict[str, Any]:
    """The last word of the trusted kernel on a cell; nothing at all if it never came to it."""
    verdicts = [output.data[VERDICT] for output in run.outputs if VERDICT in output.get("data", {})]
    return verdicts[-1] if verdicts else {}


def _test_outputs(run: CellRun, points: float, *, hidden: bool) -> list[NotebookNode]:
    """What is kept of a test: what may be shown, and, last, the points it earned.

    Errors and standard error would be read by nbgrader as a failure, whatever was earned, and
    could tell of hidden tests.
    """
    verdict = _verdict(run)
    earned = verdict.get("points", points * verdict.get("share", 0.0))
    earned = min(points, max(0.0, earned))
    outputs = []
    if not hidden:
        for output in run.outputs:
            if output.output_type == "stream":
                output.name = "stdout"
            if output.output_type == "error" or VERDICT in output.get("data", {}):
                continue
            if output.output_type == "execute_result":
                if "points" in verdict:
                    continue
                output = new_output("display_data", data=output.data)
            outputs.append(output)
    if not verdict:
        outputs.append(_note("This test did not come to its end, so it earns nothing."))
    elif "failure" in verdict:
        outputs.append(_note(_hidden_failure(verdict) if hidden else "✗ " + verdict["failure"]))
    return [*outputs, new_output("execute_result", data={"text/plain": repr(earned)})]


def _hidden_failure(verdict: dict[str, Any]) -> str:
    """A failed hidden test in words: the property and the mistake, nothing of the test."""
    lines = ["✗ A hidden test fails."]
    for finding in verdict["findings"]:
        lines.append(_indented(finding["property"], 2))
        if "why" in finding:
            lines += [_indented(f"{word}: {finding[word.lower()]}", 4) for word in ("Why", "Hint")]
    return "\n".join(lines)


def _indented(text: str, depth: int) -> str:
    return textwrap.fill(text, 88, initial_indent=" " * depth, subsequent_indent=" " * depth)


def _note(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=f"{text}\n")
