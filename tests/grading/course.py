"""A course in a temporary folder, driven through the real nbgrader command."""

from __future__ import annotations

import contextlib
import csv
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sqlalchemy import Row, create_engine, text

from tests.grading import commands

ROOT = Path(__file__).parents[2]
CANARY = "hidden-canary-7919"
SHORT_TIMES = "\nc.GradeInAirlock.cell_seconds = 2\nc.GradeInAirlock.call_seconds = 1\n"
"""For a class in which somebody's code hangs; what others compute takes far less."""
TESTS_ALONE = "\nc.GradeInAirlock.cell_seconds = 0\n"
"""For a class of which points alone are asked: no cells are run that are not tests."""


def known_cell(kind: str, name: str, text: str, **flags: bool | float) -> NotebookNode:
    """A cell that nbgrader knows."""
    make = {"code": new_code_cell, "markdown": new_markdown_cell}[kind]
    usual = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "task": False}
    return make(text, id=name, metadata={"nbgrader": usual | {"grade_id": name} | flags})


def mini_source() -> NotebookNode:
    """An assignment with a function and a layer, visible and hidden tests, partial points."""
    test = {"grade": True, "locked": True}
    return new_notebook(
        cells=[
            new_markdown_cell("# A small assignment", id="title"),
            known_cell("code", "setup", "%load_ext convkit\nimport numpy as np", locked=True),
            known_cell(
                "code",
                "double",
                "%%implement double\ndef double(x):\n"
                "    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
                solution=True,
            ),
            known_cell(
                "code",
                "double-visible",
                "np.testing.assert_allclose(double(np.arange(3.0)), [0, 2, 4])",
                points=1,
                **test,
            ),
            known_cell(
                "code",
                "double-hidden",
                f"# more of it\n### BEGIN HIDDEN TESTS\n# {CANARY}\n"
                f"import warnings, sys; warnings.warn('{CANARY}'); print('{CANARY}')\n"
                f"assert double(-7919.0) == -15838, '{CANARY}'\n### END HIDDEN TESTS",
                points=2,
                **test,
            ),
            new_code_cell("print('playing', double(21))", id="playing"),
            known_cell(
                "code",
                "scale",
                "%%implement Scale\nimport numpy as np\nfrom convkit import Layer\n\n\n"
                "class Scale(Layer):\n"
                "    def __init__(self):\n"
                "        super().__init__()\n"
                "        self.params['scale'] = np.ones(1)\n\n"
                "    def forward(self, x):\n"
                "        ### BEGIN SOLUTION\n"
                "        self.x = x\n"
                "        return x * self.params['scale']\n"
                "        ### END SOLUTION\n\n"
                "    def backward(self, grad_y):\n"
                "        ### BEGIN SOLUTION\n"
                "        self.grads['scale'] = np.array([(self.x * grad_y).sum()])\n"
                "        return grad_y * self.params['scale']\n"
                "        ### END SOLUTION",
                solution=True,
            ),
            known_cell(
                "code",
                "scale-forward",
                "layer = Scale()\nlayer.params['scale'] = np.array([3.0])\n"
                "assert (layer(np.ones((2, 2))) == 3).all()",
                points=2,
                **test,
            ),
            known_cell(
                "code",
                "scale-backward",
                "layer = Scale()\nlayer(np.ones((2, 2)))\n"
                "right = (layer.backward(np.ones((2, 2))) == 1).all()\n"
                "float(1.5 * right + 2.5 * (layer.grads['scale'] == 4).all())",
                points=4,
                **test,
            ),
            known_cell("markdown", "why", "Because.", grade=True, solution=True, points=3),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


FULL = {
    "double-visible": 1.0,
    "double-hidden": 2.0,
    "scale-forward": 2.0,
    "scale-backward": 4.0,
    "why": None,
}
NOTHING = dict.fromkeys(FULL, 0.0) | {"why": None}
UNFINISHED = ("grader error", "grading began and did not finish")


@dataclass
class Course:
    """A folder with nbgrader_config.py, and what the gradebook in it says.

    Attributes:
        seconds: what one nbgrader command may take.
        gradebook: its URL, where it is no file in the folder.
    """

    folder: Path
    temporary: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="course-")))
    seconds: float = 800
    gradebook: str = ""

    @classmethod
    def create(cls, folder: Path, sources: dict[str, NotebookNode], settings: str = "") -> Course:
        folder.mkdir(parents=True, exist_ok=True)
        config = (ROOT / "nbgrader_config.py").read_text()
        (folder / "nbgrader_config.py").write_text(config + settings)
        for assignment, source in sources.items():
            write(source, folder / "solutions" / assignment / f"{assignment}.ipynb")
        return cls(folder)

    def environment(self) -> dict[str, str]:
        """Ours, with a place for temporary files that tells this course's processes apart."""
        return os.environ | {"TMPDIR": str(self.temporary)}

    def running(self) -> list[bytes]:
        """The command lines of this course's processes, sandboxed ones included."""
        places = (bytes(self.temporary), bytes(self.folder))
        commands = []
        for process in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes()
                where = os.fsencode(os.readlink(process / "cwd"))
                if places[0] in command or any(place in where for place in places):
                    commands.append(command)
        return commands

    def nbgrader(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run nbgrader to its end."""
        return self._run("nbgrader", *arguments, **environment)

    def convkit(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run convkit to its end."""
        return self._run("convkit", *arguments, **environment)

    def _run(
        self, program: str, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return commands.run(
            program,
            *arguments,
            folder=self.folder,
            environment=self.environment() | environment,
            seconds=self.seconds,
        )

    def grader(self, *arguments: str) -> subprocess.Popen[str]:
        """Start to grade a class, as from a terminal of its own."""
        return subprocess.Popen(
            _convkit("grade", *arguments),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            # What runs in the background is started with Ctrl-C ignored, and so is all it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            start_new_session=True,
        )

    def outcomes(self, assignment: str) -> dict[str, tuple[str, str]]:
        """Each student's status and reason, as the gradebook has it."""
        rows = self._rows(
            "SELECT student, status, reason FROM convkit_outcome WHERE assignment = :assignment",
            assignment,
        )
        return {student: (status, reason) for student, status, reason in rows}

    def exported(self) -> dict[str, dict[str, str]]:
        """The rows of `nbgrader export`, by student."""
        assert self.nbgrader("export").returncode == 0
        with (self.folder / "grades.csv").open(newline="") as file:
            return {row["student_id"]: row for row in csv.DictReader(file)}

    def released(self, assignment: str) -> NotebookNode:
        path = self.folder / "exercises" / assignment / f"{assignment}.ipynb"
        return nbformat.read(path, as_version=4)

    def submitted(self, assignment: str, student: str) -> Path:
        return self.folder / "submitted" / student / assignment / f"{assignment}.ipynb"

    def graded(self, assignment: str, student: str) -> NotebookNode:
        path = self.folder / "autograded" / student / assignment / f"{assignment}.ipynb"
        return nbformat.read(path, as_version=4)

    def feedback(self, assignment: str, student: str) -> str:
        path = self.folder / "feedback" / student / assignment / f"{assignment}.html"
        return path.read_text()

    def points(self, assignment: str) -> dict[str, float]:
        """What each test of the source is worth."""
        path = self.folder / "solutions" / assignment / f"{assignment}.ipynb"
        cells = nbformat.read(path, as_version=4).cells
        known = [each.metadata.get("nbgrader", {}) for each in cells]
        return {
            nbgrader["grade_id"]: float(nbgrader["points"])
            for nbgrader in known
            if nbgrader.get("grade") and not nbgrader["solution"]
        }

    def scores(self, assignment: str) -> dict[str, dict[str, float | None]]:
        """The points of each test, by student: what the autograder wrote into the gradebook."""
        return self._grades(assignment, "auto_score")

    def extra_credit(self, assignment: str) -> dict[str, dict[str, float | None]]:
        """What each test gave on top, by student."""
        return self._grades(assignment, "extra_credit")

    def _grades(self, assignment: str, column: str) -> dict[str, dict[str, float | None]]:
        found: dict[str, dict[str, float | None]] = {}
        rows = self._rows(
            f"""
            SELECT handed_in.student_id, base_cell.name, grade.{column}
            FROM grade
            JOIN base_cell ON base_cell.id = grade.cell_id
            JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
            JOIN submitted_assignment handed_in ON handed_in.id = submitted_notebook.assignment_id
            JOIN assignment ON assignment.id = handed_in.assignment_id
            WHERE assignment.name = :assignment
            """,
            assignment,
        )
        for student, cell, score in rows:
            found.setdefault(student, {})[cell] = score
        return found

    def _rows(self, query: str, assignment: str) -> Sequence[Row[Any]]:
        engine = create_engine(self.gradebook or f"sqlite:///{self.folder}/gradebook.db")
        with contextlib.closing(engine.connect()) as connection:
            rows = connection.execute(text(query), {"assignment": assignment}).all()
        engine.dispose()
        return rows


def _convkit(*arguments: str) -> list[str]:
    """The command line of convkit, of whichever Python runs the tests."""
    program = "import sys; from convkit.cli import main; sys.exit(main())"
    return [sys.executable, "-c", program, *arguments]


def write(notebook: NotebookNode, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n")


def asked_for(request: pytest.FixtureRequest) -> set[str]:
    """The students about whom the tests of a file ask in this run: nobody else need be graded."""
    tests = [item for item in request.session.items if item.path == request.path]
    return {test.callspec.params.get("student") for test in tests if hasattr(test, "callspec")}


def without_pictures(source: NotebookNode) -> NotebookNode:
    """A copy with the cells that nbgrader knows: the others take time, and are the same for all."""
    cells = [each.copy() for each in source.cells if "nbgrader" in each.metadata]
    return nbformat.from_dict({**source, "cells": cells})


def changed(source: NotebookNode, name: str, before: str, after: str) -> NotebookNode:
    """Such a copy with a piece of one cell's text replaced, which must be there."""
    notebook = without_pictures(source)
    answer = cell(notebook, name)
    assert before in answer.source
    answer.source = answer.source.replace(before, after)
    return notebook


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    """The cell that nbgrader knows by that name."""
    return next(
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name
    )
