"""A speed ladder: the same computation in several forms, one rung each, timed side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

_SECONDS_A_RUNG = 0.3
_MOST_RUNS = 50


def speed_ladder(rungs: Mapping[str, Callable[[], Any]]) -> None:
    """Time each rung, by the fastest of several runs, and draw the ladder.

    A rung that is not written yet (it raises NotImplementedError) is drawn as such.

    Args:
        rungs: by name, from the slowest form to the fastest; each is called without arguments.
    """
    seconds = {}
    for name, run in rungs.items():
        try:
            seconds[name] = _fastest(run)
        except NotImplementedError:
            continue
    _draw(list(rungs), seconds)


def _fastest(run: Callable[[], Any]) -> float:
    """Seconds of the fastest of as many runs as fit into a moment: what slows a run is noise."""
    times: list[float] = []
    while len(times) < 2 or (sum(times) < _SECONDS_A_RUNG and len(times) < _MOST_RUNS):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return min(times)


def _draw(names: list[str], seconds: Mapping[str, float]) -> None:
    import matplotlib.pyplot as plt

    slowest, quickest = max(seconds.values(), default=1.0), min(seconds.values(), default=1.0)
    left_edge = quickest / 5
    _, axes = plt.subplots(figsize=(9, 0.6 + 0.5 * len(names)), layout="constrained")
    for name in names:
        bar = axes.barh(name, seconds.get(name, left_edge), color="tab:blue", height=0.6)
        if name in seconds:
            label = f" {_written(seconds[name])}"
            if seconds[name] < slowest:
                times = slowest / seconds[name]
                label += f", {times:,.{0 if times > 9.95 else 1}f} × as fast"
            axes.bar_label(bar, [label])
        else:
            axes.annotate("not written yet", (0.01, name), xycoords=("axes fraction", "data"))
    axes.set(xscale="log", xlim=(left_edge, slowest * 30), xlabel="seconds a run")
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)


def _written(seconds: float) -> str:
    """A time with three digits at most, in a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size or unit == "µs":
            return f"{seconds / size:.3g} {unit}"
    raise AssertionError
