"""The layers beside PyTorch's: time, memory, and what the import takes."""

from __future__ import annotations

import statistics
import subprocess
import sys

import torch
from tqdm.auto import tqdm

from benchmarks.cases import CASES, Case
from benchmarks.measure import Pair, peak_memory, times

THREADS = 2


def measure(rounds: int) -> None:
    """Print the comparison."""
    torch.set_num_threads(THREADS)
    measured = [
        (case, times(case.convkit(), case.pytorch(), rounds)) for case in tqdm(CASES, disable=None)
    ]
    print(f"float32, forward and backward, {THREADS} threads each; medians of {3 * rounds} runs,")
    print("in turns.\n")
    print(_table("ms", measured))
    print(f"\nGeometric mean of the ratios: **{_geometric_mean(measured):.2f}**")
    convolutions = [entry for entry in measured if entry[0].group == "convolution"]
    print(f"(the convolutions alone: {_geometric_mean(convolutions):.2f}).\n")
    print(_table("MB at most", [(case, _memory(case)) for case in (CASES[5], CASES[-1])]))
    print(f"\n`import convkit` takes {_import_time(rounds):.0f} ms beyond `import numpy`.")


def _table(unit: str, measured: list[tuple[Case, Pair]]) -> str:
    lines = [f"| | convkit, {unit} | PyTorch, {unit} | ratio |", "|---|---:|---:|---:|"]
    lines += [
        f"| {case.group}: {case.name} | {pair.convkit:.2f} | {pair.pytorch:.2f} "
        f"| {pair.ratio:.2f} |"
        for case, pair in measured
    ]
    return "\n".join(lines)


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
