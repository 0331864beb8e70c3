"""The layers beside PyTorch's: time, memory, and what the import takes."""

from __future__ import annotations

import statistics
import subprocess
import sys

from tqdm.auto import tqdm

from benchmarks.cases import CASES, Case
from benchmarks.measure import Pair, peak_memory, times


def measure(rounds: int) -> None:
    """Print the comparison."""
    print("float32, forward and backward, medians in turns: milliseconds of the processor with one")
    print(
        "thread, the ratio of them, the ratio by the clock with two; and, of a convolution's time"
    )
    print("with one thread, what the machine's own sgemm takes for the same products.\n")
    print("| | convkit | PyTorch | ratio | two threads | sgemm |")
    print("|---|---:|---:|---:|---:|---:|")
    measured = [(case, _row(case, rounds)) for case in tqdm(CASES, disable=None)]
    for group in ("all", "convolution"):
        mean = _geometric_mean([(c, p) for c, p in measured if group in ("all", c.group)])
        print(f"\nGeometric mean of the ratios with one thread, {group}: **{mean:.2f}**.")
    print("\n| MB at most | convkit | PyTorch | ratio |\n|---|---:|---:|---:|")
    for case in (CASES[5], CASES[-1]):
        pair = _memory(case)
        print(f"| {case.name} | {pair.convkit:.1f} | {pair.pytorch:.1f} | {pair.ratio:.2f} |")
    print(f"\n`import convkit` takes {_import_time(rounds):.0f} ms beyond `import numpy`.")


def _row(case: Case, rounds: int) -> Pair:
    """Print one line, and return the times with one thread."""
    convkit, pytorch = case.convkit(), case.pytorch()
    one, two = times(convkit, pytorch, rounds), times(convkit, pytorch, rounds, threads=2)
    share = ""
    if case.products:
        products = times(case.products(), convkit, max(1, rounds // 3))
        share = f"{products.ratio:.0%}"
    print(
        f"| {case.group}: {case.name} | {one.convkit:.2f} | {one.pytorch:.2f} "
        f"| {one.ratio:.2f} | {two.ratio:.2f} | {share} |"
    )
    return one


def _geometric_mean(measured: list[tuple[Case, Pair]]) -> float:
    return statistics.geometric_mean(pair.ratio for _, pair in measured)


def _memory(case: Case) -> Pair:
    small = CASES[0]  # whatever it needs beside its arrays is loaded and counted before
    return Pair(peak_memory(small.convkit, case.convkit), peak_memory(small.pytorch, case.pytorch))


def _import_time(rounds: int) -> float:
    """Milliseconds, the median difference of fresh processes in turns."""

    def taken(module: str) -> float:
        code = (
            "import time; start = time.perf_counter(); "
            f"import {module}; print(time.perf_counter() - start)"
        )
        return 1000 * float(subprocess.check_output([sys.executable, "-c", code], text=True))

    return statistics.median(taken("convkit") - taken("numpy") for _ in range(rounds))
