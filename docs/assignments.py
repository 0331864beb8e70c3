"""Write assignments.md, the table of points, tests and times, from the notebooks in solutions/.

python docs/assignments.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "assignments.md"

HEAD = """# The assignments

Made by `python docs/assignments.py` from the notebooks in `solutions/`; a test holds it up to date.

Points *by tests* are given by the autograder: partial credit is the share of a check's properties
that hold. Points *by hand* are for written answers; the question holds the mark scheme, which
formgrader shows and the release leaves out. A *bonus* comes on top.

"""


def table() -> str:
    """The whole page."""
    notebooks = [
        (path.stem, json.loads(path.read_text(encoding="utf-8"))["cells"])
        for path in sorted(ROOT.glob("solutions/*/*.ipynb"))
    ]
    lines = [
        "| assignment | time | by tests | by hand | bonus | the learner implements |",
        "|---|---|---|---|---|---|",
    ]
    for name, cells in notebooks:
        tests = [_test(cell) for cell in cells if _is_graded(cell)]
        by_tests, by_hand, bonus = (
            sum(points for _, kind, points in tests if kind in kinds) or "–"
            for kinds in (("visible", "hidden"), ("by hand",), ("bonus", "hidden bonus"))
        )
        names = ", ".join(f"`{name}`" for name in _implemented(cells))
        lines.append(f"| {name} | {_time(cells)} | {by_tests} | {by_hand} | {bonus} | {names} |")
    for name, cells in notebooks:
        tests = [_test(cell) for cell in cells if _is_graded(cell)]
        if tests:
            lines += ["", f"## {name}", "", "| test | kind | points |", "|---|---|---|"]
            lines += [f"| {test} | {kind} | {points} |" for test, kind, points in tests]
    return HEAD + "\n".join(lines) + "\n"


def _is_graded(cell: dict[str, Any]) -> bool:
    return bool(cell["metadata"].get("nbgrader", {}).get("grade"))


def _test(cell: dict[str, Any]) -> tuple[str, str, int]:
    """Name, kind and points of a graded cell."""
    known, source = cell["metadata"]["nbgrader"], "".join(cell["source"])
    kind = "visible"
    if cell["cell_type"] == "markdown":
        kind = "by hand"
    elif "BEGIN HIDDEN TESTS" in source:
        kind = "hidden"
    for tag in cell["metadata"].get("tags", []):
        if tag.startswith("bonus:"):
            kind = "bonus" if kind == "visible" else "hidden bonus"
            return known["grade_id"], kind, int(tag.removeprefix("bonus:"))
    return known["grade_id"], kind, known["points"]


def _implemented(cells: list[dict[str, Any]]) -> list[str]:
    """The names of the answers; what a locked cell implements is given."""
    answers = (
        cell
        for cell in cells
        if cell["cell_type"] == "code" and not cell["metadata"].get("nbgrader", {}).get("locked")
    )
    sources = ("".join(cell["source"]) for cell in answers)
    return [match[1] for source in sources if (match := re.match(r"%%implement (\w+)", source))]


def _time(cells: list[dict[str, Any]]) -> str:
    """What the notebook's introduction says."""
    match = re.search(r"\*\*Time\*\* \| (.+?) \|", "".join(cells[0]["source"]))
    return match[1] if match else "–"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
