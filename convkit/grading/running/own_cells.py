"""The student's own cells, run for their outputs: nothing in them can earn a point."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode

from convkit.grading import notebook as nb
from convkit.grading.running import sandboxes
from convkit.grading.running.job import Job
from convkit.grading.running.kernels import CellRun, Kernel
from convkit.grading.running.outputs import note


def run_cells(submission: NotebookNode, job: Job, scratch: Path, files: Path) -> None:
    """The student's own cells, and those that set the notebook up, in the sandboxed kernel."""
    own = [
        cell
        for cell in submission.cells
        if cell.cell_type == "code" and not nb.is_test(cell) and not nb.is_exploration(cell)
    ]
    if not job.times.cell:
        for cell in own[:1]:
            cell.outputs = [note("Cells that are not tests were not run in this course.")]
        return
    sandbox = sandboxes.for_cells(job.course, scratch, files, job.limits)
    left = job.times.cells
    with Kernel.inside(sandbox) as kernel:
        for cell in own:
            if kernel.dead:
                cell.outputs = [note("This cell was not run, because Python ended above.")]
                continue
            if left <= 0:
                taken = f"those above took the {job.times.cells:g} seconds that all have together"
                cell.outputs = [note(f"This cell was not run, because {taken}.")]
                continue
            seconds = min(left, job.times.cell)
            run = kernel.run(cell.source, seconds)
            left -= run.seconds
            cell.outputs = [*run.outputs, *_notes(run, seconds, dead=kernel.dead)]


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
    return [note(text) for text in notes]
