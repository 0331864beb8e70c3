"""Thirty thousand submissions through a cluster: is one lost, or doubled, and does anything grow?

The scheduler, the coordinator, its gradebook and the workers are those of `convkit grade
--scheduler`. All hand in the same; a worker grades it once, and answers from memory after that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook

from benchmarks import grading
from benchmarks.grading import ASSIGNMENT, GRADE, TESTS_ALONE
from convkit.grading import cluster
from convkit.grading.outcome import Outcome
from convkit.grading.runner import Grader, grade_class

_SIMULATED, _SEEN_AT = 30_000, (100, 1_000, 5_000, 10_000, 20_000, 30_000)
_GRADED, _GRADED_SEEN_AT = 120, (20, 120)
_known: dict[bytes, cluster.Answer] = {}


def measure(rounds: int) -> None:
    """Print both tables, of one run each: ``rounds`` are for what takes less than minutes."""
    del rounds
    simulate()
    compare_workers()


class _Seen(NamedTuple):
    """What there was when so many submissions were stored.

    Attributes:
        coordinator: its CPU seconds.
        everybody: those of the workers, too.
        clock: in seconds.
        megabytes: the coordinator's memory.
    """

    number: int
    coordinator: float
    clock: float
    megabytes: float
    everybody: float


def simulate() -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "course")
        grading.make_course(course, TESTS_ALONE, grading.smallest, _SIMULATED)
        seen = _grade(course, _SEEN_AT, workers=2, simulated=True)
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            scores = [each.score for each in gradebook.assignment_submissions(ASSIGNMENT)]
        with grading.Counted() as counted:
            grading.run(GRADE, course, counted.enter)
            nothing_due = counted.seconds()
    print("| submissions | the coordinator's CPU ms for each since | its memory in MB |")
    print("|---:|---:|---:|")
    for before, now in pairwise(seen):
        each = 1000 * (now.coordinator - before.coordinator) / (now.number - before.number)
        print(f"| {now.number:,} | {each:.1f} | {now.megabytes:.0f} |")
    right = scores.count(max(scores))
    print(
        f"\nOf {_SIMULATED:,} there are {len(scores):,} in the gradebook, {right:,} of them with "
        f"all points. {len(seen) - 1} times a worker was killed, and another began. "
        f"Once more, with nothing due: {nothing_due:.1f} CPU seconds."
    )


def compare_workers() -> None:
    print(f"\n{_GRADED} submissions, each really graded:\n")
    print("| workers | CPU seconds for each | seconds by the clock |\n|---:|---:|---:|")
    clock = []
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            course = Path(folder, "course")
            grading.make_course(course, TESTS_ALONE, grading.smallest, _GRADED)
            *_, first, last = _grade(course, _GRADED_SEEN_AT, workers=workers, simulated=False)
        number = last.number - first.number
        clock.append((last.clock - first.clock) / number)
        print(
            f"| {workers} | {(last.everybody - first.everybody) / number:.2f} | {clock[-1]:.2f} |"
        )
    print(f"\nThe efficiency of two: {clock[0] / clock[1] / 2:.0%}.")


def _grade(course: Path, seen_at: Sequence[int], *, workers: int, simulated: bool) -> list[_Seen]:
    """Grade a class; where that is simulated, at each number that is seen a worker is killed."""
    folder = course.parent
    told = folder / "seen"
    told.touch()
    with grading.Counted() as counted, ExitStack() as started:
        address = _scheduler(folder, counted, started)
        running = [_worker(address, core, counted, started) for core in range(workers)]
        begin = f"from benchmarks import many; many.coordinate({address!r}, {simulated})"
        coordinator = _start(["-c", begin, str(told), *map(str, seen_at)], course, counted, started)
        seen: list[_Seen] = []
        while coordinator.poll() is None:
            time.sleep(0.1)
            for line in told.read_text().splitlines()[len(seen) :]:
                seen.append(_Seen._make([*json.loads(line), counted.seconds()]))
                if simulated and seen[-1].number:
                    core = len(seen) % workers
                    running[core].kill()
                    running[core] = _worker(address, core, counted, started)
    return seen


def coordinate(address: str, simulated: bool) -> None:
    """What the coordinator does, in the course's folder: `convkit grade`, watched."""
    told, *seen_at = sys.argv[1:]
    if simulated:
        cluster.grade_packed = answer_from_memory
    grade_all = Grader.grade_all

    def see(number: int) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        megabytes = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        with open(told, "a") as file:
            file.write(f"{[number, time.process_time(), time.perf_counter(), megabytes]}\n")

    def watched(grader: Grader, students: Sequence[str]) -> Iterator[tuple[str, Outcome]]:
        see(0)
        for number, graded in enumerate(grade_all(grader, students), start=1):
            if str(number) in seen_at:
                see(number)
            yield graded

    Grader.grade_all = watched  # type: ignore[method-assign, assignment]
    grade_class(Path.cwd(), ASSIGNMENT, (), force=False, scheduler=address)


def answer_from_memory(
    course: bytes, submission: bytes, encoded: str, grader: str
) -> cluster.Answer:
    """What a worker does: it grades what it has not seen yet."""
    if submission not in _known:
        _known[submission] = cluster.grade_packed(course, submission, encoded, grader)
    return _known[submission]


def _scheduler(folder: Path, counted: grading.Counted, started: ExitStack) -> str:
    """Its address."""
    told = folder / "scheduler.json"
    _start(_dask("scheduler", "--port", "0", "--scheduler-file", told), folder, counted, started)
    while True:
        with suppress(OSError, ValueError):  # it is written meanwhile
            address: str = json.loads(told.read_text())["address"]
            return address
        time.sleep(0.1)


def _worker(
    address: str, core: int, counted: grading.Counted, started: ExitStack
) -> subprocess.Popen[bytes]:
    """One with a single core, in the place of a machine."""
    command = _dask("worker", address, "--nthreads", "1", "--no-nanny")
    worker = _start(command, Path(tempfile.gettempdir()), counted, started)
    os.sched_setaffinity(worker.pid, {core})
    return worker


def _dask(program: str, *arguments: str | Path) -> list[str]:
    common = ("--host", "127.0.0.1", "--no-dashboard")
    return ["-m", f"distributed.cli.dask_{program}", *map(str, arguments), *common]


def _start(
    command: list[str], folder: Path, counted: grading.Counted, started: ExitStack
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=grading.ENVIRONMENT | {"PYTHONPATH": str(grading.ROOT)},
        preexec_fn=counted.enter,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    started.callback(process.wait)
    started.callback(process.kill)
    return process
