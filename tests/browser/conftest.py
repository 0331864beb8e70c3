"""A JupyterLab on a copy of the course, and a browser; both for the whole session."""

import shutil
from pathlib import Path

import pytest

from tests.browser.lab import Browser, running_browser, running_lab

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    for part in ("lectures", "exercises"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    with running_lab(folder, tmp_path_factory.mktemp("private")) as lab:
        yield lab


@pytest.fixture(scope="session")
def browser(lab) -> Browser:
    with running_browser(lab) as browser:
        yield browser
