"""The repository keeps its own promises: clean notebooks, one truth, nothing left behind."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

from tests.grading import commands

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(
    path
    for folder in ("lectures", "solutions", "exercises")
    for path in ROOT.glob(f"{folder}/**/*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)


def test_there_are_notebooks():
    assert any("lectures" in path.parts for path in NOTEBOOKS)
    assert any("solutions" in path.parts for path in NOTEBOOKS)
    assert any("exercises" in path.parts for path in NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_notebook_is_clean(path):
    """Is it without outputs, with stable cell ids, a kernel, and nothing a run leaves behind?"""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata.get("language_info", {})) <= {"name"}
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        assert cell.source.strip(), f"the cell {cell.id} is empty"
        known = {"nbgrader", "tags", "deletable", "editable", "jupyter"}
        assert set(cell.metadata) <= known, cell.id
        folded = cell.source.startswith("# Your instructor's") and "nbgrader" in cell.metadata
        assert cell.metadata.get("jupyter") == ({"source_hidden": True} if folded else None), (
            f"{cell.id}: what a hidden test shows of itself is folded, and nothing else"
        )
        if cell.cell_type == "code":
            assert cell.outputs == [], cell.id
            assert cell.execution_count is None, cell.id


@pytest.mark.parametrize(
    "path",
    [*NOTEBOOKS, ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"\]\(([^)\s#]+)", text) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.course
@pytest.mark.parametrize(
    "assignment", sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
)
def test_exercises_are_what_nbgrader_generates_today(assignment, tmp_path):
    made = commands.run(
        "nbgrader", "generate_assignment", assignment, "--no-db",
        f"--CourseDirectory.release_directory={tmp_path}",
        folder=ROOT, environment=dict(os.environ), seconds=120,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    generated = _files(tmp_path / assignment)
    assert generated, "nbgrader generated nothing"
    assert _files(ROOT / "exercises" / assignment) == generated, "run `make exercises`"


def test_the_conda_environment_says_what_pyproject_says():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    wanted = {f"python{project['requires-python']}", "pip", *project["dependencies"]}
    assert {entry for entry in environment["dependencies"] if isinstance(entry, str)} == wanted
    assert [entry for entry in environment["dependencies"] if isinstance(entry, dict)] == [
        {"pip": ["-e ."]}
    ]


def test_dependencies_have_lower_bounds_and_no_pins():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    entries = project["dependencies"] + project["optional-dependencies"]["test"]
    assert [entry for entry in entries if not re.fullmatch(r"[\w-]+>=[\d.]+", entry)] == []


def test_importing_convkit_imports_numpy_alone():
    before, after = (
        set(_python(f"import {module}, sys; print(*sys.modules)").split())
        for module in ("numpy.random", "numpy.random, convkit")
    )
    foreign = {name.split(".")[0] for name in after - before} - set(sys.stdlib_module_names)
    assert foreign - {"numpy"} == {"convkit"}


def test_nothing_that_a_run_leaves_behind_is_committed():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    runtime = ("submitted/", "autograded/", "feedback/", "mine/", "gradebook.db", ".venv/")
    assert [path for path in tracked if path.startswith(runtime)] == []


def _files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _python(code):
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


def test_git_ignores_nothing_that_the_package_needs():
    ignored = subprocess.run(
        ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "convkit"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert [path for path in ignored if "__pycache__" not in path] == []
