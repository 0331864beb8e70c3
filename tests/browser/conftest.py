"""A JupyterLab on a copy of the course, and a browser on it; both for the whole session."""

import json
import shutil
from pathlib import Path

import pytest

from convkit.learning import answers
from convkit.learning.questions import lectures
from tests.browser.lab import Browser, running_lab

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    for part in ("lectures", "exercises"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    (folder / answers.FILE).write_text(json.dumps(everything_answered()))
    with running_lab(folder, tmp_path_factory.mktemp("private")) as lab:
        yield lab


def everything_answered():
    """So that no picture waits for an answer."""
    return {
        asked.name: [{"given": asked.right or "written", "right": True, "day": "2026-01-05"}]
        for each in lectures().values()
        for asked in each
    }


@pytest.fixture(scope="session")
def browser(chromium, lab):
    return Browser(chromium, lab)
