"""A JupyterLab on a copy of the course, and a browser on it; both for the whole session."""

import shutil
from pathlib import Path

import pytest

from tests.browser.lab import Browser, answer_everything, run_all, run_cell, running_lab

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    for part in ("lectures", "exercises"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    answer_everything(folder)
    with running_lab(folder, tmp_path_factory.mktemp("private")) as lab:
        yield lab


@pytest.fixture(scope="session")
def browser(chromium, lab):
    return Browser(chromium, lab)


@pytest.fixture(scope="module")
def lecture(browser, request):
    """What the file calls LECTURE, after the cells that it calls PREPARED have run, or all."""
    page = browser.open(f"lectures/{request.module.LECTURE}.ipynb")
    for cell_id in getattr(request.module, "PREPARED", ()):
        run_cell(page, cell_id)
    if not hasattr(request.module, "PREPARED"):
        assert run_all(page) == []
    yield page
    page.close()
