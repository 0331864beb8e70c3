"""The kernel in which a student's own cells run. Runs inside the sandbox.

It is forked from a process that has done what `prepare` does. So are the kernels outside it in
which the tests run.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

_IMPORTED = (
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "convkit",
    "convkit.checks",
    "convkit.data",
    "convkit.learning.journal",
    "convkit.learning.magics",
)


@functools.cache
def prepare() -> None:
    """Import what kernels and notebooks use, as far as it is there: once, and not in each fork."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as the kernel would
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or the debugger warns on the terminal
    for name in _IMPORTED:
        with contextlib.suppress(ImportError, FileNotFoundError):
            importlib.import_module(name)
    with contextlib.suppress(ImportError):
        _draw()


def _draw() -> None:
    """A first figure takes long: fonts are read for it, and more is imported."""
    from matplotlib.figure import Figure

    figure = Figure(layout="constrained")
    axes = figure.subplots()
    axes.imshow([[0, 1]])
    axes.set_title("0")
    figure.savefig(io.BytesIO(), bbox_inches="tight")


def become(told: dict[str, Any]) -> None:
    """Run cells until the end.

    Args:
        told: the kernel's "connection", and the folder where it "run"s.
    """
    from ipykernel.kernelapp import IPKernelApp

    connection_file = Path(told["run"], "kernel.json")
    connection_file.write_text(json.dumps(told["connection"]), encoding="utf-8")
    sys.path.append("")  # last: no file in it can stand in for a module
    kernel: Any = IPKernelApp.instance()
    kernel.initialize(["-f", str(connection_file), "--HistoryManager.hist_file=:memory:"])
    with contextlib.suppress(ImportError):
        # A figure is drawn when it is shown. Before that pyplot would draw it at the end of a cell.
        from matplotlib import get_backend, pyplot

        pyplot.switch_backend(get_backend())
        pyplot.uninstall_repl_displayhook()
    kernel.start()
