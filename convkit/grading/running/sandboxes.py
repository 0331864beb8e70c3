"""The sandboxes of a submission: for its own cells, and for its answers to be asked."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode

from convkit.grading import notebook as nb
from convkit.grading.airlock.airlock import WORKER_FILES, worker_program
from convkit.grading.running import forbidden_imports, kernel_inside, travelling_layers
from convkit.grading.running.kernels import KERNEL_FILES, KERNEL_PROGRAM
from convkit.grading.sandbox.bubblewrap import Limits, Sandbox, readable_package


def for_cells(course: Path, scratch: Path, files: Path | None, limits: Limits) -> Sandbox:
    """In it one may compare with what an answer may not use: no point is earned there."""
    readable = (*KERNEL_FILES, *readable_package())
    return Sandbox(scratch, readable, (course,), files, limits)


def for_answers(
    course: Path,
    assignment: str,
    scratch: Path,
    files: Path | None,
    limits: Limits,
    *,
    reference: bool,
) -> Sandbox:
    """In it there is nothing that does an exercise's work, unless the reference is asked for."""
    readable = (*WORKER_FILES, *(readable_package() if reference else ()))
    hidden = (course, *forbidden_imports.hidden_paths(assignment))
    return Sandbox(scratch, readable, hidden, files, limits)


def prepare(course: Path, assignment: str, sources: Iterable[NotebookNode]) -> None:
    """Start what the processes of submissions are forked from, here and in what is forked from
    this process, unless it is there; and have here what forked kernels would each fetch."""
    kernel_inside.prepare()
    font_list()
    kinds: set[bool] = set()
    for source in sources:
        kinds.add(nb.offers_reference(source))
        if travelling_layers.parts(source):
            kinds.add(False)
    for_cells(course, Path(), None, Limits()).prepare(KERNEL_PROGRAM)
    for kind in sorted(kinds):
        sandbox = for_answers(course, assignment, Path(), None, Limits(), reference=kind)
        sandbox.prepare(worker_program(reference=kind))


@functools.cache
def font_list() -> Path | None:
    """Matplotlib's list of fonts, which takes a second to make and is the same everywhere."""
    import matplotlib
    import matplotlib.font_manager  # makes the list

    lists = Path(matplotlib.get_cachedir()).glob("fontlist-*.json")
    return max(lists, key=lambda path: path.stat().st_mtime, default=None)
