"""Grading a class: `convkit grade` beside nbgrader's own autograder, which isolates nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
ASSIGNMENT = "02-convolution"
_STUDENTS = 6
_STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""
_OURS = (ROOT / "nbgrader_config.py").read_text()
TESTS_ALONE = f"{_OURS}\nc.GradeInAirlock.cell_seconds = 0\n"
GRADE = ["-c", "import sys; from convkit.cli import main; sys.exit(main())", "grade", ASSIGNMENT]
_AUTOGRADE = ["-m", "nbgrader", "autograde", ASSIGNMENT]
ENVIRONMENT = os.environ | {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
}
"""In which nbgrader finds what it starts by its name."""

Source = Callable[[NotebookNode], NotebookNode]


def measure(rounds: int) -> None:
    """Print the table, of two turns of each: ``rounds`` are for what takes less than minutes."""
    del rounds
    kinds: dict[str, tuple[str, list[str], Source]] = {
        "`convkit grade`": (_OURS, GRADE, _whole),
        "the same, tests alone": (TESTS_ALONE, GRADE, _whole),
        "the same, one small test": (TESTS_ALONE, GRADE, smallest),
        "`nbgrader autograde`": (_STOCK, _AUTOGRADE, _without_schemes),
    }
    few, many = 2, 2 + _STUDENTS
    taken: dict[tuple[str, int], tuple[float, float]] = {}
    for _ in range(2):
        for students in (few, many):
            for kind, how in kinds.items():
                now = graded(*how, students)
                taken[kind, students] = min(taken.get((kind, students), now), now)
    print(f"{ASSIGNMENT}, {_STUDENTS} submissions more: what each costs.\n")
    print("| | CPU seconds | seconds by the clock | a minute |\n|---|---:|---:|---:|")
    each = {}
    for kind in kinds:
        each[kind], seconds = (
            (after - before) / _STUDENTS
            for before, after in zip(taken[kind, few], taken[kind, many], strict=True)
        )
        print(f"| {kind} | {each[kind]:.2f} | {seconds:.2f} | {60 / seconds:.0f} |")
    whole, tests, nothing, _ = each.values()
    print(
        f"\nOf the {whole:.2f} CPU seconds, the student's own cells take {whole - tests:.2f}, the "
        f"tests {tests - nothing:.2f}, and sandboxes, processes and storing {nothing:.2f}."
    )


def _whole(source: NotebookNode) -> NotebookNode:
    return source


def _without_schemes(source: NotebookNode) -> NotebookNode:
    """Without the written answer: nbgrader by itself lets none have a mark scheme."""
    source.cells = [cell for cell in source.cells if "BEGIN MARK SCHEME" not in cell.source]
    return source


def smallest(source: NotebookNode) -> NotebookNode:
    """One answer, and one test that asks next to nothing of it."""
    kept = ("setup", "correlate2d", "correlate2d-visible")
    source.cells = [cell for cell in source.cells if cell.id in kept]
    source.cells[-1].source = "assert correlate2d(np.eye(1), np.eye(1)) == 1"
    return source


def graded(config: str, command: list[str], made: Source, students: int) -> tuple[float, float]:
    """CPU seconds and seconds by the clock for grading a class, all of whom solve everything.

    Args:
        made: what the assignment is made into.

    Raises:
        subprocess.CalledProcessError: it cannot be graded.
    """
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "course")
        make_course(course, config, made, students)
        with Counted() as counted:
            start = time.perf_counter()
            run(command, course, counted.enter)
            return counted.seconds(), time.perf_counter() - start


def make_course(course: Path, config: str, made: Source, students: int) -> None:
    """A course with one assignment, which so many have handed in."""
    course.mkdir()
    (course / "nbgrader_config.py").write_text(config)
    source = course / "solutions" / ASSIGNMENT
    shutil.copytree(ROOT / "solutions" / ASSIGNMENT, source)
    notebook = source / f"{ASSIGNMENT}.ipynb"
    nbformat.write(made(nbformat.read(notebook, as_version=4)), notebook)
    for number in range(students):
        shutil.copytree(source, course / "submitted" / f"student-{number}" / ASSIGNMENT)
    run(["-m", "nbgrader", "generate_assignment", ASSIGNMENT], course, lambda: None)


def run(command: list[str], course: Path, enter: Callable[[], None]) -> None:
    subprocess.run(
        [sys.executable, *command],
        cwd=course,
        env=ENVIRONMENT,
        preexec_fn=enter,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


class Counted:
    """A control group, which counts the processor time of all that is started in it."""

    def __enter__(self) -> Counted:
        first = Path("/sys/fs/cgroup/cpuacct")
        self._first = first.is_dir()
        self._folder = Path(tempfile.mkdtemp(dir=first if self._first else "/sys/fs/cgroup"))
        return self

    def __exit__(self, *_: object) -> None:
        while (self._folder / "cgroup.procs").read_text():  # what was killed is still ending
            time.sleep(0.1)
        self._folder.rmdir()

    def enter(self) -> None:
        (self._folder / "cgroup.procs").write_text(str(os.getpid()))

    def seconds(self) -> float:
        if self._first:
            return int((self._folder / "cpuacct.usage").read_text()) / 1e9
        return int((self._folder / "cpu.stat").read_text().split()[1]) / 1e6
