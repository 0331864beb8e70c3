"""A JupyterLab on a copy of the course, and a browser on it; both for the whole session."""

import shutil
from pathlib import Path

import pytest

from tests.browser.lab import Browser, answer_everything, running_lab

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
