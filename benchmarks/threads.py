"""Training on busy cores: a step with as many threads of linear algebra as cores, and with one."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from threadpoolctl import threadpool_limits

from benchmarks.cases import CASES


def measure(rounds: int) -> None:
    """Print the table: on the machine as it is, and with every core taken by somebody else."""
    print(
        "Milliseconds by the clock for a training step, median and slowest, in turns: with as many"
    )
    print("threads as cores, and with one, as `fit` and the widgets set it.\n")
    print("| | machine | all threads | one thread | ratio |\n|---|---|---:|---:|---:|")
    for case in (case for case in CASES if case.group == "training step"):
        step = case.convkit()
        for name, others in (("as it is", nullcontext()), ("busy", _busy_cores())):
            with others:
                every, one = _in_turns(step, rounds)
            print(
                f"| {case.name} | {name} | {_summary(every)} | {_summary(one)} "
                f"| {statistics.median(every) / statistics.median(one):.1f} |"
            )


def _in_turns(step: Callable[[], object], rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each step, with all threads and with one."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for threads, milliseconds in zip((os.cpu_count(), 1), taken, strict=True):
            with threadpool_limits(threads, user_api="blas"):
                step()
                start = time.perf_counter()
                step()
                milliseconds.append(1000 * (time.perf_counter() - start))
    return taken


@contextmanager
def _busy_cores() -> Iterator[None]:
    """A process for each core that does nothing but take it."""
    others = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def _summary(milliseconds: list[float]) -> str:
    return f"{statistics.median(milliseconds):.1f} ({max(milliseconds):.1f})"
