"""How time and memory are taken, so that neither side has an advantage."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import torch
from threadpoolctl import threadpool_limits

Run = Callable[[], object]


class Pair(NamedTuple):
    """The same quantity of both."""

    convkit: float
    pytorch: float

    @property
    def ratio(self) -> float:
        return self.convkit / self.pytorch


def times(convkit: Run, pytorch: Run, rounds: int, *, threads: int = 1) -> Pair:
    """Median milliseconds of a run of each: of the processor for one thread, by the clock for more.

    They take turns, so that whatever else the machine does meets both. A turn begins with a pause,
    in which the other library's threads stop waiting for work, and a run that warms up.
    """
    clock = time.process_time if threads == 1 else time.perf_counter
    taken: tuple[list[float], list[float]] = ([], [])
    torch.set_num_threads(threads)
    with threadpool_limits(threads, user_api="blas"):
        for _ in range(rounds):
            for run, milliseconds in zip((convkit, pytorch), taken, strict=True):
                time.sleep(0.05)
                run()
                for _ in range(3):
                    start = clock()
                    run()
                    milliseconds.append(1000 * (clock() - start))
    return Pair(*map(statistics.median, taken))


def peak_memory(warm_up: Callable[[], Run], make: Callable[[], Run]) -> float:
    """By how many MB a process grows at most while what ``make`` returns runs three times.

    In a process of its own, after ``warm_up`` has loaded what either needs beside its arrays. Linux
    only: the system's record of the largest size is reset in between.
    """
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as process:
        return process.submit(_growth, warm_up, make).result()


def _growth(warm_up: Callable[[], Run], make: Callable[[], Run]) -> float:
    warm_up()()
    Path("/proc/self/clear_refs").write_text("5")
    before = _largest_size()
    run = make()
    for _ in range(3):
        run()
    return _largest_size() - before


def _largest_size() -> float:
    """The most memory, in MB, that this process has had in use since the record was reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
