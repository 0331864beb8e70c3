"""The assignments: how long each solution takes to run from top to bottom, and to be graded."""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from tqdm.auto import tqdm

from convkit.grading.airlock.times import Times
from convkit.grading.running import travelling_layers
from convkit.grading.running.grade import grade
from convkit.grading.running.job import Job
from convkit.grading.sandbox.bubblewrap import Limits

_ROOT = Path(__file__).parents[1]
NAMES = sorted(path.stem for path in _ROOT.glob("solutions/*/*.ipynb"))


def measure(rounds: int) -> None:
    """Print the table, of one run each: ``rounds`` are for what takes less than minutes."""
    print("Each solution, in seconds: run from top to bottom, the kernel's start included, and")
    print("graded, 08 with its own layers beside it.\n")
    print("| | cells | run | graded |\n|---|---:|---:|---:|")
    for name, cells, run, graded in tqdm(seconds(NAMES), total=len(NAMES), disable=None):
        print(f"| {name} | {cells} | {run:.1f} | {graded:.1f} |")


def seconds(names: list[str]) -> Iterator[tuple[str, int, float, float]]:
    """Of each: its name, the number of its cells, seconds for running and for grading it."""
    for name in names:
        notebook = nbformat.read(_notebook(name), as_version=4)
        yield name, len(notebook.cells), run(copy.deepcopy(notebook)), graded(name, notebook)


def _notebook(name: str) -> Path:
    return _ROOT / "solutions" / name / f"{name}.ipynb"


def run(notebook: NotebookNode) -> float:
    """In a course of its own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "nbgrader_config.py").touch()
        start = time.perf_counter()
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": folder}}).execute()
        return time.perf_counter() - start


def graded(name: str, notebook: NotebookNode) -> float:
    """The solution as a submission, with whatever else there is a solution of in its folder.

    Raises:
        RuntimeError: a test did not come to its end.
    """
    with tempfile.TemporaryDirectory() as folder:
        travelling_layers.bring(
            (_notebook(other) for other in NAMES if other != name), Path(folder)
        )
        job = Job(
            assignment=name,
            source=_ROOT / "solutions" / name,
            course=_ROOT,
            files=Path(folder),
            limits=Limits(),
            times=Times(),
        )
        start = time.perf_counter()
        outcome = grade(copy.deepcopy(notebook), notebook, job)
        taken = time.perf_counter() - start
    if outcome.reason:
        raise RuntimeError(f"{name}: {outcome.reason}")
    return taken
