"""Prints the comparison as Markdown: ``python -m benchmarks [--rounds N]``."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from tqdm.auto import tqdm

from benchmarks.cases import CASES, Case
from benchmarks.measure import Pair, peak_memory, times

THREADS = 2


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="turns of each side (15)")
    rounds = parser.parse_args().rounds
    torch.set_num_threads(THREADS)
    load = os.getloadavg()[0]
    measured = [
        (case, times(case.convkit(), case.pytorch(), rounds)) for case in tqdm(CASES, disable=None)
    ]
    print(f"{_machine()}. float32, forward and backward, {THREADS} threads each; medians of")
    print(f"{3 * rounds} runs, in turns; load average before: {load:.1f}.\n")
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


def _machine() -> str:
    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        cpu = next((line.split(": ")[1] for line in lines if line.startswith("model name")), cpu)
    return (
        f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"NumPy {np.__version__}, PyTorch {torch.__version__}"
    )


if __name__ == "__main__":
    main()
