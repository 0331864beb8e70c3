"""What all assignments have in common."""

import re
import runpy
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from convkit.learning.hints import topics
from convkit.mine import parse_implementation
from tests.sampling import marks

ROOT = Path(__file__).parents[1]
SOLUTIONS = sorted(ROOT.glob("solutions/*/*.ipynb"))
each_assignment = pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)


def graded(cell):
    return cell.metadata.get("nbgrader", {}).get("grade", False)


@each_assignment
def test_the_introduction_says_what_how_long_and_for_how_much(path):
    cells = nbformat.read(path, 4).cells
    rows = dict(re.findall(r"\| \*\*(.+?)\*\* \| (.+) \|", cells[0].source))
    assert list(rows) == ["You build", "Time", "You need", "Points"]
    points = [cell.metadata.nbgrader.points for cell in cells if graded(cell)]
    by_tests = [
        cell.metadata.nbgrader.points for cell in cells if graded(cell) and cell.cell_type == "code"
    ]
    if points:
        assert f"{sum(by_tests)} by the checks" in rows["Points"]
        assert f"{sum(points) - sum(by_tests)} for the written answer" in rows["Points"]


@pytest.mark.course
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=marks(always=path.stem == "03-pooling"))
        for path in SOLUTIONS
    ],
)
def test_the_solution_runs_from_top_to_bottom_in_its_time(path, tmp_path):
    """In a minute; of 08, what it trains for minutes to explore is left to the browser's tests."""
    seconds = 60
    (tmp_path / "nbgrader_config.py").touch()
    notebook = nbformat.read(path, 4)
    if path.stem == "08-convnet":
        notebook.cells = [
            cell for cell in notebook.cells if "explore" not in cell.metadata.get("tags", [])
        ]
    started = time.monotonic()
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=seconds, resources=resources).execute()
    assert time.monotonic() - started < seconds
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    drawn = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(drawn) > 1


@each_assignment
def test_every_hint_it_offers_exists(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
    assert set(re.findall(r'hint\("(.+?)"\)', text)) <= set(topics())


@each_assignment
def test_nothing_of_a_test_or_a_mark_scheme_stands_outside_its_region(path):
    """Does the release show neither a hidden case nor a rubric?"""
    for cell in nbformat.read(path, 4).cells:
        text = re.sub(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", "", cell.source, flags=re.S)
        text = re.sub(r"=== BEGIN MARK SCHEME.*?END MARK SCHEME ===", "", text, flags=re.S)
        assert "hidden_cases" not in text
        if not cell.metadata.get("nbgrader", {}).get("solution"):
            assert "Rubric" not in text, cell.id


@each_assignment
def test_every_layer_is_tested_forward_and_backward_and_apart(path):
    cells = nbformat.read(path, 4).cells
    tests = [cell.source for cell in cells if graded(cell) and cell.cell_type == "code"]
    for name in {name for source in tests for name in re.findall(r"check\((\w+), only", source)}:
        for half in ("forward", "backward"):
            asking = [s for s in tests if re.search(rf'check\({name}, only="{half}"', s)]
            assert len(asking) == 2, (name, half)
            assert sum("BEGIN HIDDEN TESTS" in source for source in asking) == 1


@each_assignment
def test_every_test_names_only_what_the_cells_above_implement(path):
    seen = set()
    for cell in nbformat.read(path, 4).cells:
        implemented = parse_implementation(cell.source)
        if implemented:
            seen.add(implemented[0])
        elif cell.cell_type == "code":
            assert set(re.findall(r"^check\((\w+)", cell.source, flags=re.M)) <= seen, cell.id


def test_every_hint_has_three_steps_from_a_question_on():
    for topic, steps in topics().items():
        assert len(steps) == 3, topic
        assert "?" in steps[0], topic
        assert all(step.strip() == step for step in steps), topic


def test_no_hint_is_the_solution():
    """Does the last step leave something to write?"""
    expressions = {
        re.sub(r"^(return|[\w.\[\]\", ]+ [-+]?=) ", "", line.strip())
        for path in SOLUTIONS
        for cell in nbformat.read(path, 4).cells
        for region in re.findall(r"### BEGIN SOLUTION(.*?)### END SOLUTION", cell.source, re.S)
        for line in region.splitlines()
    }
    long = {expression for expression in expressions if len(expression) > 30}
    for topic, steps in topics().items():
        assert [expression for expression in long if expression in steps[-1]] == [], topic


def test_the_table_of_assignments_is_up_to_date():
    module = runpy.run_path(str(ROOT / "docs" / "assignments.py"))
    written = (ROOT / "docs" / "assignments.md").read_text(encoding="utf-8")
    assert written == module["table"](), "run `python docs/assignments.py`"
