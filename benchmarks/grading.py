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

_ROOT = Path(__file__).parents[1]
_ASSIGNMENT = "02-convolution"
_STUDENTS = 12
_STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""
_OURS = (_ROOT / "nbgrader_config.py").read_text()
_GRADE = ["-c", "import sys; from convkit.cli import main; sys.exit(main())", "grade", _ASSIGNMENT]
_AUTOGRADE = ["-m", "nbgrader", "autograde", _ASSIGNMENT]


def measure(rounds: int) -> None:
    """Print the table, of two turns of each: ``rounds`` are for what takes less than minutes."""
    del rounds
    few, many = 2, 2 + _STUDENTS
    taken: dict[tuple[str, int], tuple[float, float]] = {}
    for _ in range(2):
        for students in (few, many):
            for name, config, command in (
                ("convkit grade", _OURS, _GRADE),
                ("nbgrader autograde", _STOCK, _AUTOGRADE),
            ):
                now = graded(config, command, students)
                taken[name, students] = min(taken.get((name, students), now), now)
    print(f"{_ASSIGNMENT}, {_STUDENTS} submissions more: what each costs.\n")
    print("| | CPU seconds | seconds by the clock | a minute |\n|---|---:|---:|---:|")
    for name in ("convkit grade", "nbgrader autograde"):
        cpu, seconds = (
            (after - before) / _STUDENTS
            for before, after in zip(taken[name, few], taken[name, many], strict=True)
        )
        print(f"| `{name}` | {cpu:.2f} | {seconds:.2f} | {60 / seconds:.0f} |")


def graded(config: str, command: list[str], students: int) -> tuple[float, float]:
    """CPU seconds and seconds by the clock for grading a class, all of whom solve everything.

    Raises:
        subprocess.CalledProcessError: it cannot be graded.
    """
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        (course / "nbgrader_config.py").write_text(config)
        source = _ROOT / "solutions" / _ASSIGNMENT
        shutil.copytree(source, course / "solutions" / _ASSIGNMENT)
        for number in range(students):
            shutil.copytree(source, course / "submitted" / f"student-{number}" / _ASSIGNMENT)
        generate = ["-m", "nbgrader", "generate_assignment", _ASSIGNMENT]
        _run(generate, course, lambda: None)
        with _Counted() as counted:
            start = time.perf_counter()
            _run(command, course, counted.enter)
            return counted.seconds(), time.perf_counter() - start


def _run(command: list[str], course: Path, enter: Callable[[], None]) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        [sys.executable, *command],
        cwd=course,
        env=os.environ | {"PATH": path},
        preexec_fn=enter,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


class _Counted:
    """A control group, which counts the processor time of all that is started in it."""

    def __enter__(self) -> _Counted:
        first = Path("/sys/fs/cgroup/cpuacct")
        self._first = first.is_dir()
        self._folder = Path(tempfile.mkdtemp(dir=first if self._first else "/sys/fs/cgroup"))
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.rmdir()

    def enter(self) -> None:
        (self._folder / "cgroup.procs").write_text(str(os.getpid()))

    def seconds(self) -> float:
        if self._first:
            return int((self._folder / "cpuacct.usage").read_text()) / 1e9
        return int((self._folder / "cpu.stat").read_text().split()[1]) / 1e6
