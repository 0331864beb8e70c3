"""The source's tests, run for the points, in an ordinary kernel that holds proxies."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from convkit.grading import notebook as nb
from convkit.grading.airlock.trusted_kernel import VERDICT
from convkit.grading.outcome import GraderError
from convkit.grading.running import lending, sandboxes
from convkit.grading.running.job import Job
from convkit.grading.running.kernels import CellRun, Kernel
from convkit.grading.running.outputs import note
from convkit.learning.own_layers import Badges

_OURS_SECONDS = 60.0
"""What a test's own code may take on top of the calls, and more than it ever does."""


def run_tests(
    submission: NotebookNode,
    source: NotebookNode,
    job: Job,
    scratch: Path,
    files: Path,
    badges: Badges,
) -> dict[str, list[str]]:
    """The source's tests, in an ordinary kernel that holds proxies.

    Hidden tests come last: what student code has seen of them cannot turn up in another's output.

    Returns:
        The names of the tests that were lost, by what to.
    """
    start = partial(_start_trusted, submission, source, job, scratch, files, badges)
    lost: dict[str, list[str]] = {}
    kernel = start()
    try:
        tests = [cell for cell in source.cells if nb.is_test(cell)]
        results = {nb.grade_id(cell): cell for cell in submission.cells if nb.is_test(cell)}
        for test in sorted(tests, key=nb.is_hidden):
            if kernel.dead:
                kernel.close()
                kernel = start()
            run = kernel.run(test.source, job.times.test + _OURS_SECONDS)
            points = nb.points(test)
            result = results[nb.grade_id(test)]
            hidden = nb.is_hidden(test) and not job.explain
            result.outputs = kept_outputs(run, points, hidden=hidden)
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


def _start_trusted(
    submission: NotebookNode,
    source: NotebookNode,
    job: Job,
    scratch: Path,
    files: Path,
    badges: Badges,
) -> Kernel:
    """A kernel in which proxies are lent and the source's setup cells have run."""
    reference = nb.offers_reference(source)
    sandbox = sandboxes.for_answers(
        job.course, job.assignment, scratch, files, job.limits, reference=reference
    )
    description = {
        "sources": lending.sources(submission, source),
        "names": lending.names(source),
        "reference": reference,
        "own": [dataclasses.asdict(badge) for badge in badges],
        "sandbox": {
            "scratch": str(scratch),
            "readable": [str(path) for path in sandbox.readable],
            "hidden": [str(path) for path in sandbox.hidden],
            "files": str(files),
            "limits": dataclasses.asdict(job.limits),
        },
        "times": dataclasses.asdict(job.times),
    }
    job_file = scratch / "job.json"
    job_file.write_text(json.dumps(description), encoding="utf-8")
    module = "convkit.grading.airlock.trusted_kernel"
    begin = f"from {module} import begin; begin({str(job_file)!r}); del begin"
    kernel = Kernel.beside(job.source, scratch)
    try:
        _prepare(kernel, begin, "the beginning", job.times.loading + _OURS_SECONDS)
        seconds = job.times.test + _OURS_SECONDS
        for cell, text in lending.setup(source):
            try:
                _prepare(kernel, text, str(nb.grade_id(cell)), seconds)
            except GraderError:
                if nb.is_trusted(cell):  # others show something, maybe what a student made
                    raise
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


def kept_outputs(run: CellRun, points: float, *, hidden: bool) -> list[NotebookNode]:
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
        outputs.append(note("This test did not come to its end, so it earns nothing."))
    elif "failure" in verdict:
        outputs.append(note(_hidden_failure(verdict) if hidden else "✗ " + verdict["failure"]))
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
