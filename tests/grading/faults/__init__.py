"""Ways in which a submission goes wrong, each with the result that it must have.

A fault changes a right submission and puts it into a student's folder. Those in `code` are in what
is run, those in `notebooks` in the notebook's file, those in `folders` in what lies around it;
those in `attacks` are meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from nbformat import NotebookNode

from tests.grading.course import write

Scores = Mapping[str, float | None]
HandIn = Callable[[Path, NotebookNode], None]

NOTEBOOK = "mini.ipynb"


@dataclass(frozen=True)
class Fault:
    """One of them.

    Attributes:
        name: of the student, too.
        status: what the submission ends in.
        scores: the points of each test; None where there is no grade.
        hand_in: puts it into the student's folder, given a right notebook.
    """

    name: str
    status: str
    scores: Scores | None
    hand_in: HandIn


_FAULTS: dict[str, Fault] = {}


def folder_fault(status: str, scores: Scores | None) -> Callable[[HandIn], HandIn]:
    """Enter a function of the student's folder and a right notebook."""

    def enter(hand_in: HandIn) -> HandIn:
        name = hand_in.__name__.replace("_", "-")
        assert name not in _FAULTS
        _FAULTS[name] = Fault(name, status, scores, hand_in)
        return hand_in

    return enter


def notebook_fault(
    status: str, scores: Scores | None
) -> Callable[[Callable[[NotebookNode], None]], None]:
    """Enter a function that changes a right notebook."""

    def enter(change: Callable[[NotebookNode], None]) -> None:
        def hand_in(folder: Path, notebook: NotebookNode) -> None:
            change(notebook)
            write(notebook, folder / NOTEBOOK)

        hand_in.__name__ = change.__name__
        folder_fault(status, scores)(hand_in)

    return enter


def faults() -> list[Fault]:
    """All of them."""
    for module in ("code", "notebooks", "folders", "attacks"):
        import_module(f"{__name__}.{module}")
    return list(_FAULTS.values())
