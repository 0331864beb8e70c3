"""Prints the measurements as Markdown: ``python -m benchmarks [PART ...] [--rounds N]``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

import numpy as np
import torch
from threadpoolctl import threadpool_info

from benchmarks import assignments, checks, grading, layers, many, threads, widgets

PARTS = {
    "layers": layers.measure,
    "threads": threads.measure,
    "checks": checks.measure,
    "assignments": assignments.measure,
    "grading": grading.measure,
    "widgets": widgets.measure,
    "many": many.measure,
}
"""What can be measured: each prints its tables, given the number of rounds."""

_LONG = {"many"}
"""What is measured only where it is asked for by name."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)} (all but the last)")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each side (15)")
    parser.add_argument("--busy", action="store_true", help="measure though others are at work")
    options = parser.parse_args()
    unknown = set(options.part) - PARTS.keys()
    if unknown:
        parser.error(f"part: expected some of {', '.join(PARTS)}, got {', '.join(sorted(unknown))}")
    load = os.getloadavg()[0]
    busy = load > 1
    if busy and not options.busy:
        sys.exit(f"The load average is {load:.1f}: figures mean something while it is 1 at most.")
    print(f"{_machine()}; load average before: {load:.1f}.")
    for part in options.part or [each for each in PARTS if each not in _LONG]:
        print(f"\n## {part.capitalize()}\n")
        if busy:
            print(f"**Not to be quoted: the load average was {load:.1f} when this began.**\n")
        PARTS[part](options.rounds)


def _machine() -> str:
    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        cpu = next((line.split(": ")[1] for line in lines if line.startswith("model name")), cpu)
    return (
        f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"NumPy {np.__version__} with OpenBLAS for {_kernel()}, PyTorch {torch.__version__}"
    )


def _kernel() -> str:
    """The processor for which NumPy's products are written: an older one than this is slower."""
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return ", ".join(pool.get("architecture", pool["internal_api"]) for pool in pools)


if __name__ == "__main__":
    main()
