"""An assignment, and what its tests give for answers: ours, so they run in this process.

Nothing of the grading takes part but its reading of notebooks: what the tests of a notebook earn
there is held against what they earn here.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from convkit.checks import CheckFailed, Report
from convkit.checks.checking import MODULES
from convkit.checks.naming.misconception import Misconception
from convkit.grading import notebook as nb
from convkit.grading.hidden_seed import SEED_FILE
from convkit.mine import lend, load_implementation

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Result:
    """What one test says.

    Attributes:
        share: how much of its points it gives.
        report: what the check in it found, if that failed.
    """

    share: float
    report: Report | None = None


@dataclass(frozen=True)
class Assignment:
    """An assignment of the course, as it stands in ``solutions/``."""

    name: str

    @cached_property
    def source(self) -> NotebookNode:
        return nb.read_source(ROOT / "solutions" / self.name, self.name)

    @cached_property
    def solution(self) -> dict[str, str]:
        """The source of each answer's module, by name, in order."""
        return dict(nb.implementations(self.source))

    @cached_property
    def tests(self) -> dict[str, NotebookNode]:
        return {str(nb.grade_id(cell)): cell for cell in self.source.cells if nb.is_test(cell)}

    @property
    def names(self) -> list[str]:
        """Those of its answers that its tests check."""
        return [name for name in self.solution if name in MODULES and self.asking_for(name)]

    def asking_for(self, name: str) -> list[str]:
        """The tests that speak of ``name``, or of an answer that the solution builds on it."""
        built = {name}
        for other, source in self.solution.items():
            if built & _own_imports(source):
                built.add(other)
        mentioned = re.compile(rf"(?<!\.)\b({'|'.join(built)})\b")
        return [id for id, cell in self.tests.items() if mentioned.search(cell.source)]

    def run(
        self, answers: Mapping[str, str], tests: Iterable[str] | None = None, seed: str = ""
    ) -> dict[str, Result]:
        """What the tests give where these sources stand in for the solution's.

        Args:
            tests: the ids of those to run, instead of all.
            seed: what stands in the course's file for it; nothing is the public default.
        """
        with _in_a_course(seed):
            lent: dict[str, Any] = {}
            for name, source in (self.solution | answers).items():
                lent[name] = load_implementation(name, source, f"<{self.name}: {name}>")
                lend(lent)
            chosen = self.tests if tests is None else tests
            return {id: _result(self.tests[id].source, self._prepared | lent) for id in chosen}

    @cached_property
    def _prepared(self) -> dict[str, Any]:
        """The names that its setup cells give, but for IPython's magics."""
        names: dict[str, Any] = {}
        for cell in filter(nb.is_setup, self.source.cells):
            exec(re.sub(r"^%.*$", "", cell.source, flags=re.MULTILINE), names)
        return names


def assignments() -> list[Assignment]:
    """The assignments whose tests check an answer."""
    found = [Assignment(path.stem) for path in sorted(ROOT.glob("solutions/*/*.ipynb"))]
    return [assignment for assignment in found if assignment.names]


def making(entry: Misconception, way: int = 0) -> str:
    """The source of a module that makes the mistake, in the given one of its implementations."""
    wrong = entry.implementations[way]
    find = f"catalogue({MODULES[entry.of]!r}, {entry.of!r}) if each.id == {entry.id!r}"
    head = f"""\
from convkit.checks.naming.misconception import catalogue

wrong = next(each for each in {find}).implementations[{way}]


"""
    if isinstance(wrong, type):
        return head + f"class {entry.of}(wrong):\n    pass\n"
    define = f"def {entry.of}(*arguments, **keywords):\n"
    return head + define + "    return wrong(*arguments, **keywords)\n"


def _own_imports(source: str) -> set[str]:
    """The names that a module imports from ``convkit.mine``."""
    return {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module == "convkit.mine"
        for alias in node.names
    }


@contextlib.contextmanager
def _in_a_course(seed: str) -> Iterator[None]:
    """An empty course's folder as the working directory, and nothing said; lends nothing after."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "nbgrader_config.py").touch()
        if seed:
            Path(folder, SEED_FILE).write_text(seed)
        try:
            with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
                yield
        finally:
            lend({})


def _result(test: str, names: dict[str, Any]) -> Result:
    try:
        exec(test, dict(names))
    except CheckFailed as failed:
        return Result(failed.report.score, failed.report)
    except Exception:
        return Result(0.0)
    return Result(1.0)
